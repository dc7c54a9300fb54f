"""German cards of what is decided about a change, and about Park itself: extended, kept, cancelled, approved ..."""

from bot.texts.german.wording import NOTHING_CHANGED, change_number, count

CANCELLED, KEPT = "abgesagt", "bleibt, bis jemand es ändert"
ENDS, STARTS = "Endet", "Beginnt"
RESUME = "Fortsetzen"
NO_REASON = "keiner angegeben"
OVER = "gilt nicht mehr"
NOTHING_AGAIN = f"Hier gibt es keine Änderung von Ihnen zu wiederholen. Geben Sie die Änderung ein. {NOTHING_CHANGED}"


def extended(number: int) -> str:
    return f"{change_number(number)} hat ein neues Ende"


def kept(number: int) -> str:
    return f"{change_number(number)} gilt jetzt dauerhaft"


def not_begun(number: int) -> str:
    return f"{change_number(number)} hat noch nicht begonnen, das Ende lässt sich nicht verschieben. {NOTHING_CHANGED}"


def pending_otherwise(name: str) -> str:
    return f"Was für „{name}“ ansteht, lässt sich so nicht ändern. {NOTHING_CHANGED}"


def nothing_temporary(name: str | None) -> str:
    of = f"von „{name}“" if name else "von Ihnen hier"
    return f"Nichts {of} ist gerade befristet. {NOTHING_CHANGED}"


def no_last_change(name: str | None) -> str:
    of = f"von „{name}“" if name else "von Ihnen hier"
    return f"Park weiß auch von keiner Änderung {of}, die noch gilt und rückgängig zu machen wäre."


def several_temporary(name: str | None, number: int) -> str:
    of = f"von „{name}“" if name else "von Ihnen hier"
    found = count(number, "Änderung", "Änderungen")
    return f"{found} {of} sind befristet. Welche soll enden? {NOTHING_CHANGED}"


def last_change(number: int, line: str) -> str:
    return f"Die letzte Änderung ist {change_number(number)}: {line}"


def end_number(number: int) -> str:
    return f"{change_number(number)} beenden"


def undo_number(number: int) -> str:
    return f"{change_number(number)} rückgängig machen"


def changed_no_setting(number: int) -> str:
    return (
        f"{change_number(number)} hat keine Einstellung der PBX geändert, es gibt nichts rückgängig zu machen. "
        f"{NOTHING_CHANGED}"
    )


def lasts(number: int, until: str) -> str:
    return f"{change_number(number)} gilt bis {until}."


def stays(number: int) -> str:
    return f"{change_number(number)} gilt, bis jemand es ändert."


def begins(number: int, at: str) -> str:
    return f"{change_number(number)} beginnt {at}."


def waits(number: int) -> str:
    return f"{change_number(number)} wartet auf eine Freigabe."


def is_over(number: int, became: str) -> str:
    return f"{change_number(number)} {became}."


def schedule_begins(number: int, at: str) -> str:
    return f"Zeitplan {change_number(number)} ist aktiv{f', nächstes Mal {at}' if at else ''}."


def schedule_paused(number: int) -> str:
    return f"Zeitplan {change_number(number)} ist angehalten."


def schedule_ended(number: int) -> str:
    return f"Zeitplan {change_number(number)} ist beendet."


def half_ended(number: int) -> str:
    return f"{change_number(number)} soll gerade enden, und ein Teil davon ist schon beendet. {NOTHING_CHANGED}"


def rest_will_end(button: str) -> str:
    return (
        f"Park beendet den Rest, sobald die PBX es zulässt. „{button}“ nimmt die ganze Änderung erneut vor, "
        "wie Sie es jetzt verlangt haben."
    )


def started_early(number: int) -> str:
    return f"{change_number(number)} beginnt jetzt"


def cancelled(number: int) -> str:
    return f"{change_number(number)} ist abgesagt"


def withdrawn(number: int) -> str:
    return f"{change_number(number)}: Die Anfrage nach Freigabe wurde zurückgezogen"


def approved(number: int) -> str:
    return f"{change_number(number)} ist freigegeben"


def partly_approved(number: int) -> str:
    return f"{change_number(number)} hat eine weitere Freigabe, andere fehlen noch"


def rejected(number: int) -> str:
    return f"{change_number(number)} ist abgelehnt"


def paused(until: str | None) -> str:
    return f"Park pausiert bis {until}" if until else "Park pausiert, bis jemand fortsetzt"


RESUMED = "Park macht wieder Änderungen"
RUNS = "Park pausiert nicht."
PAUSE_ENDED = "Die Pause ist vorbei: Park macht wieder Änderungen."
SIGNS_IN_AGAIN = "Park meldet sich wieder bei der PBX an"
SIGNS_IN_WHERE_REJECTED = "Park pausierte nicht. Falls die PBX die Anmeldung abgelehnt hat, meldet sich Park erneut an"
NOT_PAUSED = f"Park pausiert nicht. {NOTHING_CHANGED}"
