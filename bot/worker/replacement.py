"""Which later changes have replaced what a change has set, in whole or in part."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.changes.plan import Plan
from bot.changes.repository import called_off_by, ended_by, is_partly_done
from bot.changes.set_since import latest_on
from bot.changes.write_switch import current_pause
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.messages.message import Posted
from bot.messages.request import Source
from bot.operations.control import Pause, Resume
from bot.worker.outcome import plan_of

SEARCHED = 200
"""Latest changes of the same targets that are compared: older cards than these are not brought up to date."""
MAX_REDRAWN = 5
"""Cards of earlier changes that one change brings up to date."""
PAUSES = (Pause.operation_id, Resume.operation_id)
_WHOLE = "*"
"""The part of a change that creates or deletes a group."""


def effective_undo(journal: Reader, sequel: Sequence[Entry]) -> Entry | None:
    """Returns the entry that undid a whole change and was not undone itself."""
    for one in sequel:
        if is_partly_done(one):
            continue
        undone = one.state is State.DONE or (one.state is State.ALREADY and one.request.source is Source.CLOCK)
        if one.plan is not None and undone and effective_undo(journal, journal.entries_about(one.id)) is None:
            return one
    return None


def partial_undo(journal: Reader, sequel: Sequence[Entry]) -> Entry | None:
    """Returns the latest entry that undid some of a change and was not undone itself."""
    found = (one for one in reversed(sequel) if one.state is State.DONE and is_partly_done(one))
    return next((one for one in found if effective_undo(journal, journal.entries_about(one.id)) is None), None)


def changes_since(journal: Reader, entry: Entry, plan: Plan) -> list[Entry]:
    """Returns the later changes in effect that have set something of the same, newest first.

    Those before the ones that have replaced the whole change are left out.
    """
    found = list[Entry]()
    for one in latest_on(journal, plan.targets, SEARCHED, after=entry):
        if _overlaps(plan, one) and _holds(journal, one):
            found.append(one)
            if is_replaced(plan, found):
                break
    return found


def is_replaced(plan: Plan, since: Sequence[Entry]) -> bool:
    """Returns whether nothing of the change is left after these later ones."""
    later = frozenset(part for one in since if (done := plan_of(one)) for part in done.parts())
    return all(part in later or (part[0], _WHOLE) in later for part in plan.parts())


def is_over(journal: Reader, entry: Entry) -> bool:
    """Returns whether the entry is a pause of Park that is no longer in force."""
    if not _is_pause(entry) or entry.state is not State.DONE:
        return False
    return current_pause(journal) is None or any(one.id > entry.id and _is_pause(one) for one in journal.done(SEARCHED))


def earlier_changes(journal: Reader, entry: Entry) -> list[Entry]:
    """Returns the earlier changes whose cards may show something else, now that this one was made or undone.

    Of a pause, and of its end, that is the pause before.
    """
    plan = plan_of(entry)
    if plan is None:
        pauses = (one for one in journal.done(SEARCHED) if one.id < entry.id and _is_pause(one))
        return list(islice(pauses, 1)) if entry.operations[0]["operation"] in PAUSES else []
    open_parts, found = set(plan.parts()), list[Entry]()
    for one in latest_on(journal, plan.targets, SEARCHED):
        earlier = plan_of(one) if entry.made_after(one) else None
        shared = _shared(open_parts, earlier) if earlier is not None else set()
        if shared and _holds(journal, one):
            found.append(one)
            open_parts -= {part for part in shared if part[1] != _WHOLE}
        if not open_parts or len(found) == MAX_REDRAWN:
            break
    return found


def followed_up(journal: Reader, entry: Entry) -> Iterator[Entry]:
    """Yields the follow-ups that an entry is about and that have a card of their own, such as an end that it undoes."""
    while entry.about is not None:
        entry = journal.get(entry.about)
        if entry.about is not None and entry.card is not None and not Posted.model_validate(entry.card).shared:
            yield entry


def _is_pause(entry: Entry) -> bool:
    return bool(entry.operations[0]["operation"] == Pause.operation_id)


def _overlaps(plan: Plan, other: Entry) -> bool:
    done = plan_of(other)
    return done is not None and bool(_shared(plan.parts(), done))


def _shared(parts: frozenset[tuple[str, str]] | set[tuple[str, str]], other: Plan) -> set[tuple[str, str]]:
    theirs = other.parts()
    whole = {key for key, part in theirs if part == _WHOLE}
    keys = {key for key, _ in theirs}
    return {one for one in parts if one in theirs or one[0] in whole or (one[1] == _WHOLE and one[0] in keys)}


def _holds(journal: Reader, entry: Entry) -> bool:
    follow_ups = journal.entries_about(entry.id)
    return ended_by(journal, entry.id, follow_ups) is None and effective_undo(journal, follow_ups) is None


def called_off_occurrence(journal: Reader, entry: Entry) -> Entry | None:
    """Returns the occurrence, on a card of its own, that an entry has called off with what it did about a schedule."""
    plan = plan_of(entry)
    number = entry.about if plan is None else plan.repetition.replaces if plan.repetition is not None else None
    schedule = None if number is None else journal.stored_schedule(number)
    if schedule is None or schedule.latest is None:
        return None
    latest = journal.get(schedule.latest)
    if latest.state is not State.CANCELLED or latest.card is None or Posted.model_validate(latest.card).ts is None:
        return None
    by = called_off_by(journal, latest)
    return latest if by is not None and by.id == entry.id else None
