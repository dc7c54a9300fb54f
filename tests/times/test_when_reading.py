"""Typed times are parsed as they were meant; invalid ones are refused, never guessed."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.text import split_words
from bot.operations.arguments.times import END, START
from bot.operations.arguments.types import ArgumentType
from bot.times.format import format_duration, format_time
from bot.times.model import Duration, End, Start
from tests.strategies import ends, starts

ENDS = {
    "for 2h": "for 2h",
    "for 2 hours": "for 2h",
    "for 3 days": "for 3 days",
    "for a day": "for 1 day",
    "for 2 weeks": "for 14 days",
    "for 90 minutes": "for 1h30m",
    "for 1h30m": "for 1h30m",
    "for 1h, 30m": "for 1h30m",
    "for 2 hours and 30 minutes": "for 2h30m",
    "for 1.5 hours": "for 1h30m",
    "for an hour": "for 1h",
    "for half an hour": "for 30m",
    "FOR 26H": "for 1 day 2h",
    "for 90s": "for 1m30s",
    "until 18:00": "until 18:00",
    "till 18:00": "until 18:00",
    "until 7": "until 7",
    "until 7pm": "until 19:00",
    "until 7:30 p.m.": "until 19:30",
    "until 12am": "until 00:00",
    "until 12pm": "until 12:00",
    "until noon": "until 12:00",
    "until midnight": "until 00:00",
    "until tomorrow": "until tomorrow",
    "until tomorrow 8am": "until tomorrow 08:00",
    "until tomorrow at 8": "until tomorrow 08:00",
    "until 8am tomorrow": "until tomorrow 08:00",
    "until Monday": "until Monday",
    "until mon, 9": "until Monday 9",
    "until Thurs 9:00": "until Thursday 09:00",
    "until 9 on Monday": "until Monday 9",
    "until next Monday": "until next Monday",
    "until this Monday": "until Monday",
    "until 24 December": "until 24 December",
    "until 24th of December 8am": "until 24 December 08:00",
    "until Dec 24th": "until 24 December",
    "until December 24 2026": "until 24 December 2026",
    "until Mon 30 Nov 07:00": "until Monday 30 November 07:00",
    "until 2026-12-01 08:00": "until 1 December 2026 08:00",
    "until 24.12.": "until 24 December",
    "until 24.12.2026 8:00": "until 24 December 2026 08:00",
    "until 24/12": "until 24 December",
    "until 12/24/2026": "until 24 December 2026",
    "until 04/04": "until 4 April",
    "until 3/4/2027": "until 03/04/2027",
    "until today 18:00": "until today 18:00",
    "until tonight 22:00": "until tonight 22:00",
    "today": "for today",
    "for today": "for today",
    "Tonight": "for tonight",
    "2h": "for 2h",
    "18:00": "until 18:00",
}
STARTS = {
    "at 18:00": "at 18:00",
    "at 7": "at 7",
    "at noon": "at 12:00",
    "at tomorrow 8am": "at tomorrow 08:00",
    "tomorrow at 8": "at tomorrow 08:00",
    "tonight at 22:00": "at tonight 22:00",
    "on Monday at 9": "on Monday 9",
    "at Monday 9:00": "on Monday 09:00",
    "at 9 on Monday": "on Monday 9",
    "on 24 December": "on 24 December",
    "on 24/12 at 8": "on 24 December 8",
    "in 2h": "in 2h",
    "in half an hour": "in 30m",
    "2h": "in 2h",
    "18:00": "at 18:00",
}


@pytest.mark.parametrize(("typed", "meant"), ENDS.items())
def test_an_end_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert END.say(END.read(split_words(typed))) == meant


@pytest.mark.parametrize(("typed", "meant"), STARTS.items())
def test_a_start_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert START.say(START.read(split_words(typed))) == meant


INVALID_ENDS = {
    "for 2": "2m, 2h or 2 days",
    "for 2 fortnights": "as a time. Try: for 2h, until 18:00",
    "for 2 years": "as a time. Try: for 2h, until 18:00",
    "for 400 days": "too long. Use anything from 1 minute to 1 year",
    "for 99999 weeks": "too long. Use anything from 1 minute to 1 year",
    "for 0m": "is too short or too long",
    "for 20s": "is too short or too long",
    "for 18:00": "as a time. Try: for 2h",
    "for 2h or so": "as a time. Try: for 2h",
    "until whenever": "as a time. Try: for 2h",
    "until 2h": "Type “for 2h”, or “until” with a time of day",
    "until 24": "as a time. Try: for 2h",
    "until 1807": "as a time. Try: for 2h",
    "until 8.12": "as a time. Try: for 2h",
    "until 25:00": "as a time. Try: for 2h",
    "until 7:60": "as a time. Try: for 2h",
    "until 13pm": "as a time. Try: for 2h",
    "until 0am": "as a time. Try: for 2h",
    "until may": "as a time. Try: for 2h",
    "until 5 mays": "as a time. Try: for 2h",
    "until 2 Monday": "as a time. Try: for 2h",
    "until Monday Sales": "as a time. Try: for 2h",
    "until Monday 9:00 sharp": "as a time. Try: for 2h",
    "until 31 February": "There is no 31 february in the calendar",
    "until 29 February 2027": "There is no 29 february 2027 in the calendar",
    "until 2026-13-01": "There is no 2026-13-01 in the calendar",
    "until 24 December 0000": "There is no 24 december 0000 in the calendar",
    "until 33/44": "Type the month as a word",
    "until today": "today ends at midnight",
    "until tonight": "tonight at 7:00",
    'until "18:00"': "Don't put quotes around a time",
    "until": "as a time. Try: for 2h",
    "x" * 500: "as a time. Try: for 2h",
    "1h" * 300: "as a time. Try: for 2h",
}
INVALID_STARTS = {
    "at 2h": "Type “in 2h”, or “at” with a time of day",
    "in 2": "2m, 2h or 2 days",
    "in Monday": "as a time. Try: at 18:00, in 2h",
    "at once": "as a time. Try: at 18:00, in 2h",
    "until 18:00": "as a time. Try: at 18:00, in 2h",
}


@pytest.mark.parametrize(
    ("read", "typed", "text"),
    [(END.read, *one) for one in INVALID_ENDS.items()] + [(START.read, *one) for one in INVALID_STARTS.items()],
)
def test_what_is_no_time_is_refused_with_what_to_type(read: Callable[[object], object], typed: str, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)) as refused:
        read(split_words(typed))
    assert len(str(refused.value)) < 200


@given(ends)
def test_an_end_said_back_is_read_as_the_same(end: End) -> None:
    assert END.read(split_words(format_time(end))) == end


@given(starts)
def test_a_start_said_back_is_read_as_the_same(start: Start) -> None:
    assert START.read(split_words(format_time(start))) == start


@given(ends | starts)
def test_a_time_survives_the_journal(value: End | Start) -> None:
    assert type(value).model_validate_json(value.model_dump_json()) == value


@given(ends)
def test_a_form_says_what_the_journal_holds_as_what_was_typed(end: End) -> None:
    assert END.say(end.model_dump(mode="json")) == END.say(end)


@pytest.mark.parametrize("argument_type", [END, START])
@given(text=st.text(max_size=50))
def test_any_text_is_a_time_or_refused(argument_type: ArgumentType, text: str) -> None:
    with suppress(ValueError):
        value = argument_type.read(split_words(text))
        assert argument_type.read(split_words(argument_type.say(value))) == value


@given(
    st.timedeltas(timedelta(minutes=1), timedelta(days=366)).map(
        lambda some: timedelta(seconds=some // timedelta(seconds=1))
    )
)
def test_a_duration_loses_no_second_when_it_is_said(elapsed: timedelta) -> None:
    assert END.read(split_words(format_duration(elapsed))).when == Duration(elapsed=elapsed)
