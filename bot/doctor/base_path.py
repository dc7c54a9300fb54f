"""Whether PBX_URL leads to the REST API: who shows no token is told so there, which is no attempt to sign in."""

from collections.abc import Iterator
from contextlib import closing

import httpx

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok
from bot.doctor.skew import skew
from bot.errors import PBXError
from bot.pbx.call import Answer, Call
from bot.pbx.configured import pbx_of
from bot.settings import Settings

_GREETING = Call(method="GET", path=("call_park",))


def base_path(case: Case) -> Iterator[Finding]:
    case.pbx = pbx_of(case.settings)
    try:
        case.greeting = case.pbx.ask(_GREETING, signed=False)
    except PBXError as failure:
        yield error("pbx.base_path.no_answer", str(failure), "Look whether what listens there is the PBX's REST API.")
        return
    if _is_api(case.greeting):
        yield ok("pbx.base_path", f"the REST API is at {case.settings.pbx_url}")
    elif case.greeting.status >= 500:
        text = f"the PBX fails: HTTP {case.greeting.status}"
        yield error("pbx.base_path.failing", text, "Look at the PBX: its REST API may still be starting.")
    else:
        yield _elsewhere(case)


def clock(case: Case) -> Iterator[Finding]:
    """Nothing hangs on it but the order of what both write down."""
    yield from skew("pbx.clock", "the PBX", case.greeting.headers.get("date"), case.now())


def _elsewhere(case: Case) -> Finding:
    text = f"there is no REST API at {case.settings.pbx_url} (HTTP {case.greeting.status})"
    right = str(httpx.URL(str(case.settings.pbx_url)).copy_with(path="/api"))
    remedy = "PBX_URL goes up to and with /api, as in https://pbx.example.com:8887/api."
    if _answers(case.settings, right):
        remedy = f"Write PBX_URL={right}"
    return error("pbx.base_path.wrong", text, remedy)


def _answers(settings: Settings, url: str) -> bool:
    try:
        with closing(pbx_of(settings.model_copy(update={"pbx_url": url}))) as pbx:
            return _is_api(pbx.ask(_GREETING, signed=False))
    except PBXError:
        return False


def _is_api(answer: Answer) -> bool:
    """A 403 counts: it may block this address, which the sign-in will tell."""
    return answer.status in (200, 401, 403)
