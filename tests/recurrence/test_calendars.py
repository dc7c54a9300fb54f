"""Days of holiday calendars: of a country, of an .ics file, and of what people write for one."""

from datetime import date

import pytest

from bot.errors import CalendarUnreadable
from bot.recurrence.calendars import (
    CalendarSource,
    HolidayCalendars,
    ReadCalendar,
    parse_source,
    read_ics,
    with_environment,
)

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{body}END:VCALENDAR\r\n".encode()


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("SUMMARY:Once\r\nDTSTART;VALUE=DATE:20261224", ["2026-12-24"]),
        (
            "SUMMARY:To\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227",
            ["2026-12-24", "2026-12-25", "2026-12-26"],
        ),
        ("SUMMARY:Long\r\nDTSTART;VALUE=DATE:20261224\r\nDURATION:P2D", ["2026-12-24", "2026-12-25"]),
        ("SUMMARY:Hours\r\nDTSTART:20261224T080000\r\nDTEND:20261224T120000", ["2026-12-24"]),
        ("SUMMARY:Midnight\r\nDTSTART:20261224T000000\r\nDTEND:20261225T000000", ["2026-12-24"]),
        (
            "SUMMARY:Yearly\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY",
            ["2026-05-01", "2027-05-01", "2028-05-01"],
        ),
        (
            "SUMMARY:Until\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;UNTIL=20270601T000000Z",
            ["2026-05-01", "2027-05-01"],
        ),
        (
            "SUMMARY:Left out\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270501",
            ["2026-05-01", "2028-05-01"],
        ),
        ("SUMMARY:Gone\r\nDTSTART;VALUE=DATE:20261224\r\nSTATUS:CANCELLED", []),
        ("SUMMARY:Over\r\nDTSTART;VALUE=DATE:20251224", []),
        ("SUMMARY:Across\r\nDTSTART;VALUE=DATE:20251231\r\nDTEND;VALUE=DATE:20260102", ["2026-01-01"]),
        ("SUMMARY:Backwards\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261220", ["2026-12-24"]),
    ],
)  # fmt: skip
def test_the_days_of_an_event(event: str, days: list[str]) -> None:
    assert [day.isoformat() for day in sorted(read_ics(ics(event), FIRST, LAST))] == days


def test_a_day_has_the_name_of_its_event() -> None:
    assert read_ics(ics("SUMMARY:Founders' Day\r\nDTSTART;VALUE=DATE:20260610"), FIRST, LAST) == {
        date(2026, 6, 10): "Founders' Day"
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", ics("SUMMARY:No day"), ics("DTSTART:20269999"), b"\xff\xfe", b"x" * 2_000_001],
    ids=["empty", "a page", "without a day", "no date", "no text", "large"],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(CalendarUnreadable):
        read_ics(content, FIRST, LAST)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("DE", CalendarSource(country="DE")),
        ("DE-BY", CalendarSource(country="DE", subdivision="BY")),
        ("holidays.ics", CalendarSource(file="holidays.ics")),
        ("https://example.com/a.ics", CalendarSource(url="https://example.com/a.ics")),
    ],
)
def test_the_short_form_of_a_calendar(text: str, source: CalendarSource) -> None:
    assert parse_source(text) == source


@pytest.mark.parametrize("text", ["Germany", "de", "ZZ", "DE-XX", "http://example.com/a.ics", "https://", ""])
def test_what_is_no_calendar_is_told_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|use one of|leave it out"):
        parse_source(text)


def test_the_holidays_of_a_country_and_of_a_part_of_it() -> None:
    sources = {"holidays": CalendarSource(country="DE"), "bavaria": CalendarSource(country="DE", subdivision="BY")}
    calendars = HolidayCalendars(lambda: sources)
    epiphany = date(2027, 1, 6)
    assert calendars.names() == ("holidays", "bavaria")
    assert calendars.days("holidays", date(2026, 12, 25), date(2027, 1, 6)) == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Second Day of Christmas",
        date(2027, 1, 1): "New Year's Day",
    }
    assert calendars.days("bavaria", epiphany, epiphany) == {epiphany: "Epiphany"}
    assert calendars.days("unknown", FIRST, LAST) == {}


def test_days_that_were_read_from_another_source_do_not_count() -> None:
    sources = {"company": CalendarSource(file="new.ics")}
    calendars = HolidayCalendars(lambda: sources)
    calendars.keep("company", ReadCalendar("old.ics", {date(2026, 6, 10): "Founders' Day"}))
    assert calendars.days("company", FIRST, LAST) == {}
    calendars.keep("company", ReadCalendar("new.ics", {date(2026, 6, 10): "Founders' Day"}))
    assert list(calendars.days("company", FIRST, LAST)) == [date(2026, 6, 10)]


def test_the_policy_names_holidays_before_the_environment_does() -> None:
    policy, environment = CalendarSource(country="DE"), CalendarSource(country="US")
    assert with_environment({}, environment) == {"holidays": environment}
    assert with_environment({"holidays": policy}, environment) == {"holidays": policy}
    assert with_environment({"company": policy}, None) == {"company": policy}
