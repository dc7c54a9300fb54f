"""German texts about times: what can't be read, what is meant, what can't be."""

from bot.texts.german.wording import NOTHING_CHANGED

END_EXAMPLES, START_EXAMPLES = "for 2h, until 18:00, until Fri 9:00", "at 18:00, in 2h, on Mon 9:00"
ANY_EXAMPLES = "at 18:00, for 2h, until Fri 9:00"
PERIOD_EXAMPLES = "today, last night, since Monday, in November, from 1 to 15 November"

NO_QUOTES = "Bitte keine Anführungszeichen um eine Zeit setzen."


def unreadable(typed: str, examples: str) -> str:
    return f"„{typed}“ ist keine lesbare Zeit. Beispiele: {examples}."


def unreadable_duration(typed: str) -> str:
    return unreadable(typed, "5m, 90s, 1m30s")


def start_or_end(day: str) -> str:
    return f"Ist {day} Anfang oder Ende? „at {day} 8:00“ für den Anfang eingeben, „until {day}“ für das Ende."


def cannot_be_temporary() -> str:
    return "„create“, „rename“ und „delete“ lassen sich nicht befristen. Planen ist möglich: at 18:00."


def clock_or_duration(typed: str, clock: str) -> str:
    return f"Ist {typed} eine Uhrzeit oder eine Dauer? {clock} oder {typed}m eingeben."


def which_unit(number: str) -> str:
    return f"Minuten, Stunden oder Tage? „{number}m“, „{number}h“ oder „{number} days“ eingeben."


def minutes_or_seconds(number: str) -> str:
    return f"Minuten oder Sekunden? „{number}m“ oder „{number}s“ eingeben."


def until_when(day: str) -> str:
    return f"Bis wann ({day})? „until 22:00“ eingeben oder nur „{day}“: today endet um Mitternacht, tonight um 7:00."


def for_or_until(duration: str) -> str:
    return f"„for {duration}“ eingeben oder „until“ mit einer Uhrzeit: until 18:00."


def in_or_at(duration: str) -> str:
    return f"„in {duration}“ eingeben oder „at“ mit einer Uhrzeit: at 18:00."


def when_in(part: str) -> str:
    return f"Wann genau ({part})? Eine Uhrzeit eingeben: until 22:00 oder until tomorrow 7:00."


def which_night(clock: str) -> str:
    return f"Welche Nacht? Tag und Uhrzeit eingeben: until Tuesday {clock}."


def from_before(typed: str) -> str:
    return f"Vor den Zeiten „from“ eingeben: from {typed}."


def which_night_of(begins: str, ends: str) -> str:
    return f"Welche Nacht? Zu beiden Uhrzeiten den Tag eingeben: from Friday {begins} to Saturday {ends}."


def not_in_part(clock: str, part: str) -> str:
    return f"{clock} und „{part}“ passen nicht zusammen. Nur eines davon eingeben."


def not_at_night(clock: str) -> str:
    return f"{clock} ist nicht nachts. „today {clock}“ eingeben oder eine Uhrzeit wie 22:00. {NOTHING_CHANGED}"


def no_such_date(text: str) -> str:
    return f"Das Datum {text} gibt es nicht."


def no_such_numbers(first: int, second: int) -> str:
    return f"{first}/{second} ist kein Datum. Den Monat als Wort eingeben: 3 November."


def two_dates(first: int, second: int) -> str:
    return f"{first}/{second} kann zweierlei Datum sein. Den Monat als Wort eingeben: 3 November."


def out_of_range(typed: str) -> str:
    return f"„{typed}“ ist zu kurz oder zu lang. Möglich ist 1 Minute bis 1 Jahr."


def ambiguous_zone(zone: str) -> str:
    return f"{zone} kann mehrere Zeitzonen bedeuten. Die Zeit mit Abstand zu UTC eingeben: 18:00 UTC+01:00."


def past(typed: str) -> str:
    return f"„{typed}“ ist schon vorbei. Eine spätere Zeit eingeben. {NOTHING_CHANGED}"


def skipped(start: str, end: str) -> str:
    return (
        f"Die Uhr wird an dem Tag von vor {start} auf nach {end} vorgestellt. Andere Zeiten eingeben. {NOTHING_CHANGED}"
    )


def before_start(typed: str, begins: str) -> str:
    return f"„{typed}“ liegt vor dem Anfang ({begins}). Ein späteres Ende eingeben. {NOTHING_CHANGED}"


def end_is_past(end: str) -> str:
    return f"Das Ende ({end}) ist schon vorbei. {NOTHING_CHANGED}"


def too_far(typed: str) -> str:
    return f"„{typed}“ ist mehr als ein Jahr entfernt. Eine frühere Zeit eingeben. {NOTHING_CHANGED}"


def which_time(day: str) -> str:
    return f"Wann ({day})? Die Uhrzeit ergänzen: at {day} 22:00. {NOTHING_CHANGED}"


def which_time_at_the_weekend() -> str:
    return f"Wann am Wochenende? Tag und Uhrzeit eingeben: Saturday 8:00. {NOTHING_CHANGED}"


def not_that_weekday(date: str, weekday: str, typed: str) -> str:
    return (
        f"Der Wochentag passt nicht: {date} ist {weekday}, nicht {typed}. Nur das Datum oder nur den Wochentag"
        f" eingeben. {NOTHING_CHANGED}"
    )


def which_meaning() -> str:
    return f"Welche Zeit ist gemeint? {NOTHING_CHANGED}"


def now_or_later() -> str:
    return f"Jetzt oder später? In der Zeile steht beides. {NOTHING_CHANGED}"


def unreadable_period(typed: str) -> str:
    return f"„{typed}“ ist kein lesbarer Zeitraum. Beispiele: {PERIOD_EXAMPLES}."


def future_period(typed: str) -> str:
    return f"„{typed}“ liegt in der Zukunft, dazu gibt es noch keinen Verlauf."
