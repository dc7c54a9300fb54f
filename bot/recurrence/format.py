"""Formats recurrences as text that parses as the same recurrence."""

from collections.abc import Sequence
from datetime import date, time

from bot.recurrence.model import EVERY_DAY, EVERY_WEEKDAY, HOLIDAYS, WEEKDAY_CODES, Recurrence
from bot.texts.repetition import Repetition
from bot.times.format import format_day, format_duration
from bot.times.model import MONTHS, WEEKDAYS, Day, Duration, OnDate, OnWeekday

ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_DATES = "RDATE:"


def describe(recurrence: Recurrence, *, zone: str | None = None) -> str:
    """Formats a recurrence, as in `every weekday 18:00 to 8:00 until 31 March 2027`.

    Args:
        zone: the reader's time zone, which is left out; the text then means the same to this reader only.
    """
    parts = [_days_and_times(recurrence)]
    if recurrence.besides is not None:
        parts.append(f"{'and' if recurrence.outside else 'except'} on {_calendar(recurrence.besides)}")
    if recurrence.first is not None:
        parts.append(f"from {_bound(recurrence.first)}")
    if recurrence.until is not None:
        length = isinstance(recurrence.until, Duration)
        # "every Monday until Friday" may be a range of weekdays, too
        ranged = isinstance(recurrence.until, OnWeekday) and " ".join(parts).split()[-1] in WEEKDAYS
        until = "until and including" if ranged else "until"
        parts.append(f"{'for' if length else until} {_bound(recurrence.until)}")
    if recurrence.zone not in (None, zone):
        parts.append(str(recurrence.zone))
    return " ".join(parts)


def repetition_of(recurrence: Recurrence, *, zone: str) -> Repetition:
    """Returns what texts say of a settled recurrence.

    Args:
        zone: the reader's time zone, which is left out.
    """
    on_dates = recurrence.rule.startswith(_DATES)
    clocks = [clock if isinstance(clock, time) else None for clock in (recurrence.begins, recurrence.ends)]
    bounds = [day if isinstance(day, date) else None for day in (recurrence.first, recurrence.until)]
    return Repetition(
        line=describe(recurrence, zone=zone),
        rules=() if on_dates else tuple(map(_parts, recurrence.rule.splitlines())),
        dates=tuple(_dates(recurrence.rule)) if on_dates else (),
        calendar=recurrence.calendar or "",
        besides=recurrence.besides or "",
        outside=recurrence.outside,
        begins=clocks[0],
        ends=clocks[1],
        lasts=recurrence.lasts,
        last_weekday=_last_weekday(recurrence) if recurrence.over else None,
        first=bounds[0],
        until=bounds[1],
        zone="" if recurrence.zone in (None, zone) else str(recurrence.zone),
    )


def format_clock(clock: time) -> str:
    """Formats a time of day without a leading zero, as in 8:00."""
    return f"{clock.hour}:{clock:%M}"


def ordinal(number: int) -> str:
    """Formats a position: 1st, 2nd, 3rd, 11th; `last` for -1."""
    if number == -1:
        return "last"
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else ORDINAL_ENDINGS.get(number % 10, 'th')}"


def _days_and_times(recurrence: Recurrence) -> str:
    business = (recurrence.begins, recurrence.ends) == ("morning", "end of day") and recurrence.rule == EVERY_WEEKDAY
    if business:
        return "outside business hours" if recurrence.outside else "during business hours"
    days = f"on {_calendar(recurrence.calendar)}" if recurrence.calendar is not None else _rule(recurrence.rule)
    if recurrence.outside:
        days = f"outside {'weekdays' if recurrence.rule == EVERY_WEEKDAY else days}"
    return " ".join((days, *_times(recurrence)))


def _times(recurrence: Recurrence) -> Sequence[str]:
    if recurrence.begins is None:
        return ()
    begins = _clock(recurrence.begins, bare="begins" in recurrence.bare)
    if recurrence.lasts is not None:
        return ("from", begins, "for", format_duration(recurrence.lasts))
    ends = _clock(recurrence.ends, bare="ends" in recurrence.bare)
    if recurrence.over:
        return (begins, "to", WEEKDAYS[_last_weekday(recurrence)], ends)
    return (begins, "to", ends)


def _last_weekday(recurrence: Recurrence) -> int:
    """The day of the week on which an occurrence ends that lasts over days: 0 for Monday."""
    first = WEEKDAY_CODES.index(_parts(recurrence.rule)["BYDAY"])
    return (first + recurrence.over) % len(WEEKDAYS)


def _clock(clock: object, *, bare: bool) -> str:
    if not isinstance(clock, time):
        return str(clock)
    if bare:
        return f"{clock.hour}" if not clock.minute else f"{clock.minute} past {clock.hour}"
    return format_clock(clock)


def _bound(day: date | Day | Duration) -> str:
    match day:
        case date():
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        case Duration():
            return format_duration(day.elapsed)
        case _:
            return format_day(day)


def _calendar(name: str) -> str:
    return HOLIDAYS if name == HOLIDAYS else f"{name} {HOLIDAYS}"


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";"))


def _rule(rule: str) -> str:
    if rule == EVERY_DAY:
        return "every day"
    if rule == EVERY_WEEKDAY:
        return "every weekday"
    if rule.startswith(_DATES):
        return f"on {_listed([_bound(day) for day in _dates(rule)])}"
    lines = [_parts(line) for line in rule.splitlines()]
    match lines[0]["FREQ"]:
        case "YEARLY":
            dates = [OnDate(day=int(line["BYMONTHDAY"]), month=int(line["BYMONTH"])) for line in lines]
            return f"{'on' if 'COUNT' in lines[0] else 'every'} {_listed([format_day(one) for one in dates])}"
        case "MONTHLY":
            return _monthly(lines[0])
        case "WEEKLY":
            return _weekly(lines[0])
        case _:
            interval = int(lines[0]["INTERVAL"])
            return "every other day" if interval == 2 else f"every {interval} days"


def _dates(rule: str) -> list[date]:
    return [date.fromisoformat(day[:8]) for day in rule.removeprefix(_DATES).split(",")]


def _listed(parts: Sequence[str]) -> str:
    """The parts as a line lists them, in every language of texts: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _weekly(parts: dict[str, str]) -> str:
    days = _weekdays(parts["BYDAY"])
    interval = int(parts.get("INTERVAL", "1"))
    if interval == 1:
        return f"every {days}"
    one = "," not in parts["BYDAY"]
    return f"every other {days}" if interval == 2 and one else f"every {interval} weeks on {days}"


def _weekdays(codes: str) -> str:
    if codes.count(",") > 1 and codes in ",".join(WEEKDAY_CODES):
        codes_in_order = codes.split(",")
        return " to ".join(WEEKDAYS[WEEKDAY_CODES.index(code)] for code in (codes_in_order[0], codes_in_order[-1]))
    return _listed([WEEKDAYS[WEEKDAY_CODES.index(code)] for code in codes.split(",")])


def _monthly(parts: dict[str, str]) -> str:
    interval = int(parts.get("INTERVAL", "1"))
    months = "month" if interval == 1 else f"{interval} months"
    if "BYSETPOS" in parts:
        place = _listed([ordinal(int(place)) for place in parts["BYSETPOS"].split(",")])
        return f"on the {place} weekday of every {months}"
    if "BYDAY" in parts:
        codes = [(int(code[:-2]), WEEKDAYS[WEEKDAY_CODES.index(code[-2:])]) for code in parts["BYDAY"].split(",")]
        names = dict.fromkeys(name for _, name in codes)
        places = _listed([ordinal(place) for place in dict.fromkeys(place for place, _ in codes)])
        return f"on the {places} {_listed(list(names))} of every {months}"
    days = _listed([ordinal(int(day)) for day in parts["BYMONTHDAY"].split(",")])
    return f"on the {days}{' day' if days == 'last' else ''} of every {months}"
