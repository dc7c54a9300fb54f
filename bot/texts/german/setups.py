"""Set-ups as files, in German: what is wrong in one, what it would change, what was carried out and what was not."""

from collections.abc import Sequence

from bot.texts.german.wording import NOTHING_CHANGED, count, sentence

NO_RING_GROUP = "die Rufgruppe angeben, an die die Anrufe gehen, als ring_group oder number"
TWICE = "dieser Schlüssel kommt zweimal vor"
MEND_FILE = "Die Datei korrigieren und erneut versuchen."


def no_member(text: str) -> str:
    return (
        f"„{text[:80]}“ ist kein Mitglied: Nebenstelle schreiben, danach wenn gewünscht einen Namen, wie 1001 Ana Ruiz"
    )


def same_name(name: str, other: str) -> str:
    return f"„{name}“ und „{other}“ sind für die PBX derselbe Name"


def in_two_groups(number: str, first: str, second: str) -> str:
    return f"{number} ist in {first} und in {second}: ein Benutzer ist in höchstens einer Parkgruppe"


def mistake(line: int | None, text: str) -> str:
    return sentence(f"Zeile {line}: {text}" if line else text)


def mistakes(file: str, number: int) -> str:
    return f"{file} ist nicht benutzbar: {count(number, 'Fehler')}. {NOTHING_CHANGED}"


def more_mistakes(number: int) -> str:
    return f"Und {count(number, 'weiterer Fehler', 'weitere Fehler')}."


# Names that are matched with those of the PBX.


def other_name(number: str, name: str, present: str) -> str:
    return f"{number} ist auf der PBX {present}, nicht {name}: Die Nummer zählt."


def other_number(member: str, number: str) -> str:
    return f"{member} hat auf dieser PBX die Nummer {number}: Der Name zählt, denn die alte Nummer hat niemand."


def other_ring_group(name: str, number: str) -> str:
    return f"Die Rufgruppe {name} hat auf dieser PBX die Nummer {number}: Der Name zählt."


def renamed_ring_group(number: str, name: str, present: str) -> str:
    return f"Die Rufgruppe {number} heißt auf dieser PBX {present}, nicht {name}: Die Nummer zählt."


def no_user(member: str, *, several: bool) -> str:
    why = (
        "mehrere Benutzer haben diesen Namen"
        if several
        else "die PBX hat keinen Benutzer mit dieser Nummer oder diesem Namen"
    )
    return f"{member}: {why}"


def no_ring_group(name: str) -> str:
    return f"die PBX hat keine Rufgruppe {name}"


def number_taken(number: str, holder: str) -> str:
    return f"{number} ist schon vergeben ({holder}) und kann nicht die Call-Park-Nebenstelle sein"


# What would change, and what did.

SWITCHES_OFF = "Das Parken von Anrufen wird für alle ausgeschaltet."
CREATED, CHANGED, DELETED, MEMBERS, RISK = "Angelegt", "Geändert", "Gelöscht", "Mitglieder", "Risiko"
KINDS = ("angelegt", "geändert", "gelöscht")
SERVER = "Call-Park-Server"
TOO_DEEP = "zu tief verschachtelt"
EVERYTHING = "alles"
STATUS_PARTLY = "teilweise ausgeführt"
NO_NOTIFICATION = "diese PBX hat keine solche Einstellung: Es gibt sie ab PortSIP 22.6"
SAME = "Die PBX ist so, wie es in der Datei steht."
ONLY_LISTED = "Wer nicht in der Datei steht, bleibt, wo er ist."
NOT_UNDOABLE_IDS = "Rückgängig legt eine gelöschte Gruppe als neue Gruppe wieder an."


def apply(file: str) -> str:
    return f"{file} anwenden"


def applied(file: str) -> str:
    return f"{file} angewendet"


def partly(planned: str, done: int, of: int) -> str:
    return f"Teilweise ausgeführt: {planned} ({done} von {count(of, 'Änderung', 'Änderungen')})"


def stopped_at(target: str) -> str:
    return f"Park hat angehalten bei: {target}."


def not_done(names: Sequence[str]) -> str:
    return f"Nicht ausgeführt: {shortened(names)}."


def half_done(names: Sequence[str]) -> str:
    return f"Teilweise ausgeführt: {shortened(names)}."


def changed_by_others(target: str) -> str:
    return f"Inzwischen hat jemand anderes das geändert: {target}."


def rest_again() -> str:
    return "Vorschau für den Rest"


def groups(number: int) -> str:
    return count(number, "Gruppe", "Gruppen")


def member_counts(added: int, removed: int, moved: int) -> str:
    parts = ((added, "hinzugefügt"), (removed, "entfernt"), (moved, "verschoben"))
    return ", ".join(f"{number} {what}" for number, what in parts if number) or "keine"


def deletes(names: Sequence[str]) -> str:
    return f"{count(len(names), 'Gruppe wird', 'Gruppen werden')} gelöscht: {shortened(names)}."


def in_no_group(people: Sequence[str]) -> str:
    are = count(len(people), "Benutzer ist", "Benutzer sind")
    return f"{are} danach in keiner Parkgruppe: {shortened(people)}."


def left_empty(names: Sequence[str]) -> str:
    return f"{count(len(names), 'Gruppe hat', 'Gruppen haben')} danach keine Mitglieder: {shortened(names)}."


def new_extension(number: str) -> str:
    return (
        f"Die Call-Park-Nebenstelle wird {number}: Telefone und Aushänge mit der alten Nummer funktionieren dann nicht"
        " mehr."
    )


def reordered(names: Sequence[str]) -> str:
    return f"Die Reihenfolge der Mitglieder bleibt in {shortened(names)}: Die API der PBX kann sie nicht ändern."


def line(group: str, kind: str, details: Sequence[str]) -> str:
    return f"{group}, {kind}: {'; '.join(details)}" if details else f"{group}, {kind}"


def shortened(names: Sequence[str], most: int = 10) -> str:
    shown = list(names[:most])
    return ", ".join(shown) if len(names) <= most else f"{', '.join(shown)} und {len(names) - most} weitere"


# Tables of members.

EMPTY_TABLE = "die Tabelle ist leer"
NO_COLUMNS = "es gibt keine Spalte mit Nebenstellen neben einer mit Gruppen: die Spalten extension und group nennen"
NOT_KEPT = "Park hat diese Datei nicht mehr."


def columns(extension: str, group: str) -> str:
    return f"Spalte „{extension}“ wurde als Nebenstelle gelesen, „{group}“ als Gruppe."


def no_extension(cell: str) -> str:
    return f"„{cell[:40]}“ ist keine Nebenstelle: 3 bis 64 Ziffern schreiben"


def no_group(name: str, similar: str) -> str:
    hint = f"ist „{similar}“ gemeint? Wenn nicht, erst anlegen" if similar else "erst anlegen"
    return f"die PBX hat keine Gruppe „{name[:80]}“: {hint}"


def short_line(cells: int, columns: int) -> str:
    return (
        f"die Zeile hat {count(cells, 'Feld', 'Felder')}, die erste Zeile {columns}: um jemanden aus der Gruppe zu"
        " nehmen, das Feld leer lassen"
    )


def long_line(cells: int, columns: int) -> str:
    return (
        f"die Zeile hat {count(cells, 'Feld', 'Felder')}, die erste Zeile {columns}: einen Namen, der das Trennzeichen"
        " enthält, in Anführungszeichen setzen"
    )


def two_lines(number: str) -> str:
    return f"{number} steht noch in einer Zeile mit anderer Gruppe: ein Benutzer ist in höchstens einer Parkgruppe"


def too_large(file: str, most: int) -> str:
    return f"{file} ist zu groß für eine Konfiguration: höchstens {most} kB."


def no_text(file: str) -> str:
    return f"{file} ist keine Textdatei. Als CSV oder YAML exportieren und erneut versuchen."


def exported(number: int) -> str:
    return f"Die Konfiguration ({SERVER} und {groups(number)}) steht in der Direktnachricht von Park."


def exported_members(number: int) -> str:
    return f"Die Liste ({count(number, 'Mitglied', 'Mitglieder')}) steht in der Direktnachricht von Park."


# Snapshots, and how it was.

NO_SUCH_RING_GROUP = "eine Rufgruppe von damals ist nicht mehr bekannt"
NEVER_MADE = "Diese Änderung wurde nie ausgeführt, davor war also nichts anders."
SNAPSHOT_SAME = "Kein Unterschied zum letzten Snapshot."


def snapshot_taken(number: int, groups_in_it: int) -> str:
    return f"Snapshot {number} ist gespeichert: {SERVER} und {groups(groups_in_it)}."


def snapshot_differs(number: int) -> str:
    return f"Unterschiede zum letzten Snapshot: {number}."


def restore(what: str, when: str) -> str:
    return f"{what} herstellen wie {when}"


def restored(what: str, when: str) -> str:
    return f"{what} ist wieder wie {when}"


def as_of(moment: str) -> str:
    return f"am {moment}"


def before(change: str) -> str:
    return f"vor {change}"


def matched_by_name(names: Sequence[str]) -> str:
    return f"Nach dem Namen zugeordnet, weil die Kennung jetzt eine andere ist: {shortened(names)}."


def left_out(what: str) -> str:
    return f"Ausgelassen: {sentence(what)}"


def no_group_then(name: str) -> str:
    return f"Damals gab es keine Parkgruppe {name}. {NOTHING_CHANGED}"


def created_since(names: Sequence[str]) -> str:
    return f"Seitdem angelegt, bleibt: {shortened(names)}. Um auch das zu löschen, anhängen: and delete new groups."


def no_moment(text: str) -> str:
    moment = "Zeitpunkt in der Vergangenheit"
    what = f"„{text[:80]}“ ist kein {moment}." if text else f"Einen {moment} eingeben."
    return f"{what} Beispiele: Friday 18:00, yesterday 9:00, 2 hours ago, before #42."
