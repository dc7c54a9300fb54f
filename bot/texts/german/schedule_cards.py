"""What lists, Home and the card of a schedule say of it in German: its state, its occurrences, its buttons."""

from collections.abc import Sequence

from bot.texts.german.wording import change_number, count, sentence

NONE = (
    "Es gibt keinen Zeitplan, den Sie sehen dürfen. Einen anlegen: recall Sales to Night Desk every weekday 18:00 to"
    " 8:00."
)
MORE = "Weitere Zeitpläne"
COLUMNS = ("Nummer", "Änderung", "Stand", "Im Namen von", "Nächster Termin", "Ende", "Überschneidungen")
COMING = "Demnächst"


# Titles and statuses of the card; `what` is the change with its rule.


def paused(what: str) -> str:
    return f"Angehalten: {what}"


def in_effect(what: str, until: str) -> str:
    return f"Wirksam bis {until}: {what}"


def status_in_effect(until: str) -> str:
    return f"wirksam bis {until}"


# Values of facts.

NONE_LEFT = "keiner"


def after_change(starts: str, number: int) -> str:
    return f"{starts}, wenn {change_number(number)} endet"


def occurrence(starts: str, became: str, number: int) -> str:
    return f"{starts}, {became} ({change_number(number)})"


def with_note(became: str, note: str) -> str:
    said = note.rstrip(".")
    return f"{became}: {said}" if became and said else became or said


BECAME_DONE = "ausgeführt"
BECAME_ALREADY = "nichts zu tun: war schon so eingestellt"
BECAME_REFUSED = "nicht ausgeführt, siehe Thread"
BECAME_UNKNOWN = "Ergebnis unbekannt, siehe Thread"
BEING_MADE = "in Arbeit"
IN_EFFECT = "wirksam"

# Rows of lists.


def title(number: int, group: str | None, first: int | None) -> str:
    of = f" von {group}" if group else ""
    if first:
        return f"Zeitpläne{of} ab {change_number(first)}"
    found = count(number, "Zeitplan", "Zeitpläne")
    return found[:1].upper() + found[1:] + of


def none_of(group: str) -> str:
    return f"Kein Zeitplan ändert {group}."


def row(number: int, what: str, state: str, next_times: Sequence[str], zone: str) -> str:
    coming = f" Nächste Termine: {'; '.join(next_times)}{f' ({zone})' if zone else ''}." if next_times else ""
    return f"{change_number(number)} {what}. {sentence(state)}{coming} Im Namen von"


def coming(what: str, starts: str, number: int) -> str:
    return f"{starts[:1].upper()}{starts[1:]}: {what} ({change_number(number)}), von"


def state_paused(why: str | None) -> str:
    return f"angehalten. {sentence(why)}".rstrip(".") if why else "angehalten"


# Buttons, besides those of the operations.

SKIP_REST = "Rest auslassen"
EDIT = "Bearbeiten"
REPEAT = "Wiederholen ..."
