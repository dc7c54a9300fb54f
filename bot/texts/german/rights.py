"""What rules allow and forbid in German, behind "Sie dürfen:": operations on groups, limits, conditions and places."""

from collections.abc import Collection, Sequence

from bot.texts.german.wording import listed

EVERYTHING = "alles"
EMERGENCY = "im Notfall, mit Angabe eines Grundes"

_CHANGED = {"members": "Mitglieder", "recall": "Wiederanruf"}
_OTHERS = {"server": "Call-Park-Server ändern", "pause": "Park anhalten"}


def may(operations: Collection[str], groups: Sequence[str]) -> str:
    verbs = ["ansehen"] if "read" in operations else []
    if "history" in operations:
        verbs.append("Verlauf ansehen")
    if changed := [name for permission, name in _CHANGED.items() if permission in operations]:
        verbs.append(f"{listed(changed)} ändern")
    if "groups" in operations:
        verbs.append("anlegen, umbenennen und löschen")
    phrases = [f"{', '.join(groups) or 'alle Gruppen'}: {', '.join(verbs)}"] if verbs else []
    return ", außerdem ".join([*phrases, *(verb for permission, verb in _OTHERS.items() if permission in operations)])


def recalls_to(ring_groups: Sequence[str]) -> str:
    if not ring_groups:
        return " (Wiederanruf an keine Rufgruppe)"
    return f" (Wiederanruf nur an die Rufgruppe {listed(ring_groups, 'or')})"


def place(channels: Sequence[str]) -> str:
    return f", aus {listed(channels, 'or')}" if channels else ", von überall"


def length(longest: str, *, over: bool) -> str:
    return f"für {_limit(longest, over=over)}"


def people(number: int, *, over: bool) -> str:
    return f"{_limit(str(number), over=over)} Personen auf einmal"


def recall_time(longest: str, *, over: bool) -> str:
    return f"Wiederanrufzeit {_limit(longest, over=over)}"


def _limit(most: str, *, over: bool) -> str:
    return f"über {most}" if over else f"höchstens {most}"


def after_approvals(number: int) -> str:
    return "nach einer Freigabe" if number == 1 else f"nach {number} Freigaben"


def repeated(longest: str) -> str:
    return f"auch nach Zeitplan, für höchstens {longest}" if longest else "auch nach Zeitplan"
