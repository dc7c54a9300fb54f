"""What becomes of schedules: one in place of another, and calendars that name no further day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.journal.models import ScheduleState, State
from bot.operations.parser import parse_unconfirmed
from bot.planning.time_settler import TimeSettler
from bot.times.model import WorkingDay
from tests.bot_harness import BotHarness, bot_harness
from tests.faults.test_two_weeks_of_schedules import POLICY, START, SetClock

NIGHTLY = "recall Sales to Night Desk every weekday 18:00 to 8:00"


class Holidays:
    """One calendar, whose days can be set."""

    def __init__(self) -> None:
        self.known = dict[date, str]()

    def names(self) -> tuple[str, ...]:
        return ("holidays",)

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        return {day: text for day, text in self.known.items() if first <= day <= last}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def park(tmp_path: Path, clock: SetClock) -> Iterator[BotHarness]:
    with bot_harness(tmp_path, policy=POLICY, now=clock) as running:
        yield running


def states(park: BotHarness) -> dict[int, ScheduleState]:
    found = (park.journal.stored_schedule(entry.id) for entry in park.journal.recent(50))
    return {one.number: one.state for one in found if one is not None}


def until(park: BotHarness, clock: SetClock, **time: float) -> None:
    """Processes what is due within that time, each at its time."""
    end = clock.time + timedelta(**time)
    while (due := park.journal.due_in()) is not None and clock.time + due <= end:
        clock.time += due
        park.work()
    clock.time = end


def replace_first(park: BotHarness, line: str) -> None:
    request = park.request(line).model_copy(update={"ends_change": 1})
    assert park.dispatcher.submit(request, parse_unconfirmed(line)[0]) is None
    park.work()


def test_an_edited_schedule_comes_in_place_of_the_first_and_ends_what_that_has_set(
    park: BotHarness, clock: SetClock
) -> None:
    park.do(NIGHTLY)
    until(park, clock, hours=10)
    assert list(park.planner.repository.scheduled_ends())
    replace_first(park, "recall Sales to Night Desk every weekday 20:00 to 8:00")
    assert list(states(park).values()) == [ScheduleState.ACTIVE, ScheduleState.ENDED]
    assert not list(park.planner.repository.scheduled_ends())
    until(park, clock, hours=2)
    assert len(list(park.planner.repository.scheduled_ends())) == 1


def test_an_edit_that_is_refused_leaves_the_first_schedule_alone(park: BotHarness) -> None:
    park.do(NIGHTLY)
    park.do("recall Sales to Reception every Sunday")
    replace_first(park, "recall Sales to Night Desk every Sunday 8:00 to 9:00")
    assert states(park) == {1: ScheduleState.ACTIVE, 2: ScheduleState.ACTIVE}


def test_a_schedule_on_holidays_waits_for_days_that_its_calendar_does_not_name_yet(
    park: BotHarness, clock: SetClock
) -> None:
    holidays = Holidays()
    park.planner.repository.schedules.calendars = holidays
    park.planner.times = TimeSettler(park.people, WorkingDay(), holidays)
    holidays.known = {START.date() + timedelta(days=1): "A holiday"}
    park.do("recall Sales to Night Desk on holidays")
    until(park, clock, days=3)
    assert states(park) == {1: ScheduleState.ACTIVE}
    holidays.known = {START.date() + timedelta(days=20): "Another"}
    until(park, clock, days=16, hours=20)
    held = [first.request.line for first, _ in park.planner.repository.scheduled_ends()]
    assert held == ["recall Sales to Night Desk"]
    assert not park.messenger.replies


def test_a_schedule_ends_after_its_last_day(park: BotHarness, clock: SetClock) -> None:
    park.do(f"{NIGHTLY} until tomorrow")
    until(park, clock, days=4)
    assert states(park) == {1: ScheduleState.ENDED}
    made = [one for one in park.journal.recent(50) if one.request.schedule == 1 and one.about is None]
    assert [one.state for one in made] == [State.DONE, State.DONE]
