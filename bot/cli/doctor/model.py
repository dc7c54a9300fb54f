"""Finding, DoctorContext, Check, clock skew."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bot.errors import ParkError
from bot.pbx.client import PbxClient
from bot.pbx.requests import ApiRequest, ApiResponse
from bot.policy.rules import Policy
from bot.settings import Settings
from bot.slack.app_config import GrantedScopes
from bot.slack.client import Client
from bot.times.model import Now


class Severity(StrEnum):
    """From what needs nobody to what keeps Park from working."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`id` never changes its meaning: it is the check's, and after it what is wrong."""

    id: str
    severity: Severity
    text: str
    about: str | None = None
    """A variable, a channel, a scope: where a check finds several of a kind."""
    remedy: str | None = None
    """What to do about it; always there with a warning or an error."""
    answer: str | None = None
    """In one word, what a probe learnt of the PBX."""


def ok(id: str, text: str, *, answer: str | None = None) -> Finding:
    """Nothing to be done."""
    return Finding(id=id, severity=Severity.OK, text=text, answer=answer)


def skipped(id: str, text: str) -> Finding:
    """It could not be looked at, because of something else."""
    return Finding(id=id, severity=Severity.SKIPPED, text=text)


def warning(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Park works, but not as somebody will expect, or not for long."""
    return Finding(id=id, severity=Severity.WARNING, text=text, remedy=remedy, about=about)


def error(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Park does not work, or refuses to start."""
    return Finding(id=id, severity=Severity.ERROR, text=text, remedy=remedy, about=about)


class DoctorContext:
    """Each of these is there once the check that gives it has found no error."""

    settings: Settings
    policy: Policy
    client: Client
    granted: GrantedScopes
    pbx: PbxClient
    greeting: ApiResponse
    """The PBX's, to whoever shows no token."""
    user: ApiResponse
    """What the PBX tells of who is signed in."""
    paused: str | None = None
    """Why, where the journal says that Park is."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.faulty = frozenset(name.upper() for name in Settings.model_fields)
        """Variables that are not right: in `settings` something else stands for them."""

    def ask(self, *path: str, **query: str | int) -> tuple[ApiRequest, ApiResponse]:
        """Read from the PBX, signed in; raise PBXError."""
        call = ApiRequest(method="GET", path=path, query=query)
        return call, self.pbx.ask(call)

    def close(self) -> None:
        """Hang up."""
        if hasattr(self, "pbx"):
            self.pbx.close()


log = logging.getLogger(__name__)
CheckFunction = Callable[[DoctorContext], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """`look` finds something of that id, or below it."""

    id: str
    look: CheckFunction
    needs: tuple[str, ...] = ()
    """Checks without which this one has nothing to look at."""
    variables: tuple[str, ...] = ()
    """Likewise, of the environment."""


def examine(checks: Iterable[Check], context: DoctorContext) -> Iterator[Finding]:
    """Findings in the checks' order, each as soon as it is known."""
    failed: dict[str, str] = {}
    for check in checks:
        if cause := _in_the_way(check, context, failed):
            failed[check.id] = cause
            yield skipped(check.id, f"not looked at, because of {cause}")
            continue
        for finding in _looked(check, context):
            if finding.severity is Severity.ERROR:
                failed[check.id] = check.id
            yield finding


def _in_the_way(check: Check, context: DoctorContext, failed: Mapping[str, str]) -> str | None:
    """A variable or a check: the first of all that went wrong."""
    earlier = [failed[id] for id in check.needs if id in failed]
    return next(iter([*earlier, *(name for name in check.variables if name in context.faulty)]), None)


def _looked(check: Check, context: DoctorContext) -> Iterator[Finding]:
    try:
        yield from check.look(context)
    except Exception as fault:  # whatever a check did not reckon with: the other checks still have their say
        log.debug("%s", check.id, exc_info=fault)
        said = str(fault) if isinstance(fault, ParkError) else f"{type(fault).__name__}: {fault}"
        remedy = "What it says may tell what is wrong. If not, please report it with this line."
        yield error(f"{check.id}.failed", f"it could not be looked at: {said}", remedy)


MOST = 60.0
"""Seconds; a header is cut to whole ones, and the answer was on its way."""
WINDOW = 300.0
"""Seconds for which Slack's signatures hold; docs.slack.dev, "Verifying requests from Slack"."""
_REMEDY = "Let the clock be set by NTP (chrony, systemd-timesyncd): `timedatectl` tells whether it is."


def skew(id: str, whose: str, date: str | None, now: datetime, *, signed: bool = False) -> Iterator[Finding]:
    """`signed`: what comes from there is refused when it seems too old."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        yield skipped(id, f"{whose} does not say what time it is there")
        return
    seconds = (now - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
    if abs(seconds) <= MOST:
        yield ok(id, f"the clock here and that of {whose} agree")
        return
    text = f"the clock here is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} that of {whose}"
    if signed and abs(seconds) > WINDOW:
        yield error(f"{id}.differs", f"{text}: every request would be refused as too old or too new", _REMEDY)
    else:
        yield warning(f"{id}.differs", text, _REMEDY)
