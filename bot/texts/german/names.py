"""What names and numbers belong to, in German."""

NUMBER_KINDS = {
    "EXTENSION": "die Nebenstelle eines Benutzers",
    "RING_GROUP": "eine Rufgruppe",
    "CALL_QUEUE": "eine Warteschlange",
    "CONFERENCE_ROOM": "ein Konferenzraum",
    "VIRTUAL_RECEPTIONIST": "ein Sprachmenü",
}
OTHER_NUMBER_KIND = "etwas anderes, kein Benutzer"
PARK_GROUPS, RING_GROUPS, PEOPLE = "Parkgruppen", "Rufgruppen", "Personen"


def renamed(then: str, now: str) -> str:
    return f"{now} (früher {then})"


def is_now(title: str, then: str, now: str) -> str:
    return f"{title} ({then} heißt jetzt {now})"
