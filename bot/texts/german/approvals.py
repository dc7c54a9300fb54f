"""German texts on approvals: what is asked, who has to agree, reminders, and what became of it."""

from bot.texts.german.wording import NOTHING_CHANGED, change_number

ASK = "Freigabe anfragen"
NEEDED_FROM = "Freigabe nötig von"
EXPIRES = "Läuft ab"
TO_BE_APPROVED = "Freizugeben"
ASKED_AGAIN = "PBX oder Richtlinie haben sich seit der Anfrage geändert, deshalb ist eine neue Freigabe nötig."
CHANGED_ABOVE = "Das ist nicht mehr, was vorher angezeigt wurde: Die Karte oben ist aktuell."
NOBODY_HERE = f"Niemand, der das freigeben darf, kann diese Unterhaltung sehen. {NOTHING_CHANGED}"
ASK_ELSEWHERE = "In einem Kanal anfragen, in dem diese Personen sind, oder dort in einem Thread."
NOT_IN_TIME = f"Die Freigabe kam nicht rechtzeitig. {NOTHING_CHANGED}"
ASK_AGAIN_HINT = "Für eine neue Anfrage die Schaltfläche oben benutzen."
SHOWN_ANEW = "Das ist nicht mehr, was angezeigt wurde: Die Karte ist aktuell."
NEVER_ONES_OWN = f"Die eigene Änderung kann man weder freigeben noch ablehnen. {NOTHING_CHANGED}"


def count_of(number: int) -> str:
    return f"{number} von"


def needed_again(planned: str) -> str:
    return f"Freigabe erneut nötig: {planned}"


def reminder(planned: str, until: str) -> str:
    return f"Wartet noch auf Freigabe, bis {until}: {planned}"


REMINDER_HINT = "Freigeben oder ablehnen auf der Karte oben."


def expired(number: int) -> str:
    return f"{change_number(number)} wurde nicht rechtzeitig freigegeben. {NOTHING_CHANGED}"


def no_approver(number: int) -> str:
    return f"Sie können {change_number(number)} nicht freigeben. {NOTHING_CHANGED}"


def approved_before(number: int) -> str:
    return (
        f"Sie haben {change_number(number)} schon freigegeben. Weitere Freigaben von anderen fehlen noch."
        f" {NOTHING_CHANGED}"
    )


def asker_lost_right(number: int) -> str:
    return f"Wer {change_number(number)} angefragt hat, darf diese Änderung nicht mehr machen. {NOTHING_CHANGED}"


def too_few(rule: str, number: int) -> str:
    people = "1 andere Person muss" if number == 1 else f"{number} andere Personen müssen"
    return f"„{rule}“ verlangt: {people} das freigeben. So viele, die das können, gibt es nicht. {NOTHING_CHANGED}"


def needs_approval(reason: str) -> str:
    return f"Das braucht eine Freigabe. {reason} {NOTHING_CHANGED}"
