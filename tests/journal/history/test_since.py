"""Days as people name them, begun where they live."""

from datetime import UTC, datetime

import pytest

from bot.messages.text import split_words
from bot.operations.arguments.times import SINCE, begins

THURSDAY = datetime(2026, 10, 29, 1, 30, tzinfo=UTC)
"""In New York it still is Wednesday."""


@pytest.mark.parametrize(
    ("typed", "day"),
    {
        "Today": "today",
        "YESTERDAY": "yesterday",
        "monday": "Monday",
        "last Tue": "Tuesday",
        "on th": "Thursday",
        "2026-11-01": "2026-11-01",
    }.items(),
)
def test_a_day_is_read_as_typed(typed: str, day: str) -> None:
    assert SINCE.read(split_words(typed)) == day


@pytest.mark.parametrize("typed", ["t", "20261101", "2026-W44", "2026-13-01", "01.11.2026", "two days ago", "Noday"])
def test_what_is_no_day_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(ValueError, match="is no day: type a date as in 2026-11-01"):
        SINCE.read(split_words(typed))


@pytest.mark.parametrize(
    ("day", "zone", "begun"),
    [
        ("today", "Europe/Berlin", "2026-10-28T23:00"),
        ("today", "America/New_York", "2026-10-28T04:00"),
        ("yesterday", "UTC", "2026-10-28T00:00"),
        ("Thursday", "UTC", "2026-10-29T00:00"),
        ("Thursday", "America/New_York", "2026-10-22T04:00"),
        ("Friday", "UTC", "2026-10-23T00:00"),
        ("Sunday", "Europe/Berlin", "2026-10-24T22:00"),
        ("2026-10-26", "Europe/Berlin", "2026-10-25T23:00"),
    ],
)
def test_it_begins_at_midnight_in_the_persons_zone_whatever_the_clocks_do(day: str, zone: str, begun: str) -> None:
    assert begins(day, zone, THURSDAY) == datetime.fromisoformat(f"{begun}+00:00")
