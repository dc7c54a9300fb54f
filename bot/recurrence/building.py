"""Puts the parts of a recurrence together that were read from a line."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from bot.recurrence.days import Days, weekly
from bot.recurrence.format import describe, format_clock
from bot.recurrence.model import EVERY_DAY, MAX_OVER, WEEKDAY_CODES, Bound, Recurrence
from bot.texts import recurrences as texts
from bot.times.clocks import ReadClock, in_part
from bot.times.model import WEEKDAYS, Duration, NamedClock, OnDate, OnWeekday, WallClock
from bot.times.spans import share_half
from bot.times.zones import ABBREVIATIONS

Slots = dict[str, Any]
"""The parts of a recurrence by name, such as `days`, `begins`, `lasts` and `until`."""
_WEEKEND = "FREQ=WEEKLY;BYDAY=SA,SU"
_MIDNIGHT = time()
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Times:
    """From when to when on each day, as far as it was said."""

    begins: time | NamedClock | None = None
    ends: time | NamedClock | None = None
    lasts: timedelta | None = None
    over: int = 0
    bare: tuple[Bound, ...] = ()


def build(slots: Slots) -> Recurrence:
    """Builds the recurrence from its parts.

    Raises:
        ValueError: parts are missing or contradict each other; the message says what to type instead.
    """
    days: Days | None = slots.get("days") or slots.get("hours")
    if days is None:
        raise ValueError(texts.which_days())
    if days.once:
        raise ValueError(texts.every_or_once(_said(days, days.rule)))
    rule = _without(days, slots.get("left_out", ()))
    outside = "outside" in slots or (days.outside and "days" not in slots)
    besides = slots.get("besides")
    if ("also" in slots) > outside or (besides is not None and outside):
        raise ValueError(texts.a_line_for_holidays())
    until, lasts = slots.get("until"), slots.get("lasts")
    if lasts is not None and until is None and (lasts >= _WEEK or ("ends" in slots and lasts >= _DAY)):
        until, lasts = Duration(elapsed=lasts), None
    if "endless" in slots and until is not None:
        raise ValueError(texts.two_lengths())
    rule, times = _times(slots | {"lasts": lasts}, days, rule)
    if times.begins is None and (rule == EVERY_DAY or days.needs_times):
        raise ValueError(texts.from_when(_said(days, rule)))
    return Recurrence(
        rule=rule,
        calendar=days.calendar,
        besides=slots.get("also", besides),
        outside=outside,
        begins=times.begins,
        ends=times.ends,
        lasts=times.lasts,
        over=times.over,
        bare=times.bare,
        zone=_zone(slots),
        first=_exact(slots.get("first")),
        until=_exact(until),
    )


def _exact(day: Any) -> Any:
    """A date with its year as a date, so that it is the same as when it was settled."""
    if isinstance(day, OnDate) and day.year is not None and day.weekday is None:
        return date(day.year, day.month, day.day)
    return day


def _said(days: Days, rule: str) -> str:
    """How the days are said in a message."""
    if days.part and rule == EVERY_DAY:
        return f"every {days.part}"
    return describe(Recurrence(rule=rule, calendar=days.calendar))


def _without(days: Days, codes: tuple[str, ...]) -> str:
    """The rule without some days of the week."""
    if not codes:
        return days.rule
    listed = WEEKDAY_CODES if days.rule == EVERY_DAY else tuple(days.rule.partition("BYDAY=")[2].split(","))
    left = [code for code in listed if code not in codes]
    plain = days.rule == EVERY_DAY or days.rule.startswith("FREQ=WEEKLY;BYDAY=")
    if not plain or not left or days.business or not set(codes) <= set(listed):
        raise ValueError(texts.not_except(", ".join(WEEKDAYS[WEEKDAY_CODES.index(code)] for code in codes)))
    return weekly(left)


def _times(slots: Slots, days: Days, rule: str) -> tuple[str, _Times]:
    """The times on each day, and the rule: the weekday of a start may be its only one."""
    timed = [name for name in ("whole", "begins", "ends", "lasts") if slots.get(name) is not None]
    if "hours" in slots:
        if timed:
            raise ValueError(texts.business_hours_have_times())
        between = slots["hours"].outside and "days" in slots
        return rule, _Times("end of day", "morning") if between else _Times("morning", "end of day")
    if slots.get("whole") and len(timed) > 1:
        raise ValueError(texts.two_lengths())
    begins: WallClock | None = slots.get("begins")
    ends: WallClock | None = slots.get("ends")
    if begins is None:
        return rule, _whole_days(slots, days, rule)
    if isinstance(begins.day, OnWeekday):
        rule = _rule_from(begins.day, rule)
    lasts: timedelta | None = slots.get("lasts")
    if ends is not None and lasts is not None:
        raise ValueError(texts.two_lengths())
    if ends is not None and begins.day is None and ends.day is None:
        begins = share_half(begins, ends)
    first, open_first = _clock(begins, days.part, None)
    if ends is None and lasts is None:
        shown = format_clock(first) if isinstance(first, time) else first
        raise ValueError(texts.until_when(_said(days, rule), shown))
    bare: tuple[Bound, ...] = ("begins",) if open_first else ()
    if ends is None:
        return rule, _Times(first, lasts=lasts, bare=bare)
    last, open_last = _clock(ends, days.part if days.part != "night" else None, first)
    over = _over(rule, ends.day, first, last) if isinstance(ends.day, OnWeekday) else 0
    return rule, _Times(first, last, over=over, bare=(*bare, "ends") if open_last else bare)


def _whole_days(slots: Slots, days: Days, rule: str) -> _Times:
    """Whole days: each from midnight to midnight, or several days on end."""
    lasts: timedelta | None = slots.get("lasts")
    if slots.get("ends") is not None or days.part or (lasts and lasts % _DAY):
        raise ValueError(texts.from_when(_said(days, rule)))
    if lasts is None or lasts == _DAY:
        return _Times()
    if not _is_one_weekday(rule):
        raise ValueError(texts.from_when(_said(days, rule)))
    return _Times(_MIDNIGHT, _MIDNIGHT, over=lasts // _DAY)


def _is_one_weekday(rule: str) -> bool:
    return "FREQ=WEEKLY" in rule and "," not in rule


def _rule_from(day: OnWeekday, rule: str) -> str:
    """The rule of a start with its weekday: every weekend from Friday 18:00 to Monday 8:00."""
    code = WEEKDAY_CODES[WEEKDAYS.index(day.weekday)]
    if rule == _WEEKEND:
        return weekly([code])
    if rule.rpartition("BYDAY=")[2] == code:
        return rule
    raise ValueError(texts.only_one_weekday(day.weekday))


def _over(rule: str, day: OnWeekday, begins: Any, ends: Any) -> int:
    """How many days after the weekday of the start the weekday of the end is."""
    if not _is_one_weekday(rule):
        raise ValueError(texts.only_one_weekday(day.weekday))
    first = WEEKDAY_CODES.index(rule.rpartition("BYDAY=")[2])
    days = (WEEKDAYS.index(day.weekday) - first) % len(WEEKDAYS)
    if days > MAX_OVER or (days == 0 and not (isinstance(begins, time) and isinstance(ends, time) and begins < ends)):
        raise ValueError(texts.only_one_weekday(day.weekday))
    return days


def _clock(wall: WallClock, part: str | None, begins: time | NamedClock | None) -> tuple[time | NamedClock, bool]:
    """A time of day, and whether its half is open; a part of the day that is said with the days settles it."""
    clock = wall.clock
    assert clock is not None  # noqa: S101 - as read
    if clock == "midnight":
        raise ValueError(texts.which_midnight())
    if not wall.bare or part is None:
        if part and begins is None and isinstance(clock, time):
            clock = in_part(ReadClock(clock), part)
        return clock, wall.bare
    try:
        found = in_part(ReadClock(clock, bare=True), part)
    except ValueError:
        if begins is None:
            raise
        return clock, True
    return (found, False) if not isinstance(begins, time) or found > begins else (clock, True)


def _zone(slots: Slots) -> str | None:
    """The zone of both times, as IANA names it."""
    said = {slots.get("zone"), *(slots[name].zone for name in ("begins", "ends") if slots.get(name))} - {None}
    if len(said) > 1:
        raise ValueError(texts.two_zones())
    zone = next(iter(said), None)
    if zone is None or (zone not in ABBREVIATIONS and not zone.startswith("UTC")):
        return zone
    if zone in ABBREVIATIONS:
        return ABBREVIATIONS[zone]
    sign, hours, minutes = zone[3], int(zone[4:6]), int(zone[7:9])
    if minutes or (sign == "-" and hours > 12):
        raise ValueError(texts.no_fixed_offset(zone))
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
