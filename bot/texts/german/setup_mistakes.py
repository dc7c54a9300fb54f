"""What is wrong at one place of a set-up file, and what to write there instead, in German."""

from collections.abc import Sequence

EXPECTED = {
    "file": "Schlüssel wie server und groups, je mit einem Doppelpunkt",
    "version": "1",
    "other_groups": "keep oder delete",
    "server": "die Einstellungen in eigenen Zeilen darunter, wie enabled: yes",
    "enabled": "yes oder no",
    "notify_parker": "yes oder no",
    "extension": "3 bis 64 Ziffern, wie 888",
    "recall": "„user“, oder eine Rufgruppe als „{to: ring group, ring_group: Night Desk}“",
    "to": "„user“, „user then ring group“ oder „ring group“",
    "ring_group": "den Namen einer Rufgruppe",
    "number": "die Nebenstelle einer Rufgruppe",
    "recall_time": "ganze Sekunden von 60 bis 900, wie 600",
    "recall_ring_group_time": "ganze Sekunden von 60 bis 900, wie 600",
    "groups": "den Namen jeder Gruppe in einer eigenen Zeile darunter, mit einem Doppelpunkt",
    "group": "recall oder members in eigenen Zeilen darunter",
    "name": "einen Gruppennamen mit 1 bis 64 Zeichen",
    "members": "eine Liste mit einem Mitglied je Zeile, wie - 1001 Ana Ruiz",
    "member": "ein Mitglied, wie 1001 Ana Ruiz",
}
NO_TABS = "ein Tabulator rückt in YAML keine Zeile ein: Leerzeichen schreiben"
NO_REFERENCE = "das verweist mit * auf etwas, das hier nirgends mit & bezeichnet ist: ausschreiben"
NO_YAML = (
    "das ist nicht als YAML lesbar: prüfen, ob Zeilen gleich eingerückt sind, ob nach jedem Doppelpunkt ein "
    "Leerzeichen steht und ob jedes Anführungszeichen und jede Klammer geschlossen ist"
)


def expected(shown: str, what: str) -> str:
    return f"„{shown}“ ist nicht möglich: {what} schreiben" if shown else f"{what} schreiben"


def unknown_key(known: Sequence[str]) -> str:
    return f"diesen Schlüssel gibt es nicht; hier möglich: {', '.join(known)}"
