"""Check after check: what fails hides nothing but what can't be looked at without it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.doctor.case import Case
from bot.doctor.finding import Finding, Severity, error, skipped
from bot.errors import ParkError

log = logging.getLogger(__name__)
Look = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """`look` finds something of that id, or below it."""

    id: str
    look: Look
    needs: tuple[str, ...] = ()
    """Checks without which this one has nothing to look at."""
    variables: tuple[str, ...] = ()
    """Likewise, of the environment."""


def examine(checks: Iterable[Check], case: Case) -> Iterator[Finding]:
    """Findings in the checks' order, each as soon as it is known."""
    failed: dict[str, str] = {}
    for check in checks:
        if cause := _in_the_way(check, case, failed):
            failed[check.id] = cause
            yield skipped(check.id, f"not looked at, because of {cause}")
            continue
        for finding in _looked(check, case):
            if finding.severity is Severity.ERROR:
                failed[check.id] = check.id
            yield finding


def _in_the_way(check: Check, case: Case, failed: Mapping[str, str]) -> str | None:
    """A variable or a check: the first of all that went wrong."""
    earlier = [failed[id] for id in check.needs if id in failed]
    return next(iter([*earlier, *(name for name in check.variables if name in case.faulty)]), None)


def _looked(check: Check, case: Case) -> Iterator[Finding]:
    try:
        yield from check.look(case)
    except Exception as fault:  # whatever a check did not reckon with: the other checks still have their say
        log.debug("%s", check.id, exc_info=fault)
        said = str(fault) if isinstance(fault, ParkError) else f"{type(fault).__name__}: {fault}"
        remedy = "What it says may tell what is wrong. If not, please report it with this line."
        yield error(f"{check.id}.failed", f"it could not be looked at: {said}", remedy)
