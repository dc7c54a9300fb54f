"""German texts about recurrences: what can't be read, what is meant, what can't repeat."""

from collections.abc import Sequence

from bot.texts.german.repetitions import in_words
from bot.texts.german.wording import NOTHING_CHANGED, listed
from bot.texts.repetition import Repetition

EXAMPLES = "every weekday 18:00 to 8:00, every Saturday and Sunday, every day from 22:00 for 9h, on holidays"

CANNOT_REPEAT = (
    "Nur recall, add, remove, move und die Einstellungen des Servers lassen sich wiederholen. Die Änderung für jedes"
    " Mal einzeln eingeben: at 18:00."
)
REPEATS_OR_ONCE = (
    "Eine Änderung wiederholt sich oder gilt einmal. Den ersten Tag nach „from“ eingeben, den letzten nach „until“:"
    " every weekday 18:00 to 8:00 from 1 December until 31 March."
)
NO_REPEATED_TIME = (
    "Ein Anfang oder ein Ende kann sich nicht wiederholen. Stattdessen die ganze Änderung wiederholen: recall Sales to"
    " Night Desk every weekday 18:00 to 8:00."
)
NO_CALENDAR = (
    "Park kennt noch keine Feiertage. Die Betreiber von Park können in der Richtlinie einen Kalender eintragen, zum"
    f' Beispiel [calendars.holidays] mit country = "DE". {NOTHING_CHANGED}'
)


def unknown_calendar(name: str, known: Sequence[str]) -> str:
    return f"Es gibt keinen Kalender „{name}“. Park kennt {listed(known)}. {NOTHING_CHANGED}"


def ends_before_it_begins(typed: str) -> str:
    return f"„{typed}“ endet, bevor es beginnt. Einen späteren letzten Tag eingeben. {NOTHING_CHANGED}"


def never(typed: str) -> str:
    return f"„{typed}“ kommt ab jetzt nie vor. Einen anderen Tag oder ein späteres Ende eingeben. {NOTHING_CHANGED}"


def no_holidays_left(calendar: str) -> str:
    return f"Der Kalender „{calendar}“ hat keine kommenden Tage. {NOTHING_CHANGED}"


def without_a_break(typed: str) -> str:
    return (
        f"„{typed}“ hat keine Pause, also gibt es nichts zu wiederholen. Für eine dauerhafte Änderung weglassen."
        f" {NOTHING_CHANGED}"
    )


def which_meaning() -> str:
    return f"Was ist gemeint? {NOTHING_CHANGED}"


def which_weekday() -> str:
    return "An welchem Wochentag? Bitte eingeben: every Friday 13:00 to 17:00 oder every other Friday."


def which_day_of_the_month() -> str:
    return (
        "An welchem Tag des Monats? Bitte eingeben: on the 1st of every month oder on the last Friday of every month."
    )


def weeks_or_place(number: str, days: str) -> str:
    if not number.isdigit():
        return (
            f"Jede zweite Woche oder jeden zweiten Tag? „every 2 weeks on {days}“ eingeben oder die Tage: every Monday."
        )
    named = days.capitalize()
    return (
        f"„every {number} weeks on {named}“ eingeben, oder „on the {number}{_ending(number)} {named} of every month“."
    )


def range_or_last_day(weekday: str) -> str:
    return (
        f"„until {weekday}“ ist mehrdeutig. „to {weekday}“ eingeben für die Wochentage bis dahin, "
        f"oder „until and including {weekday}“ für den letzten Tag."
    )


def _ending(number: str) -> str:
    """The ending of an English ordinal, for lines as they are typed."""
    return {"1": "st", "2": "nd", "3": "rd"}.get(number, "th")


def no_such_place(place: str, what: str) -> str:
    return f"„{place} {what}“ gibt es in keinem Monat. Anders eingeben, oder: on the last {what} of every month."


def weekday_or_date() -> str:
    return "Ein Datum fällt jedes Jahr auf einen anderen Wochentag. Nur das Datum eingeben: every 24 December."


def with_or_without_year() -> str:
    return "Alle Daten mit Jahr oder alle ohne eingeben: on 24 and 31 December oder every 24 December."


def from_when(days: str) -> str:
    return f"Von wann bis wann? Beide Zeiten eingeben: {days} 22:00 to 6:00 oder {days} from 22:00 for 8h."


def until_when(days: str, begins: str) -> str:
    hour = begins.partition(":")[0]
    end = "17:00" if hour.isdigit() and int(hour) < 12 else "8:00"
    return f"Bis wann? Auch das Ende eingeben: {days} {begins} to {end} oder {days} from {begins} for 2h."


def two_lengths() -> str:
    return "In der Zeile stehen zwei Enden. Eines eingeben: every day 22:00 to 6:00 oder every day from 22:00 for 8h."


def which_days() -> str:
    return "An welchen Tagen? Bitte eingeben: every weekday 18:00 to 8:00 oder every day 22:00 to 6:00."


def which_midnight() -> str:
    return "Welche Mitternacht? 0:00 des Tages eingeben, der dann beginnt: every Friday 18:00 to Monday 0:00."


def two_zones() -> str:
    return "Beide Zeiten in einer Zeitzone eingeben: every weekday 18:00 to 8:00 Europe/Berlin."


def no_fixed_offset(zone: str) -> str:
    return f"Statt {zone} den Ort der Zeitzone eingeben: every weekday 18:00 to 8:00 Asia/Kolkata."


def too_often() -> str:
    return (
        "Park wiederholt Änderungen nach Tagen, nicht nach Stunden oder Minuten. Tage und Zeiten eingeben: every day"
        " 9:00 to 12:00."
    )


def too_seldom(what: str) -> str:
    return f"Statt „{what}“ die Tage eingeben: every 1 January, 1 April, 1 July and 1 October."


def end_of_february() -> str:
    return "Den letzten Tag als Datum eingeben: until 28 February 2027."


def not_except(typed: str) -> str:
    return (
        f"Park kann Feiertage und Wochentage auslassen, aber nicht „{typed}“. Bitte eingeben: every weekday 18:00 to"
        " 8:00 except on holidays."
    )


def only_one_weekday(day: str) -> str:
    return (
        f"„{day}“ passt nicht zu den anderen Tagen der Zeile. Einen Anfang und ein Ende eingeben: every Friday 18:00 to"
        " Monday 8:00."
    )


def business_hours_have_times() -> str:
    return "Geschäftszeiten haben feste Zeiten. Nur sie eingeben oder nur eigene: every weekday 18:00 to 8:00."


def a_line_for_holidays() -> str:
    return "Eine Zeile für die Feiertage eingeben und eine für die anderen Tage: on holidays."


def every_or_once(days: str) -> str:
    return f"Jede Woche oder einmal? „{days}“ für jede Woche eingeben, oder eine Zeile je Tag: on Monday 9:00 to 12:00."


def a_line_for_each(rest: str) -> str:
    return f"Für „{rest}“ eine eigene Zeile eingeben: Eine Zeile hat an allen Tagen dieselben Zeiten."


def unreadable(typed: str, rest: str) -> str:
    return f"„{rest}“ in „{typed}“ ist nicht lesbar. Beispiele: {EXAMPLES}."


def repeated(repetition: Repetition) -> str:
    return in_words(repetition)
