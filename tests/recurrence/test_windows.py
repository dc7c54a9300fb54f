"""The occurrences of a recurrence are those of dateutil's rrule, on the clocks of its zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import datetime_exists
from hypothesis import example, given

from bot.recurrence.model import EVERY_DAY, EVERY_WEEKDAY, NoCalendars, Recurrence
from bot.recurrence.windows import MAX_WINDOW, Window, first_clash, next_window, rank, windows
from tests.recurrence.strategies import instants, settled, zone_of

NONE = NoCalendars()
BERLIN = ZoneInfo("Europe/Berlin")


class Holidays:
    """A calendar of three days."""

    def names(self) -> tuple[str, ...]:
        return ("holidays",)

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        known = {date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Boxing Day", date(2027, 1, 1): "New Year"}
        return {day: title for day, title in known.items() if first <= day <= last and name == "holidays"}


def on(clock: str) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=BERLIN)


def said(found: list[Window], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{one.starts.astimezone(zone):%d.%m. %H:%M}-{one.ends.astimezone(zone):%d.%m. %H:%M}" for one in found]


def some(recurrence: Recurrence, since: str, count: int = 3, calendars: Holidays | NoCalendars = NONE) -> list[str]:
    return said(list(islice(windows(recurrence, on(since), calendars), count)))


def expected(recurrence: Recurrence, horizon: datetime) -> list[Window]:
    """All windows until the horizon, by rrule with wall clock times, each found minute by minute in the zone."""
    zone = zone_of(recurrence)
    assert isinstance(recurrence.first, date)
    begins = recurrence.begins or time()
    assert isinstance(begins, time)
    lines = [line if ":" in line else f"RRULE:{line}" for line in recurrence.rule.splitlines()]
    rules = rrulestr(
        "\n".join((f"DTSTART:{recurrence.first:%Y%m%d}T{begins:%H%M}00", *lines)).replace(
            "T000000", f"T{begins:%H%M}00"
        ),
        forceset=True,
    )
    found = list[Window]()
    until = recurrence.until
    last = horizon.astimezone(zone).replace(tzinfo=None) + timedelta(days=40)
    for wall in rules.between(datetime(2025, 1, 1), last, inc=True):  # noqa: DTZ001
        if wall.date() < recurrence.first or (isinstance(until, date) and wall.date() > until):
            continue
        starts = _instant(wall, zone)
        if recurrence.lasts is not None:
            ends = starts + recurrence.lasts
        else:
            clock = recurrence.ends or time()
            assert isinstance(clock, time)
            following = wall.date() + timedelta(days=clock <= begins)
            ends = _instant(datetime.combine(following, clock), zone)
        if starts < ends:
            found.append(Window(starts, ends))
    joined = found[:1]
    for window in found[1:]:
        if window.starts <= joined[-1].ends and joined[-1].ends - joined[-1].starts < MAX_WINDOW:
            joined[-1] = Window(joined[-1].starts, max(joined[-1].ends, window.ends))
        else:
            joined.append(window)
    return [window for window in joined if window.starts < horizon]


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    while not datetime_exists(wall, zone):
        wall += timedelta(minutes=1)
    return wall.replace(tzinfo=zone).astimezone(UTC)


@given(settled, instants)
@example(
    Recurrence(rule=EVERY_DAY, begins=time(2, 30), ends=time(3, 0), zone="Europe/Berlin", first=date(2026, 1, 1)),
    datetime(2026, 3, 1, tzinfo=UTC),
)
@example(
    Recurrence(rule=EVERY_DAY, begins=time(2, 30), ends=time(6), zone="Europe/Berlin", first=date(2026, 1, 1)),
    datetime(2026, 10, 1, tzinfo=UTC),
)
@example(
    Recurrence(rule=EVERY_DAY, zone="Europe/Berlin", first=date(2026, 3, 1), until=date(2027, 6, 1)),
    datetime(2027, 6, 1, tzinfo=UTC),
)
def test_windows_are_those_of_rrule_over_two_years(recurrence: Recurrence, after: datetime) -> None:
    horizon = after + timedelta(days=730)
    found = list(takewhile(lambda window: window.starts < horizon, windows(recurrence, after, NONE)))
    everything = expected(recurrence, horizon)
    if any(window.ends - window.starts >= MAX_WINDOW for window in everything):
        return  # without a break, which is refused when it is made; where it is cut depends on where it is seen from
    wanted = [window for window in everything if window.ends > after]
    assert said(found, zone_of(recurrence)) == said(wanted, zone_of(recurrence))


@given(settled, instants)
def test_windows_are_apart_and_in_order_and_none_is_over(recurrence: Recurrence, after: datetime) -> None:
    found = list(islice(windows(recurrence, after, NONE), 50))
    assert all(one.starts < one.ends for one in found)
    assert all(one.ends < other.starts or one.ends - one.starts >= MAX_WINDOW for one, other in pairwise(found))
    assert all(one.ends > after for one in found)
    assert next_window(recurrence, after, NONE) == (found[0] if found else None)


@given(settled, settled, instants)
def test_a_clash_is_the_first_common_time(one: Recurrence, other: Recurrence, since: datetime) -> None:
    horizon = since + timedelta(days=60)
    first, second = (
        list(takewhile(lambda window: window.starts < horizon, windows(each, since, NONE))) for each in (one, other)
    )
    common = [
        Window(max(a.starts, b.starts, since), min(a.ends, b.ends))
        for a in first
        for b in second
        if max(a.starts, b.starts, since) < min(a.ends, b.ends)
    ]
    found = first_clash(one, other, since, NONE, timedelta(days=60))
    assert found == first_clash(other, one, since, NONE, timedelta(days=60))
    assert (found is not None and found.starts < horizon) == bool(common)
    if common:
        assert found is not None
        assert found.starts == min(window.starts for window in common)


def repeated(rule: str, begins: str = "", ends: str = "", **more: object) -> Recurrence:
    clocks = {name: time.fromisoformat(clock) for name, clock in (("begins", begins), ("ends", ends)) if clock}
    return Recurrence.model_validate({"rule": rule, "zone": "Europe/Berlin", **clocks, **more})


@pytest.mark.parametrize(
    ("recurrence", "since", "found"),
    [
        pytest.param(
            repeated(EVERY_WEEKDAY, "18:00", "08:00"),
            "2026-11-27T12:00",
            ["27.11. 18:00-28.11. 08:00", "30.11. 18:00-01.12. 08:00", "01.12. 18:00-02.12. 08:00"],
            id="friday night ends on saturday",
        ),
        pytest.param(
            repeated(EVERY_WEEKDAY, "18:00", "08:00"),
            "2026-12-01T02:00",
            ["30.11. 18:00-01.12. 08:00", "01.12. 18:00-02.12. 08:00", "02.12. 18:00-03.12. 08:00"],
            id="the night that has begun",
        ),
        pytest.param(
            repeated("FREQ=WEEKLY;BYDAY=SA,SU"),
            "2026-11-29T12:00",
            ["28.11. 00:00-30.11. 00:00", "05.12. 00:00-07.12. 00:00", "12.12. 00:00-14.12. 00:00"],
            id="a weekend is one occurrence",
        ),
        pytest.param(
            repeated("FREQ=WEEKLY;BYDAY=FR", "18:00", "08:00", over=3),
            "2026-11-29T12:00",
            ["27.11. 18:00-30.11. 08:00", "04.12. 18:00-07.12. 08:00", "11.12. 18:00-14.12. 08:00"],
            id="friday evening to monday morning",
        ),
        pytest.param(
            repeated(EVERY_WEEKDAY, "08:00", "18:00", outside=True),
            "2026-11-30T12:00",
            ["30.11. 18:00-01.12. 08:00", "01.12. 18:00-02.12. 08:00", "02.12. 18:00-03.12. 08:00"],
            id="outside business hours",
        ),
        pytest.param(
            repeated(EVERY_WEEKDAY, "08:00", "18:00", outside=True),
            "2026-11-28T12:00",
            ["27.11. 18:00-30.11. 08:00", "30.11. 18:00-01.12. 08:00", "01.12. 18:00-02.12. 08:00"],
            id="outside business hours at the weekend",
        ),
        pytest.param(
            repeated(EVERY_WEEKDAY, "08:00", "18:00", outside=True, besides="holidays"),
            "2026-12-24T20:00",
            ["24.12. 18:00-28.12. 08:00", "28.12. 18:00-29.12. 08:00", "29.12. 18:00-30.12. 08:00"],
            id="outside business hours and on holidays",
        ),
        pytest.param(
            repeated("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "09:00", "12:00", first="2026-11-30", until="2026-12-28"),
            "2026-12-01T00:00",
            ["14.12. 09:00-14.12. 12:00", "28.12. 09:00-28.12. 12:00"],
            id="every other week until its last day",
        ),
        pytest.param(
            repeated("FREQ=MONTHLY;BYMONTHDAY=31"),
            "2027-01-31T12:00",
            ["31.01. 00:00-01.02. 00:00", "31.03. 00:00-01.04. 00:00", "31.05. 00:00-01.06. 00:00"],
            id="months without the day are left out",
        ),
        pytest.param(
            repeated(EVERY_WEEKDAY, "18:00", "08:00", besides="holidays"),
            "2026-12-24T12:00",
            ["24.12. 18:00-25.12. 08:00", "28.12. 18:00-29.12. 08:00", "29.12. 18:00-30.12. 08:00"],
            id="except on holidays",
        ),
        pytest.param(
            Recurrence(calendar="holidays", zone="Europe/Berlin"),
            "2026-12-01T12:00",
            ["25.12. 00:00-27.12. 00:00", "01.01. 00:00-02.01. 00:00"],
            id="holidays that follow each other are one occurrence, and a calendar ends",
        ),
        pytest.param(
            Recurrence(calendar="gone", zone="Europe/Berlin"), "2026-12-01T12:00", [], id="an unknown calendar"
        ),
        pytest.param(
            repeated(EVERY_DAY, "02:30", "06:00"),
            "2027-03-28T00:00",
            ["28.03. 03:00-28.03. 06:00", "29.03. 02:30-29.03. 06:00", "30.03. 02:30-30.03. 06:00"],
            id="a start that the clocks skip is after the gap",
        ),
        pytest.param(
            repeated(EVERY_DAY, "02:15", "02:45"),
            "2027-03-28T00:00",
            ["29.03. 02:15-29.03. 02:45", "30.03. 02:15-30.03. 02:45", "31.03. 02:15-31.03. 02:45"],
            id="nothing is left of a time within the gap",
        ),
    ],
)
def test_occurrences(recurrence: Recurrence, since: str, found: list[str]) -> None:
    assert some(recurrence, since, 3, Holidays()) == found


@pytest.mark.parametrize(
    ("recurrence", "hours"),
    [
        (repeated(EVERY_DAY, "22:00", "06:00"), {7, 8, 9}),
        (repeated(EVERY_DAY, "22:00", lasts=timedelta(hours=8)), {8}),
    ],
    ids=["by the clock", "by its length"],
)
def test_a_night_with_a_clock_move_has_the_length_that_was_said(recurrence: Recurrence, hours: set[int]) -> None:
    found = list(islice(windows(recurrence, on("2026-10-01T12:00"), NONE), 200))
    assert {(one.ends - one.starts) // timedelta(hours=1) for one in found} == hours


def test_a_time_that_the_clocks_show_twice_begins_once() -> None:
    found = list(islice(windows(repeated(EVERY_DAY, "02:30", "02:45"), on("2026-10-25T00:00"), NONE), 2))
    assert [one.starts.isoformat() for one in found] == ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"]


@pytest.mark.parametrize(
    ("recurrence", "narrow"),
    [
        (repeated(EVERY_DAY, "22:00", "06:00"), 0),
        (repeated("FREQ=DAILY;INTERVAL=2", first="2026-01-01"), 0),
        (repeated(EVERY_WEEKDAY), 1),
        (repeated("FREQ=MONTHLY;BYDAY=1MO"), 1),
        (repeated("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"), 2),
        (repeated("RDATE:20261224T000000"), 2),
        (Recurrence(calendar="holidays", zone="UTC"), 2),
    ],
)
def test_a_date_is_narrower_than_a_weekday_and_that_than_every_day(recurrence: Recurrence, narrow: int) -> None:
    assert rank(recurrence) == narrow


def test_times_that_only_touch_do_not_clash_even_when_the_clocks_move() -> None:
    before, after = repeated(EVERY_DAY, "01:00", "02:30"), repeated(EVERY_DAY, "02:30", "05:00")
    assert first_clash(before, after, on("2026-10-01T00:00"), NONE) is None
    later = repeated(EVERY_DAY, "02:29", "05:00")
    assert first_clash(before, later, on("2026-10-01T00:00"), NONE) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "FREQ=HOURLY"},
        {"rule": "FREQ=DAILY;UNTIL=20270101T000000"},
        {"rule": "every day"},
        {"rule": ""},
        {"rule": EVERY_DAY, "calendar": "holidays"},
        {"rule": EVERY_DAY, "begins": "10:00"},
        {"rule": EVERY_DAY, "ends": "10:00"},
        {"rule": EVERY_DAY, "begins": "10:00", "ends": "12:00", "lasts": 7200},
        {"rule": EVERY_DAY, "begins": "10:00", "lasts": 9e6},
    ],
)
def test_what_is_no_recurrence_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"recurrence|rule|occurrence|invalid|unknown|unsupported"):
        Recurrence.model_validate(wrong)


def test_what_is_not_settled_has_no_occurrences() -> None:
    with pytest.raises(ValueError, match="settled"):
        next_window(Recurrence(rule=EVERY_WEEKDAY), on("2026-10-01T00:00"), NONE)


@given(settled)
def test_a_recurrence_survives_the_journal(recurrence: Recurrence) -> None:
    assert Recurrence.model_validate_json(recurrence.model_dump_json()) == recurrence
