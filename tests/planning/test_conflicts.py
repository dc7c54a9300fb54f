"""Which changes meet in time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.planning.conflicts import Period

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
hours = st.integers(0, 12).map(lambda count: NOON + timedelta(hours=count))
temporary = st.tuples(hours, hours).filter(lambda one: one[0] < one[1]).map(lambda one: Period(*one))
permanent = hours.map(lambda begins: Period(begins, None))


def lasts_at(period: Period, at: datetime) -> bool:
    return period.ends is not None and period.begins <= at < period.ends


@given(temporary | permanent, temporary | permanent)
def test_meeting_is_mutual(one: Period, other: Period) -> None:
    assert one.meets(other) == other.meets(one)


@given(temporary, temporary)
def test_temporary_changes_meet_where_both_last(one: Period, other: Period) -> None:
    both = [
        at for half in range(26) if lasts_at(one, at := NOON + timedelta(minutes=30 * half)) and lasts_at(other, at)
    ]
    assert one.meets(other) == bool(both)


@given(temporary, permanent)
def test_a_permanent_change_meets_a_temporary_one_that_lasts_when_it_is_made(one: Period, other: Period) -> None:
    assert one.meets(other) == lasts_at(one, other.begins)


@given(permanent, permanent)
def test_permanent_changes_follow_one_another(one: Period, other: Period) -> None:
    assert not one.meets(other)
