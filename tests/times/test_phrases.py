"""Phrases that people say for times, with the instants they mean, and phrases that must be refused."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import NotPossible
from bot.messages.text import split_words
from bot.texts import recurrences
from bot.times.format import format_dated, format_moment, format_time
from bot.times.model import Duration, End, Start
from bot.times.parser import read_end, read_start
from bot.times.resolver import resolve
from bot.times.spans import Times, read_times
from tests.strategies import ends, instants, starts

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 25, 14, 0, tzinfo=BERLIN)
"""In Berlin, a Wednesday afternoon."""

# fmt: off
PHRASES = [
    ("for two hours", "", "25.11 16:00"),
    ("for 2 hours", "", "25.11 16:00"),
    ("for 2h", "", "25.11 16:00"),
    ("for 2hrs", "", "25.11 16:00"),
    ("for 90 minutes", "", "25.11 15:30"),
    ("for 90min", "", "25.11 15:30"),
    ("for an hour and a half", "", "25.11 15:30"),
    ("for one and a half hours", "", "25.11 15:30"),
    ("for 1.5 hours", "", "25.11 15:30"),
    ("for 1,5 hours", "", "25.11 15:30"),
    ("for 1½ hours", "", "25.11 15:30"),
    ("for 1h30", "", "25.11 15:30"),
    ("for 1h 30m", "", "25.11 15:30"),
    ("for 1:30 hours", "", "25.11 15:30"),
    ("for the next 2 hours", "", "25.11 16:00"),
    ("for the next hour", "", "25.11 15:00"),
    ("for another hour", "", "25.11 15:00"),
    ("for 2 more hours", "", "25.11 16:00"),
    ("for half an hour", "", "25.11 14:30"),
    ("for a quarter of an hour", "", "25.11 14:15"),
    ("for three quarters of an hour", "", "25.11 14:45"),
    ("for forty-five minutes", "", "25.11 14:45"),
    ("for thirty five min", "", "25.11 14:35"),
    ("for a day", "", "26.11 14:00"),
    ("for three days", "", "28.11 14:00"),
    ("for a week", "", "02.12 14:00"),
    ("for 2 weeks and 3 days", "", "12.12 14:00"),
    ("for 2h and 15 min", "", "25.11 16:15"),
    ("for 3 hours from now", "", "25.11 17:00"),
    ("until 3 hours from now", "", "25.11 17:00"),
    ("until two hours from now", "", "25.11 16:00"),
    ("overnight", "", "26.11 07:00"),
    ("over night", "", "26.11 07:00"),
    ("for the night", "", "26.11 07:00"),
    ("all night", "", "26.11 07:00"),
    ("tonight", "", "26.11 07:00"),
    ("for tonight", "", "26.11 07:00"),
    ("for the rest of the night", "", "26.11 07:00"),
    ("for the weekend", "", "30.11 00:00"),
    ("over the weekend", "", "30.11 00:00"),
    ("this weekend", "", "30.11 00:00"),
    ("all day", "", "26.11 00:00"),
    ("for the whole day", "", "26.11 00:00"),
    ("today", "", "26.11 00:00"),
    ("for today", "", "26.11 00:00"),
    ("for the day", "", "26.11 00:00"),
    ("for the rest of the day", "", "26.11 00:00"),
    ("until midday", "", "26.11 12:00"),
    ("until noon", "", "26.11 12:00"),
    ("until 12:00", "", "26.11 12:00"),
    ("until midnight", "", "26.11 00:00"),
    ("until 24:00", "", "26.11 00:00"),
    ("until EOD", "", "25.11 18:00"),
    ("until end of day", "", "25.11 18:00"),
    ("until the end of the day", "", "25.11 18:00"),
    ("until COB", "", "25.11 18:00"),
    ("until close of business", "", "25.11 18:00"),
    ("until the end of the working day", "", "25.11 18:00"),
    ("until EOD tomorrow", "", "26.11 18:00"),
    ("until Friday EOD", "", "27.11 18:00"),
    ("until end of day Friday", "", "27.11 18:00"),
    ("until tomorrow morning", "", "26.11 08:00"),
    ("until Monday morning", "", "30.11 08:00"),
    ("until the morning", "", "26.11 08:00"),
    ("until first thing tomorrow", "", "26.11 08:00"),
    ("until first thing Monday morning", "", "30.11 08:00"),
    ("until tomorrow noon", "", "26.11 12:00"),
    ("until noon on Friday", "", "27.11 12:00"),
    ("untill 8", "", "25.11 20:00 or 26.11 08:00"),
    ("until 5", "", "25.11 17:00 or 26.11 05:00"),
    ("till 5", "", "25.11 17:00 or 26.11 05:00"),
    ("'til 5pm", "", "25.11 17:00"),
    ("til 5 pm", "", "25.11 17:00"),
    ("until 12", "", "26.11 00:00 or 26.11 12:00"),
    ("until 3", "", "25.11 15:00 or 26.11 03:00"),
    ("until 11", "", "25.11 23:00 or 26.11 11:00"),
    ("until 16", "", "25.11 16:00"),
    ("until 2", "", "26.11 02:00"),
    ("until 5 o'clock", "", "25.11 17:00 or 26.11 05:00"),
    ("until half past five", "", "25.11 17:30 or 26.11 05:30"),
    ("until quarter to six", "", "25.11 17:45 or 26.11 05:45"),
    ("until quarter past 5", "", "25.11 17:15 or 26.11 05:15"),
    ("until 1730", "", "25.11 17:30"),
    ("until 17h30", "", "25.11 17:30"),
    ("until 17:30", "", "25.11 17:30"),
    ("until 17.30", "", "25.11 17:30"),
    ("until 5.30pm", "", "25.11 17:30"),
    ("until 5:30 p.m.", "", "25.11 17:30"),
    ("until 530pm", "", "25.11 17:30"),
    ("until 5pm", "", "25.11 17:00"),
    ("until 5 PM today", "", "25.11 17:00"),
    ("until 0800", "", "26.11 08:00"),
    ("until 18:00.", "", "25.11 18:00"),
    ("until 18:00!", "", "25.11 18:00"),
    ("until 7pm EST", "", "26.11 01:00"),
    ("until 18:00 UTC", "", "25.11 19:00"),
    ("until 18:00 GMT", "", "25.11 19:00"),
    ("until 18:00 CET", "", "25.11 18:00"),
    ("until 18:00 Europe/London", "", "25.11 19:00"),
    ("until 6pm PST", "", "26.11 03:00"),
    ("until 18:00+01:00", "", "25.11 18:00"),
    ("until 18:00 UTC+2", "", "25.11 17:00"),
    ("until tomorrow 9am EST", "", "26.11 15:00"),
    ("until 2026-12-01T08:00+01:00", "", "01.12 08:00"),
    ("until 2026-12-01T08:00Z", "", "01.12 09:00"),
    ("until 2026-12-01T08:00:00-05:00", "", "01.12 14:00"),
    ("until 2026-12-01T08:00", "", "01.12 08:00"),
    ("until 2026-12-01 08:00", "", "01.12 08:00"),
    ("until 2026-12-01", "", "01.12 00:00"),
    ("until tomorrow", "", "26.11 00:00"),
    ("until tmrw 9am", "", "26.11 09:00"),
    ("until tommorow 9:00", "", "26.11 09:00"),
    ("until the day after tomorrow", "", "27.11 00:00"),
    ("until day after tomorrow 8:00", "", "27.11 08:00"),
    ("until tomorrow evening at 8", "", "26.11 20:00"),
    ("until 8 in the evening", "", "25.11 20:00"),
    ("until 8 tomorrow morning", "", "26.11 08:00"),
    ("until this evening at 7", "", "25.11 19:00"),
    ("until this afternoon at 4", "", "25.11 16:00"),
    ("until 9 at night", "", "25.11 21:00"),
    ("until Friday", "", "27.11 00:00"),
    ("until next Monday 9am", "", "30.11 09:00"),
    ("until Friday 5", "", "27.11 05:00"),
    ("until Wed 5", "", "25.11 17:00 or 02.12 05:00"),
    ("until Wednesday 15:00", "", "25.11 15:00"),
    ("through Friday", "", "28.11 00:00"),
    ("thru Friday", "", "28.11 00:00"),
    ("until the end of Friday", "", "28.11 00:00"),
    ("until Friday inclusive", "", "28.11 00:00"),
    ("until the weekend", "", "28.11 00:00"),
    ("until Friday midnight", "", "27.11 00:00 or 28.11 00:00"),
    ("until tomorrow midnight", "", "26.11 00:00 or 27.11 00:00"),
    ("until midnight tonight", "", "26.11 00:00"),
    ("until the 24th of December", "", "24.12 00:00"),
    ("until 24 Dec 2026 8:00", "", "24.12 08:00"),
    ("until December 24th", "", "24.12 00:00"),
    ("until 24.12.", "", "24.12 00:00"),
    ("until 24.12.26 8:00", "", "24.12 08:00"),
    ("until Monday the 30th of November at 8:30", "", "30.11 08:30"),
    ("until 3/4", "", "04.03.2027 00:00 or 03.04.2027 00:00"),
    ("until 24-12-2026", "", "24.12 00:00"),
    ("at 6 tomorrow", "26.11 06:00", ""),
    ("at 6", "25.11 18:00 or 26.11 06:00", ""),
    ("at 6pm", "25.11 18:00", ""),
    ("tomorrow at 6", "26.11 06:00", ""),
    ("tonight at 8", "25.11 20:00", ""),
    ("at 8 tonight", "25.11 20:00", ""),
    ("tonight at 12", "26.11 00:00", ""),
    ("tonight at 2", "26.11 02:00", ""),
    ("tonight 23:30", "25.11 23:30", ""),
    ("at half past six", "25.11 18:30 or 26.11 06:30", ""),
    ("on Friday at 9", "27.11 09:00", ""),
    ("Friday 9am", "27.11 09:00", ""),
    ("in two hours", "25.11 16:00", ""),
    ("in an hour and a half", "25.11 15:30", ""),
    ("in 1h30", "25.11 15:30", ""),
    ("starting at 18:00", "25.11 18:00", ""),
    ("starting tomorrow at 8", "26.11 08:00", ""),
    ("from 18:00", "25.11 18:00", ""),
    ("first thing tomorrow", "26.11 08:00", ""),
    ("tomorrow morning", "26.11 08:00", ""),
    ("at noon tomorrow", "26.11 12:00", ""),
    ("on 24 December at 8:00", "24.12 08:00", ""),
    ("Friday 9am until 5pm", "27.11 09:00", "27.11 17:00"),
    ("tomorrow 8 to 10", "26.11 08:00", "26.11 10:00"),
    ("from 18:00 to 22:00", "25.11 18:00", "25.11 22:00"),
    ("from Monday to Friday", "30.11 00:00", "05.12 00:00"),
    ("from 8 to 10 tomorrow", "26.11 08:00", "26.11 10:00"),
    ("8 to 10 tomorrow", "26.11 08:00", "26.11 10:00"),
    ("tomorrow from 8 to 10", "26.11 08:00", "26.11 10:00"),
    ("tomorrow 9-17", "26.11 09:00", "26.11 17:00"),
    ("tomorrow 9:00-10:30", "26.11 09:00", "26.11 10:30"),
    ("today 16:00-18:00", "25.11 16:00", "25.11 18:00"),
    ("between 17 and 19", "25.11 17:00", "25.11 19:00"),
    ("tomorrow between 8 and 10", "26.11 08:00", "26.11 10:00"),
    ("on Monday from 9 to 17", "30.11 09:00", "30.11 17:00"),
    ("tomorrow 5 to 7pm", "26.11 17:00", "26.11 19:00"),
    ("tomorrow 9am to 5pm", "26.11 09:00", "26.11 17:00"),
    ("from 22:00 to 6:00", "25.11 22:00", "26.11 06:00"),
    ("from 22:00 to 6:00 tomorrow", "25.11 22:00", "26.11 06:00"),
    ("from 18:00 until tomorrow 7:00", "25.11 18:00", "26.11 07:00"),
    ("from now until 18:00", "", "25.11 18:00"),
    ("at 18:00 for 2h", "25.11 18:00", "25.11 20:00"),
    ("for 2h from 18:00", "25.11 18:00", "25.11 20:00"),
    ("for 2 hours starting at 18:00", "25.11 18:00", "25.11 20:00"),
    ("in 1h for 30m", "25.11 15:00", "25.11 15:30"),
    ("all day tomorrow", "26.11 00:00", "27.11 00:00"),
    ("tomorrow all day", "26.11 00:00", "27.11 00:00"),
    ("all day on Friday", "27.11 00:00", "28.11 00:00"),
    ("Monday 9:00 to Friday 17:00", "30.11 09:00", "04.12 17:00"),
    ("from tomorrow until Friday", "26.11 00:00", "27.11 00:00"),
    ("from 24 December to 26 December", "24.12 00:00", "27.12 00:00"),
    ("tomorrow morning until noon", "26.11 08:00", "26.11 12:00"),
    ("tonight at 10 until 6:00", "25.11 22:00", "26.11 06:00"),
    ("at 18:00 overnight", "25.11 18:00", "26.11 07:00"),
    ("on Friday at 18:00 for the weekend", "27.11 18:00", "30.11 00:00"),
    ("tomorrow at 9 until EOD", "26.11 09:00", "26.11 18:00"),
]
REFUSED = [
    "for 2", "for 2 fortnights", "for 2 years", "for a month", "for a while", "for a few hours",
    "for a couple of hours", "for some time", "for good", "for now", "for 400 days", "for 0 minutes",
    "for 20 seconds", "for 18:00", "for 2h or so", "for about 2 hours", "for 1h75", "for the afternoon",
    "for the week", "for my shift", "for -2h", "until 2h", "until whenever", "until later", "until lunch",
    "until I am back", "until 24", "until 25:00", "until 7:60", "until 13pm", "until 0am", "until 1807", "until 2027",
    "until 5.12", "until may", "until 2 Monday", "until Monday Sales", "until 31 February", "until 2026-13-01",
    "until tonight", "until tomorrow evening", "until Friday night", "until tomorrow night at 2", "until 18:00 CST",
    "until 18:00 IST", "until 18:00 XYZ", "until 20:00 in the morning", "until next week",
    "until the end of the week", "until Christmas", "until 8 or 9", "until 8ish", "until around 8",
    "until 18:00 sharp", "until 18:", "until -5", "until 17h", "until 8 9", "until Monday Tuesday",
    "until 18:00 until 19:00", "at 18:00 at 19:00", "for 2h until 18:00", "tomorrow tomorrow", "tomorrow until 18:00",
    "from Monday to whenever", "tomorrow 8 to whenever", "in 2", "in Monday", "in the evening", "at 2h", "at once",
    "17h30", "for 2h and", "for and", "in and", "for am", "for halfd",
]
REPEATED = [
    "every night", "daily at 18:00", "weekdays", "on weekdays", "every Monday at 9", "each day until 17:00", "weekly",
    "nightly", "Mondays", "on Fridays at 5", "every 2 hours", "every other Friday", "on weekends",
    "every weekday from 9 to 17",
]
# fmt: on


def resolved(times: Times, now: datetime = WEDNESDAY) -> list[list[datetime]]:
    """The instants that the start and the end may mean, in the zone of `now`; an end counts from the first start."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    starts_at = resolve(times["starts"], now.astimezone(UTC), zone) if "starts" in times else ()
    begins = starts_at[0] if starts_at else None
    ends_at = resolve(times["ends"], now.astimezone(UTC), zone, begins=begins) if "ends" in times else ()
    return [[at.astimezone(zone) for at in found] for found in (starts_at, ends_at)]


def said(found: list[datetime]) -> str:
    return " or ".join(f"{at:%d.%m} {at:%H:%M}" if at.year == 2026 else f"{at:%d.%m.%Y} {at:%H:%M}" for at in found)


@pytest.mark.parametrize(("phrase", "begins", "until"), PHRASES)
def test_a_phrase_means_what_people_mean_by_it(phrase: str, begins: str, until: str) -> None:
    times = read_times(split_words(phrase))
    assert [said(found) for found in resolved(times)] == [begins, until]


@pytest.mark.parametrize("phrase", [phrase for phrase, *_ in PHRASES])
def test_what_is_read_is_said_back_and_the_saying_is_read_to_the_same_instants(phrase: str) -> None:
    times = read_times(split_words(phrase))
    line = " ".join(map(format_time, times.values()))
    assert read_times(split_words(line)) == times
    assert resolved(read_times(split_words(line))) == resolved(times)


@pytest.mark.parametrize("phrase", REFUSED)
def test_a_phrase_that_leaves_open_what_it_means_is_refused(phrase: str) -> None:
    words = split_words(phrase)
    assert read_times(words) == {}
    for read in (read_end, read_start):
        with pytest.raises(ValueError, match=r"\.$"):
            read(words)


@pytest.mark.parametrize("phrase", REPEATED)
def test_a_repetition_is_refused_with_what_is_possible(phrase: str) -> None:
    assert read_times(split_words(phrase)) == {}
    with pytest.raises(ValueError, match="can't repeat") as refused:
        read_end(split_words(phrase))
    assert str(refused.value) == recurrences.NO_REPEATED_TIME


@given(starts, ends)
def test_a_start_and_an_end_said_together_are_read_as_both(start: Start, end: End) -> None:
    line = f"{format_time(start)} {format_time(end)}"
    assert read_times(split_words(line)) == {"starts": start, "ends": end}


zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"])


@given(instants, zones)
def test_an_instant_means_the_same_in_every_zone(instant: object, zone: str) -> None:
    end = End.model_validate({"when": instant})
    now = end.when.at - timedelta(hours=1)  # type: ignore[union-attr]
    assert resolve(end, now, ZoneInfo(zone)) == (end.when.at,)  # type: ignore[union-attr]


UNIT = re.compile("s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?")


@given(ends | starts, st.text(st.characters(categories=["L"]), min_size=1, max_size=6))
@example(Start(when=Duration(elapsed=timedelta(minutes=1))), "M")
def test_a_word_that_is_not_part_of_a_time_makes_it_none(time: Start | End, word: str) -> None:
    assert read_times(split_words(f"{format_time(time)} x{word}x")) == {}
    if not UNIT.fullmatch(word.lower()):
        assert read_times(split_words(f"{format_time(time)} 99{word}")) == {}


@pytest.mark.parametrize("marker", ["for", "in"])
@pytest.mark.parametrize(
    "length", ["1m 99M", "1h 2h", "2 hours and 1 hour", "1 day 2h 3 days", "90 min 1 minute", "1w 1 week", "1s 70 sec"]
)
def test_a_length_says_each_unit_once(marker: str, length: str) -> None:
    assert read_times(split_words(f"{marker} {length}")) == {}


@pytest.mark.parametrize("length", ["1h and half an hour", "an hour and a quarter of an hour", "half an hour and 1h"])
def test_a_part_of_a_unit_may_follow_the_unit(length: str) -> None:
    assert read_times(split_words(f"for {length}")).keys() == {"ends"}


APIA = ZoneInfo("Pacific/Apia")
"""There was no 30 December 2011: the clocks were put forward by a day."""


@pytest.mark.parametrize(
    ("phrase", "until"),
    [
        ("until tomorrow", "2011-12-31 00:00+1400"),
        ("until Friday 9:00", "2011-12-31 00:00+1400"),
        ("until Saturday 9:00", "2011-12-31 09:00+1400"),
        ("for 24h", "2011-12-31 12:00+1400"),
    ],
)
def test_a_day_that_a_zone_left_out_ends_where_the_next_begins(phrase: str, until: str) -> None:
    _, [end] = resolved(read_times(split_words(phrase)), datetime(2011, 12, 29, 12, 0, tzinfo=APIA))
    assert f"{end:%Y-%m-%d %H:%M%z}" == until


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 26, tzinfo=BERLIN), "midnight Wed/Thu 25/26 Nov, Europe/Berlin"),
        (datetime(2026, 12, 1, tzinfo=BERLIN), "midnight Mon/Tue 30 Nov/1 Dec, Europe/Berlin"),
        (datetime(2027, 1, 1, tzinfo=BERLIN), "midnight Thu/Fri 31 Dec/1 Jan 2027, Europe/Berlin"),
        (datetime(2027, 1, 4, 8, tzinfo=BERLIN), "Mon 4 Jan 2027 08:00, Europe/Berlin"),
        (datetime(2026, 12, 1, 8, tzinfo=BERLIN), "Tue 1 Dec 08:00, Europe/Berlin"),
    ],
)
def test_midnight_is_said_with_both_days_and_another_year_is_shown(at: datetime, text: str) -> None:
    assert format_moment(at.astimezone(UTC), WEDNESDAY, BERLIN) == text
    assert format_dated(at.astimezone(UTC), BERLIN, WEDNESDAY) == text


def test_an_abbreviation_of_winter_time_in_summer_is_asked_about() -> None:
    _, found = resolved(read_times(split_words("until 7pm EST")), datetime(2026, 7, 1, 14, 0, tzinfo=BERLIN))
    assert [f"{at:%H:%M}" for at in found] == ["01:00", "02:00"]


def test_a_night_that_is_over_is_not_the_next_one() -> None:
    with pytest.raises(NotPossible, match="is in the past"):
        resolved(read_times(split_words("tonight at 8")), WEDNESDAY.replace(hour=21))
