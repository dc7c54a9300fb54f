"""Base path, sign-in, role."""

from collections.abc import Iterator
from contextlib import closing

import httpx
from pydantic import BaseModel

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skew, skipped, warning
from bot.cli.doctor.probe import PREFIX
from bot.errors import PBXError, Rejected, SignInFailed
from bot.pbx.auth import SecondFactorAsked
from bot.pbx.client import build_client
from bot.pbx.models import Text
from bot.pbx.requests import ApiRequest, ApiResponse
from bot.pbx.responses import judged
from bot.pbx.transport import Deadline
from bot.settings import Settings

ROLE = "Admin"
_ONCE = "The doctor has tried once and does not try again: each attempt counts towards a block of this address."
_OWN = "Give Park a tenant user of its own, with the role Admin and without two-factor authentication."


class _Who(BaseModel):
    role: Text = None


def sign_in(context: DoctorContext) -> Iterator[Finding]:
    settings = context.settings
    try:
        _, context.user = context.ask("auth", "user")
    except SignInFailed as failure:
        yield _not_let_in(context, failure)
        return
    except PBXError as failure:
        yield error("pbx.sign_in.no_answer", f"nobody could be signed in: {failure}", "Look again in a minute.")
        return
    user = settings.pbx_username
    if settings.pbx_token is None:
        yield ok("pbx.sign_in", f"the PBX lets {user} in")
    elif context.pbx.sign_in.token(Deadline(1)) == settings.pbx_token.get_secret_value():
        yield ok("pbx.sign_in", "the PBX accepts PBX_TOKEN")
    else:
        text = f"PBX_TOKEN has run out; the PBX lets {user} in instead"
        yield warning("pbx.sign_in.token_over", text, "Remove PBX_TOKEN.")


def _not_let_in(context: DoctorContext, failure: SignInFailed) -> Finding:
    why, user = failure.__cause__, context.settings.pbx_username
    if isinstance(failure, SecondFactorAsked):
        return error("pbx.sign_in.second_factor", f"the PBX asks for a second factor for {user}", _OWN)
    if not isinstance(why, Rejected) and context.settings.pbx_token is not None:
        remedy = "Set PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN, which do not run out, or a new PBX_TOKEN."
        return error(
            "pbx.sign_in.token_refused", "the PBX does not accept PBX_TOKEN: it has run out or was revoked", remedy
        )
    if isinstance(why, Rejected) and why.code == "DENIED":
        remedy = (
            "Stop Park and set PBX_PASSWORD right. Then take this machine's address off the PBX's list of blocked, or "
            f"wait until it ends. {_ONCE}"
        )
        return error("pbx.sign_in.blocked", f"the PBX blocks this address after failed sign-ins: {why}", remedy)
    remedy = f"Set PBX_USERNAME, PBX_PASSWORD and PBX_DOMAIN right; the domain is the tenant's. {_ONCE}"
    return error("pbx.sign_in.refused", f"the PBX does not let {user} in: {why or failure}", remedy)


def role(context: DoctorContext) -> Iterator[Finding]:
    """Roles can be made on the PBX: another than Admin may do."""
    call, answer = context.ask("call_park")
    try:
        judged(call, answer)
    except Rejected as refusal:
        if refusal.status != 403:
            raise
        yield error("pbx.role.denied", f"{_is(context)}, may not see call park: {refusal}", _OWN)
        return
    said = _role(context)
    if said == ROLE:
        yield ok("pbx.role", f"the account has the role {ROLE}")
    elif said is None:
        yield skipped("pbx.role", "the PBX does not tell the account's role; call park can be seen with it")
    else:
        yield warning(
            "pbx.role.other", f"{_is(context)}, may see call park; whether it may change it is not known", _OWN
        )


def call_park(context: DoctorContext) -> Iterator[Finding]:
    """What Park needs most, read as Park reads it."""
    try:
        server, groups = context.pbx.server(), [*context.pbx.groups()]
    except PBXError as failure:
        remedy = "Look at the PBX's version: Park knows 22.0 to 22.6. If it is one of these, please report this."
        yield error("pbx.call_park.unreadable", f"call park can't be read: {failure}", remedy)
        return
    yield ok("pbx.call_park", f"call park is {'on' if server.enabled else 'off'}, with {len(groups)} park groups")
    for name in (group.name for group in groups if group.name.startswith(PREFIX)):
        text = f"the park group “{name}” was left behind by a probe that was killed"
        yield warning("pbx.call_park.left_behind", text, "Delete it, unless a probe is at work just now.", about=name)


def _is(context: DoctorContext) -> str:
    return f"the account, whose role is {_role(context) or 'not told'}"


def _role(context: DoctorContext) -> str | None:
    try:
        return _Who.model_validate_json(context.user.body).role if context.user.status == 200 else None
    except ValueError:
        return None


_GREETING = ApiRequest(method="GET", path=("call_park",))


def base_path(context: DoctorContext) -> Iterator[Finding]:
    context.pbx = build_client(context.settings)
    try:
        context.greeting = context.pbx.ask(_GREETING, signed=False)
    except PBXError as failure:
        yield error("pbx.base_path.no_answer", str(failure), "Look whether what listens there is the PBX's REST API.")
        return
    if _is_api(context.greeting):
        yield ok("pbx.base_path", f"the REST API is at {context.settings.pbx_url}")
    elif context.greeting.status >= 500:
        text = f"the PBX fails: HTTP {context.greeting.status}"
        yield error("pbx.base_path.failing", text, "Look at the PBX: its REST API may still be starting.")
    else:
        yield _elsewhere(context)


def clock(context: DoctorContext) -> Iterator[Finding]:
    """Nothing hangs on it but the order of what both write down."""
    yield from skew("pbx.clock", "the PBX", context.greeting.headers.get("date"), context.now())


def _elsewhere(context: DoctorContext) -> Finding:
    text = f"there is no REST API at {context.settings.pbx_url} (HTTP {context.greeting.status})"
    right = str(httpx.URL(str(context.settings.pbx_url)).copy_with(path="/api"))
    remedy = "PBX_URL goes up to and with /api, as in https://pbx.example.com:8887/api."
    if _answers(context.settings, right):
        remedy = f"Write PBX_URL={right}"
    return error("pbx.base_path.wrong", text, remedy)


def _answers(settings: Settings, url: str) -> bool:
    try:
        with closing(build_client(settings.model_copy(update={"pbx_url": url}))) as pbx:
            return _is_api(pbx.ask(_GREETING, signed=False))
    except PBXError:
        return False


def _is_api(answer: ApiResponse) -> bool:
    """A 403 counts: it may block this address, which the sign-in will tell."""
    return answer.status in (200, 401, 403)
