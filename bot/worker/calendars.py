"""Reads the holiday calendars that are files and addresses: once a day, and when the policy changes."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx

from bot.errors import CalendarUnreadable, JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.storage import CalendarStore
from bot.policy.store import PolicyStore
from bot.recurrence.calendars import (
    MAX_FILE,
    YEARS_AHEAD,
    CalendarSource,
    HolidayCalendars,
    ReadCalendar,
    calendar_file,
    read_ics,
    with_environment,
)
from bot.runtime.checks import Condition
from bot.runtime.threads import RETRY_DELAY, PeriodicTask
from bot.settings.environment import Settings
from bot.texts import calendars as texts
from bot.times.model import Clock

log = logging.getLogger(__name__)

REFRESH, RETRY = timedelta(days=1), timedelta(hours=1)
KEPT_PAST = timedelta(days=40)
"""How long a day that is over is still known, for an occurrence that has begun on it."""
TIMEOUT = 10.0


class CalendarTask(PeriodicTask):
    """Keeps the days of files and addresses up to date; those that can't be read keep the days last known."""

    def __init__(
        self,
        calendars: HolidayCalendars,
        store: CalendarStore,
        folder: Path,
        hosts: Callable[[], tuple[str, ...]],
        *,
        now: Clock | None = None,
        fetch: Callable[[str], bytes] | None = None,
    ) -> None:
        """Restores the days that were stored.

        Args:
            folder: where the files are looked for.
            hosts: returns the hosts that addresses may be on.
            fetch: reads an address.
        """
        super().__init__("calendars", now)
        self.calendars, self._store, self._folder, self._hosts = calendars, store, folder, hosts
        self._fetch = fetch or fetch_calendar
        self._tried = dict[str, tuple[str, datetime]]()
        self.on_read: Callable[[], None] = lambda: None
        """Called when the days of calendars may have changed."""
        try:
            for name, read in store.all().items():
                calendars.keep(name, read)
        except JournalUnavailable as fault:
            log.warning("the stored calendars can't be read: %s", fault)

    def turn(self) -> datetime:
        """Reads what is due; returns when to run again."""
        now = self.now()
        due = [now + REFRESH]
        for name, source in self.calendars.sources().items():
            if source.is_computed:
                continue
            tried = self._tried.get(name)
            if tried is None or tried[0] != str(source) or not now < tried[1] <= now + REFRESH:
                tried = (str(source), self._refresh(name, source, now))
                self._tried[name] = tried
            due.append(tried[1])
        try:
            self.on_read()
        except JournalUnavailable as fault:
            log.warning("the next times of schedules are not known: %s", fault)
            return now + RETRY_DELAY
        return min(due)

    def _refresh(self, name: str, source: CalendarSource, now: datetime) -> datetime:
        """Reads one calendar; returns when to read it again."""
        last = self.calendars.last_read(name)
        known = last if last is not None and last.source == str(source) else ReadCalendar(str(source), {})
        try:
            days = read_calendar(source, self._folder, self._hosts(), now.date(), self._fetch)
        except CalendarUnreadable as fault:
            log.warning("the calendar “%s” can't be read: %s", name, fault)
            self.calendars.keep(name, ReadCalendar(str(source), known.days, known.read_at, str(fault)))
            return now + RETRY
        read = ReadCalendar(str(source), days, now)
        self.calendars.keep(name, read)
        try:
            self._store.keep(name, read)
        except JournalUnavailable as fault:
            log.warning("the days of the calendar “%s” could not be stored: %s", name, fault)
            return now + RETRY
        return now + REFRESH


def read_calendar(
    source: CalendarSource,
    folder: Path,
    hosts: tuple[str, ...],
    today: date,
    fetch: Callable[[str], bytes] | None = None,
) -> dict[date, str]:
    """Reads the days of a file or an address, from the recent past to some years ahead; raises CalendarUnreadable."""
    if source.url is not None:
        if source.host not in hosts:
            raise CalendarUnreadable(texts.host_not_listed(str(source.host)))
        content = (fetch or fetch_calendar)(source.url)
    else:
        path = calendar_file(folder, source)
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE + 1)
        except OSError as fault:
            raise CalendarUnreadable(texts.no_file(str(path), fault.strerror or "")) from fault
    return read_ics(content, today - KEPT_PAST, today.replace(day=1, year=today.year + YEARS_AHEAD))


def fetch_calendar(url: str) -> bytes:
    """Returns what is at an address; follows no redirect, which might lead to a host that is not on the list."""
    host = str(httpx.URL(url).host)
    content = bytearray()
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT, follow_redirects=False) as response:
            if response.status_code != httpx.codes.OK:
                raise CalendarUnreadable(texts.wrong_answer(host, response.status_code))
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_FILE:
                    raise CalendarUnreadable(texts.TOO_LARGE)
    except httpx.HTTPError as fault:
        raise CalendarUnreadable(texts.no_answer(host, type(fault).__name__)) from fault
    return bytes(content)


def calendar_condition(calendars: HolidayCalendars) -> Condition:
    """What the health endpoint reports; Park is ready without a calendar, as it goes on with the days last known."""
    found = [texts.faulty(name, str(read.fault), len(read.days)) for name, read in calendars.faults().items()]
    return Condition(True, " ".join(found) or texts.HEALTHY)


def build_calendars(settings: Settings, journal: Journal, policy_store: PolicyStore, now: Clock | None) -> CalendarTask:
    """Builds the calendars that the policy and the environment name, and the task that reads them."""
    calendars = HolidayCalendars(lambda: with_environment(policy_store.now.calendars, settings.park_holidays))
    store, folder = CalendarStore(journal.database), settings.park_policy.parent
    return CalendarTask(calendars, store, folder, lambda: policy_store.now.calendar_hosts, now=now)
