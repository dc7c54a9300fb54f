"""Checks of the PBX's REST API and of Park's account on it: base path, clock, sign-in, role and call park."""

from collections.abc import Iterator
from contextlib import closing

import httpx
from pydantic import BaseModel

from bot.cli.doctor.model import DoctorContext, Finding, clock_finding, error, ok, skipped, warning
from bot.cli.doctor.probe import GROUP_PREFIX
from bot.errors import PBXError, Rejected, SignInFailed
from bot.pbx.auth import SecondFactorRequired
from bot.pbx.client import build_client
from bot.pbx.models import OptionalText
from bot.pbx.requests import ApiRequest, ApiResponse
from bot.pbx.responses import check_response
from bot.pbx.transport import Deadline
from bot.settings import Settings

REQUIRED_ROLE = "Admin"
"""PortSIP's built-in role with all rights on call park; a custom role may have them too."""
_CALL_PARK = ApiRequest(method="GET", path=("call_park",))
_ACCOUNT = ApiRequest(method="GET", path=("auth", "user"))
_ONE_ATTEMPT = "The doctor has tried once and does not try again: each attempt counts towards a block of this address."
_ACCOUNT_REMEDY = "Give Park a tenant user of its own, with the role Admin and without two-factor authentication."


class _Account(BaseModel):
    role: OptionalText = None


def check_base_path(context: DoctorContext) -> Iterator[Finding]:
    """Checks that PBX_URL is the REST API's base path, with a request without a token."""
    context.pbx = build_client(context.settings)
    try:
        context.unauthenticated_response = context.pbx.send_once(_CALL_PARK, signed=False)
    except PBXError as failure:
        yield error("pbx.base_path.no_answer", str(failure), "Look whether what listens there is the PBX's REST API.")
        return
    status, url = context.unauthenticated_response.status, context.settings.pbx_url
    if _is_rest_api(context.unauthenticated_response):
        yield ok("pbx.base_path", f"the REST API is at {url}")
    elif status >= 500:
        remedy = "Look at the PBX: its REST API may still be starting."
        yield error("pbx.base_path.failing", f"the PBX fails: HTTP {status}", remedy)
    else:
        remedy = "PBX_URL goes up to and with /api, as in https://pbx.example.com:8887/api."
        usual_url = str(httpx.URL(str(url)).copy_with(path="/api"))
        if _has_rest_api(context.settings, usual_url):
            remedy = f"Write PBX_URL={usual_url}"
        yield error("pbx.base_path.wrong", f"there is no REST API at {url} (HTTP {status})", remedy)


def _has_rest_api(settings: Settings, url: str) -> bool:
    try:
        with closing(build_client(settings.model_copy(update={"pbx_url": url}))) as pbx:
            return _is_rest_api(pbx.send_once(_CALL_PARK, signed=False))
    except PBXError:
        return False


def _is_rest_api(response: ApiResponse) -> bool:
    """A 403 counts too: the PBX may block this address, which the sign-in will show."""
    return response.status in (200, 401, 403)


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
        yield error("pbx.sign_in.no_answer", f"nobody could be signed in: {failure}", "Look again in a minute.")
        return
    if settings.pbx_token is None:
        yield ok("pbx.sign_in", f"the PBX lets {settings.pbx_username} in")
    elif context.pbx.sign_in.token(Deadline(1)) == settings.pbx_token.get_secret_value():
        yield ok("pbx.sign_in", "the PBX accepts PBX_TOKEN")
    else:
        text = f"PBX_TOKEN has run out; the PBX lets {settings.pbx_username} in instead"
        yield warning("pbx.sign_in.token_over", text, "Remove PBX_TOKEN.")


def _sign_in_error(context: DoctorContext, failure: SignInFailed) -> Finding:
    cause, user = failure.__cause__, context.settings.pbx_username
    if isinstance(failure, SecondFactorRequired):
        text = f"the PBX asks for a second factor for {user}"
        return error("pbx.sign_in.second_factor", text, _ACCOUNT_REMEDY)
    if not isinstance(cause, Rejected) and context.settings.pbx_token is not None:
        text = "the PBX does not accept PBX_TOKEN: it has run out or was revoked"
        remedy = "Set PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN, which do not run out, or a new PBX_TOKEN."
        return error("pbx.sign_in.token_refused", text, remedy)
    if isinstance(cause, Rejected) and cause.code == "DENIED":
        remedy = (
            "Stop Park and set PBX_PASSWORD right. Then take this machine's address off the PBX's list of blocked, or "
            f"wait until it ends. {_ONE_ATTEMPT}"
        )
        return error("pbx.sign_in.blocked", f"the PBX blocks this address after failed sign-ins: {cause}", remedy)
    remedy = f"Set PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN right; the domain is the tenant's. {_ONE_ATTEMPT}"
    return error("pbx.sign_in.refused", f"the PBX does not let {user} in: {cause or failure}", remedy)


def check_role(context: DoctorContext) -> Iterator[Finding]:
    """Checks that the account may read call park, and warns unless its role is Admin."""
    role = _account_role(context.account_response)
    account = f"the account, whose role is {role or 'not told'}"
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
        yield skipped("pbx.role", "the PBX does not tell the account's role; call park can be seen with it")
    else:
        text = f"{account}, may see call park; whether it may change it is not known"
        yield warning("pbx.role.other", text, _ACCOUNT_REMEDY)


def _account_role(response: ApiResponse) -> str | None:
    try:
        return _Account.model_validate_json(response.body).role if response.status == 200 else None
    except ValueError:
        return None


def check_call_park(context: DoctorContext) -> Iterator[Finding]:
    """Reads the server's settings and all park groups as the bot does, and reports groups left by a probe."""
    try:
        server, groups = context.pbx.server(), [*context.pbx.groups()]
    except PBXError as failure:
        remedy = "Look at the PBX's version: Park knows 22.0 to 22.6. If it is one of these, please report this."
        yield error("pbx.call_park.unreadable", f"call park can't be read: {failure}", remedy)
        return
    yield ok("pbx.call_park", f"call park is {'on' if server.enabled else 'off'}, with {len(groups)} park groups")
    for name in (group.name for group in groups if group.name.startswith(GROUP_PREFIX)):
        text = f"the park group “{name}” was left behind by a probe that was killed"
        yield warning("pbx.call_park.left_behind", text, "Delete it, unless a probe is at work just now.", about=name)
