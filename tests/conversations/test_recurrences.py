"""Lines that repeat, by slash command: what is previewed, what is asked about, and what a calendar changes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.journal.models import Entry
from bot.journal.tables import schedules
from bot.sandbox.environment import DEMO_POLICY, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

SUNDAY = datetime(2026, 11, 29, 13, tzinfo=UTC)
"""14:00 in Berlin, where Ana is."""
CALENDARS = """
[calendars.holidays]
country = "DE"
[calendars.company]
file = "gone.ics"

"""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=DEMO_POLICY + CALENDARS, retry_policy=FAST_RETRIES, now=SUNDAY) as sandbox:
        yield ConversationHarness(sandbox)


def test_a_preview_shows_the_next_times_and_a_week(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk every weekday 18:00 to 8:00")
    said = scene.last_ephemeral().plain
    assert "tomorrow 18:00, Tue 1 Dec 18:00, Wed 2 Dec 18:00, Europe/Berlin" in said
    for day in (
        "Mon 30 Nov: 18:00-24:00",
        "Tue 1 Dec: 0:00-8:00, 18:00-24:00",
        "Sat 5 Dec: 0:00-8:00",
        "Sun 6 Dec: not at all",
    ):
        assert day in said
    assert not scene.changes()


def test_a_week_that_has_begun_is_shown_from_today_on(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk outside business hours?")
    said = scene.last_ephemeral().plain
    assert "Sun 29 Nov: all day" in said
    assert "Mon 30 Nov: 0:00-8:00, 18:00-24:00" in said


def test_what_is_over_today_is_not_in_the_week(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk every day from 22:00 for 9h")
    said = scene.last_ephemeral().plain
    assert "Sun 29 Nov: 22:00-24:00" in said
    assert "Mon 30 Nov: 0:00-7:00, 22:00-24:00" in said


def test_holidays_are_those_of_the_calendar_in_the_policy(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk on holidays")
    said = scene.last_ephemeral().plain
    assert "Fri 25 Dec: all day (Christmas Day)" in said


def test_a_calendar_that_cannot_be_read_says_so(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk on company holidays")
    assert "The calendar “company” has no days to come" in scene.last_ephemeral().plain
    scene.do("preview recall Sales to Night Desk every weekday 18:00 to 8:00 except on company holidays")
    assert "The calendar “company” can't be read: " in scene.last_ephemeral().plain


def test_an_open_half_of_the_day_is_asked_about_and_its_button_means_one(scene: ConversationHarness) -> None:
    scene.do("preview recall Sales to Night Desk every day 6 to 8")
    asked = scene.last_ephemeral()
    for label in ("every day 6:00 to 8:00", "every day 18:00 to 20:00", "every day 18:00 to 8:00"):
        assert f"[{label}]" in asked.plain
    scene.click(asked, "every day 18:00 to 8:00")
    assert "Mon 30 Nov: 0:00-8:00, 18:00-24:00" in scene.last_ephemeral().plain


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("recall Sales to Night Desk every weekday from 18:00", "Until when every weekday?"),
        ("recall Sales to Night Desk on Monday and Tuesday 9:00 to 12:00", "Every week, or only once?"),
        ("recall Sales to Night Desk every 3rd Friday 9:00 to 12:00", "on the 3rd Friday of every month"),
        ("every night recall Sales to Night Desk", "From when to when every night?"),
        ("delete Sales every night", "Only recall, add, remove, move and the server's settings can repeat."),
        (
            "rename Sales to Support every Friday",
            "Only recall, add, remove, move and the server's settings can repeat.",
        ),
        ("undo 42 every night", "Only recall, add, remove, move and the server's settings can repeat."),
        ("recall Sales to Night Desk on school holidays", "There is no calendar “school”"),
        ("recall Sales to Night Desk every 2 hours", "not by hours or minutes"),
    ],
)
def test_what_is_not_understood_says_what_to_type(scene: ConversationHarness, line: str, said: str) -> None:
    scene.do(line)
    assert said in scene.last_ephemeral().plain
    assert not scene.changes()


CLOSED = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nSUMMARY:Closed\nEND:VEVENT\nEND:VCALENDAR\n"
TWICE = CLOSED.replace("SUMMARY", "RRULE:FREQ=DAILY;INTERVAL=8;COUNT=2\nSUMMARY")


def test_days_that_a_calendar_gains_or_loses_count_from_then_on(scene: ConversationHarness) -> None:
    sandbox = scene.sandbox
    file, task = sandbox.park.settings.park_policy.parent / "gone.ics", sandbox.park.tenant.calendars

    def read_again(day: str) -> None:
        file.write_text(CLOSED.format(day=day))
        task._tried.clear()
        task.turn()
        sandbox.settle()

    read_again("20261230")
    scene.do("recall Sales to Night Desk on company holidays")
    assert "30 Dec" in scene.cards()[-1].plain
    read_again("20261212")
    assert "12 Dec" in scene.cards()[-1].plain
    read_again("20261220")
    assert "20 Dec" in scene.cards()[-1].plain
    read_again("20261129")
    night = sandbox.pbx.state.ring_group_id("Night Desk")
    sandbox.slack.wait_for(lambda: sandbox.pbx.state.groups[scene.id("Sales")]["ring_group_id"] == night)
    scene.do("undo 2")
    sandbox.settle()
    assert sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY"
    task.turn()
    sandbox.settle()
    assert sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY", "what was ended stays ended"


def test_a_calendar_that_is_read_while_a_time_is_stored_counts(
    scene: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = scene.sandbox.park.tenant
    file, task, end = scene.sandbox.park.settings.park_policy.parent / "gone.ics", tenant.calendars, tenant.journal.end

    def read(day: str) -> None:
        file.write_text(CLOSED.format(day=day))
        task._tried.clear()
        task.turn()

    def end_after_reading(*args: Any, **values: Any) -> Entry:
        read("20261212")  # after the time was computed, and before it is stored
        return end(*args, **values)

    read("20261230")
    monkeypatch.setattr(tenant.journal, "end", end_after_reading)
    scene.do("recall Sales to Night Desk on company holidays")
    stored = tenant.journal.stored_schedule(1)
    assert stored is not None
    assert stored.next_at is not None
    assert (stored.next_at.month, stored.next_at.day) in {(12, 11), (12, 12)}
    assert "12 Dec" in scene.cards()[-1].plain


@pytest.mark.parametrize("line", ["can me {}", "who can {}"])
def test_questions_about_the_policy_know_the_calendars(scene: ConversationHarness, line: str) -> None:
    scene.do(line.format("recall Sales to Night Desk on holidays"))
    assert "recall Sales to Night Desk on holidays" in scene.last_ephemeral().plain
    assert "knows no holidays" not in scene.last_ephemeral().plain
    scene.do(line.format("recall Sales to Night Desk on school holidays"))
    assert "There is no calendar “school”" in scene.last_ephemeral().plain


def test_what_an_earlier_park_skipped_of_a_schedule_stays_skipped_when_its_calendar_is_read(
    scene: ConversationHarness,
) -> None:
    tenant, settings = scene.sandbox.park.tenant, scene.sandbox.park.settings
    (settings.park_policy.parent / "gone.ics").write_text(TWICE.format(day="20261212"))
    tenant.calendars._tried.clear()
    tenant.calendars.turn()
    scene.do("recall Sales to Night Desk on company holidays")
    scene.do("skip 1")
    with tenant.journal.database.writing() as connection:  # an earlier Park stored nothing but the next time
        recurrence = connection.scalars(select(schedules.c.recurrence)).one()
        assert recurrence.pop("skipped_until")
        connection.execute(update(schedules).values(recurrence=recurrence))
    tenant.calendars._tried.clear()
    tenant.calendars.turn()
    (known,) = tenant.journal.standing_schedules()
    assert known.next_at == datetime(2026, 12, 19, 23, tzinfo=UTC)
