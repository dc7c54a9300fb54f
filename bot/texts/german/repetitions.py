"""How a recurrence is said in German: `montags bis freitags 18:00 bis 8:00 Uhr, außer an Feiertagen`."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from bot.texts.german.dates import day_in_full, duration
from bot.texts.german.wording import listed
from bot.texts.repetition import Repetition

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_ALL_HOLIDAYS = "holidays"
"""The calendar that is meant where a line names none."""


def in_words(repetition: Repetition) -> str:
    """Returns a recurrence with its days, times, exceptions and bounds."""
    days_and_times = " ".join((_days(repetition), *_times(repetition)))
    parts = [f"außerhalb von: {days_and_times}" if repetition.outside else days_and_times]
    if repetition.besides:
        parts.append(f"{'und' if repetition.outside else 'außer'} {_on_holidays(repetition.besides)}")
    if repetition.first:
        parts.append(f"ab {day_in_full(repetition.first, with_year=True)}")
    if repetition.until:
        parts.append(f"bis {day_in_full(repetition.until, with_year=True)}")
    if repetition.zone:
        parts.append(repetition.zone)
    return ", ".join(parts)


def _days(repetition: Repetition) -> str:
    if repetition.calendar:
        return _on_holidays(repetition.calendar)
    if repetition.dates:
        return f"am {listed([day_in_full(day, with_year=True) for day in repetition.dates])}"
    rule = repetition.rules[0]
    match rule["FREQ"]:
        case "YEARLY":
            return f"jedes Jahr am {listed([_day_of_year(one) for one in repetition.rules])}"
        case "MONTHLY":
            return f"{_place_in_month(rule)} {_interval(rule, 'jedes Monats', 'Monate')}"
        case "WEEKLY":
            interval = _interval(rule, "", "Wochen")
            return f"{interval} {_weekdays(rule['BYDAY'].split(','))}".strip()
        case _:
            return _interval(rule, "täglich", "Tage")


def _interval(rule: Mapping[str, str], each: str, plural: str) -> str:
    number = int(rule.get("INTERVAL", "1"))
    return each if number == 1 else f"alle {number} {plural}"


def _weekdays(codes: Sequence[str]) -> str:
    """Days of the week: `montags bis freitags`, `montags und mittwochs`."""
    names = [f"{_WEEKDAYS[_CODES.index(code)].lower()}s" for code in codes]
    if len(codes) > 2 and ",".join(codes) in ",".join(_CODES):
        return f"{names[0]} bis {names[-1]}"
    return listed(names)


def _place_in_month(rule: Mapping[str, str]) -> str:
    """Days of a month: `am 1. und 3. Freitag`, `am letzten Werktag`, `am 15.`, `am letzten Tag`."""
    if "BYSETPOS" in rule:
        return f"am {_ordinals(rule['BYSETPOS'].split(','))} Werktag"
    if "BYDAY" in rule:
        days = rule["BYDAY"].split(",")
        names = dict.fromkeys(_WEEKDAYS[_CODES.index(day[-2:])] for day in days)
        return f"am {_ordinals(list(dict.fromkeys(day[:-2] for day in days)))} {listed(list(names))}"
    days = rule["BYMONTHDAY"].split(",")
    return f"am {_ordinals(days)}{' Tag' if days[-1] == '-1' else ''}"


def _ordinals(numbers: Sequence[str]) -> str:
    return listed(["letzten" if number == "-1" else f"{number}." for number in numbers])


def _day_of_year(rule: Mapping[str, str]) -> str:
    leap_year = 2000  # has every day of a year
    return day_in_full(date(leap_year, int(rule["BYMONTH"]), int(rule["BYMONTHDAY"])), with_year=False)


def _on_holidays(calendar: str) -> str:
    return "an Feiertagen" if calendar == _ALL_HOLIDAYS else f"an Feiertagen ({calendar})"


def _times(repetition: Repetition) -> Sequence[str]:
    if repetition.begins is None:
        return ()
    begins = _clock(repetition.begins)
    if repetition.lasts is not None:
        return (f"ab {begins} Uhr für {_length(repetition.lasts)}",)
    if repetition.ends is None:
        return (f"ab {begins} Uhr",)
    if repetition.last_weekday is not None:
        return (f"{begins} Uhr bis {_WEEKDAYS[repetition.last_weekday]} {_clock(repetition.ends)} Uhr",)
    return (f"{begins} bis {_clock(repetition.ends)} Uhr",)


def _clock(at: time) -> str:
    return f"{at.hour}:{at:%M}"


def _length(lasts: timedelta) -> str:
    minutes = int(lasts.total_seconds()) // 60
    return duration(minutes // 1440, minutes // 60 % 24, minutes % 60, 0)
