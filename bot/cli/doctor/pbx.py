"""Checks of the PBX's REST API and of Park's account on it: base path, clock, sign-in, role and call park."""

from collections.abc import Iterator

import httpx

from bot.cli.doctor.model import DoctorContext, Finding, clock_finding, error, ok, skipped, warning
from bot.cli.doctor.probe import GROUP_PREFIX
from bot.cli.network_errors import describe_failure
from bot.cli.rest_api import has_rest_api, is_rest_api, speaks_tls, usual_url
from bot.errors import PBXError, Rejected, SignInFailed
from bot.pbx.auth import SecondFactorRequired
from bot.pbx.client import build_client
from bot.pbx.models import Account
from bot.pbx.requests import ApiRequest, ApiResponse
from bot.pbx.responses import check_response
from bot.pbx.transport import Deadline

SYSTEM_ADMIN = "SystemAdmin"
"""The role of PortSIP's system administrator, who belongs to no tenant."""
REQUIRED_ROLE = "Admin"
"""PortSIP's built-in role with all rights on call park; a custom role may have them too."""
_CALL_PARK = ApiRequest(method="GET", path=("call_park",))
_ACCOUNT = ApiRequest(method="GET", path=("auth", "user"))
_ONE_ATTEMPT = "This was tried once and is not repeated: the PBX blocks this address after failed sign-ins."
_ACCOUNT_REMEDY = "Give Park a tenant user of its own, with the role Admin and without two-factor authentication."


def check_base_path(context: DoctorContext) -> Iterator[Finding]:
    """Checks that PBX_URL is the REST API's base path, with a request without a token."""
    context.pbx = build_client(context.settings)
    try:
        context.unauthenticated_response = context.pbx.send_once(_CALL_PARK, signed=False)
    except PBXError as failure:
        yield _no_answer(httpx.URL(str(context.settings.pbx_url)), failure)
        return
    status, url = context.unauthenticated_response.status, context.settings.pbx_url
    if is_rest_api(context.unauthenticated_response):
        yield ok("pbx.base_path", f"the REST API is at {url}")
    elif status >= 500:
        remedy = "Check the PBX: its REST API may still be starting."
        yield error("pbx.base_path.failing", f"the PBX fails: HTTP {status}", remedy)
    else:
        remedy = "PBX_URL goes up to and with /api, as in https://pbx.example.com:8887/api."
        settings, usual = context.settings, usual_url(str(url))
        if has_rest_api(usual, settings.pbx_ca_file, verify=settings.pbx_verify_tls):
            remedy = f"Write PBX_URL={usual}"
        yield error("pbx.base_path.wrong", f"there is no REST API at {url} (HTTP {status})", remedy)


def _no_answer(url: httpx.URL, failure: PBXError) -> Finding:
    if url.scheme == "http" and speaks_tls(url):
        text = f"port {url.port or 80} of {url.host} speaks HTTPS, not HTTP"
        return error("pbx.base_path.https_only", text, f"Write PBX_URL={url.copy_with(scheme='https')}")
    remedy = "Check that what listens there is the PBX's REST API."
    return error("pbx.base_path.no_answer", describe_failure(failure), remedy)


def check_clock(context: DoctorContext) -> Iterator[Finding]:
    """Compares the clocks, by which the times in Park's history and in the PBX's logs are compared."""
    yield clock_finding("pbx.clock", "the PBX", context.unauthenticated_response.headers.get("date"), context.now())


def check_sign_in(context: DoctorContext) -> Iterator[Finding]:
    """Signs in once, with the token or the password."""
    settings = context.settings
    try:
        context.account_response = context.pbx.send_once(_ACCOUNT)
    except SignInFailed as failure:
        yield _sign_in_error(context, failure)
        return
    except PBXError as failure:
        yield error(
            "pbx.sign_in.no_answer", f"the sign-in failed: {describe_failure(failure)}", "Try again in a minute."
        )
        return
    if settings.pbx_token is None:
        yield ok("pbx.sign_in", f"{settings.pbx_username} can sign in to the PBX")
    elif context.pbx.sign_in.token(Deadline(1)) == settings.pbx_token.get_secret_value():
        yield ok("pbx.sign_in", "the PBX accepts PBX_TOKEN")
    else:
        text = f"PBX_TOKEN has expired; {settings.pbx_username} can sign in instead"
        yield warning("pbx.sign_in.token_over", text, "Remove PBX_TOKEN.")


def _sign_in_error(context: DoctorContext, failure: SignInFailed) -> Finding:
    cause, user = failure.__cause__, context.settings.pbx_username
    if isinstance(failure, SecondFactorRequired):
        text = f"the PBX asks for a second factor for {user}"
        return error("pbx.sign_in.second_factor", text, _ACCOUNT_REMEDY)
    if not isinstance(cause, Rejected) and context.settings.pbx_token is not None:
        text = "the PBX does not accept PBX_TOKEN: it has expired or was revoked"
        remedy = "Set PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN, which do not expire, or a new PBX_TOKEN."
        return error("pbx.sign_in.token_refused", text, remedy)
    if isinstance(cause, Rejected) and cause.code == "DENIED":
        remedy = (
            "Stop Park and correct PBX_PASSWORD. Then remove this machine's address from the PBX's list of blocked "
            f"addresses, or wait until the block ends. {_ONE_ATTEMPT}"
        )
        return error("pbx.sign_in.blocked", f"the PBX blocks this address after failed sign-ins: {cause}", remedy)
    remedy = f"Correct PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN; the domain is the tenant's SIP domain. {_ONE_ATTEMPT}"
    return error("pbx.sign_in.refused", f"the PBX refuses the sign-in of {user}: {cause or failure}", remedy)


def check_role(context: DoctorContext) -> Iterator[Finding]:
    """Checks that the account is a tenant's, needs no new password and may read call park; warns if it is no Admin."""
    signed_in = _account(context.account_response)
    role = signed_in.role
    if role == SYSTEM_ADMIN:
        text = "the account is the system administrator's, which belongs to no tenant"
        yield error("pbx.role.no_tenant", text, _ACCOUNT_REMEDY)
        return
    if signed_in.password_force_reset:
        remedy = "Sign in once on the PBX's own pages, set a new password, and put it into PBX_PASSWORD."
        yield error("pbx.role.password_change", "the PBX wants the account to change its password first", remedy)
        return
    account = f"the account, whose role is {role or 'not known'}"
    response = context.pbx.send_once(_CALL_PARK)
    try:
        check_response(_CALL_PARK, response)
    except Rejected as rejection:
        if rejection.status != 403:
            raise
        yield error("pbx.role.denied", f"{account}, may not see call park: {rejection}", _ACCOUNT_REMEDY)
        return
    if role == REQUIRED_ROLE:
        yield ok("pbx.role", f"the account has the role {REQUIRED_ROLE}")
    elif role is None:
        yield skipped("pbx.role", "the PBX does not say which role the account has; it may see call park")
    else:
        text = f"{account}, may see call park; whether it may change it is not known"
        yield warning("pbx.role.other", text, _ACCOUNT_REMEDY)


def _account(response: ApiResponse) -> Account:
    try:
        return Account.model_validate_json(response.body) if response.status == 200 else Account()
    except ValueError:
        return Account()


def check_call_park(context: DoctorContext) -> Iterator[Finding]:
    """Reads the server's settings and all park groups as the bot does, and reports groups left by a probe."""
    try:
        server, context.groups = context.pbx.server(), [*context.pbx.groups()]
    except PBXError as failure:
        remedy = "Check the PBX's version: Park supports 22.0 to 22.6. If it is one of these, please report this."
        yield error("pbx.call_park.unreadable", f"call park can't be read: {describe_failure(failure)}", remedy)
        return
    yield ok(
        "pbx.call_park", f"call park is {'on' if server.enabled else 'off'}, with {len(context.groups)} park groups"
    )
    for name in (group.name for group in context.groups if group.name.startswith(GROUP_PREFIX)):
        text = f"the park group “{name}” was left behind by a probe that was stopped"
        yield warning("pbx.call_park.left_behind", text, "Delete it, unless a probe is running right now.", about=name)
