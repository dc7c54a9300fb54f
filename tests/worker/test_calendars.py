"""Calendars that are files and addresses: read once a day, and with the days last known where they can't be read."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.errors import CalendarUnreadable
from bot.journal.journal import Journal
from bot.journal.storage import CalendarStore
from bot.recurrence.calendars import CalendarSource, HolidayCalendars
from bot.worker.calendars import CalendarTask, calendar_condition, fetch_calendar
from tests.recurrence.test_calendars import ics

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FOUNDED = ics("SUMMARY:Founders' Day\r\nDTSTART;VALUE=DATE:20260610")
DAY = date(2026, 6, 10)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


class Setting:
    """A task with a clock, and an address whose answer can be set."""

    def __init__(self, folder: Path, source: CalendarSource) -> None:
        self.folder, self.source, self.now = folder, source, NOW
        self.answer: Callable[[], bytes] = lambda: FOUNDED
        self.requests = 0
        self.journal = Journal(f"sqlite:///{folder}/park.sqlite3", now=lambda: self.now)
        self.restart()

    def restart(self) -> None:
        calendars = HolidayCalendars(lambda: {"company": self.source})
        store = CalendarStore(self.journal.database)
        self.task = CalendarTask(
            calendars, store, self.folder, lambda: ("example.com",), now=lambda: self.now, fetch=self._fetch
        )

    def _fetch(self, url: str) -> bytes:
        self.requests += 1
        return self.answer()

    @property
    def days(self) -> list[date]:
        return list(self.task.calendars.days("company", *YEAR))

    @property
    def state(self) -> str:
        return calendar_condition(self.task.calendars).text


def failing() -> bytes:
    raise CalendarUnreadable("example.com does not answer: ConnectTimeout")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Setting]:
    setting = Setting(tmp_path, CalendarSource(url="https://example.com/a.ics"))
    yield setting
    setting.journal.close()


def test_an_address_is_read_once_a_day(address: Setting) -> None:
    assert address.days == []
    assert address.task.turn() == NOW + timedelta(days=1)
    assert address.days == [DAY]
    address.task.turn()
    assert address.requests == 1
    address.now += timedelta(days=1, seconds=1)
    address.task.turn()
    assert address.requests == 2


def test_a_calendar_that_cannot_be_read_keeps_its_days_and_says_so(address: Setting) -> None:
    address.task.turn()
    assert address.state == "calendars are read"
    address.answer, address.now = failing, NOW + timedelta(days=2)
    assert address.task.turn() == address.now + timedelta(hours=1)
    assert address.days == [DAY]
    assert address.state == (
        "The calendar “company” can't be read: example.com does not answer: ConnectTimeout."
        " Park goes on with the 1 day that it knows."
    )
    address.answer, address.now = lambda: FOUNDED, address.now + timedelta(hours=2)
    address.task.turn()
    assert address.state == "calendars are read"


def test_the_days_last_known_outlive_the_process(address: Setting) -> None:
    address.task.turn()
    address.answer = failing
    address.restart()
    assert address.days == [DAY]
    address.task.turn()
    assert address.days == [DAY]
    assert "can't be read" in address.state


def test_another_address_has_none_of_the_old_days(address: Setting) -> None:
    address.task.turn()
    address.source, address.answer = CalendarSource(url="https://example.com/b.ics"), failing
    address.task.turn()
    assert address.days == []
    assert "Park knows none of its days" in address.state


def test_an_address_on_another_host_is_not_read(address: Setting) -> None:
    address.source = CalendarSource(url="https://elsewhere.example/a.ics")
    address.task.turn()
    assert address.requests == 0
    assert "elsewhere.example is not on the policy's list" in address.state


def test_a_file_stands_beside_the_policy(address: Setting) -> None:
    address.source = CalendarSource(file="company.ics")
    address.task.turn()
    assert "can't be opened: No such file" in address.state
    (address.folder / "company.ics").write_bytes(FOUNDED)
    address.now += timedelta(hours=2)
    address.task.turn()
    assert address.days == [DAY]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(200, FOUNDED, None), (302, b"", "status 302"), (404, b"", "status 404"), (200, b"x" * 2_000_001, "larger than")],
)
def test_what_an_address_answers(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, why: str | None) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    with httpx.Client(transport=transport) as client:
        monkeypatch.setattr("bot.worker.calendars.httpx.stream", client.stream)
        if why is None:
            assert fetch_calendar("https://example.com/a.ics") == body
        else:
            with pytest.raises(CalendarUnreadable, match=why):
                fetch_calendar("https://example.com/a.ics")
