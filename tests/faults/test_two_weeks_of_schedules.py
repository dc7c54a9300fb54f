"""Two weeks of random schedules, changes by hand, crashes and downtimes: base states come back, ends happen once."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.changes.plan import Plan
from bot.journal.journal import LEASE
from bot.journal.models import Entry, ScheduleState, State
from bot.messages.request import Source
from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.bot_harness import ANA, BotHarness, bot_harness

pytestmark = pytest.mark.timeout(600)
START = datetime(2026, 10, 19, 9, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Monday; summer time ends on the Sunday."""
LENGTH = timedelta(days=14)
POLICY = f'[[allow]]\nname = "Ana"\nusers = ["{ANA}"]\noperations = ["all"]\nrecurring = true\n'
SCHEDULES = (
    "recall Sales to Night Desk every weekday 18:00 to 8:00",
    "recall Sales to Night Desk every day from 22:00 for 9h",
    "recall Sales to Reception every Saturday and Sunday",
    "recall Sales to Reception every 2nd Tuesday 7:00 to 20:00",
    "recall Sales to Reception every Wednesday 19:00 to 21:00",
    "recall Sales to Night Desk on 24 and 31 October",
    "recall Sales to Night Desk on 24 October",  # no repetition, but a permanent change that begins then
    "recall Sales to user every day 12:00 to 13:00 until 26 October",
    "recall Sales to Night Desk every day 2:30 to 3:30",
    "add 1001 to Sales every Friday 13:00 to 17:00",
)
LINES = (
    "recall Sales to Reception for 3h",
    "recall Sales to Night Desk for 30h",
    "recall Sales to Reception in 5h for 8h",
    "recall Sales to Reception",
    "recall Sales to user",
    "skip 1",
    "skip 2 until Friday 12:00",
    "pause schedule 1",
    "resume schedule 1",
    "delete schedule 2",
    "undo last occurrence",
    "down",
    "crash",
)


class SetClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


class TwoWeeks:
    """Plays lines at their times, and between them whatever is due."""

    def __init__(self, park: BotHarness, clock: SetClock) -> None:
        self.park, self.clock = park, clock
        self.first_base = self.recall()
        self.permanent: list[int] = []
        """Numbers of the permanent changes that were asked for, for now or for later."""

    def recall(self) -> tuple[object, object]:
        return _recall(next(one for one in self.park.fake_pbx.state.groups.values() if one["name"] == "Sales"))

    def base(self) -> tuple[object, object]:
        """Returns what the last permanent change has set, whenever it was made."""
        made = [one for one in map(self.park.journal.get, self.permanent) if one.state is State.DONE]
        if not made:
            return self.first_base
        last = max(made, key=lambda one: (one.ended_at or one.run_at, one.id))
        (change,) = Plan.model_validate(last.plan).changes
        assert change.after is not None
        return _recall(change.after.settings)

    def do(self, line: str, length: int) -> None:
        if line == "down":
            self.clock.time += timedelta(hours=length)
        elif line == "crash":
            if self.park.journal.claim("a worker that dies") is not None:
                self.clock.time += LEASE + timedelta(seconds=1)
        elif line == "undo last occurrence":
            held = [first for first, _ in self.park.planner.repository.scheduled_ends()]
            if held:
                self.submit(f"undo {held[-1].id}")
        else:
            self.submit(line)
        self.park.work()

    def submit(self, line: str) -> None:
        self.park.ask(line)
        self.park.work()
        entry = self.park.journal.find(f"T1:{next(self.park.keys) - 1}")
        if entry is not None and entry.plan is not None:
            plan = Plan.model_validate(entry.plan)
            if plan.repetition is None and plan.about is None and (plan.times is None or plan.times.ends is None):
                self.permanent.append(entry.id)

    def until(self, end: datetime) -> None:
        """Processes what is due until a time, each at its time."""
        while (due := self.park.journal.due_in()) is not None and self.clock.time + due <= end:
            self.clock.time += due
            self.park.work()
            self.check()
        self.clock.time = max(end, self.clock.time)

    def check(self) -> None:
        """At most one change holds the setting; where none does, the base is there."""
        ends = list(self.park.planner.repository.scheduled_ends())
        held = [first for first, _ in ends if "recall" in first.request.line]
        assert len(held) <= 1, [one.request.line for one in held]
        if not held:
            assert self.recall() == self.base(), (self.clock.time, self.recall(), self.base())

    def finish(self) -> None:
        """Deletes all schedules, lets everything end, and looks at what is left."""
        for one in self.park.journal.standing_schedules():
            self.submit(f"delete schedule {one.number}")
        self.until(self.clock.time + timedelta(days=3))
        assert not self.park.journal.waiting()
        assert self.recall() == self.base()
        assert "1001" not in self.park.fake_pbx.state.members_of("Sales")
        for entry in self.park.journal.recent(10_000):
            _check_ends(self.park, entry)


def _recall(settings: Mapping[str, object]) -> tuple[object, object]:
    sent = settings["recall_to"] != "USER_ONLY"  # else the PBX keeps a ring group that nothing is sent to
    return settings["recall_to"], settings.get("ring_group_id") if sent else None


def _check_ends(park: BotHarness, entry: Entry) -> None:
    """Asserts that a temporary change has one end, which was made, or called off by what ended it before."""
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    if plan is None or plan.times is None or plan.times.ends is None or entry.state is not State.DONE:
        return
    about = park.journal.entries_about(entry.id)
    ends = [one.state for one in about if one.request.source is Source.CLOCK]
    assert len(ends) == 1, (entry.id, ends)
    assert ends[0] in (State.DONE, State.ALREADY, State.CANCELLED), (entry.id, ends)


@contextmanager
def two_weeks(fake_pbx: FakePbx) -> Iterator[TwoWeeks]:
    clock = SetClock()
    with (
        tempfile.TemporaryDirectory() as folder,
        bot_harness(Path(folder), policy=POLICY, fake_pbx=fake_pbx, now=clock) as park,
    ):
        yield TwoWeeks(park, clock)


schedules = st.lists(st.sampled_from(SCHEDULES), min_size=1, max_size=4, unique=True)
moments = st.lists(st.tuples(st.integers(0, 14 * 24 * 4), st.sampled_from(LINES), st.integers(1, 40)), max_size=10).map(
    sorted
)


@given(schedules=schedules, moments=moments)
@example(
    schedules=["recall Sales to Night Desk every weekday 18:00 to 8:00", "recall Sales to Night Desk on 24 October"],
    moments=[(0, "pause schedule 1", 1)] + 4 * [(0, "recall Sales to Reception for 3h", 1)],
)
@example(schedules=["recall Sales to Night Desk on 24 October"], moments=[])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_base_states_come_back_and_ends_happen_once(schedules: list[str], moments: list[tuple[int, str, int]]) -> None:
    with two_weeks(FakePbx()) as weeks:
        for line in schedules:
            weeks.submit(line)
        for quarters, line, length in moments:
            weeks.until(START + timedelta(minutes=15 * quarters))
            weeks.do(line, length)
        weeks.until(START + LENGTH)
        weeks.finish()


def test_without_anything_else_it_begins_and_ends_when_the_rule_says() -> None:
    with two_weeks(FakePbx()) as weeks:
        weeks.submit(SCHEDULES[0])
        (schedule,) = weeks.park.planner.repository.schedules.standing()
        windows = weeks.park.planner.repository.schedules.coming(schedule, 10)
        weeks.until(START + LENGTH)
        made = [one for one in weeks.park.journal.recent(1000) if one.request.schedule == 1]
        begun = sorted(one.run_at for one in made if one.request.source is Source.SCHEDULE and one.state is State.DONE)
        ended = sorted(one.run_at for one in made if one.request.source is Source.CLOCK and one.state is State.DONE)
        assert begun == [one.starts for one in windows]
        assert ended == [one.ends for one in windows][: len(ended)]
        assert len(ended) >= len(begun) - 1
        stored = weeks.park.journal.stored_schedule(1)
        assert stored is not None
        assert stored.state is ScheduleState.ACTIVE
