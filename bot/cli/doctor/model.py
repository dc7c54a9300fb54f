"""Findings, checks, the state that checks share, and the run of all checks in order."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bot.cli.network_errors import describe_failure
from bot.errors import ParkError
from bot.pbx.client import PbxClient
from bot.pbx.models import ParkGroup
from bot.pbx.requests import ApiResponse
from bot.policy.rules import Policy
from bot.settings.environment import Settings
from bot.slack.app_config import GrantedScopes
from bot.slack.client import Client
from bot.times.model import Clock

log = logging.getLogger(__name__)

TOLERATED_SKEW = 60.0
"""Seconds that clocks may differ: a Date header is cut to whole seconds and as old as its response."""
SIGNATURE_VALIDITY = 300.0
"""Seconds for which Slack's request signatures are valid; docs.slack.dev, "Verifying requests from Slack"."""
_CLOCK_REMEDY = "Have NTP set the clock (chrony or systemd-timesyncd); `timedatectl` shows whether it does."


class Severity(StrEnum):
    """How serious a finding is, in ascending order."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One result of a check.

    `id` is stable for scripts: the id of the check, followed by the problem if there is one.
    """

    id: str
    severity: Severity
    text: str
    about: str | None = None
    """The variable, channel, scope or rule concerned, where one check can yield several findings with one id."""
    remedy: str | None = None
    """What to do about it; always set for a warning or an error."""
    answer: str | None = None
    """The result of a probe's experiment as a stable word."""
    pbx: str | None = None
    """The PBX of park.toml that it is about; None for what all have in common, and where there is only one."""


def ok(id: str, text: str, *, answer: str | None = None) -> Finding:
    """Makes a finding that needs no action."""
    return Finding(id=id, severity=Severity.OK, text=text, answer=answer)


def skipped(id: str, text: str) -> Finding:
    """Makes a finding for something that could not be checked."""
    return Finding(id=id, severity=Severity.SKIPPED, text=text)


def warning(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Makes a finding for something that works, but probably not as intended, or not for long."""
    return Finding(id=id, severity=Severity.WARNING, text=text, remedy=remedy, about=about)


def error(id: str, text: str, remedy: str, *, about: str | None = None) -> Finding:
    """Makes a finding for something that keeps Park from working or from starting."""
    return Finding(id=id, severity=Severity.ERROR, text=text, remedy=remedy, about=about)


class DoctorContext:
    """What earlier checks found out, for later ones.

    An attribute without a default is set once the check that provides it has succeeded.
    """

    settings: Settings
    policy: Policy
    slack: Client
    granted: GrantedScopes
    pbx: PbxClient
    unauthenticated_response: ApiResponse
    """The response of the PBX's REST API to a request without a token."""
    account_response: ApiResponse
    """The response of the PBX to the request for the account that is signed in."""
    groups: list[ParkGroup]
    """The park groups on the PBX."""
    has_tables: bool = False
    """Whether the journal has the tables of this Park."""
    pause_reason: str | None = None
    """Why Park is paused, as recorded in the journal; None if it is not."""

    def __init__(self, now: Clock, pbx: str | None = None, shared: "DoctorContext | None" = None) -> None:
        """Prepares what is found out.

        Args:
            pbx: Name of the PBX in park.toml; None for that of the environment.
            shared: What was found out about Slack, with another PBX.
        """
        self.now, self.pbx_name = now, pbx
        self.shared_checks: frozenset[str] = frozenset()
        """Ids of the checks whose results hold for other PBXs too."""
        self.failed: dict[str, str] = {}
        """The check at the beginning of the chain of failures, by the check that it blocks."""
        if shared is not None:
            self.failed |= {id: cause for id, cause in shared.failed.items() if id in shared.shared_checks}
            for name in ("slack", "granted"):
                if hasattr(shared, name):
                    setattr(self, name, getattr(shared, name))
        self.invalid_variables = frozenset(name.upper() for name in Settings.model_fields)
        """Environment variables that are missing or invalid; `settings` holds placeholders for them."""

    def close(self) -> None:
        """Closes the connection to the PBX if there is one."""
        if hasattr(self, "pbx"):
            self.pbx.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A check: `run` yields findings whose ids are `id` or begin with it."""

    id: str
    run: Callable[[DoctorContext], Iterator[Finding]]
    requires: tuple[str, ...] = ()
    """Ids of checks without whose success this one is skipped."""
    variables: tuple[str, ...] = ()
    """Environment variables that have to be valid, or this check is skipped."""
    shared: bool = False
    """Whether the result holds for all PBXs."""


def run_checks(checks: Iterable[Check], context: DoctorContext) -> Iterator[Finding]:
    """Runs the checks in order and yields each finding as soon as it is known."""
    failed = context.failed
    for check in checks:
        if check.shared:
            context.shared_checks |= {check.id}
        if cause := _blocking_cause(check, context, failed):
            failed[check.id] = cause
            yield skipped(check.id, f"not checked, because of {cause}")
            continue
        for finding in _run_check(check, context):
            if finding.severity is Severity.ERROR:
                failed[check.id] = check.id
            yield finding


def _blocking_cause(check: Check, context: DoctorContext, failed: Mapping[str, str]) -> str | None:
    """The check or variable at the beginning of the chain of failures that blocks this check."""
    causes = [failed[id] for id in check.requires if id in failed]
    causes += [name for name in check.variables if name in context.invalid_variables]
    return causes[0] if causes else None


def _run_check(check: Check, context: DoctorContext) -> Iterator[Finding]:
    try:
        yield from check.run(context)
    except Exception as failure:  # an unforeseen failure of one check must not hide the results of the others
        log.debug("%s", check.id, exc_info=failure)
        text = describe_failure(failure) if isinstance(failure, ParkError) else f"{type(failure).__name__}: {failure}"
        remedy = "If the message does not say what is wrong, please report it with this line."
        yield error(f"{check.id}.failed", f"this could not be checked: {text}", remedy)


def clock_finding(id: str, whose: str, date: str | None, now: datetime, *, signed: bool = False) -> Finding:
    """Compares the local clock with the Date header of a response.

    Args:
        whose: The other party, in words.
        signed: Whether that party signs its requests with a time, so that a large difference makes them invalid.
    """
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return skipped(id, f"{whose} sends no time to compare with")
    seconds = (now - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
    if abs(seconds) <= TOLERATED_SKEW:
        return ok(id, f"the clocks here and at {whose} agree")
    text = f"the clock here is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} that of {whose}"
    if signed and abs(seconds) > SIGNATURE_VALIDITY:
        return error(
            f"{id}.differs", f"{text}: every request would be refused as too old or from the future", _CLOCK_REMEDY
        )
    return warning(f"{id}.differs", text, _CLOCK_REMEDY)
