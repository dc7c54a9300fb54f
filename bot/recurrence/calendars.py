"""Holiday calendars: of a country by the package `holidays`, or of an .ics file or address by `icalendar`."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from bot.errors import CalendarUnreadable
from bot.recurrence.model import HOLIDAYS
from bot.texts import calendars as texts

MAX_FILE = 2_000_000
"""Bytes of an .ics file."""
MAX_EVENT_DAYS = 62
"""Days of one event that count: a longer one is no holiday."""
YEARS_AHEAD = 3
"""For how many years the days of a file are kept."""
Days = dict[date, str]
"""Holidays by day, with their names."""


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise ValueError(texts.bad_name(name))
    return name


CalendarName = Annotated[str, AfterValidator(_check_name)]


class CalendarSource(BaseModel):
    """Where the days of a calendar come from: one of a country, a file and an address."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    country: str | None = None
    """Code of a country, such as "DE": its public holidays, computed by Park itself."""
    subdivision: str | None = None
    """Code of a part of that country, such as "BY". Left out: what is a holiday in the whole country."""
    file: str | None = None
    """Name of an .ics file, which is looked for beside the policy file."""
    url: str | None = None
    """Address of an .ics file, beginning with https://, on one of the `calendar_hosts`; read once a day."""

    @model_validator(mode="after")
    def _is_one_source(self) -> Self:
        given = [name for name in ("country", "file", "url") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(texts.one_source(given))
        if self.subdivision and not self.country:
            raise ValueError(texts.SUBDIVISION_ALONE)
        if self.country:
            _check_country(self.country, self.subdivision)
        if self.url and (urlsplit(self.url).scheme != "https" or not self.host):
            raise ValueError(texts.not_https(self.url))
        return self

    @property
    def host(self) -> str | None:
        """The host of the address."""
        return urlsplit(self.url).hostname if self.url else None

    @property
    def is_computed(self) -> bool:
        """Whether Park knows its days without reading anything."""
        return self.country is not None

    def __str__(self) -> str:
        return self.url or self.file or "-".join(filter(None, (self.country, self.subdivision)))


def parse_source(text: str) -> CalendarSource:
    """Reads the short form of the environment: DE, DE-BY, holidays.ics or an https address.

    Raises:
        ValueError: the text is none of these; the message says what to write.
    """
    if "://" in text:
        return CalendarSource(url=text)
    if text.lower().endswith(".ics"):
        return CalendarSource(file=text)
    country, _, subdivision = text.partition("-")
    return CalendarSource(country=country, subdivision=subdivision or None)


def _check_country(country: str, subdivision: str | None) -> None:
    from holidays.utils import list_supported_countries

    known = list_supported_countries()
    if country not in known:
        raise ValueError(texts.unknown_country(country))
    if subdivision is not None and subdivision not in known[country]:
        raise ValueError(texts.unknown_subdivision(subdivision, country, sorted(known[country])))


@lru_cache(maxsize=256)
def country_days(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """Returns the public holidays of a year, with their names in English where there are any."""
    import holidays

    return dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US"))


def read_ics(content: bytes, first: date, last: date) -> Days:
    """Returns the days of an .ics file from `first` to `last`, repeated events included.

    Raises:
        CalendarUnreadable: the content is no calendar.
    """
    from icalendar import Calendar

    if len(content) > MAX_FILE:
        raise CalendarUnreadable(texts.TOO_LARGE)
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
        return {
            day: str(event.get("SUMMARY", "")).strip()
            for event in events
            if str(event.get("STATUS", "")).upper() != "CANCELLED"
            for day in _event_days(event, first, last)
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as fault:
        raise CalendarUnreadable(texts.NO_CALENDAR_FILE) from fault


def _event_days(event: Any, first: date, last: date) -> list[date]:
    starts, ends = _day(event["DTSTART"].dt), _last_day(event)
    length = min((ends - starts).days, MAX_EVENT_DAYS - 1)
    rule, left_out = event.get("RRULE"), event.get("EXDATE", [])
    excluded = {_day(one.dt) for each in (left_out if isinstance(left_out, list) else [left_out]) for one in each.dts}
    begins = [starts]
    if rule is not None:
        from dateutil.rrule import rrulestr  # loaded with the first calendar that has such an event

        text = re.sub(r"UNTIL=(\d{8})T\d{6}Z?", r"UNTIL=\1T235959", rule.to_ical().decode())
        start, end = (datetime(day.year, day.month, day.day) for day in (first, last))  # noqa: DTZ001 - days only
        found = rrulestr(text, dtstart=datetime(starts.year, starts.month, starts.day))  # noqa: DTZ001
        begins = [one.date() for one in found.between(start - timedelta(days=length), end, inc=True)]
    days = (day + timedelta(days=ahead) for day in begins if day not in excluded for ahead in range(length + 1))
    return [day for day in days if first <= day <= last]


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _last_day(event: Any) -> date:
    """The last day of an event, whose end is the first moment after it."""
    starts = event["DTSTART"].dt
    if "DTEND" in event:
        ends = event["DTEND"].dt
    elif "DURATION" in event:
        ends = starts + event["DURATION"].dt
    else:
        return _day(starts)
    after = ends - timedelta(microseconds=1) if isinstance(ends, datetime) else ends - timedelta(days=1)
    return max(_day(starts), _day(after))


@dataclass(frozen=True, slots=True)
class ReadCalendar:
    """The days of a file or address as they were last read, and what is wrong with it since."""

    source: str
    days: Days
    read_at: datetime | None = None
    fault: str | None = None


class HolidayCalendars:
    """The days of all calendars, from memory only; thread-safe."""

    def __init__(self, sources: Callable[[], Mapping[str, CalendarSource]]) -> None:
        """`sources` returns the calendars that the policy and the environment name, by name."""
        self.sources = sources
        self._lock = threading.Lock()
        self._read = dict[str, ReadCalendar]()

    def names(self) -> tuple[str, ...]:
        """The names of the calendars."""
        return tuple(self.sources())

    def days(self, name: str, first: date, last: date) -> Days:
        """The holidays of a calendar from `first` to `last`; none for a calendar that is unknown or was never read."""
        source = self.sources().get(name)
        if source is None:
            return {}
        if source.country is not None:
            years = range(first.year, last.year + 1)
            found = {day: title for year in years for day, title in self._of_year(source, year).items()}
        else:
            read = self.last_read(name)
            found = read.days if read is not None and read.source == str(source) else {}
        return {day: title for day, title in found.items() if first <= day <= last}

    def last_read(self, name: str) -> ReadCalendar | None:
        """What was read of a file or address; None if nothing was, or if Park computes the days itself."""
        with self._lock:
            return self._read.get(name)

    def keep(self, name: str, read: ReadCalendar) -> None:
        """Replaces what is known of a calendar."""
        with self._lock:
            self._read[name] = read

    def faults(self) -> dict[str, ReadCalendar]:
        """The calendars that can't be read now, by name."""
        with self._lock:
            return {name: read for name, read in self._read.items() if read.fault and name in self.sources()}

    @staticmethod
    def _of_year(source: CalendarSource, year: int) -> Mapping[date, str]:
        return country_days(str(source.country), source.subdivision, year)


def calendar_file(folder: Path, source: CalendarSource) -> Path:
    """The path of a calendar's file, which stands beside the policy file unless its path says otherwise."""
    return folder / str(source.file)


def with_environment(
    named: Mapping[str, CalendarSource], environment: CalendarSource | None
) -> Mapping[str, CalendarSource]:
    """The calendars of the policy, and that of the environment as `holidays` unless the policy names one."""
    return {HOLIDAYS: environment, **named} if environment is not None else named
