"""Reads the days of a recurrence: `every weekday`, `on the 1st of every month`, `every 24 December`, `on holidays`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.recurrence.model import EVERY_DAY, EVERY_WEEKDAY, HOLIDAYS, WEEKDAY_CODES
from bot.texts import recurrences as texts
from bot.times.days import read_day
from bot.times.model import MONTHS, WEEKDAYS, OnDate, OnWeekday


@dataclass(frozen=True, slots=True)
class Days:
    """The days as they were said: a rule or a calendar, and what the words say of the times on them."""

    rule: str = ""
    calendar: str | None = None
    part: str | None = None
    """Part of the day that is meant, as in every night."""
    business: bool = False
    """Whether the hours of the working day are meant."""
    outside: bool = False
    once: bool = False
    """Whether the days are a list of which it is not said that it repeats."""
    needs_times: bool = False
    """Whether the words make a repetition only with times of day, as in Mon-Fri 18:00 to 8:00."""


_FIXED = {
    "day": EVERY_DAY,
    "weekday": EVERY_WEEKDAY,
    "weekend": "FREQ=WEEKLY;BYDAY=SA,SU",
}
_PARTS = "morning|afternoon|evening|night"
_HOURS = r"(?:the )?(?:business|office|working|work|opening|trading|regular|normal)(?: hours)"
_PUBLIC = r"(?:(?:public|bank|national|legal|statutory|official|federal|all|the) )*"
_NAME = r"(?!(?:on|every|and|at|in|during)\b)[a-z][\w-]*"
HOLIDAY = rf"{_PUBLIC}(?:(?P<name>{_NAME}) )?{_PUBLIC}holidays?(?: (?:in|of|for) (?P<of>{_NAME}))?"
_ORDINALS = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th"}
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_MONTH_NAME = "|".join(month[:3].lower() for month in MONTHS)
_RULES = [
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (rf"\b({'|'.join(_ORDINALS)})\b", lambda found: _ORDINALS[found[1]]),
        (r" [&+] |(?<=[a-z])[&+](?=[a-z])", " and "),
        (rf"\b({_DAY})/(?={_DAY})", r"\1 and "),
        (r"\beach\b|\bevery single\b|\beach and every\b|\bevery and each\b", "every"),
        (r"\beveryday\b|\bdaily\b|\bday by day\b|\b7 days (?:a|per|every) week\b", "every day"),
        (r"\bnightly\b", "every night"),
        (r"\bweeknights\b|\bevery weeknight\b", "every weekday night"),
        (r"\b(?:work|working|business) ?(?:day)(s?)\b", r"weekday\1"),
        (r"\bweek days\b", "weekdays"),
        (r"\b(?:every )?(?:alternate|alternating)\b", "every other"),
        (r"\b(?:every )?(?:fortnight|fortnightly|biweekly|bi-weekly)\b", "every other week"),
        (r"\bweekly\b|\b(?:once )?(?:a|per) week\b", "every week"),
        (r"\bmonthly\b|\b(?:once )?(?:a|per) month\b", "every month"),
        (r"\b(?:yearly|annually|(?:once )?(?:a|per) year)\b", "every year"),
        (rf"\bevery day (?:from |on )?(?={_DAY} )", "every "),
        (rf"\b(to|until) 24(?::00)?(?= |$)(?! (?:of )?(?:{_MONTH_NAME}))", r"\1 0:00"),
        (r"\bof (?:the|a) month\b|\bof months\b", "of every month"),
        (r"(?<=[a-z]{3}) ?- ?(?=[a-z]{3})", " to "),
    )
]  # fmt: skip


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """Returns a normalized text with one spelling for each way to say a repetition."""
    for pattern, spelling in _RULES:
        text = pattern.sub(spelling, text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def read_days(text: str) -> Days | None:
    """Reads the days of a repetition in the spelling of `spell`; returns None if the text is none.

    Raises:
        ValueError: the text leaves open which days are meant, or the calendar does not have them.
    """
    return next((found for reader in _READERS if (found := reader(text)) is not None), None)


def _read_daily(text: str) -> Days | None:
    if shape := re.fullmatch(rf"(?:on )?every (other|2nd|\d+) (day|night)s?|every other (?P<part>{_PARTS})", text):
        interval = _interval(shape[1] or "other")
        part = shape["part"] or ("night" if shape[2] == "night" else None)
        return Days(f"{EVERY_DAY};INTERVAL={interval}" if interval > 1 else EVERY_DAY, part=part)
    if shape := re.fullmatch(rf"(?:on |in )?every (?:day(?: of (?:the|every) week)?|({_PARTS}))", text):
        return Days(EVERY_DAY, part=shape[1])
    return Days(EVERY_DAY) if re.fullmatch("(?:on )?all days", text) else None


def _read_hours(text: str) -> Days | None:
    if re.fullmatch(rf"(?:outside(?: of)?|after|out of|not during|except during) {_HOURS}", text) or text in (
        "after hours", "out of hours", "outside hours", "after closing", "after work",
    ):  # fmt: skip
        return Days(EVERY_WEEKDAY, business=True, outside=True)
    return Days(EVERY_WEEKDAY, business=True) if re.fullmatch(rf"(?:during|in|within) {_HOURS}", text) else None


def _read_holidays(text: str) -> Days | None:
    shape = re.fullmatch(rf"(?:(?:on|during|at|over) (?:every )?|every ){HOLIDAY}", text)
    return Days(calendar=calendar_of(shape)) if shape else None


def calendar_of(shape: re.Match[str]) -> str:
    """Returns the calendar that a match of HOLIDAY names."""
    return shape["of"] or shape["name"] or HOLIDAYS


def _read_weekly(text: str) -> Days | None:
    """Days of the week: every Monday and Friday, weekdays, Mon-Fri, every 2 weeks on Friday, Friday nights."""
    interval, repeated = 1, False
    if shape := re.fullmatch(r"(?:(?P<before>.+?) )?every (?:(?P<n>other|\d+) )?weeks?(?: (?P<after>.+))?", text):
        interval, repeated = _interval(shape["n"]), True
        text = shape["before"] or shape["after"] or ""
        if not text or (shape["before"] and shape["after"]):
            raise ValueError(texts.which_weekday())
    text = re.sub(r"^(?:on|at|from) (?:the )?", "", text)
    if shape := re.fullmatch(r"every (?P<n>other|\d+)(?:st|nd|rd|th)? (?P<rest>.+)", text):
        found = _listed(re.sub(rf" (?:{_PARTS})s?$", "", shape["rest"]))
        if found is None:
            return None
        if shape["n"] not in ("other", "2") or repeated or len(found[0]) == len(WEEKDAYS) - 2:
            raise ValueError(texts.weeks_or_place(shape["n"], shape["rest"]))
        interval, repeated, text = 2, True, shape["rest"]
    if shape := re.fullmatch(r"(.+?) of every week", text):
        repeated, text = True, shape[1]
    part = re.fullmatch(rf"(.+?) ({_PARTS})s?", text)
    found = _listed(part[1] if part else text)
    if found is None:
        return None
    codes, said = found
    repeats = repeated or said
    plural = part is not None and text.endswith("s")
    said, ranged = repeats or plural, " to " in text
    if not said and not ranged and len(codes) < 2:
        return None
    return Days(
        weekly(codes, interval),
        part=part[2] if part else None,
        once=not said and not ranged,
        needs_times=not said,
    )


def _interval(said: str | None) -> int:
    return 2 if said in ("other", "2nd") else int(said or 1)


def weekly(codes: Sequence[str], interval: int = 1) -> str:
    """Returns the rule of some weekdays, in the order of the week."""
    days = [code for code in WEEKDAY_CODES if code in codes]
    if len(days) == len(WEEKDAY_CODES) and interval == 1:
        return EVERY_DAY
    every = f"INTERVAL={interval};" if interval > 1 else ""
    return f"FREQ=WEEKLY;{every}BYDAY={','.join(days)}"


def _listed(text: str) -> tuple[tuple[str, ...], bool] | None:
    """The weekdays in a list, and whether the words say that they repeat."""
    repeats, codes = False, list[str]()
    if re.search(r"^(?!every |all ).*(?<! and)(?<! also)(?<! on) every ", text):
        return None  # on Monday every weekday: which of the two is meant is open
    parts = re.split(r" and (?:on |also )?| (?=every )", text)
    items = [item for part in parts for item in _items(part.strip())]
    for item in items:
        every = item.startswith(("every ", "all "))
        item = re.sub(r"^(?:on )?(?:(?:every|all) )?", "", item)
        bare = item.removesuffix("s") if item.endswith("days") or item == "weekends" else item
        repeats |= every or bare != item
        found = _codes(bare)
        if found is None:
            return None
        codes += found
    return (tuple(codes), repeats) if codes else None


def _items(part: str) -> list[str]:
    """The words of a list without a word between them: every mon wed fri."""
    words = part.split()
    if len(words) > 1 and all(_code(word.removesuffix("s")) or word in ("every", "on") for word in words):
        every = [word for word in words if word == "every"]
        days = [word for word in words if word not in ("every", "on")]
        return [" ".join((*every[:1], days[0])), *days[1:]] if days else [part]
    return [part]


def _codes(item: str) -> tuple[str, ...] | None:
    if item in ("weekday", "weekend", "weekend day"):
        return tuple(_FIXED[item.removesuffix(" day")].partition("BYDAY=")[2].split(","))
    if shape := re.fullmatch(r"(\w+?)s? (?:to|through|until) (?:every )?(\w+?)s?", item):
        first, last = _code(shape[1]), _code(shape[2])
        if first is None or last is None:
            return None
        start, count = WEEKDAY_CODES.index(first), len(WEEKDAY_CODES)
        length = (WEEKDAY_CODES.index(last) - start) % count + 1
        return tuple(WEEKDAY_CODES[(start + ahead) % count] for ahead in range(length))
    code = _code(item)
    return (code,) if code else None


def _code(word: str) -> str | None:
    day = read_day(word) if re.fullmatch(r"[a-z]+\.?", word) else None
    return WEEKDAY_CODES[WEEKDAYS.index(day.weekday)] if isinstance(day, OnWeekday) else None


def weekday_codes(text: str) -> tuple[str, ...] | None:
    """Returns iCalendar's codes of a list of weekdays; None if the text is none."""
    found = _listed(text)
    return found[0] if found else None


_PLACE = r"(?:\d{1,2}(?:st|nd|rd|th)|last)"
_PLACES = rf"(?P<places>{_PLACE}(?: (?:and|to) (?:the )?{_PLACE}| (?:the )?{_PLACE})*)"
_WHAT = r"(?P<what>(?!of\b|in\b|on\b)\w+)"
_MONTHS = r"every (?:(?P<n>other|\d+) )?months?"
_MONTHLY = [
    re.compile(pattern)
    for pattern in (
        rf"(?:on |every )?(?:the )?{_PLACES}(?: {_WHAT})?(?: of| in)? {_MONTHS}",
        rf"{_MONTHS}(?: on)?(?: the)? {_PLACES}(?: {_WHAT})?",
        rf"every (?P<places>1st|last) {_WHAT}(?P<n>)",
        r"every (?P<places>(?:[6-9]|\d{2})(?:st|nd|rd|th))(?P<what>)(?P<n>)",
    )
]


def _read_monthly(text: str) -> Days | None:
    shape = next((shape for shape in (one.fullmatch(text) for one in _MONTHLY) if shape), None)
    if shape is None:
        if re.fullmatch(_MONTHS, text):
            raise ValueError(texts.which_day_of_the_month())
        return None
    places = [_place(one) for one in re.findall(_PLACE, shape["places"])]
    interval = _interval(shape.groupdict().get("n"))
    every = f"INTERVAL={interval};" if interval > 1 else ""
    what = shape["what"] or "day"
    if what == "day":
        return _of_month(places, every, shape)
    codes = _codes(what)
    if codes is None or (what == "weekend"):
        return None
    if any(place > 5 for place in places):
        raise ValueError(texts.no_such_place(shape["places"], what))
    if len(codes) > 1:  # the 1st weekday of the month
        return Days(f"FREQ=MONTHLY;{every}BYDAY={','.join(codes)};BYSETPOS={','.join(map(str, places))}")
    return Days(f"FREQ=MONTHLY;{every}BYDAY={','.join(f'{place}{codes[0]}' for place in places)}")


def _of_month(places: list[int], every: str, shape: re.Match[str]) -> Days | None:
    if " to " in shape["places"] and len(places) == 2:
        places = list(range(places[0], places[1] + 1))
    if not places or any(place > 31 or place == 0 for place in places):
        raise ValueError(texts.no_such_place(shape["places"], "day"))
    return Days(f"FREQ=MONTHLY;{every}BYMONTHDAY={','.join(map(str, places))}")


def _place(said: str) -> int:
    return -1 if said == "last" else int(said[:-2])


def _read_dates(text: str) -> Days | None:
    """Dates, every year or once each: every 24 December, on 24 and 31 December."""
    yearly = re.sub(r"^(?:on )?every (?:year (?:on )?)?(?:the )?|(?: of| in)? every year$", "", text)
    every = yearly != text
    parts = re.split(r" and (?:on )?(?:the )?", re.sub(r"^on (?:the )?", "", yearly))
    dates = _shared_month(parts)
    if dates is None or (len(dates) < 2 and not every):
        return None
    if any(date.weekday for date in dates):
        raise ValueError(texts.weekday_or_date())
    if all(date.year for date in dates) and not every:
        days = sorted(f"{date.year:04}{date.month:02}{date.day:02}T000000" for date in dates)
        return Days(f"RDATE:{','.join(dict.fromkeys(days))}")
    if any(date.year for date in dates):
        raise ValueError(texts.with_or_without_year())
    once = "" if every else "COUNT=1;"
    rules = (f"FREQ=YEARLY;{once}BYMONTH={date.month};BYMONTHDAY={date.day}" for date in dates)
    return Days("\n".join(dict.fromkeys(rules)))


_DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|\.)?(?: of)? [a-z]{3,}\.?(?: \d{4})?"
    r"|[a-z]{3,}\.? (?:the )?\d{1,2}(?:st|nd|rd|th)?(?: \d{4})?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:\d{4})?|\d{1,2}(?:st|nd|rd|th|\.)?(?= |$)"
)


def _shared_month(parts: list[str]) -> list[OnDate] | None:
    """The dates of a list, in which a month may be said once: 24 and 31 December, December 24 and 31."""
    items = [found[0] for part in parts for found in _DATE.finditer(part)]
    if " ".join(items) != " ".join(parts):
        return None
    month = next((found[0] for item in items if (found := re.search(r"[a-z]{3,}\.?(?: \d{4})?$|^[a-z]{3,}", item))), "")
    dates = list[OnDate]()
    for item in items:
        day = read_day(f"{item} {month}" if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th|\.)?", item) else item)
        if not isinstance(day, OnDate):
            return None
        dates.append(day)
    return dates


_READERS: tuple[Callable[[str], Days | None], ...] = (
    _read_daily,
    _read_hours,
    _read_holidays,
    _read_monthly,
    _read_dates,
    _read_weekly,
)
