"""Changes and approvals as the journal holds them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from bot.changes.change import Change
from bot.changes.plan import Plan, Schedule, waits_for_approval
from bot.changes.present_state import nothing_to_take_back
from bot.changes.recreated import earlier_ids, id_named_before, recreated_id
from bot.changes.schedules import Schedules
from bot.changes.set_since import is_settled, set_since
from bot.changes.write_switch import Pause, current_pause
from bot.errors import EndDue, NotFound, NotPossible
from bot.journal.drift_store import drift
from bot.journal.models import Entry, ScheduleState, SetAside, State, newest_first
from bot.journal.prepared import Query
from bot.journal.reader import Reader
from bot.journal.temporary import TemporaryChange
from bot.messages.request import Request, Source
from bot.messages.text import fold
from bot.recurrence.model import Calendars, NoCalendars
from bot.texts import decisions, refusals, schedules, workflows
from bot.times.model import Clock

SEARCHED = 500
"""Latest changes among which the last one of a user or target is searched."""
BATCH_SIZE = 20
"""Temporary changes that are read from the journal at once."""
SERVER_NAMES = frozenset({"server", "the server", "the call park server"})
"""Names of the call park server in a request."""


class ChangeRepository:
    """Finds changes in the journal. Every method raises JournalUnavailable if the journal can't be read.

    Methods with a change's number raise NotFound if there is no such change, and NotPossible, with a text for the
    user, if the change is not in the state that the method is for.
    """

    def __init__(self, journal: Reader, now: Clock, calendars: Calendars | None = None) -> None:
        self._journal, self.now = journal, now
        self.schedules = Schedules(journal, now, calendars or NoCalendars())

    @property
    def shared(self) -> bool:
        """Whether other replicas of Park may use the journal too."""
        return not self._journal.database.exclusive

    def entry(self, number: int) -> Entry:
        """Returns a change's journal entry."""
        try:
            return self._journal.get(number)
        except KeyError:
            raise NotFound(refusals.no_change(number)) from None

    def older_entry(self, number: int, request: Request) -> Entry:
        """Returns a change that was asked for before `request` was, of which nothing else is told."""
        entry, own = self.entry(number), self._journal.find(request.key)
        if own is not None and number >= own.id:
            raise NotFound(refusals.no_change(number))
        return entry

    def plan(self, number: int) -> Plan:
        """Returns a change's plan, whatever became of it; NotPossible if it was never planned."""
        entry = self.entry(number)
        if entry.plan is None:
            raise nothing_to_take_back(self, entry)
        return Plan.model_validate(entry.plan)

    def open_proposal(self, number: int) -> Entry:
        """Returns a workflow's proposal that nobody has decided yet and that has not expired."""
        entry = self.entry(number)
        if entry.request.source is not Source.WORKFLOW:
            raise NotPossible(workflows.is_no_proposal(number))
        if entry.state is not State.SCHEDULED or entry.run_at <= self.now():
            raise NotPossible(workflows.decided_already(number))
        return entry

    def applied_plan(self, number: int) -> Plan:
        """Returns the plan of a change that was made, or may have been."""
        entry = self.entry(number)
        if entry.state not in (State.DONE, State.UNKNOWN):
            raise nothing_to_take_back(self, entry)
        if (by := ended_by(self._journal, number)) is not None:
            raise NotPossible(refusals.ended_by(number, by.id))
        return self.plan(number)

    def drift(self, number: int) -> Change:
        """Returns a change that was made outside Park, by the number of the drift; raises NotFound."""
        with self._journal.database.reading() as connection:
            found = drift(connection, number)
        if found is None:
            raise NotFound(refusals.no_drift(number))
        return Change.model_validate(found.change)

    def pause(self) -> Pause | None:
        """Returns the pause that is in force."""
        return current_pause(self._journal)

    def schedule(self, number: int) -> Schedule:
        """Returns the start and end of a scheduled or temporary change."""
        found = self.plan(number).times
        if found is None:
            raise NotPossible(refusals.no_times(number))
        return found

    def asked_by(self, team: str, user: str) -> list[Entry]:
        """Returns a user's latest changes in any state, newest first."""
        return self._journal.requested_by(team, user)

    def is_in_effect(self, entry: Entry) -> bool:
        """Returns whether a change was made and is still in effect: not undone, or its undo was undone itself."""
        if entry.state is not State.DONE or ended_by(self._journal, entry.id) is not None:
            return False
        if (schedule := self.schedules.find(entry.id)) is not None:
            return schedule.stored.state is not ScheduleState.ENDED
        return not any(map(self.is_in_effect, self._undos(entry.id)))

    def undone_by(self, number: int) -> Entry | None:
        """Returns what has undone a whole change, or ended it, and was not undone itself; None if nothing has."""
        undos = self._undos(number)
        return next((one for one in undos if self.is_in_effect(one) or _was_ended_already(one)), None)

    def set_since(self, number: int, done: Plan) -> Entry | None:
        """Returns the newest later change in effect that has set a part of what a change did; None if none has."""
        return set_since(self._journal, self.entry(number), done, self.is_in_effect, self.undone_by)

    def recreated_id(self, id: str) -> str | None:
        """Returns the id of a group that was deleted and is there again, by an undo or a restore; None if it is not."""
        return recreated_id(self._journal, id)

    def earlier_ids(self, id: str, name: str) -> frozenset[str]:
        """Returns the ids that a group had before it was deleted and created again under one of its names."""
        return earlier_ids(self._journal, id, fold(name))

    def id_named_before(self, name: str, since: datetime) -> str | None:
        """Returns the id of the group that had a name at an instant; None where none has lost it since."""
        return id_named_before(self._journal, fold(name), since)

    def _undos(self, number: int) -> list[Entry]:
        return [one for one in self._journal.entries_about(number) if one.plan is not None and not is_partly_done(one)]

    def scheduled_end(self, number: int) -> Entry:
        """Returns the scheduled end of a temporary change; EndDue while it is under way, which may fail."""
        entry = self.entry(number)
        if (found := self._scheduled_end(number)) is None:
            if self.will_end(number):
                raise EndDue(f"#{number} is being ended", said=lambda: refusals.being_ended(number))
            self.schedules.refuse(number)
            if entry.state is State.SCHEDULED and entry.about is None and entry.request.source is not Source.WORKFLOW:
                lines = (f"cancel {number}",) if waits_for_approval(entry) else (f"start {number}", f"cancel {number}")
                raise NotPossible(decisions.not_begun(number), lines=lines)
            raise NotPossible(refusals.not_temporary(number))
        return found

    def begun_end(self, number: int) -> Plan | None:
        """Returns the plan of a change's scheduled end that may be carried out in part; None if none was begun."""
        end = self._scheduled_end(number)
        return Plan.model_validate(end.plan) if end is not None and end.began and end.plan is not None else None

    def will_end(self, number: int) -> bool:
        """Returns whether a change is temporary and has not ended yet; its end may be under way."""
        return self.scheduled_end_time(number) is not None

    def _scheduled_end(self, number: int) -> Entry | None:
        return next((one for one in self._journal.entries_about(number) if one.state is State.SCHEDULED), None)

    def scheduled_end_time(self, number: int) -> datetime | None:
        """Returns when a temporary change ends, or should have ended; None if it has no end that is still to come."""
        ends = (one for one in self._journal.entries_about(number) if one.request.source is Source.CLOCK)
        return next((end.run_at for end in ends if not end.state.ended), None)

    def recent(self, limit: int) -> list[Entry]:
        """Returns the newest requests of everybody, newest first."""
        return self._journal.recent(limit)

    def made_at(self, number: int) -> datetime:
        """Returns when a change was made or, if it continues a temporary change, when that one was made."""
        entry = self.entry(number)
        since = Plan.model_validate(entry.plan).lasts_since if entry.plan else None
        return since or entry.ended_at or entry.run_at

    def scheduled_start(self, number: int) -> Entry:
        """Returns a scheduled change that has not started and needs no approval any more."""
        entry = self.entry(number)
        schedule = entry.request.schedule if entry.request.source is Source.SCHEDULE else None
        if schedule is not None and not waits_for_approval(entry):
            raise NotPossible(schedules.is_occurrence(number, schedule))
        if entry.state is not State.SCHEDULED or entry.request.source is Source.CLOCK:
            self.schedules.refuse(number)
            raise NotPossible(refusals.not_scheduled(number, entry.state))
        if waits_for_approval(entry):
            raise NotPossible(refusals.waits_for_approval(number))
        return entry

    def waiting_for_approval(self, number: int) -> Entry:
        """Returns a change that waits for approval."""
        entry = self.entry(number)
        if not waits_for_approval(entry):
            raise NotPossible(refusals.needs_no_approval(number, entry.state))
        return entry

    def follow_ups(self, number: int) -> list[Entry]:
        """Returns the later entries about a change, such as its end, undo and approvals."""
        return self._journal.entries_about(number)

    def snapshot(self, *ahead: Query) -> AbstractContextManager[None]:
        """Has what is read in the block be of one state of the journal; nothing else may be waited for in it."""
        return self._journal.snapshot(*ahead)

    def scheduled_ends(self, targets: Collection[str] | None = None) -> Iterator[tuple[Entry, Entry]]:
        """Yields each temporary change with its scheduled end, in the order of the ends, as far as it is asked for.

        Args:
            targets: keys of PBX objects and members (`bot.journal.targets`); changes of all others are left out.
        """
        # One that is being carried out is still to come: it may fail.
        if targets is None:
            yield from self.read_temporary(self.temporary_changes())
            return
        ends = self._journal.unfinished_about(targets)
        yield from self._with_changes(ends, self._journal.get_all({one.about for one in ends if one.about}))

    def temporary_changes(self) -> list[TemporaryChange]:
        """Returns which temporary changes are in effect, the next end first: in less time than `scheduled_ends`."""
        return self._journal.temporary_changes()

    def read_temporary(
        self, changes: Sequence[TemporaryChange], at_once: int = BATCH_SIZE
    ) -> Iterator[tuple[Entry, Entry]]:
        """Yields the entries of these changes and of their ends, as far as they are asked for; of none that has ended.

        Args:
            at_once: how many are read from the journal at a time.
        """
        for start in range(0, len(changes), at_once):
            batch = changes[start : start + at_once]
            read = self._journal.get_all([number for one in batch for number in (one.number, one.end)])
            yield from self._with_changes([read[one.end] for one in batch if one.end in read], read)

    def _with_changes(self, ends: Iterable[Entry], changes: Mapping[int, Entry]) -> Iterator[tuple[Entry, Entry]]:
        for end in ends:
            if (number := _ended_change(end)) is not None and number in changes:
                yield changes[number], end

    def scheduled_starts(self, targets: Collection[str] | None = None) -> list[Entry]:
        """Returns the changes that are scheduled for later, in the order of their starts; `targets` as above.

        An occurrence of a schedule is one of them only while it waits for approval.
        """
        found = self._journal.scheduled_starts() if targets is None else self._journal.scheduled_on(targets)
        scheduled = [one for one in found if one.about is None and one.plan is not None]
        return [one for one in scheduled if one.request.schedule is None or waits_for_approval(one)]

    def proposals(self) -> list[Entry]:
        """Returns what workflows propose and nobody has decided yet, in the order in which they expire."""
        return [one for one in self._journal.scheduled_starts() if one.request.source is Source.WORKFLOW]

    def set_aside(self) -> list[SetAside]:
        """Returns the entries that can't be read from the journal."""
        return self._journal.entries_set_aside()

    def unknown_outcomes(self) -> list[Entry]:
        """Returns the changes with an unknown outcome that no later change has settled, newest first."""
        unknown = [one for one in self._journal.with_unknown_outcome() if one.plan is not None]
        later = self._journal.recent(SEARCHED) if unknown else []
        return [one for one in unknown if not is_settled(one, [other for other in later if other.made_after(one)])]

    def last_in_effect(self, matches: Callable[[Entry], bool]) -> Entry | None:
        """Returns the last change made that matches and is still in effect; None if there is none."""
        # A second undo is meant for the change before, not for the first undo.
        made = (entry for entry in newest_first(self._journal.done(SEARCHED)) if entry.about is None)
        return next((entry for entry in made if matches(entry) and self.is_in_effect(entry)), None)


def ended_by(journal: Reader, number: int, follow_ups: Sequence[Entry] | None = None) -> Entry | None:
    """Returns the change that took back the temporary change `number` with the same click that made it.

    Args:
        follow_ups: the entries about that change, where they are known.
    """
    for end in journal.entries_about(number) if follow_ups is None else follow_ups:
        if end.state is State.CANCELLED and end.request.source is Source.CLOCK:
            entry = called_off_by(journal, end)
            if entry is not None and entry.plan is not None and entry.plan.get("ends_change") == number:
                return entry
    return None


def called_off_by(journal: Reader, entry: Entry) -> Entry | None:
    """Returns what has called off a cancelled entry; None if its event was pruned."""
    by = next(((one.data or {}).get("by") for one in journal.events(entry.id) if one.what == "cancelled"), None)
    return None if by is None else _find(journal, by)


def is_partly_done(entry: Entry) -> bool:
    """Returns whether a plan of many changes was stopped after some of them."""
    return bool(entry.plan and entry.plan.get("left"))


def _was_ended_already(end: Entry) -> bool:
    """Returns whether the end of a temporary change found that nothing of it was left."""
    return end.request.source is Source.CLOCK and end.state is State.ALREADY


def _find(journal: Reader, number: int) -> Entry | None:
    try:
        return journal.get(number)
    except KeyError:
        return None


def _ended_change(end: Entry) -> int | None:
    """Returns the number of the temporary change that the entry ends; None for others, and for the end of a pause."""
    is_end = end.request.source is Source.CLOCK and "number" in end.operations[0]["arguments"]
    return end.about if is_end else None
