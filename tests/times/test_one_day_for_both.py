"""Two times with one day that is said after both: the day is that of both, or it is asked which night is meant."""

from itertools import permutations

import pytest

from bot.messages.text import split_words
from bot.times.spans import explain, read_times
from tests.times.test_phrases import resolved, said

PHRASES = [
    ("from 9 to 5 tomorrow", "26.11 09:00", "26.11 17:00 or 27.11 05:00"),
    ("9am to 5 tomorrow", "26.11 09:00", "26.11 17:00 or 27.11 05:00"),
    ("between 9 and 5 on Friday", "27.11 09:00", "27.11 17:00 or 28.11 05:00"),
    ("from 12 to 1 tomorrow", "26.11 12:00", "26.11 13:00 or 27.11 01:00"),
    ("from 10 to 6am tomorrow", "25.11 22:00 or 26.11 10:00", "26.11 06:00"),
    ("from 22:00 to 6:00 today", "25.11 22:00", "26.11 06:00"),
    ("from 22 to 6 tonight", "25.11 22:00", "26.11 06:00"),
    ("from 8 to 10 tonight", "25.11 20:00", "25.11 22:00"),
    ("from 8 tonight to 10 tonight", "25.11 20:00", "25.11 22:00"),
]
"""Said on Wednesday 25 November at 14:00, with what the start and the end may mean."""


@pytest.mark.parametrize(("phrase", "begins", "until"), PHRASES)
def test_no_half_of_a_day_is_guessed(phrase: str, begins: str, until: str) -> None:
    assert [said(found) for found in resolved(read_times(split_words(phrase)))] == [begins, until]


@pytest.mark.parametrize("day", ["tomorrow", "on Friday", "on 4 December"])
def test_a_day_that_is_said_after_two_times_is_that_of_both(day: str) -> None:
    for begins, until in permutations(range(1, 13), 2):
        after, before = (split_words(line) for line in (f"{begins} to {until} {day}", f"{day} {begins} to {until}"))
        assert resolved(read_times(after)) == resolved(read_times(before)), (begins, until)


@pytest.mark.parametrize("day", ["on Friday", "on 4 December", "next Monday", "the 4th of December"])
@pytest.mark.parametrize("hours", ["from 22:00 to 6:00", "from 10pm to 6am", "between 18:00 and 8:00"])
def test_the_hours_of_a_night_with_one_day_are_asked_about(day: str, hours: str) -> None:
    words = split_words(f"{hours} {day}")
    assert read_times(words) == {}
    assert "Which night? Type the day of both times: from Friday" in (explain(words) or "")
