"""German messages about drift: what was changed outside Park."""

SERVER = "Call-Park-Server"
BY, NOTICED, UNCHANGED, PUT_BACK = "Von", "Bemerkt", "Noch unverändert", "Wiederherstellen"
SAME_AS_BEFORE = "Einstellungen und Mitglieder sind wie vorher."
CHANGED, CREATED, DELETED, CREATED_AGAIN = "geändert", "angelegt", "gelöscht", "gelöscht und neu angelegt"


def outside_park(subject: str, what: str) -> str:
    return f"{subject} wurde außerhalb von Park {what}"


def number(drift: int) -> str:
    return f"Abweichung {drift}"
