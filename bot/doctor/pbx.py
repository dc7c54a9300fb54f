"""The account on the PBX: is it let in, and may it see to call park?"""

from collections.abc import Iterator

from pydantic import BaseModel

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, skipped, warning
from bot.doctor.probe.ground import PREFIX
from bot.errors import PBXError, Rejected, SignInFailed
from bot.pbx.answers import judged
from bot.pbx.deadline import Deadline
from bot.pbx.models import Text
from bot.pbx.signin import SecondFactorAsked

ROLE = "Admin"
_ONCE = "The doctor has tried once and does not try again: each attempt counts towards a block of this address."
_OWN = "Give Park a tenant user of its own, with the role Admin and without two-factor authentication."


class _Who(BaseModel):
    role: Text = None


def sign_in(case: Case) -> Iterator[Finding]:
    settings = case.settings
    try:
        _, case.user = case.ask("auth", "user")
    except SignInFailed as failure:
        yield _not_let_in(case, failure)
        return
    except PBXError as failure:
        yield error("pbx.sign_in.no_answer", f"nobody could be signed in: {failure}", "Look again in a minute.")
        return
    user = settings.pbx_username
    if settings.pbx_token is None:
        yield ok("pbx.sign_in", f"the PBX lets {user} in")
    elif case.pbx.sign_in.token(Deadline(1)) == settings.pbx_token.get_secret_value():
        yield ok("pbx.sign_in", "the PBX accepts PBX_TOKEN")
    else:
        text = f"PBX_TOKEN has run out; the PBX lets {user} in instead"
        yield warning("pbx.sign_in.token_over", text, "Remove PBX_TOKEN.")


def _not_let_in(case: Case, failure: SignInFailed) -> Finding:
    why, user = failure.__cause__, case.settings.pbx_username
    if isinstance(failure, SecondFactorAsked):
        return error("pbx.sign_in.second_factor", f"the PBX asks for a second factor for {user}", _OWN)
    if not isinstance(why, Rejected) and case.settings.pbx_token is not None:
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


def role(case: Case) -> Iterator[Finding]:
    """Roles can be made on the PBX: another than Admin may do."""
    call, answer = case.ask("call_park")
    try:
        judged(call, answer)
    except Rejected as refusal:
        if refusal.status != 403:
            raise
        yield error("pbx.role.denied", f"{_is(case)}, may not see call park: {refusal}", _OWN)
        return
    said = _role(case)
    if said == ROLE:
        yield ok("pbx.role", f"the account has the role {ROLE}")
    elif said is None:
        yield skipped("pbx.role", "the PBX does not tell the account's role; call park can be seen with it")
    else:
        yield warning("pbx.role.other", f"{_is(case)}, may see call park; whether it may change it is not known", _OWN)


def call_park(case: Case) -> Iterator[Finding]:
    """What Park needs most, read as Park reads it."""
    try:
        server, groups = case.pbx.server(), [*case.pbx.groups()]
    except PBXError as failure:
        remedy = "Look at the PBX's version: Park knows 22.0 to 22.6. If it is one of these, please report this."
        yield error("pbx.call_park.unreadable", f"call park can't be read: {failure}", remedy)
        return
    yield ok("pbx.call_park", f"call park is {'on' if server.enabled else 'off'}, with {len(groups)} park groups")
    for name in (group.name for group in groups if group.name.startswith(PREFIX)):
        text = f"the park group “{name}” was left behind by a probe that was killed"
        yield warning("pbx.call_park.left_behind", text, "Delete it, unless a probe is at work just now.", about=name)


def _is(case: Case) -> str:
    return f"the account, whose role is {_role(case) or 'not told'}"


def _role(case: Case) -> str | None:
    try:
        return _Who.model_validate_json(case.user.body).role if case.user.status == 200 else None
    except ValueError:
        return None
