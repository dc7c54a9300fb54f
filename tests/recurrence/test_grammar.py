"""What people type for a repetition, what it means to them, and what they are told where it is left open."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis.strategies import lists, sampled_from

from bot.errors import NotPossible
from bot.messages.text import split_words
from bot.operations.arguments.times import RECURS
from bot.recurrence.format import describe
from bot.recurrence.model import NoCalendars, Recurrence
from bot.recurrence.reading import may_repeat, read_recurrence
from bot.recurrence.settling import meanings
from bot.recurrence.windows import next_window
from bot.times.clauses import read_times
from bot.times.model import MONTHS, OnDate, OnWeekday, WorkingDay
from bot.times.spelling import normalize
from tests.recurrence.strategies import recurrences
from tests.recurrence.test_windows import Holidays

NOW = datetime(2026, 11, 29, 13, tzinfo=UTC)
"""A Sunday, 14:00 in Berlin."""
MEANINGS = {
    "every weekday 18:00 to 8:00": (
        "weekdays 18:00-8:00",
        "mon-fri 6pm to 8am",
        "Monday to Friday 18:00 to 8:00",
        "every Mon-Fri 18:00 till 8:00",
        "every weekday between 18:00 and 8:00",
        "each weekday from 6pm until 8am",
        "on weekdays, 18:00\u20138:00",
        "every workday 18:00 to 8:00",
        "every business day 18h00-8h00",
        "Mondays to Fridays 18:00 to 8:00",
        "18:00 to 8:00 every weekday",
        "every day from Monday to Friday 18:00 to 8:00",
        "every weekday eod to 8:00",
        "every weekday from end of day to morning",
        "every weekday after hours",
        "every week on weekdays 18:00-8:00",
    ),
    "every day from 22:00 for 9h": (
        "daily from 22:00 for 9 hours",
        "every night at 22:00 for 9h",
        "for 9h every day from 22:00",
    ),
    "every day 22:00 to 6:00": (
        "each night 22-6",
        "nightly 22-6",
        "every night 10pm to 6am",
        "everyday 22:00-06:00",
        "every night 10 to 6",
        "daily 22 to 6",
        "every single day 22:00 to 6:00",
    ),
    "every day 18:00 to 0:00": ("daily 18:00 to midnight", "every day 18:00-24:00", "every day 18 to 24"),
    "every day 18:00 to 20:00": ("every evening 6 to 8", "every day 6 to 8pm"),
    "every Saturday and Sunday": (
        "at weekends",
        "weekends",
        "every weekend",
        "on Saturdays and Sundays",
        "sat & sun every week",
        "every Sat, Sun all day",
    ),
    "every Friday 13:00 to 17:00": (
        "Fridays 1-5pm",
        "every Friday 13-17",
        "on Fridays from 13:00 until 17:00",
        "every week on Friday 13:00 to 17:00",
        "once a week on Friday 13:00 to 17:00",
    ),
    "every Friday 18:00 to Monday 8:00": (
        "every weekend from Friday 18:00 to Monday 8:00",
        "Fridays 18:00 to Monday 8:00",
    ),
    "every Monday, Wednesday and Friday 9:00 to 12:00": (
        "every mon/wed/fri 9:00-12:00",
        "Mondays, Wednesdays & Fridays 9:00 to 12:00",
        "every mon wed fri 9:00 to 12:00",
    ),
    "every Monday to Thursday 9:00 to 12:00": (
        "every weekday except Fridays 9:00 to 12:00",
        "every Mon-Thu 9:00-12:00",
    ),
    "every other Monday 9:00 to 12:00 from 30 November 2026 until 31 March 2027": (
        "every 2nd Monday 9:00 to 12:00 until 31 March",
        "every second Monday 9:00-12:00 until the end of March",
        "every two weeks on Monday 9:00 to 12:00 until 31 March",
        "fortnightly on Monday 9:00-12:00 until 31 March 2027",
        "alternate Mondays 9:00 to 12:00 through 31 March",
    ),
    "on the 1st Monday of every month 9:00 to 12:00": (
        "every first Monday of the month 9:00 to 12:00",
        "first Monday of each month 9:00-12:00",
        "every month on the first Monday 9:00 to 12:00",
        "every first Monday 9:00 to 12:00",
    ),
    "on the last Friday of every month": ("every last Friday", "last Friday of the month"),
    "on the 1st of every month": ("on the first day of each month", "monthly on the 1st", "every 1st of the month"),
    "on the 1st weekday of every month": ("every first working day of the month",),
    "on the last day of every month": ("last day of the month",),
    "on the 1st and 15th of every month": ("on the 1st and the 15th of each month",),
    "every 24 December": (
        "every year on 24 December",
        "yearly on December 24",
        "each December 24th",
        "24 December every year",
    ),
    "every 24 December and 31 December": ("every 24 and 31 December", "every December 24 and 31"),
    "on 24 December 2026 and 31 December 2026": (
        "on 24 and 31 December",
        "on December 24 and 31",
        "on 24.12. and 31.12.",
    ),
    "on 24 December 2026 and 6 January 2027": ("on 24 December and 6 January",),
    "on holidays": ("on public holidays", "every bank holiday", "during holidays", "on all public holidays"),
    "on holidays 9:00 to 12:00": ("9:00 to 12:00 on holidays",),
    "outside weekdays 8:00 to 18:00": (
        "outside business hours",
        "after hours",
        "out of hours",
        "outside of office hours",
    ),
    "outside weekdays 8:00 to 18:00 and on holidays": ("after hours and on holidays",),
    "every weekday 8:00 to 18:00": ("during business hours", "in office hours", "weekdays during working hours"),
    "every weekday 18:00 to 8:00 except on holidays": (
        "weekdays except holidays 18:00-8:00",
        "every weekday 18:00 to 8:00 but not on public holidays",
    ),
    "every weekday 18:00 to 8:00 from 1 December 2026 until 31 March 2027": (
        "weekdays 18:00-8:00 starting 1 December until 31 March",
        "from 1 December until 31 March weekdays 18:00-8:00",
    ),
    "every weekday 18:00 to 8:00 until 12 December 2026": ("weekdays 18:00-8:00 for 2 weeks",),
    "every Monday until 4 December 2026": (
        "every Monday until and including Friday",
        "every Monday until Friday 4 Dec",
    ),
    "every Monday 9:00 to 12:00 until 4 December 2026": (
        "every Monday 9:00 to 12:00 until Friday",
        "Mondays until Friday 9:00 to 12:00",
    ),
    "every weekday 18:00 to 8:00 until 4 December 2026": ("weekdays 18:00-8:00 until Friday",),
    "every weekday 18:00 to 8:00 America/New_York": ("weekdays 6pm-8am EST", "weekdays 6pm EST to 8am EST"),
}
SEVERAL = {
    "every day 6 to 8": ("every day 6:00 to 8:00", "every day 18:00 to 20:00", "every day 18:00 to 8:00"),
    "every Monday at 9 for 2h": ("every Monday from 9:00 for 2h", "every Monday from 21:00 for 2h"),
    "every Monday from 3/4": ("every Monday from 3 April 2027", "every Monday from 4 March 2027"),
}
OPEN = {
    "every night": "From when to when every night?",
    "nightly": "From when to when every night?",
    "daily": "From when to when every day?",
    "every morning": "From when to when every morning?",
    "every night until 7:00": "From when to when",
    "Mon-Fri": "From when to when every weekday?",
    "every weekday from 18:00": "Until when every weekday?",
    "every Monday at 9": "Until when every Monday?",
    "weekly": "On which day of the week?",
    "every week": "On which day of the week?",
    "every month": "On which day of the month?",
    "monthly": "On which day of the month?",
    "every 3rd Friday": "on the 3rd Friday of every month",
    "every third Friday 9:00 to 12:00": "every 3 weeks on Friday",
    "hourly": "not by hours",
    "every 2 hours": "not by hours",
    "every 30 minutes": "not by hours",
    "every quarter": "Type the dates",
    "every 30 February": "There is no 30 february",
    "every 32nd of the month": "No month has",
    "every weekday 18:00 to 8:00 for 2h": "says two ends",
    "every weekday 18:00 to 8:00 blub": "I can't read “blub”",
    "every Tuesday 25:00 to 26:00": "I can't read “25:00",
    "every Friday 13:00 to 17:00 until Christmas": "until christmas",
    "every weekday 18:00 to 8:00 and every Saturday": "line of its own for “every saturday”",
    "every day 18:00 to 20:00 except 24 December": "Park can leave out",
    "mon and tue 9:00 to 12:00": "Every week, or only once?",
    "every weekday 18:00 to 8:00 UTC+05:30": "place of the clocks",
    "every weekday 9:00 CET to 17:00 EST": "one time zone",
    "outside business hours 9:00 to 12:00": "have their times",
    "every Monday 18:00 to Friday 8:00 to 9:00": "I can't read",
    "every Monday and Tuesday 18:00 to Friday 8:00": "doesn't fit the other days",
    "on 24 December 2026 and 31 December": "Type every date",
    "every other weekday 9:00 to 12:00": "Every other week",
    "every Monday until Friday": "“to Friday” for the days of the week",
    "every Monday until Monday": "“until and including Monday” for the last day",
    "every Monday and Wednesday until Friday 18:00 to 20:00": "can mean two things",
    "every Tuesday until Monday 9:00 to 12:00": "can mean two things",
    "every day 9:00 to 12:00 except Saturday until Monday": "can mean two things",
}
REFUSED = {
    "every day 0:00 to 24:00": "has no break",
    "every weekday 18:00 to 8:00 from 1 March until 1 February 2027": "ends before",
    "on unknown holidays": "There is no calendar “unknown”",
    "every Monday until tomorrow": None,
    "on 24 December 2020 and 31 December 2020": "never happens",
}
PHRASES = [(typed, said) for said, phrases in MEANINGS.items() for typed in phrases]


def settled(typed: str) -> list[str]:
    found = meanings(read_recurrence(split_words(typed)), NOW, "Europe/Berlin", WorkingDay(), Holidays())
    return [describe(one, zone="Europe/Berlin") for one in found]


@pytest.mark.parametrize(("typed", "said"), PHRASES, ids=[typed for typed, _ in PHRASES])
def test_a_phrase_means_what_people_mean_by_it(typed: str, said: str) -> None:
    assert settled(typed) == [said]
    assert "recurs" in read_times(split_words(typed))


@pytest.mark.parametrize("typed", list(SEVERAL))
def test_a_phrase_with_several_meanings_is_asked_about(typed: str) -> None:
    assert settled(typed) == [*SEVERAL[typed]]


@pytest.mark.parametrize("typed", list(OPEN))
def test_a_phrase_that_leaves_something_open_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.:]") as refused:
        read_recurrence(split_words(typed))
    assert OPEN[typed] in str(refused.value)
    assert read_times(split_words(typed)).keys() <= {"starts", "ends"}


@pytest.mark.parametrize("typed", [typed for typed, why in REFUSED.items() if why])
def test_what_can_never_be_in_effect_or_always_is_refused(typed: str) -> None:
    with pytest.raises(NotPossible) as refused:
        settled(typed)
    assert str(REFUSED[typed]) in str(refused.value)
    assert "Nothing was changed." in str(refused.value)


def test_without_a_calendar_holidays_are_refused() -> None:
    with pytest.raises(NotPossible, match="Park knows no holidays yet"):
        meanings(read_recurrence(split_words("on holidays")), NOW, "UTC", WorkingDay(), NoCalendars())


class Several(Holidays):
    """Two calendars, none of which is called holidays."""

    def names(self) -> tuple[str, ...]:
        return ("berlin", "company")

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        return super().days("holidays", first, last)


def test_of_several_calendars_the_one_that_is_meant_is_asked_about() -> None:
    found = meanings(read_recurrence(split_words("on holidays")), NOW, "UTC", WorkingDay(), Several())
    assert [describe(one, zone="UTC") for one in found] == ["on berlin holidays", "on company holidays"]
    found = meanings(read_recurrence(split_words("on company holidays")), NOW, "UTC", WorkingDay(), Several())
    assert [one.calendar for one in found] == ["company"]


def test_the_working_day_says_what_business_hours_are() -> None:
    [found] = meanings(
        read_recurrence(split_words("outside business hours")),
        NOW,
        "Europe/Berlin",
        WorkingDay(time(7, 30), time(16, 45)),
        NoCalendars(),
    )
    assert describe(found, zone="Europe/Berlin") == "outside weekdays 7:30 to 16:45"


@given(recurrences)
@example(Recurrence(rule="FREQ=WEEKLY;BYDAY=MO", until=OnWeekday(weekday="Monday")))
@example(Recurrence(rule="FREQ=WEEKLY;BYDAY=MO,WE", until=OnWeekday(weekday="Friday")))
def test_what_is_said_of_a_recurrence_is_read_as_the_same(recurrence: Recurrence) -> None:
    text = describe(recurrence)
    assert read_recurrence(split_words(text)) == recurrence
    assert may_repeat(normalize(text))


@given(recurrences)
def test_a_settled_recurrence_is_exact_and_said_back(recurrence: Recurrence) -> None:
    try:
        found = meanings(recurrence, NOW, "Europe/Berlin", WorkingDay(), Several())
    except NotPossible:
        return
    for one in found:
        assert one.is_settled
        assert read_recurrence(split_words(describe(one))) == one
        assert meanings(one, NOW + timedelta(hours=1), "Asia/Kolkata", WorkingDay(), Several())
        assert next_window(one, NOW, Several()) is not None


@pytest.mark.parametrize(
    "typed",
    [
        "at 18:00", "for 2h", "from 18:00 to 22:00", "on Monday 9:00", "until Friday", "from Monday to Friday",
        "on 24 December", "24 December 9:00 to 12:00", "tomorrow 8 to 10", "for the weekend", "all day Monday",
        "tonight", "overnight", "on Monday 9:00 to 12:00", "until the end of the day",
    ],
)  # fmt: skip
def test_a_time_that_does_not_repeat_is_read_as_before(typed: str) -> None:
    assert read_times(split_words(typed)).keys() <= {"starts", "ends"}
    assert read_times(split_words(typed))


@pytest.mark.parametrize("typed", ["on Monday every weekday 18:00 to 8:00", "Friday every Monday 9:00 to 12:00"])
def test_a_day_before_a_repetition_of_others_is_not_left_out(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_recurrence(split_words(typed))


PIECES = (
    "every each other daily on in the of a and not except for at from to until through outside business hours weekday"
    " weekend day days night week weeks month first 1st 2nd last Monday Fridays mon-fri December 24 31. 18:00 8 6pm 2"
    " holidays company tomorrow 2h Europe/Berlin ? - again"
)


@given(lists(sampled_from(PIECES.split()), min_size=1, max_size=9))
@example(["every", "every", "day", "Friday"])
@example(["every", "on", "Monday", "Friday"])
def test_whatever_words_are_typed_they_are_read_or_refused(words: list[str]) -> None:
    found = None
    with suppress(ValueError):
        found = read_recurrence(split_words(" ".join(words)))
    assert found is None or describe(found)


def test_each_date_can_be_the_last_day() -> None:
    for ahead in range(366):
        day = date(2028, 1, 1) + timedelta(days=ahead)
        words = f"every weekday 18:00 to 8:00 until {day.day} {MONTHS[day.month - 1]}"
        read = RECURS.read(split_words(words))
        assert read.until == OnDate(day=day.day, month=day.month), words
