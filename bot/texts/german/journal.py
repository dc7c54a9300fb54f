"""What people are told in German about the journal itself: entries that can't be read."""

from bot.texts.german.wording import change_number


def set_aside_title(number: int) -> str:
    return f"{change_number(number)} ist im Journal von Park nicht mehr lesbar und wurde beiseitegelegt."


HEAD_TITLE = "Der heutige Kopf des Journals von Park"
HEAD = "Kopf"
HEAD_NOTE = "`python -m bot audit verify --head` zeigt damit, ob bis hierher etwas geändert oder abgeschnitten wurde."
SET_ASIDE_NOTES = (
    "Diese Änderung wird weder ausgeführt noch beendet, bis sie wieder lesbar ist. Alle anderen laufen weiter.",
    "Auf der PBX prüfen, was sie ändern sollte, dann Zeile oder Journal wiederherstellen: docs/operations.md.",
)


def set_aside_row(number: int) -> str:
    return f"{change_number(number)} ist im Journal nicht lesbar: wird weder ausgeführt noch beendet, bis das geht"
