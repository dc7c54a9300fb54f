"""Recurring schedules as the journal holds them, with the times of their occurrences."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from bot.changes.plan import Plan
from bot.errors import NotPossible
from bot.journal.models import Entry, Json, Reschedule, ScheduleState, ScheduleUpdate, State, StoredSchedule
from bot.journal.reader import Reader
from bot.messages.request import Source
from bot.recurrence.model import Calendars, Recurrence
from bot.recurrence.windows import Window, first_clash, next_window, rank, windows
from bot.texts import schedules as texts
from bot.texts.languages import in_each_language
from bot.times.model import Clock

WHOLE_TARGET = "*"
"""The part that stands for a whole target."""
LOOK_AGAIN = timedelta(days=7)
"""When a schedule is looked at again whose calendar names no further day yet."""
_SKIP = "skip"
"""Id of the operation that skips occurrences, as journals hold it."""
MEASURED = 14
"""Occurrences by which the length and the distance of a schedule's occurrences are judged."""


PresentParts: TypeAlias = Callable[[frozenset[tuple[str, str]], int], frozenset[tuple[str, str]]]
"""Returns the parts of a schedule, by its number, with the ids that the PBX has now."""


def _as_stored(parts: frozenset[tuple[str, str]], number: int) -> frozenset[tuple[str, str]]:
    return parts


def overlap(mine: Collection[tuple[str, str]], theirs: Collection[tuple[str, str]]) -> bool:
    """Whether changes of these parts meet: the key of each target, or "" for a member anywhere, with a part."""
    both = {*mine, *theirs}
    shared = {key for key, _ in mine} & {key for key, _ in theirs} - {""}
    return not set(mine).isdisjoint(theirs) or any((key, WHOLE_TARGET) in both for key in shared)


def longest_run(recurrence: Recurrence, now: datetime) -> timedelta | None:
    """Returns how long a schedule runs from now on, until the end of its last day; None if it has no end."""
    if not isinstance(recurrence.until, date):
        return None
    end = datetime.combine(recurrence.until + timedelta(days=1), time(), ZoneInfo(recurrence.zone or "UTC"))
    return max(end - now, timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class RecurringSchedule:
    """A schedule, and when it recurs."""

    stored: StoredSchedule
    recurrence: Recurrence

    @property
    def number(self) -> int:
        """The number of the entry that made it."""
        return self.stored.number

    @property
    def holder(self) -> str:
        """Id of the Slack user whose rights decide about its occurrences."""
        return self.stored.request.user

    @property
    def note(self) -> str | None:
        """What hinders it, or became of its latest occurrence; None where there is nothing, or people paused it."""
        return None if self.was_paused_by_people else self.stored.note

    @property
    def was_paused_by_people(self) -> bool:
        """Whether people paused it last; its note then says so, in the language that was in force."""
        return self.stored.note in in_each_language(lambda: texts.PAUSED_BY_HAND)

    @property
    def rank(self) -> int:
        """How narrow its rule is: of two schedules the narrower one goes first."""
        return rank(self.recurrence)


class Clash(NamedTuple):
    """Another schedule that changes the same, and the first time that both have in common."""

    schedule: RecurringSchedule
    window: Window

    def described(self, recurrence: Recurrence) -> str:
        """Returns which of the two goes first, beside a schedule that recurs so."""
        first = self.schedule.rank > rank(recurrence)
        return texts.goes_first(self.schedule.number, *self.window, zone=recurrence.zone or "UTC", first=first)


class Measures(NamedTuple):
    """The first occurrence, and of the next ones the longest, the shortest and the shortest distance of two starts."""

    first: Window
    longest: timedelta
    shortest: timedelta
    distance: timedelta | None


class Schedules:
    """Finds schedules and their occurrences. Every method raises JournalUnavailable if the journal can't be read."""

    def __init__(self, journal: Reader, now: Clock, calendars: Calendars) -> None:
        self._journal, self.now, self.calendars = journal, now, calendars

    def find(self, number: int) -> RecurringSchedule | None:
        """Returns the schedule that a change has made; None if it has made none."""
        stored = self._journal.stored_schedule(number)
        return None if stored is None else _read(stored)

    def refuse(self, number: int) -> None:
        """Raises NotPossible, with what can be done instead, where the number is that of a schedule that goes on."""
        found = self.find(number)
        if found is not None and found.stored.state is not ScheduleState.ENDED:
            lines = (f"skip {number}", f"pause schedule {number}", f"delete schedule {number}")
            raise NotPossible(texts.is_schedule(number), lines=lines)

    def get(self, number: int) -> RecurringSchedule:
        """Returns a schedule that is active or paused; raises NotPossible."""
        found = self.find(number)
        if found is None:
            raise NotPossible(texts.no_schedule(number))
        if found.stored.state is ScheduleState.ENDED:
            raise NotPossible(texts.has_ended(number))
        return found

    def standing(self, numbers: Collection[int] | None = None) -> list[RecurringSchedule]:
        """Returns the schedules that are active or paused, the next one first, or those of them with these numbers."""
        return list(map(_read, self._journal.standing_schedules(numbers)))

    def beginning_until(self, until: datetime, limit: int) -> list[RecurringSchedule]:
        """Returns the schedules whose next occurrence begins until an instant, the next one first."""
        return list(map(_read, self._journal.beginning_schedules(until, limit)))

    def of_parts(
        self, parts: Collection[tuple[str, str]], *, but: int | None = None, present: PresentParts
    ) -> list[RecurringSchedule]:
        """Returns the schedules that change some of the same."""
        stored = self._journal.schedule_parts()
        found = [number for number, theirs in stored if overlap(parts, present(theirs, number))]
        return [one for one in self.standing(found) if one.number != but] if found else []

    def targets(self) -> list[frozenset[str]]:
        """Returns the keys of the targets of each schedule that is active or paused."""
        return [frozenset(key for key, _ in parts if key) for _, parts in self._journal.schedule_parts()]

    def present(self, schedule: RecurringSchedule) -> tuple[Entry, Entry] | None:
        """Returns the occurrence that is in effect, and its scheduled end; None if none is."""
        if (latest := schedule.stored.latest) is None:
            return None
        ends = (one for one in self._journal.entries_about(latest) if one.request.source is Source.CLOCK)
        end = next((one for one in ends if not one.state.ended), None)
        return None if end is None else (self._journal.get(latest), end)

    def awaiting_approval(self, schedule: RecurringSchedule) -> Entry | None:
        """Returns the occurrence that waits for an approval of its own; None if none does."""
        latest = None if schedule.stored.latest is None else self._journal.get(schedule.stored.latest)
        if latest is None or latest.state is not State.SCHEDULED or latest.plan is None:
            return None
        return latest if Plan.model_validate(latest.plan).waits_for_approval else None

    def called_off(self, schedule: RecurringSchedule) -> tuple[Reschedule, ...]:
        """Returns what calls off the occurrence that waits for an approval, if there is one: nobody need decide."""
        waiting = self.awaiting_approval(schedule)
        if waiting is None:
            return ()
        return (Reschedule(id=waiting.id, expected_run_at=waiting.run_at, run_at=None),)

    def occurrences(self, schedule: RecurringSchedule, limit: int) -> list[Entry]:
        """Returns the entries of the latest occurrences, newest first."""
        return self._journal.occurrences(schedule.stored, limit)

    def coming(self, schedule: RecurringSchedule, number: int) -> list[Window]:
        """Returns the next occurrences; the first may begin late because it waits for another change."""
        if (at := schedule.stored.next_at) is None:
            return []
        found = islice(windows(schedule.recurrence, at, self.calendars), number)
        return [Window(max(one.starts, at), one.ends) for one in found]

    def window_after(self, recurrence: Recurrence, after: datetime) -> Window | None:
        """Returns the first occurrence that ends after an instant, which may have begun."""
        return next_window(recurrence, after, self.calendars)

    def number_over(self, recurrence: Recurrence, since: datetime) -> int:
        """Returns how many occurrences that end after an instant are over by now."""
        now, found = self.now(), windows(recurrence, since, self.calendars)
        return sum(1 for _ in takewhile(lambda window: window.ends <= now, found))

    def next_values(self, recurrence: Recurrence, after: datetime) -> Json:
        """Returns what is stored of the first occurrence that ends after an instant, or of there being none."""
        window, now = self.window_after(recurrence, after), self.now()
        if window is not None:
            return {"next_at": max(window.starts, now), "waits_for": None}
        if recurrence.calendar is not None and recurrence.until is None:
            return {"next_at": now + LOOK_AGAIN, "waits_for": None}
        return {"state": ScheduleState.ENDED, "next_at": None, "waits_for": None}

    def moved(self) -> Iterator[tuple[RecurringSchedule, datetime]]:
        """Yields the schedules on days of a calendar that begin at another time than is stored, with that time.

        The days of a calendar change when it is read again, and with the policy. What waits for the end of another
        change is left out, and so is what is due.
        """
        for one in self.standing():
            if (begins := self.moved_to(one)) is not None:
                yield one, begins

    def moved_to(self, one: RecurringSchedule) -> datetime | None:
        """Returns when a schedule begins by the days that its calendar has now; None if that is what is stored."""
        now, stored, at = self.now(), one.stored, one.stored.next_at
        if {one.recurrence.calendar, one.recurrence.besides} == {None} or at is None or at <= now:
            return None
        window = self.window_after(one.recurrence, now)
        if window is not None and window.starts <= now and self._has_begun(stored, window):
            window = self.window_after(one.recurrence, window.ends)
        if window is None or stored.waits_for is not None or (begins := max(window.starts, now)) == at:
            return None
        return begins if begins > at or not self._is_skipped_by_time(one) else None

    def _has_begun(self, stored: StoredSchedule, window: Window) -> bool:
        """Whether there was an entry for this occurrence, whatever became of it."""
        return stored.latest is not None and self._journal.get(stored.latest).run_at >= window.starts

    def _is_skipped_by_time(self, schedule: RecurringSchedule) -> bool:
        """Whether only the next time says that people have skipped what is before it.

        That is how a skip was stored before `skipped_until`; it counts until the next occurrence has begun.
        """
        if schedule.recurrence.skipped_until is not None:
            return False
        later = (one for one in self._journal.entries_about(schedule.number) if one.id > (schedule.stored.latest or 0))
        return any(one.state is State.DONE and one.operations[0]["operation"] == _SKIP for one in later)

    def measure(self, recurrence: Recurrence) -> Measures:
        """Returns the lengths of the next occurrences; raises NotPossible if there is none."""
        found = list(islice(windows(recurrence, self.now(), self.calendars), MEASURED))
        if not found:
            raise NotPossible(texts.NEVER)
        lengths = [one.ends - one.starts for one in found]
        distances = [later.starts - one.starts for one, later in pairwise(found)]
        return Measures(found[0], max(lengths), min(lengths), min(distances, default=None))

    def clashes(
        self,
        recurrence: Recurrence,
        parts: Collection[tuple[str, str]],
        *,
        but: int | None = None,
        present: PresentParts = _as_stored,
    ) -> Iterator[Clash]:
        """Yields the schedules that change some of the same at the same time."""
        for other in self.of_parts(parts, but=but, present=present):
            window = first_clash(recurrence, other.recurrence, self.now(), self.calendars)
            if window is not None:
                yield Clash(other, window)

    def check_clash(
        self, recurrence: Recurrence, parts: Collection[tuple[str, str]], *, but: int | None, present: PresentParts
    ) -> list[Clash]:
        """Returns the clashes that precedence decides; raises NotPossible at one that it does not.

        Args:
            but: number of a schedule that is left out.
            present: returns the parts of the schedule of a number with the ids that the PBX has now.
        """
        found = list(self.clashes(recurrence, parts, but=but, present=present))
        for other, window in found:
            if other.rank == rank(recurrence):
                raise NotPossible(texts.clash(other.number, *window, zone=recurrence.zone or "UTC"))
        return found

    def waiting_for(self, number: int) -> list[ScheduleUpdate]:
        """Returns what lets the schedules begin now that wait for the end of a change."""
        values: Json = {"next_at": self.now(), "waits_for": None}
        return [ScheduleUpdate(number=one, values=values) for one in self._journal.schedules_waiting_for(number)]

    def after_override(self, ended: Entry, by: Entry, until: datetime | None) -> ScheduleUpdate | None:
        """Returns what lets a schedule go on after a change that has ended its occurrence.

        Args:
            ended: the occurrence.
            by: the change in its place.
            until: when that change ends; None if it has no end.
        """
        number, plan = ended.request.schedule, ended.plan
        if number is None or ended.request.source is not Source.SCHEDULE or plan is None or by.id == ended.id:
            return None
        ends = [one.run_at for one in self._journal.entries_about(ended.id) if one.state is State.SCHEDULED]
        note = texts.overridden(by.id)
        if until is None or not ends or until >= ends[0]:
            return ScheduleUpdate(number=number, values={"note": note})
        return ScheduleUpdate(number=number, values={"next_at": until, "waits_for": by.id, "note": note})


def _read(stored: StoredSchedule) -> RecurringSchedule:
    return RecurringSchedule(stored, Recurrence.model_validate(stored.recurrence))
