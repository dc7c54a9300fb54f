"""Makes recurrences exact: the zone, the dates, the halves of the day and the working day of whoever asked."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice, product
from zoneinfo import ZoneInfo

from bot.errors import NotPossible
from bot.recurrence.format import describe
from bot.recurrence.model import HOLIDAYS, Calendars, Recurrence, days_of
from bot.recurrence.windows import MAX_WINDOW, next_window
from bot.texts import recurrences as texts
from bot.times.clocks import other_half
from bot.times.model import Day, Duration, NamedClock, OnWeekday, WorkingDay
from bot.times.resolver import dates_named

_MIDNIGHT = time()
_DAY = timedelta(days=1)


def meanings(
    recurrence: Recurrence, now: datetime, zone: str, working_day: WorkingDay, calendars: Calendars
) -> tuple[Recurrence, ...]:
    """Returns what a recurrence may mean to somebody in a time zone: settled, the likeliest first.

    Raises:
        NotPossible: it means nothing that can be in effect; the message says what to type instead.
    """
    said = recurrence.model_copy(update={"zone": recurrence.zone or zone})
    today = now.astimezone(ZoneInfo(str(said.zone))).date()
    choices = product(
        _clocks(said, working_day),
        tuple(_calendar(said.calendar, calendars)),
        tuple(_calendar(said.besides, calendars)),
        tuple(_bounds(said, today)),
    )
    found = dict[Recurrence, None]()
    for (begins, ends), calendar, besides, (first, until) in choices:
        update = {"begins": begins, "ends": ends, "bare": (), "first": first, "until": until}
        one = said.model_copy(update=update | {"calendar": calendar, "besides": besides})
        found[_from_its_first_day(_dated(one, today), now, calendars)] = None
    for one in found:
        _check(one, recurrence, now, calendars)
    return tuple(sorted(found, key=_length)) if said.bare else tuple(found)


def _length(one: Recurrence) -> timedelta:
    return _until(one.begins, one.ends) if isinstance(one.begins, time) and isinstance(one.ends, time) else _DAY


def _clocks(said: Recurrence, working_day: WorkingDay) -> Iterator[tuple[time | None, time | None]]:
    """The times of day that may be meant: an open end is as it was said, or in the other half if that is nearer."""
    begins, ends = _clock(said.begins, working_day), _clock(said.ends, working_day)
    for start in (begins, other_half(begins)) if begins and "begins" in said.bare else (begins,):
        yield start, ends
        if start and ends and "ends" in said.bare and not said.over:
            other = other_half(ends)
            if _until(start, other) < _until(start, ends):
                yield start, other


def _clock(clock: time | NamedClock | None, working_day: WorkingDay) -> time | None:
    if clock is None or isinstance(clock, time):
        return clock
    return {"morning": working_day.morning, "end of day": working_day.end, "midnight": _MIDNIGHT}[clock]


def _until(start: time, end: time) -> timedelta:
    day = datetime(2000, 1, 1)  # noqa: DTZ001 - on whatever clock
    length = datetime.combine(day, end) - datetime.combine(day, start)
    return length if length > timedelta() else length + _DAY


def _calendar(name: str | None, calendars: Calendars) -> Iterator[str | None]:
    """The calendars that a name may mean: `holidays` is the only one, if there is no other by that name."""
    if name is None:
        yield None
        return
    known = {one.lower(): one for one in calendars.names()}
    if not known:
        raise NotPossible(texts.NO_CALENDAR)
    if name.lower() in known:
        yield known[name.lower()]
    elif name == HOLIDAYS:
        yield from known.values()
    else:
        raise NotPossible(texts.unknown_calendar(name, list(known.values())))


def _bounds(said: Recurrence, today: date) -> Iterator[tuple[date | None, date | None]]:
    """The first and the last day that may be meant; the last one is not before the first."""
    for first in _dates(said.first, today):
        since = max(first or today, today)
        if isinstance(said.until, Duration):
            yield first, since + said.until.elapsed - _DAY
            continue
        for until in _dates(said.until, since + _DAY if isinstance(said.until, OnWeekday) else since):
            if until is not None and until < since:
                raise NotPossible(texts.ends_before_it_begins(describe(said)))
            yield first, until


def _dates(day: date | Day | None, since: date) -> Iterator[date | None]:
    if day is None or isinstance(day, date):
        yield day
    else:
        yield from dates_named(day, since)


def _dated(said: Recurrence, today: date) -> Recurrence:
    """The recurrence with the next of each date that was said without its year and is meant once."""
    if "COUNT=1" not in said.rule:
        return said
    since = max(said.first, today) if isinstance(said.first, date) else today
    days = sorted(day.date() for day in islice(days_of(said.rule, since), len(said.rule.splitlines())))
    return said.model_copy(update={"rule": f"RDATE:{','.join(f'{day:%Y%m%d}T000000' for day in days)}"})


def _from_its_first_day(said: Recurrence, now: datetime, calendars: Calendars) -> Recurrence:
    """The recurrence with the day from which its interval is counted: the first one on which it may be in effect."""
    if "INTERVAL=" not in said.rule:
        return said
    parts = [part for part in said.rule.split(";") if not part.startswith("INTERVAL=")]
    window = next_window(said.model_copy(update={"rule": ";".join(parts), "until": None}), now, calendars)
    if window is None:
        return said
    return said.model_copy(update={"first": window.starts.astimezone(ZoneInfo(str(said.zone))).date()})


def _check(one: Recurrence, said: Recurrence, now: datetime, calendars: Calendars) -> None:
    window = next_window(one, now, calendars)
    if window is None:
        never = texts.no_holidays_left(one.calendar) if one.calendar is not None else texts.never(describe(said))
        raise NotPossible(never)
    if window.ends - window.starts >= MAX_WINDOW:
        raise NotPossible(texts.without_a_break(describe(said)))
