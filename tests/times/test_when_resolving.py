"""A time resolves to the instant that the user's clock shows, across changes of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotPossible
from bot.messages.text import split_words
from bot.operations.arguments.times import END, START
from bot.times.format import exact_time, format_duration, format_moment, format_time
from bot.times.model import MAX_DURATION, End, Start, WallClock
from bot.times.resolver import resolve
from tests.strategies import ends, starts

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=BERLIN)
"""In Berlin, a Friday afternoon."""


def meant(line: str, now: datetime) -> list[str]:
    """Returns the candidates in the zone of `now`, as dates and times with their UTC offset."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    argument_type = END if line.startswith(("for", "until", "to")) else START
    found = resolve(argument_type.read(split_words(line)), now.astimezone(UTC), zone)
    assert all(one.utcoffset() == timedelta() for one in found)
    return [f"{one.astimezone(zone):%Y-%m-%d %H:%M%z}" for one in found]


@pytest.mark.parametrize(
    ("line", "instant"),
    {
        "for 2h": "2026-11-27 17:00",
        "for 3 days": "2026-11-30 15:00",
        "until 07:00": "2026-11-28 07:00",
        "until 7pm": "2026-11-27 19:00",
        "until 18:00": "2026-11-27 18:00",
        "until 15:00": "2026-11-28 15:00",
        "until midnight": "2026-11-28 00:00",
        "today": "2026-11-28 00:00",
        "tonight": "2026-11-28 07:00",
        "until tomorrow": "2026-11-28 00:00",
        "until tomorrow 8am": "2026-11-28 08:00",
        "until today 18:00": "2026-11-27 18:00",
        "until tonight 22:00": "2026-11-27 22:00",
        "until tonight 2:00": "2026-11-28 02:00",
        "until Monday": "2026-11-30 00:00",
        "until Monday 9:00": "2026-11-30 09:00",
        "until Friday": "2026-12-04 00:00",
        "until Friday 16:00": "2026-11-27 16:00",
        "until Friday 14:00": "2026-12-04 14:00",
        "until next Friday": "2026-12-04 00:00",
        "until next Monday": "2026-11-30 00:00",
        "until 24 December": "2026-12-24 00:00",
        "until 1 March": "2027-03-01 00:00",
        "until 27 November": "2027-11-27 00:00",
        "until 2026-12-01 08:00": "2026-12-01 08:00",
        "until Thu 24 Dec 8:00": "2026-12-24 08:00",
        "at 18:00": "2026-11-27 18:00",
        "at tomorrow 8": "2026-11-28 08:00",
        "on Monday": "2026-11-30 00:00",
        "in 2h": "2026-11-27 17:00",
    }.items(),
)
def test_on_a_friday_afternoon_it_is_what_a_phone_team_expects(line: str, instant: str) -> None:
    assert [one[:-5] for one in meant(line, FRIDAY)] == [instant]


@pytest.mark.parametrize(
    ("line", "now", "instants"),
    [
        ("until 03/04/2027", FRIDAY, ["2027-03-04 00:00", "2027-04-03 00:00"]),
        ("until 03/04 8:00", FRIDAY, ["2027-03-04 08:00", "2027-04-03 08:00"]),
        ("on 03/04/2027", FRIDAY, ["2027-03-04 00:00", "2027-04-03 00:00"]),
        ("until 7", FRIDAY, ["2026-11-27 19:00", "2026-11-28 07:00"]),
        ("at 5", FRIDAY, ["2026-11-27 17:00", "2026-11-28 05:00"]),
        ("until 12", FRIDAY, ["2026-11-28 00:00", "2026-11-28 12:00"]),
        ("until Friday 5", FRIDAY, ["2026-11-27 17:00", "2026-12-04 05:00"]),
        ("until Friday midnight", FRIDAY.replace(day=26), ["2026-11-27 00:00", "2026-11-28 00:00"]),
        ("until next Sunday", FRIDAY, ["2026-11-29 00:00", "2026-12-06 00:00"]),
        ("until tomorrow 8:00", FRIDAY.replace(hour=1), ["2026-11-27 08:00", "2026-11-28 08:00"]),
    ],
)
def test_what_can_mean_two_days_gives_both(line: str, now: datetime, instants: list[str]) -> None:
    assert [one[:-5] for one in meant(line, now)] == instants


@pytest.mark.parametrize(
    ("line", "hour", "instant"),
    [
        ("tonight", 1, "2026-11-27 07:00"),
        ("tonight", 5, "2026-11-28 07:00"),
        ("tonight at 22:00", 1, "2026-11-27 22:00"),
        ("until tomorrow", 1, "2026-11-28 00:00"),
        ("today", 1, "2026-11-28 00:00"),
        ("until tomorrow 8:00", 4, "2026-11-28 08:00"),
    ],
)
def test_after_midnight_the_night_under_way_is_tonight(line: str, hour: int, instant: str) -> None:
    assert [one[:-5] for one in meant(line, FRIDAY.replace(hour=hour))] == [instant]


@pytest.mark.parametrize(
    ("line", "text"),
    {
        "until today 14:00": "is in the past",
        "until 2026-11-27 15:00": "is in the past",
        "until 2025-01-01": "is in the past",
        "at today": "at today 22:00",
        "at tonight": "at tonight 22:00",
        "until tonight 12:00": "isn't at night",
        "until 24 December 2029": "more than a year away",
        "until 29 February": "more than a year away",
        "until Monday 24 December": "is a Thursday, not a Monday",
    }.items(),
)
def test_what_can_not_be_is_refused_with_what_to_type(line: str, text: str) -> None:
    with pytest.raises(NotPossible, match=text) as refused:
        meant(line, FRIDAY)
    assert "Nothing was changed" in str(refused.value)


@pytest.mark.parametrize(
    ("start", "line", "instant"),
    [
        ("at tomorrow 18:00", "for 2h", "2026-11-28 20:00"),
        ("at tomorrow 18:00", "until 20:00", "2026-11-28 20:00"),
        ("at tomorrow 18:00", "until 7:00", "2026-11-29 07:00"),
        ("at 18:00", "until tomorrow 7:00", "2026-11-28 07:00"),
        ("at 18:00", "tonight", "2026-11-28 07:00"),
        ("on Monday 9:00", "until Tuesday", "2026-12-01 00:00"),
        ("on 24 December", "until 27 December", "2026-12-27 00:00"),
        ("in 2h", "for 30m", "2026-11-27 17:30"),
    ],
)
def test_an_end_is_reckoned_from_a_start_in_the_future(start: str, line: str, instant: str) -> None:
    (begins,) = resolve(START.read(split_words(start)), FRIDAY, BERLIN)
    (ends,) = resolve(END.read(split_words(line)), FRIDAY, BERLIN, begins=begins)
    assert f"{ends.astimezone(BERLIN):%Y-%m-%d %H:%M}" == instant


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(NotPossible, match="is before the start"):
        resolve(END.read(split_words("until tomorrow")), FRIDAY, BERLIN, begins=FRIDAY + timedelta(days=3))


SPRING, AUTUMN = datetime(2027, 3, 27, 12, tzinfo=BERLIN), datetime(2026, 10, 24, 12, tzinfo=BERLIN)
NEW_YORK, KOLKATA, LORD_HOWE = (
    ZoneInfo("America/New_York"),
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("Australia/Lord_Howe"),
)


@pytest.mark.parametrize(
    ("line", "now", "instant"),
    [
        ("for 24h", SPRING, "2027-03-28 13:00+0200"),
        ("until tomorrow 12:00", SPRING, "2027-03-28 12:00+0200"),
        ("for 1 day", AUTUMN, "2026-10-25 11:00+0100"),
        ("until 2:30", SPRING, "2027-03-28 03:00+0200"),
        ("at 2:30", SPRING, "2027-03-28 03:00+0200"),
        ("until 2:30", AUTUMN, "2026-10-25 02:30+0100"),
        ("at 2:30", AUTUMN, "2026-10-25 02:30+0200"),
        ("at 2:30", datetime(2026, 10, 25, 2, 40, tzinfo=BERLIN), "2026-10-25 02:30+0100"),
        ("at 2:30", datetime(2026, 10, 25, 2, 40, fold=1, tzinfo=BERLIN), "2026-10-26 02:30+0100"),
        ("until 2:30", datetime(2027, 3, 13, 12, tzinfo=NEW_YORK), "2027-03-14 03:00-0400"),
        ("until 1:30", datetime(2026, 10, 31, 12, tzinfo=NEW_YORK), "2026-11-01 01:30-0500"),
        ("at 1:30", datetime(2026, 10, 31, 12, tzinfo=NEW_YORK), "2026-11-01 01:30-0400"),
        ("for 24h", datetime(2026, 10, 31, 12, tzinfo=KOLKATA), "2026-11-01 12:00+0530"),
        ("until 7:00", datetime(2026, 10, 31, 12, tzinfo=KOLKATA), "2026-11-01 07:00+0530"),
        ("until 2:15", datetime(2026, 10, 3, 12, tzinfo=LORD_HOWE), "2026-10-04 02:30+1100"),
        ("until 1:45", datetime(2027, 4, 3, 12, tzinfo=LORD_HOWE), "2027-04-04 01:45+1030"),
        ("at 1:45", datetime(2027, 4, 3, 12, tzinfo=LORD_HOWE), "2027-04-04 01:45+1100"),
        ("for 24h", datetime(2027, 4, 3, 12, tzinfo=LORD_HOWE), "2027-04-04 11:30+1030"),
    ],
)
def test_the_clocks_change_and_durations_do_not(line: str, now: datetime, instant: str) -> None:
    assert meant(line, now) == [instant]


zones = st.sampled_from([BERLIN, NEW_YORK, KOLKATA, LORD_HOWE, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ends | starts, moments, zones)
def test_what_is_meant_lies_ahead_and_within_a_year_or_is_refused(
    value: End | Start, now: datetime, zone: ZoneInfo
) -> None:
    try:
        found = resolve(value, now, zone)
    except NotPossible:
        return
    assert 1 <= len(found) <= 4, "two things may be left open at once"
    assert list(found) == sorted(set(found))
    assert all(now < one <= now + MAX_DURATION for one in found)


@given(st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)), moments, zones)
def test_a_time_of_day_comes_within_a_day_and_what_the_clocks_are_put_back(
    clock: object, now: datetime, zone: ZoneInfo
) -> None:
    (start,) = resolve(Start.model_validate({"when": {"clock": clock}}), now, zone)
    assert start - now <= timedelta(hours=25)
    (end,) = resolve(End.model_validate({"when": {"clock": clock}}), now, zone)
    assert start <= end <= start + timedelta(hours=25)


@given(ends | starts, moments, zones)
def test_each_candidate_can_be_said_so_that_it_alone_is_meant(
    value: End | Start, now: datetime, zone: ZoneInfo
) -> None:
    try:
        found = resolve(value, now, zone)
    except NotPossible:
        return
    for at in found:
        if not isinstance(value.when, WallClock):
            continue  # a duration has one candidate, and seconds
        one = exact_time(value, at, zone)
        argument_type = END if isinstance(value, End) else START
        assert resolve(argument_type.read(split_words(format_time(one))), now, zone) == (at,)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 27, 18, tzinfo=BERLIN), "today 18:00, Europe/Berlin"),
        (datetime(2026, 11, 28, 7, tzinfo=BERLIN), "tomorrow 07:00, Europe/Berlin"),
        (datetime(2026, 11, 30, 7, tzinfo=BERLIN), "Mon 30 Nov 07:00, Europe/Berlin"),
        (datetime(2026, 11, 26, 7, tzinfo=BERLIN), "Thu 26 Nov 07:00, Europe/Berlin"),
        (datetime(2027, 3, 4, 7, tzinfo=BERLIN), "Thu 4 Mar 2027 07:00, Europe/Berlin"),
        (datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN), "Sun 31 Oct 2027 02:30 CEST, Europe/Berlin"),
        (datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=BERLIN), "Sun 31 Oct 2027 02:30 CET, Europe/Berlin"),
    ],
)
def test_a_moment_is_said_with_its_day_and_zone(at: datetime, text: str) -> None:
    assert format_moment(at.astimezone(UTC), FRIDAY.astimezone(UTC), BERLIN) == text


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(hours=2), "2h"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=2), "3 days 2h"),
        (timedelta(seconds=0.4), "0s"),
    ],
)
def test_a_duration_is_said_short(elapsed: timedelta, text: str) -> None:
    assert format_duration(elapsed) == text
