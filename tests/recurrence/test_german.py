"""A schedule's recurrence is said in German with everything that its line says."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given

from bot.messages.text import split_words
from bot.recurrence.format import describe, repetition_of
from bot.recurrence.model import Recurrence
from bot.recurrence.reading import read_recurrence
from bot.recurrence.settling import meanings
from bot.texts.english import recurrences as english
from bot.texts.german import recurrences as german
from bot.texts.languages import speaking
from bot.times.model import WorkingDay
from tests.recurrence.strategies import settled

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


class Holidays:
    """Two calendars, with the same holiday."""

    def names(self) -> tuple[str, ...]:
        return ("holidays", "berlin")

    def days(self, name: str, first: date, last: date) -> dict[date, str]:
        return {date(2026, 12, 25): "Weihnachten"}


SAID = {
    "every day 22:00 to 6:00": "täglich 22:00 bis 6:00 Uhr",
    "every 3 days 9:00 to 10:00 from 1 December": "alle 3 Tage 9:00 bis 10:00 Uhr, ab 1. Dezember 2026",
    "every weekday 18:00 to 8:00": "montags bis freitags 18:00 bis 8:00 Uhr",
    "every Monday, Wednesday and Friday from 22:00 for 9h": "montags, mittwochs und freitags ab 22:00 Uhr für 9 h",
    "every Saturday and Sunday": "samstags und sonntags",
    "every 2 weeks on Monday 8:00 to 9:30 from 7 December": (
        "alle 2 Wochen montags 8:00 bis 9:30 Uhr, ab 7. Dezember 2026"
    ),
    "every Friday 18:00 to Monday 8:00": "freitags 18:00 Uhr bis Montag 8:00 Uhr",
    "on the 1st and 15th of every month 8:00 to 10:00": "am 1. und 15. jedes Monats 8:00 bis 10:00 Uhr",
    "on the last day of every month": "am letzten Tag jedes Monats",
    "on the last Friday of every month 13:00 to 17:00": "am letzten Freitag jedes Monats 13:00 bis 17:00 Uhr",
    "on the 1st and 3rd Monday of every month": "am 1. und 3. Montag jedes Monats",
    "on the last weekday of every month": "am letzten Werktag jedes Monats",
    "every 24 December and 31 December": "jedes Jahr am 24. Dezember und 31. Dezember",
    "on 24 December 2026 and 2 January 2027": "am 24. Dezember 2026 und 2. Januar 2027",
    "on holidays": "an Feiertagen",
    "on berlin holidays 8:00 to 12:00": "an Feiertagen (berlin) 8:00 bis 12:00 Uhr",
    "every weekday 18:00 to 8:00 except on holidays until 31 March": (
        "montags bis freitags 18:00 bis 8:00 Uhr, außer an Feiertagen, bis 31. März 2027"
    ),
    "outside business hours": "außerhalb von: montags bis freitags 8:00 bis 18:00 Uhr",
    "every weekday 18:00 to 8:00 America/New_York": "montags bis freitags 18:00 bis 8:00 Uhr, America/New_York",
}


@pytest.mark.parametrize("line", SAID)
def test_a_line_is_said_in_german(line: str) -> None:
    [found] = meanings(read_recurrence(split_words(line)), NOW, "Europe/Berlin", WorkingDay(), Holidays())
    assert german.repeated(repetition_of(found, zone="Europe/Berlin")) == SAID[line]


@given(settled)
def test_german_says_every_number_and_place_of_the_line(recurrence: Recurrence) -> None:
    repetition = repetition_of(recurrence, zone="Europe/Berlin")
    said = german.repeated(repetition)
    assert english.repeated(repetition) == describe(recurrence, zone="Europe/Berlin")
    assert _numbers(repetition.line) <= _numbers(said)


def _numbers(text: str) -> set[str]:
    """The numbers in a text, and its names of zones and calendars."""
    return set(re.findall(r"\d+:\d\d|\d{4}|[A-Z]\w+/\w+|berlin|uk-wales|de_by", text))


@pytest.mark.parametrize(
    "line",
    [
        "every 31 February",
        "hourly",
        "quarterly",
        "every Mondag 8:00",
        "x" * 300,
    ],
)
def test_a_mistake_is_said_in_the_language_of_each_reader_whoever_typed_it_first(line: str) -> None:
    def said(code: str) -> str | None:
        with speaking(code):
            try:
                read_recurrence(split_words(line))
            except ValueError as mistake:
                return str(mistake)
        return None

    german_text = said("de")
    assert german_text is not None
    assert said("en") not in (None, german_text)
    assert said("de") == german_text
