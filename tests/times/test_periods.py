"""Periods of the past as people name them, on the clocks where they live."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.times.periods import is_period, period_text, read_period
from bot.times.points import Period

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 10, 15, tzinfo=UTC)
"""A Sunday, 11:15 in Berlin."""

PERIODS = {
    # days
    "today": ("2026-11-29", "2026-11-30"),
    "Yesterday": ("2026-11-28", "2026-11-29"),
    "the day before yesterday": ("2026-11-27", "2026-11-28"),
    "on Monday": ("2026-11-23", "2026-11-24"),
    "Sunday": ("2026-11-29", "2026-11-30"),
    "last Sunday": ("2026-11-22", "2026-11-23"),
    "on 3 November": ("2026-11-03", "2026-11-04"),
    "on Nov 3rd": ("2026-11-03", "2026-11-04"),
    "on the 3rd": ("2026-11-03", "2026-11-04"),
    "on the 30th": ("2026-10-30", "2026-10-31"),
    "on 3 December": ("2025-12-03", "2025-12-04"),
    "on 3.11": ("2026-11-03", "2026-11-04"),
    "on 24.12.2025": ("2025-12-24", "2025-12-25"),
    "2026-11-01": ("2026-11-01", "2026-11-02"),
    "2 days ago": ("2026-11-27", "2026-11-28"),
    # parts of days
    "last night": ("2026-11-28 17:00", "2026-11-29 07:00"),
    "overnight": ("2026-11-28 17:00", "2026-11-29 07:00"),
    "during the night": ("2026-11-28 17:00", "2026-11-29 07:00"),
    "this morning": ("2026-11-29", "2026-11-29 12:00"),
    "yesterday evening": ("2026-11-28 17:00", "2026-11-29"),
    "on Friday night": ("2026-11-27 17:00", "2026-11-28 07:00"),
    "yesterday at 18:00": ("2026-11-28 17:30", "2026-11-28 18:30"),
    "yesterday between 9:00 and 11:00": ("2026-11-28 09:00", "2026-11-28 11:00"),
    "from 9 to 11 yesterday": ("2026-11-28 09:00", "2026-11-28 11:00"),
    "between 22:00 and 6:00": ("2026-11-28 22:00", "2026-11-29 06:00"),
    # weeks, months, years
    "this week": ("2026-11-23", "2026-11-30"),
    "last week": ("2026-11-16", "2026-11-23"),
    "in week 47": ("2026-11-16", "2026-11-23"),
    "last weekend": ("2026-11-21", "2026-11-23"),
    "over the weekend": ("2026-11-28", "2026-11-30"),
    "in November": ("2026-11-01", "2026-12-01"),
    "in december": ("2025-12-01", "2026-01-01"),
    "in Nov 2025": ("2025-11-01", "2025-12-01"),
    "last November": ("2025-11-01", "2025-12-01"),
    "2026-10": ("2026-10-01", "2026-11-01"),
    "last month": ("2026-10-01", "2026-11-01"),
    "in 2025": ("2025-01-01", "2026-01-01"),
    "last year": ("2025-01-01", "2026-01-01"),
    # lengths back from now
    "in the last week": ("2026-11-22 11:15", "2026-11-29 11:16"),
    "in the past month": ("2026-10-29 11:15", "2026-11-29 11:16"),
    "the last 24 hours": ("2026-11-28 11:15", "2026-11-29 11:16"),
    "within the last two days": ("2026-11-27 11:15", "2026-11-29 11:16"),
    "last hour": ("2026-11-29 10:15", "2026-11-29 11:16"),
    # open
    "since Monday": ("2026-11-23", None),
    "since last month": ("2026-10-01", None),
    "since last night": ("2026-11-28 17:00", None),
    "since November": ("2026-11-01", None),
    "since yesterday 18:00": ("2026-11-28 18:00", None),
    "since 14:00": ("2026-11-28 14:00", None),
    "since midnight": ("2026-11-29", None),
    "since 2h": ("2026-11-29 09:15", None),
    "since 3 days ago": ("2026-11-26", None),
    "after 3 November": ("2026-11-04", None),
    "until 3 November": (None, "2026-11-04"),
    "before Monday": (None, "2026-11-23"),
    # ranges
    "from 1 to 15 November": ("2026-11-01", "2026-11-16"),
    "1-15 Nov": ("2026-11-01", "2026-11-16"),
    "from Nov 1 to Nov 15": ("2026-11-01", "2026-11-16"),
    "between the 1st and the 15th of November 2025": ("2025-11-01", "2025-11-16"),
    "from 1. to 15. November": ("2026-11-01", "2026-11-16"),
    "from 2026-11-01 to 2026-11-15": ("2026-11-01", "2026-11-16"),
    "between 25 December and 5 January": ("2025-12-25", "2026-01-06"),
    "from October to November": ("2026-10-01", "2026-12-01"),
    "between Monday and Wednesday": ("2026-11-23", "2026-11-26"),
    "from Friday to Monday": ("2026-11-20", "2026-11-24"),
    "between Friday 18:00 and Monday 8:00": ("2026-11-20 18:00", "2026-11-23 08:00"),
    "from yesterday to today": ("2026-11-28", "2026-11-30"),
    "since 1 November until yesterday": ("2026-11-01", "2026-11-29"),
}


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC) if text else None


@pytest.mark.parametrize(("typed", "expected"), PERIODS.items())
def test_a_period_is_read_as_people_mean_it(typed: str, expected: tuple[str | None, str | None]) -> None:
    assert read_period(typed, NOW, BERLIN) == Period(*map(at, expected))
    assert is_period(typed)


@pytest.mark.parametrize(
    "typed", ["Sales", "in Sales", "1001", "since forever", "week", "Desk 3", "from Sales", "x" * 99]
)
def test_what_is_no_period_is_left_to_others(typed: str) -> None:
    assert read_period(typed, NOW, BERLIN) is None
    assert not is_period(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    {
        "tomorrow": "“tomorrow” is still to come",
        "next week": "still to come",
        "in 2027": "still to come",
        "since 2099-12-31": "still to come",
        "tonight": "still to come",
        "on 30 February": "There is no 30 february in the calendar",
        "on 03/04": "3/4 can be two dates. Type the month as a word",
    }.items(),
)
def test_a_period_that_can_not_be_is_refused_in_words(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_period(typed, NOW, BERLIN)
    assert is_period(typed)


def test_in_the_small_hours_last_night_has_not_ended() -> None:
    assert read_period("last night", at("2026-11-29 02:00") or NOW, BERLIN) == Period(
        at("2026-11-28 17:00"), at("2026-11-29 07:00")
    )
    assert read_period("tonight", at("2026-11-29 02:00") or NOW, BERLIN) == Period(
        at("2026-11-28 17:00"), at("2026-11-29 07:00")
    )


@pytest.mark.parametrize(
    ("zone", "begun"),
    [("Europe/Berlin", "2026-10-24T22:00"), ("UTC", "2026-10-25T00:00"), ("Asia/Tokyo", "2026-10-24T15:00")],
)
def test_a_day_begins_in_the_persons_zone_whatever_the_clocks_do(zone: str, begun: str) -> None:
    found = read_period("since Sunday", datetime(2026, 10, 26, 12, tzinfo=UTC), ZoneInfo(zone))
    assert found is not None
    assert found.start == datetime.fromisoformat(f"{begun}+00:00")


minutes = st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 29)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(minutes, st.timedeltas(timedelta(minutes=1), timedelta(days=900)), st.sampled_from(["both", "start", "end"]))
def test_a_period_on_a_button_means_the_same_at_any_time(start: datetime, length: timedelta, which: str) -> None:
    end = (start + length).replace(second=0, microsecond=0)
    period = Period(start if which != "end" else None, end if which != "start" else None)
    later = max(start, end) + timedelta(days=1)
    text = period_text(period, ZoneInfo("UTC"))
    assert read_period(text, later, ZoneInfo("UTC")) == period
    assert read_period(text, later + timedelta(days=400), ZoneInfo("UTC")) == period


@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from(["from", "to", "since", "last", "1", "15", "nov", "9:00", "the", "week", "of", "and"])
    ).map(" ".join)
)
def test_any_text_is_a_period_or_none(text: str) -> None:
    is_period(text)
