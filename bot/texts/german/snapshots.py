"""What set-up files and snapshots hold, in German, and how far a restoration goes by them."""

ONE_TIME = "Eines von beiden eingeben: einen Zeitpunkt oder die Nummer einer Änderung."
NO_SNAPSHOT = "Es gibt keinen Snapshot: Der Stand wird aus den Änderungen seitdem berechnet, soweit Park sie kennt."


def first_snapshot(taken: str) -> str:
    return (
        f"Der erste Snapshot ist von {taken}: Der Stand davor wird aus den Änderungen seitdem berechnet, soweit Park"
        " sie kennt."
    )


def far_snapshot(taken: str) -> str:
    return (
        f"Grundlage ist der Snapshot von {taken}, denn von alten bleibt einer je Woche. Was andere seitdem geändert"
        " haben, zählt nur, soweit Park es kennt."
    )


def same_as_then(what: str, when: str) -> str:
    return f"{what[:1].upper()}{what[1:]}: kein Unterschied zum Stand {when}."


def newer_version(version: str, known: int) -> str:
    return (
        f"Version {version} von Konfigurationsdateien ist neuer als dieses Park, das Version {known} liest: Park"
        " aktualisieren oder die Datei mit diesem exportieren"
    )


def prompt_left_out(name: str) -> str:
    return (
        f"Die Ansage {name} ist nicht enthalten, denn die PBX gibt keine Audiodatei heraus: aufbewahren und setzen mit:"
        " server prompt."
    )


def only_new_groups(text: str) -> str:
    return f"„{text[:80]}“ kann dort nicht stehen. Nur neue Gruppen lassen sich mitlöschen: and delete new groups."


NEW_ONLY_WITH_EVERYTHING = "Neue Gruppen werden nur mit allem gelöscht: restore everything to … and delete new groups."
