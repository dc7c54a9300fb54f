"""What each kind of change does, in German: the title in effect, that of its preview, and what is so already."""

from collections.abc import Sequence

from bot.texts.german.wording import change_number, count, listed

CALL_PARK_SERVER = "Call-Park-Server"
PARKER_OF_CALL = "die Person, die den Anruf geparkt hat"
PARKER_OF_CALLS = "die Person, die sie geparkt hat"
NO_RING_GROUP = "eine Rufgruppe, die nicht gesetzt ist"
RING_GROUP_GONE = "eine Rufgruppe, die es nicht mehr gibt"
RING_GROUP_UNKNOWN = "eine Rufgruppe, deren Namen die Telefonanlage nicht genannt hat"
NOT_SET = "nicht gesetzt"

SERVER = CALL_PARK_SERVER
ON, OFF, NONE = "an", "aus", "keine"
ADDED, REMOVED = "Hinzugefügt", "Entfernt"
SWITCH_ON, SWITCH_OFF = "Anschalten", "Ausschalten"
LABELS = {
    "name": "Name",
    "enabled": "Parken von Anrufen",
    "extension_number": "Nebenstelle",
    "recall_to": "Wiederanruf an",
    "recall_time": "Wiederanrufzeit",
    "recall_ring_group_time": "Zeit bis zur Rufgruppe",
    "send_notification_to_parker": "Benachrichtigung der parkenden Person",
    "prompt": "Ansage",
}


def file_size(size: int) -> str:
    return f"{size / 1000:,.0f} kB".replace(",", ".") if size >= 1000 else f"{size} Byte"


def before_after_now(before: str, after: str, now: str) -> str:
    return f"vor der Änderung {before}, danach {after}, jetzt {now}"


def parker_then(parker: str, ring_group: str) -> str:
    return f"{parker}, dann {ring_group}"


def recall_set(where: str, destination: str) -> str:
    return f"{where}: nicht angenommene geparkte Anrufe gehen jetzt an {destination}"


def set_recall(where: str, destination: str) -> str:
    return f"{where}: nicht angenommene geparkte Anrufe leiten an {destination}"


def recall_already(where: str, destination: str) -> str:
    return f"{where}: nicht angenommene geparkte Anrufe gehen schon an {destination}."


def call_park_switched(state: str) -> str:
    return f"Das Parken von Anrufen ist jetzt {state}"


def switch_call_park(state: str) -> str:
    return f"Das Parken von Anrufen {state}schalten"


def call_park_already(state: str) -> str:
    return f"Das Parken von Anrufen ist schon {state}."


def server_set(setting: str, value: str) -> str:
    return f"{CALL_PARK_SERVER}: {setting} ist jetzt {value}"


def set_server(setting: str, value: str) -> str:
    return f"{CALL_PARK_SERVER}: {setting} ändern auf {value}"


def server_already(setting: str, value: str) -> str:
    return f"{CALL_PARK_SERVER}: {setting} ist schon {value}."


def people(names: Sequence[str], most_named: int) -> str:
    return listed(names) if len(names) <= most_named else count(len(names), "Benutzer")


def added(users: str, group: str) -> str:
    return f"Hinzugefügt zu {group}: {users}"


def add(users: str, group: str) -> str:
    return f"{users} zu {group} hinzufügen"


def already_in(user: str, group: str) -> str:
    return f"{user} ist schon in {group}."


def removed(users: str, groups: Sequence[str]) -> str:
    return f"Entfernt aus {listed(groups)}: {users}" if groups else f"Entfernt: {users}"


def remove(users: str, groups: Sequence[str]) -> str:
    return f"{users} aus {listed(groups)} entfernen" if groups else f"{users} entfernen"


def not_in(user: str, group: str | None) -> str:
    return f"{user} ist nicht in {group}." if group else f"{user} ist in keiner Parkgruppe, die Sie sehen dürfen."


def moved(users: str, sources: Sequence[str], group: str) -> str:
    return f"Verschoben von {listed(sources)} nach {group}: {users}" if sources else f"Verschoben nach {group}: {users}"


def move(users: str, sources: Sequence[str], group: str) -> str:
    return f"{users} von {listed(sources)} nach {group} verschieben" if sources else f"{users} nach {group} verschieben"


def created(group: str) -> str:
    return f"Parkgruppe angelegt: {group}"


def create(group: str) -> str:
    return f"Parkgruppe {group} anlegen"


def renamed(group: str, name: str) -> str:
    return f"{group} heißt jetzt {name}"


def rename(group: str, name: str) -> str:
    return f"{group} umbenennen in {name}"


def already_called(name: str) -> str:
    return f"Der Name ist schon {name}."


def deleted(group: str) -> str:
    return f"Parkgruppe gelöscht: {group}"


def delete(group: str) -> str:
    return f"Parkgruppe {group} löschen"


def lost_with_group(members: int) -> str:
    return (
        f"die Einstellungen der Gruppe und die Zuordnung von {count(members, 'Mitglied', 'Mitgliedern')}; die Benutzer"
        " selbst bleiben"
        if members
        else "die Einstellungen der Gruppe; sie hat keine Mitglieder"
    )


def undone(title: str) -> str:
    return f"Rückgängig gemacht: {title}"


def undo(number: int, title: str) -> str:
    return f"{change_number(number)} rückgängig machen: {title}"


def redone(title: str) -> str:
    return f"Erneut ausgeführt: {title}"


def redo(number: int, title: str) -> str:
    return f"{change_number(number)} erneut ausführen: {title}"


def ended(title: str) -> str:
    return f"Beendet: {title}"


def end_now(number: int, title: str) -> str:
    return f"{change_number(number)} jetzt beenden: {title}"


def already_undone(number: int) -> str:
    return f"{change_number(number)} wurde schon rückgängig gemacht."


SET_AGAIN_SINCE = "Was jetzt gilt, hat eine spätere Änderung gesetzt: Diese mit ihrer Nummer rückgängig machen."


def nothing_left(number: int) -> str:
    return f"Von {change_number(number)} ist nichts mehr da: Es wurde seither wieder geändert."


def only_ended(number: int, ended: int) -> str:
    return f"{change_number(number)} hat nur {change_number(ended)} beendet. Sonst gibt es nichts rückgängig zu machen."


def set_since(number: int, by: int) -> str:
    return f"{change_number(by)} hat dasselbe seit {change_number(number)} gesetzt. Nichts wurde geändert."


def undone_before(number: int, by: int) -> str:
    return f"{change_number(number)} wurde schon rückgängig gemacht, durch {change_number(by)}. Nichts wurde geändert."
