"""What people read in German about recurring schedules and their occurrences."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.texts.german import dates
from bot.texts.german.wording import NOTHING_CHANGED, change_number, count

MAY_NOT_REPEAT = "Sie dürfen diese Änderung einmal machen, aber nicht nach Zeitplan."
NEVER = f"Das kommt ab jetzt nie vor. Einen anderen Tag oder ein späteres Ende eingeben. {NOTHING_CHANGED}"
NO_EMERGENCY = (
    f"Ein Notfall lässt sich nicht wiederholen. Die Änderung einmal machen oder den Grund weglassen. {NOTHING_CHANGED}"
)
NOT_RUNNING, WAS_PAUSED = "Park lief nicht", "Park pausierte"
STATUS_ACTIVE, STATUS_PAUSED, STATUS_ENDED = "aktiv", "angehalten", "beendet"
NEXT, LATEST, HOLDER = "Nächster Termin", "Letzter Termin", "Im Namen von"
SKIP_NEXT, PAUSE, RESUME, DELETE, ADOPT = "Nächsten auslassen", "Anhalten", "Fortsetzen", "Löschen", "Übernehmen"
DELETE_SCHEDULE = "Zeitplan löschen"
PAUSED_BY_HAND = "von Hand angehalten"
SKIPPED_DAYS = "Ein Tag, an dem er beginnt: tonight, tomorrow, Friday, 24 December."
NO_NEXT = "nicht bekannt"
NOT_PAUSED = "Dieser Zeitplan ist nicht angehalten."
IS_PAUSED = "Dieser Zeitplan ist schon angehalten."


def may_repeat(longest: str) -> str:
    return f"Sie dürfen diese Änderung für höchstens {longest} wiederholen. Den letzten Tag nach „until“ ergänzen."


def no_schedule(number: int) -> str:
    return f"{change_number(number)} ist kein Zeitplan. `schedules` zeigt alle. {NOTHING_CHANGED}"


def has_ended(number: int) -> str:
    return f"Zeitplan {change_number(number)} ist schon beendet. {NOTHING_CHANGED}"


def moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return dates.at(dates.day(local, with_year=False), f"{local:%H:%M}")


def period(starts: datetime, ends: datetime, zone: str) -> str:
    return f"{moment(starts, zone)} bis {moment(ends, zone)}"


def clash(number: int, starts: datetime, ends: datetime, *, zone: str) -> str:
    when = f"{period(starts, ends, zone)}, {zone}"
    return (
        f"Zeitplan {change_number(number)} ändert zur selben Zeit dasselbe, zuerst {when}. Andere Zeiten wählen oder"
        f" {change_number(number)} löschen. {NOTHING_CHANGED}"
    )


def goes_first(number: int, starts: datetime, ends: datetime, *, zone: str, first: bool) -> str:
    when = period(starts, ends, zone)
    other = f"Zeitplan {change_number(number)}"
    return f"{other} hat Vorrang, zum Beispiel {when}." if first else f"Hat Vorrang vor {other}, zum Beispiel {when}."


def changed_during(number: int, starts: datetime, ends: datetime, *, zone: str) -> str:
    when = period(starts, ends, zone)
    return f"Zeitplan {change_number(number)} ist dann wirksam ({when}): Diese Änderung hat Vorrang und beendet das."


def too_many(number: int) -> str:
    kept = count(number, "Zeitplan", "Zeitpläne")
    return f"Park behält höchstens {kept}. Einen löschen, der nicht mehr gebraucht wird. {NOTHING_CHANGED}"


def too_many_of(what: str, number: int) -> str:
    kept = count(number, "Zeitplan", "Zeitpläne")
    return f"{what} hat schon {kept}, mehr sind nicht möglich. Erst einen löschen. {NOTHING_CHANGED}"


def too_short(least: str) -> str:
    return f"Jeder Termin muss mindestens {least} dauern. {NOTHING_CHANGED}"


def too_often(least: str) -> str:
    return f"Von einem Anfang bis zum nächsten müssen mindestens {least} liegen. {NOTHING_CHANGED}"


def made(title: str, recurrence: str) -> str:
    return f"{title}, {recurrence}"


def overridden(number: int) -> str:
    return f"Ersetzt durch {change_number(number)}"


def waits(number: int, until: str) -> str:
    return f"Wartet auf {change_number(number)} mit Vorrang, wirksam bis {until}."


def left_out(number: int) -> str:
    return f"Ausgelassen: {change_number(number)} ist die ganze Zeit wirksam."


def late(since: str, reason: str) -> str:
    return f"Verspätet begonnen, fällig war {since}: {reason}."


def delayed(number: int, reason: str, until: str) -> str:
    return f"Zeitplan {change_number(number)} hat noch nicht begonnen: {reason} Park versucht es weiter bis {until}."


def missed(since: str, number: int, reason: str) -> str:
    due = f"1 Termin, fällig {since}" if number == 1 else f"{number} Termine seit {since}"
    return f"Ausgelassen: {due}. Grund: {reason}, und die Zeit ist vorbei."


def failed(number: int, title: str) -> str:
    return f"Zeitplan {change_number(number)}: {title}"


def paused_itself(number: int) -> str:
    return (
        f"Zeitplan {change_number(number)} ist angehalten: Die Person, der er gehört, darf diese Änderung nicht mehr"
        " machen."
    )


SOMEBODY_CAN_ADOPT = "Wer das darf, kann ihn übernehmen, dann läuft er weiter."


def not_active(number: int) -> str:
    return f"Zeitplan {change_number(number)} ist nicht mehr aktiv."


def is_schedule(number: int) -> str:
    return f"{change_number(number)} ist ein Zeitplan, der weitergeht. {NOTHING_CHANGED} Möglich ist:"


def is_occurrence(number: int, schedule: int) -> str:
    return (
        f"{change_number(number)} gehört zu Zeitplan {change_number(schedule)}. Um den Termin auszulassen, dort „skip“"
        " benutzen."
    )


def undo_deletes(number: int, title: str, *, present: bool) -> str:
    ends = "beendet ihn jetzt und " if present else ""
    return f"{change_number(number)} ist ein Zeitplan: {title}. Rückgängig {ends}löscht den Zeitplan."


def skipped(number: int, next_time: str) -> str:
    if next_time:
        return f"{change_number(number)} ausgelassen bis {next_time}"
    return f"{change_number(number)} ausgelassen"


def paused(number: int) -> str:
    return f"Zeitplan {change_number(number)} angehalten"


def resumed(number: int) -> str:
    return f"Zeitplan {change_number(number)} fortgesetzt"


def deleted(number: int) -> str:
    return f"Zeitplan {change_number(number)} gelöscht"


def adopted(number: int) -> str:
    return f"Zeitplan {change_number(number)} übernommen"


def none_then(number: int, day: str, next_time: str) -> str:
    return (
        f"Zeitplan {change_number(number)} hat dann nichts auszulassen ({day}). Der nächste Termin ist {next_time}."
        f" {NOTHING_CHANGED}"
    )


def none_after(number: int) -> str:
    return f"Zeitplan {change_number(number)} hat danach keinen Termin mehr. Stattdessen löschen. {NOTHING_CHANGED}"


def no_schedule_of(name: str) -> str:
    return f"„{name}“ hat keinen Zeitplan. `schedules` zeigt alle. {NOTHING_CHANGED}"


def several_of(name: str, number: int) -> str:
    return f"„{name}“ hat {number} Zeitpläne. Welcher ist gemeint? {NOTHING_CHANGED}"
