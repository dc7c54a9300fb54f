"""Local times that a zone's clocks skip or show twice are those that dateutil knows of."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import datetime_ambiguous, datetime_exists
from hypothesis import given
from hypothesis import strategies as st

from bot.times.zones import is_shown, is_shown_twice

ZONES = ("UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


@pytest.mark.parametrize("zone", [*map(ZoneInfo, ZONES)], ids=str)
def test_every_half_hour_of_a_year(zone: ZoneInfo) -> None:
    walls = [datetime(2026, 1, 1) + timedelta(minutes=30) * steps for steps in range(2 * 24 * 365)]  # noqa: DTZ001
    shown = [wall for wall in walls if datetime_exists(wall, zone)]
    assert [wall for wall in walls if is_shown(wall, zone)] == shown
    twice = [wall for wall in shown if datetime_ambiguous(wall, zone)]
    assert [wall for wall in walls if is_shown_twice(wall, zone)] == twice


@given(wall=st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 30)), zone=st.sampled_from(ZONES))  # noqa: DTZ001
def test_any_time(wall: datetime, zone: str) -> None:
    assert is_shown(wall, ZoneInfo(zone)) == datetime_exists(wall, ZoneInfo(zone))
