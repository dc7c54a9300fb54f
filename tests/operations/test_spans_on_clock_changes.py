"""A span that is typed as two times of day is never longer than on other days by more than the clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from bot.errors import Ambiguous, NotPossible
from bot.operations.base import ChangeOperation
from bot.operations.parser import parse
from bot.operations.schedule import Asked, settle
from bot.times.model import Instant

CLOCKS = [time(hour, minute) for hour in range(4) for minute in (0, 20, 45)]
CHANGE = timedelta(hours=1)
"""The most by which clocks are changed in these zones."""
DAYS = {
    "Europe/Berlin": (datetime(2027, 3, 28), datetime(2026, 10, 25), datetime(2026, 6, 10)),  # noqa: DTZ001
    "America/New_York": (datetime(2027, 3, 14), datetime(2026, 11, 1)),  # noqa: DTZ001
    "Australia/Lord_Howe": (datetime(2026, 10, 4), datetime(2027, 4, 4)),  # noqa: DTZ001
    "Africa/Cairo": (datetime(2027, 4, 30),),  # noqa: DTZ001 - the clocks are put forward at midnight
}


def settled(line: str, before: datetime, zone: str) -> tuple[datetime, datetime]:
    """The start and the end of a line that is typed the evening before, at 22:00."""
    at = before.replace(tzinfo=ZoneInfo(zone)) - timedelta(hours=2)
    operation = settle(parse(line)[0], Asked(at=at.astimezone(UTC), zone=zone))
    assert isinstance(operation, ChangeOperation)
    assert operation.starts is not None
    assert operation.ends is not None
    starts, ends = operation.starts.when, operation.ends.when
    assert isinstance(starts, Instant)
    assert isinstance(ends, Instant)
    return starts.at, ends.at


@pytest.mark.parametrize("zone", DAYS)
def test_a_span_is_as_long_as_typed_or_refused(zone: str) -> None:
    refused = 0
    for day in DAYS[zone]:
        for start, end in combinations(CLOCKS, 2):
            typed = datetime.combine(day, end) - datetime.combine(day, start)
            try:
                begins, ends = settled(f"recall Sales to Night Desk from {start:%H:%M} to {end:%H:%M}", day, zone)
            except NotPossible as fault:
                assert f"The clocks are put forward over {start:%H:%M} to {end:%H:%M}" in str(fault)  # noqa: PT017
                refused += 1
                continue
            assert timedelta(0) < ends - begins <= typed + CHANGE, (day, start, end)
    assert 0 < refused <= len(CLOCKS)


MORNING = datetime(2026, 11, 30, 10, 42, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("line", ["today 9 to 5", "from 9 to 5 today", "between 8 and 4 today", "from 9 to 11 today"])
def test_hours_of_today_that_have_begun_are_asked_about(line: str) -> None:
    with pytest.raises(Ambiguous) as asked:
        settle(parse(f"recall Sales to Night Desk {line}")[0], Asked(at=MORNING.astimezone(UTC), zone="Europe/Berlin"))
    labels = [offer.label for offer in asked.value.message.offers]
    assert labels[0].startswith("from now until today ")
    assert labels[1].startswith("from today 2")


def test_hours_of_today_that_are_over_are_those_of_the_evening() -> None:
    line = "recall Sales to Night Desk today 8 to 9pm"
    operation = settle(parse(line)[0], Asked(at=MORNING.astimezone(UTC), zone="Europe/Berlin"))
    assert operation.text(settled=True).endswith(
        "on 30 November 2026 20:00 UTC+01:00 until 30 November 2026 21:00 UTC+01:00"
    )


@pytest.mark.parametrize("line", ["from 3:00 to 2:30", "from 22:00 to 2:30", "from 1:30 to 2:30"])
def test_what_only_ends_or_begins_in_the_gap_is_no_empty_span(line: str) -> None:
    begins, ends = settled(f"recall Sales to Night Desk {line}", DAYS["Europe/Berlin"][0], "Europe/Berlin")
    assert begins < ends
