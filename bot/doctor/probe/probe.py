"""The probe from its beginning to its end, which is always that nothing of it is left."""

import threading
from collections.abc import Callable, Iterator

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, skipped, warning
from bot.doctor.probe.ground import Ground
from bot.doctor.probe.lessons import LESSONS
from bot.doctor.probe.stopping import told_to_stop
from bot.doctor.probe.trying import Learnt, NotLearnt
from bot.errors import ParkError, UnknownOutcome, Unreachable


def probe(case: Case) -> Iterator[Finding]:
    """Refuses where Park itself may write nothing."""
    if case.settings.park_read_only:
        yield error("probe.read_only", "PARK_READ_ONLY is set: nothing is tried", "Remove it for the probe.")
    elif case.paused is not None:
        text = f"Park is paused ({case.paused}): nothing is tried"
        yield error("probe.paused", text, "`/park resume` in Slack ends the pause.")
    else:
        with told_to_stop() as stop:
            findings = _all(Ground(case.pbx, stop), stop)
        yield from findings


def _all(ground: Ground, stop: threading.Event) -> list[Finding]:
    """Told at the end: whoever listens may go away, and what was made may not stay."""
    try:
        learnt = [_learnt(f"probe.{id}", lesson, ground) for id, lesson in LESSONS.items()]
    finally:
        left = ground.clean()
    return [*learnt, *_end(ground.name, left, stopped=stop.is_set())]


def _end(name: str, left: list[str], *, stopped: bool) -> Iterator[Finding]:
    yield skipped("probe.prompt", "not learnt: what an update does to the server's prompt; the server is never touched")
    if stopped:
        yield warning("probe.stopped", "the probe was stopped before its end", "Let it come to its end.")
    if left:
        text = f"these park groups could not be removed, or may still be there: {', '.join(left)}"
        remedy = f"Delete every park group whose name begins with “{name}” on the PBX's own pages."
        yield error("probe.left_behind", text, remedy)
    else:
        yield ok("probe.cleaned_up", f"the groups “{name}” are removed")


def _learnt(id: str, lesson: Callable[[Ground], Learnt], ground: Ground) -> Finding:
    try:
        answer, text = lesson(ground)
    except (NotLearnt, ParkError) as why:
        ground.unanswered += isinstance(why, Unreachable | UnknownOutcome)
        return skipped(id, f"not learnt: {why}")
    return ok(id, text, answer=answer)
