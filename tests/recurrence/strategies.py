"""Recurrences as lines say them, and as they are settled."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.recurrence.model import EVERY_DAY, EVERY_WEEKDAY, WEEKDAY_CODES, Recurrence
from bot.times.model import WEEKDAYS, Duration, OnDate, OnNumbers, OnWeekday, is_date

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "UTC")
"""Zones with clock moves of an hour and of half an hour, on both sides of the equator, and without any."""
_codes = st.lists(st.sampled_from(WEEKDAY_CODES), min_size=1, max_size=6, unique=True).map(
    lambda codes: ",".join(code for code in WEEKDAY_CODES if code in codes)
)
_intervals = st.integers(1, 4).map(lambda every: f"INTERVAL={every};" if every > 1 else "")
_places = st.lists(st.sampled_from([1, 2, 3, 4, 5, -1]), min_size=1, max_size=3, unique=True)
_dates = st.tuples(st.integers(1, 31), st.integers(1, 12)).filter(lambda one: is_date(one[0], one[1], None))
daily = st.integers(1, 9).map(lambda every: f"{EVERY_DAY};INTERVAL={every}" if every > 1 else EVERY_DAY)
weekly = st.builds("FREQ=WEEKLY;{}BYDAY={}".format, _intervals, _codes)
monthly = st.one_of(
    st.builds(
        "FREQ=MONTHLY;{}BYMONTHDAY={}".format,
        _intervals,
        st.lists(st.sampled_from([*range(1, 32), -1]), min_size=1, max_size=4, unique=True).map(
            lambda days: ",".join(map(str, days))
        ),
    ),
    st.builds(
        lambda every, places, code: f"FREQ=MONTHLY;{every}BYDAY={','.join(f'{place}{code}' for place in places)}",
        _intervals,
        _places,
        st.sampled_from(WEEKDAY_CODES),
    ),
    st.builds("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={}".format, st.sampled_from([1, 2, 3, -1])),
)


def _yearly(dates: list[tuple[int, int]], once: str = "") -> str:
    return "\n".join(f"FREQ=YEARLY;{once}BYMONTH={month};BYMONTHDAY={day}" for day, month in dates)


yearly = st.lists(_dates, min_size=1, max_size=4, unique=True).map(_yearly)
once_each = st.lists(_dates, min_size=2, max_size=4, unique=True).map(lambda dates: _yearly(dates, "COUNT=1;"))
exact_dates = st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), min_size=2, max_size=5, unique=True).map(
    lambda days: "RDATE:" + ",".join(f"{day:%Y%m%d}T000000" for day in sorted(days))
)
calendars = st.sampled_from(["holidays", "berlin", "uk-wales", "de_by"])
_clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_bare = st.builds(time, st.integers(1, 12), st.sampled_from([0, 0, 15, 30]))
_named = st.sampled_from(["morning", "end of day"])
_times = st.one_of(
    st.fixed_dictionaries({"begins": _clocks, "ends": _clocks}),
    st.fixed_dictionaries({"begins": _clocks, "ends": _bare, "bare": st.just(("ends",))}),
    st.fixed_dictionaries({"begins": _bare, "ends": _bare, "bare": st.just(("begins", "ends"))}),
    st.fixed_dictionaries({"begins": _named | _clocks, "ends": _named | _clocks}),
    st.fixed_dictionaries(
        {"begins": _clocks, "lasts": st.integers(1, 24 * 60 * 6).map(lambda m: timedelta(minutes=m))}
    ),
)
_weekend = st.builds(
    lambda code, begins, ends, over: {
        "rule": f"FREQ=WEEKLY;BYDAY={code}", "begins": begins, "ends": ends, "over": over
    },
    st.sampled_from(WEEKDAY_CODES),
    _clocks,
    _clocks,
    st.integers(1, 6),
)  # fmt: skip
_days = st.one_of(
    st.none(),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    _dates.map(lambda one: OnDate(day=one[0], month=one[1])),
    st.builds(OnWeekday, weekday=st.sampled_from(WEEKDAYS), next=st.booleans()),
    st.just(OnNumbers(first=3, second=4)),
    st.just("tomorrow"),
)
_lengths = st.integers(7, 100).map(lambda days: Duration(elapsed=timedelta(days=days)))


def _as_said(days: dict[str, Any], times: dict[str, Any], bounds: dict[str, Any]) -> Recurrence:
    if days.get("rule") == EVERY_DAY and not times:
        times = {"begins": time(22), "ends": time(6)}
    if "begins" in days:
        times = {}
    if "lasts" in times and isinstance(bounds["until"], Duration):
        bounds = bounds | {"until": None}
    return Recurrence(**(times | days), **bounds)


_rules = st.one_of(daily, weekly, monthly, yearly, once_each, exact_dates)
recurrences = st.builds(
    _as_said,
    st.one_of(
        st.fixed_dictionaries({"rule": _rules, "besides": st.none() | calendars}),
        st.fixed_dictionaries({"rule": weekly, "outside": st.just(True), "besides": st.none() | calendars}),
        st.just({"rule": EVERY_WEEKDAY, "outside": True, "begins": "morning", "ends": "end of day"}),
        st.fixed_dictionaries({"calendar": calendars}),
        _weekend,
    ),
    st.just({}) | _times,
    st.fixed_dictionaries({"zone": st.none() | st.sampled_from(ZONES), "first": _days, "until": _days | _lengths}),
)
"""Recurrences as they are read from lines, with what lines leave open."""
settled_rules = st.one_of(daily, weekly, monthly, yearly, exact_dates)
instants = st.datetimes(datetime(2025, 12, 1), datetime(2027, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001
settled = st.builds(
    lambda rule, times, zone, first, until: Recurrence(
        rule=rule, **times, zone=zone, first=first, until=first + timedelta(days=until) if until else None
    ),
    settled_rules,
    st.fixed_dictionaries({"begins": _clocks, "ends": _clocks})
    | st.fixed_dictionaries({"begins": _clocks, "lasts": st.integers(1, 23 * 60).map(lambda m: timedelta(minutes=m))})
    | st.just({}),
    st.sampled_from(ZONES),
    st.dates(date(2026, 1, 1), date(2027, 3, 1)),
    st.integers(0, 500),
)
"""Recurrences as they stand in the journal."""


def zone_of(recurrence: Recurrence) -> ZoneInfo:
    """The zone of a settled recurrence."""
    assert recurrence.zone is not None
    return ZoneInfo(recurrence.zone)
