"""The history in German: its titles, what is said of each entry, and its files."""

from bot.texts.german.wording import ARROW, change_number, count, sentence

OLDER, EXPORT, OPEN = "Ältere", "Als CSV exportieren", "Thread öffnen"
COLUMNS = ("Nummer", "Änderung", "Stand", "Person", "Zeit")
NOTHING_TO_EXPORT = "Es gibt nichts zu exportieren."
NARROW = (
    "Es gibt noch mehr. Mit einer Gruppe, mit @somebody oder einem Zeitraum eingrenzen, oder mit [Ältere] weiter"
    " zurückgehen."
)

STATES = {
    "waiting": "in Arbeit",
    "running": "in Arbeit",
    "scheduled": "geplant",
    "done": "ausgeführt",
    "already": "nichts zu tun",
    "refused": "abgelehnt",
    "failed": "nicht ausgeführt",
    "late": "nicht gestartet",
    "cancelled": "abgesagt",
    "unsettled": "Ergebnis unbekannt",
}
BY_CLOCK = "the clock"
SOURCES = {BY_CLOCK: "automatisch", "a schedule": "durch einen Zeitplan"}
_ASPECTS = {"recall": "Wiederanruf", "members": "Mitglieder", "name": "Name"}


def searched_by_plans(number: int) -> str:
    return f"Bis Änderung #{number} werden nur Anfragen durchsucht, die geplant wurden."


def title(selection: str, number: int, *, more: bool) -> str:
    found = f"die neuesten {number}" if more else count(number, "Eintrag", "Einträge")
    return f"Verlauf{selection}: {found}"


def nothing(selection: str) -> str:
    return f"Verlauf{selection}: nichts, was Sie sehen dürfen"


def of_group(group: str, aspect: str) -> str:
    said = _ASPECTS.get(aspect, aspect)
    return f" von {group} ({said})" if group and said else f" von {group or said}"


def of_member(name: str, of: str) -> str:
    return f" von {name}{of.replace(' von ', ' in ', 1)}"


def by_person(name: str, *, own: bool) -> str:
    return " durch Sie" if own else f" durch {name or 'diese Person'}"


def in_period(typed: str) -> str:
    return f" („{typed}“)"


def period_in_full(start: str, end: str, zone: str) -> str:
    if start and end:
        return f"{start}, {zone}" if start == end else f"{start} bis {end}, {zone}"
    return f"Seit {start}, {zone}" if start else f"Bis {end}, {zone}"


def before_number(number: int) -> str:
    return f" vor {change_number(number)}"


def of_schedule(number: int, line: str) -> str:
    return f"Zeitplan {change_number(number)}: {line}"


def end_of(number: int) -> str:
    return f"Ende von {change_number(number)}"


def wanted(changes: str) -> str:
    return f"gewünscht: {changes}"


def value(label: str, after: str, before: str | None) -> str:
    return f"{label}: {after}" if before is None else f"{label}: {before} {ARROW} {after}"


def of_target(target: str, differences: str) -> str:
    return f"{target}: {differences}"


def ring_group(id: str) -> str:
    return f"Rufgruppe {id}"


def exported(number: int) -> str:
    return sentence(f"Der Verlauf ({count(number, 'Eintrag', 'Einträge')}) steht in der Direktnachricht von Park")
