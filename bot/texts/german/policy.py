"""Rules and decisions of the policy in German words."""

from collections.abc import Collection, Iterable, Sequence

from bot.texts.german.wording import listed


def quoted(names: Iterable[str], conjunction: str = "and") -> str:
    return listed([f"„{name}“" for name in names], conjunction)


IN_CHANNEL = "in diesem Kanal"
IN_DM = "in einer Direktnachricht"

VERBS = {
    "read": ("das Ansehen von", "das Ansehen der Einstellungen"),
    "members": ("das Ändern der Mitglieder von", "das Ändern von Mitgliedern"),
    "recall": ("das Ändern des Wiederanrufs von", "das Ändern des Wiederanrufs"),
    "groups": ("das Anlegen, Umbenennen oder Löschen von", "das Anlegen, Umbenennen oder Löschen von Gruppen"),
    "server": ("das Ändern des Call-Park-Servers für", "das Ändern des Call-Park-Servers"),
    "pause": ("das Anhalten oder Fortsetzen von Park für", "das Anhalten oder Fortsetzen von Park"),
    "history": ("das Ansehen des Verlaufs von", "das Ansehen des Verlaufs"),
}
"""For each permission a noun phrase in the accusative: before names, and without any."""


RIGHT_VERBS = {
    "read": "ansehen",
    "history": "Verlauf ansehen",
    "members": "Mitglieder ändern",
    "recall": "Wiederanruf ändern",
    "groups": "anlegen, umbenennen und löschen",
}
SERVER_VERBS = {"server": "Call-Park-Server ändern", "pause": "Park anhalten"}
EVERYTHING, ANY_GROUP = "alles", "alle Gruppen"
WITH_EMERGENCY = "im Notfall, mit Angabe eines Grundes"


def rule(
    permissions: Collection[str], groups: Sequence[str] | None, ring_groups: Sequence[str] | None, *, everything: bool
) -> str:
    """Returns what a rule is about: `Sales, Support: ansehen, Mitglieder und Wiederanruf ändern`."""
    return (EVERYTHING if everything else _operations(permissions, groups)) + _recalls(ring_groups)


def right(
    permissions: Collection[str],
    groups: Sequence[str] | None,
    ring_groups: Sequence[str] | None,
    channels: Sequence[str],
    *,
    everything: bool,
) -> str:
    """Returns what somebody may do, behind "Sie dürfen:", and from where."""
    place = f", aus {listed(channels, 'or')}" if channels else ", von überall"
    return rule(permissions, groups, ring_groups, everything=everything) + place


def _operations(permissions: Collection[str], groups: Sequence[str] | None) -> str:
    verbs = [RIGHT_VERBS[one] for one in ("read", "history") if one in permissions]
    if {"members", "recall"} <= {*permissions}:
        verbs.append("Mitglieder und Wiederanruf ändern")
    else:
        verbs += [RIGHT_VERBS[one] for one in ("members", "recall") if one in permissions]
    verbs += [RIGHT_VERBS["groups"]] if "groups" in permissions else []
    parts = [f"{ANY_GROUP if groups is None else ', '.join(groups)}: {', '.join(verbs)}"] if verbs else []
    return ", außerdem ".join([*parts, *(verb for one, verb in SERVER_VERBS.items() if one in permissions)])


def _recalls(ring_groups: Sequence[str] | None) -> str:
    if ring_groups is None:
        return ""
    if not ring_groups:
        return " (Wiederanruf an keine Rufgruppe)"
    return f" (Wiederanruf nur an die Rufgruppe {listed(ring_groups, 'or')})"


def _limit(most: str, *, denies: bool) -> str:
    return f"über {most}" if denies else f"höchstens {most}"


def limited_duration(length: str, *, denies: bool) -> str:
    return f"für {_limit(length, denies=denies)}"


def limited_members(number: int, *, denies: bool) -> str:
    return f"{_limit(str(number), denies=denies)} {'Person' if number == 1 else 'Personen'} auf einmal"


def limited_recall_time(length: str, *, denies: bool) -> str:
    return f"Wiederanrufzeit {_limit(length, denies=denies)}"


def on_a_schedule(longest: str | None) -> str:
    return "auch nach Zeitplan" if longest is None else f"auch nach Zeitplan, für höchstens {longest}"


def once_approved(number: int) -> str:
    return "nach einer Freigabe" if number == 1 else f"nach {number} Freigaben"


def recall_to(ring_groups: Sequence[str]) -> str:
    return f"das Leiten von Anrufen an die Rufgruppe {quoted(ring_groups, 'or')}"


def either(requests: Sequence[str]) -> str:
    return " oder ".join(requests)


def allowed_by(rules: Iterable[str]) -> str:
    return f"Erlaubt durch {quoted(rules)}."


def forbids(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'verbietet' if len(rules) == 1 else 'verbieten'} {here} {what}."


def after_approval(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'erlaubt' if len(rules) == 1 else 'erlauben'} {here} nach einer Freigabe {what}."


def in_emergency(rules: Sequence[str], what: str, here: str) -> str:
    return f"{quoted(rules)} {'erlaubt' if len(rules) == 1 else 'erlauben'} {here} in einem Notfall {what}."


def no_rule(what: str, here: str, *, like_that: bool) -> str:
    return f"Keine Regel erlaubt Ihnen {here} {what}{' in diesem Umfang' if like_that else ''}."


GROUPS_UNKNOWN = (
    "Slack konnte nicht sagen, in welchen Benutzergruppen Sie sind. Regeln für Benutzergruppen zählen deshalb gerade"
    " nicht."
)
ALLOWED_IN_CHANNEL = "In einem Kanal ist es erlaubt."


OUTSIDERS = {"bot": "Bots", "foreign": "Personen aus anderen Workspaces", "guest": "Gäste"}


def outsiders(kind: str) -> str:
    return f"Für {OUTSIDERS[kind]} zählen nur Regeln, die ihre Benutzer-ID nennen."


INVALID_FILE = "Die Richtliniendatei von Park hat einen Fehler, deshalb gilt die Richtlinie wie zuvor"
INVALID_FILE_NOTE = "Sobald die Datei stimmt, wird sie von selbst gelesen."
GROUPS_UNKNOWN_MAYBE_MORE = (
    "Slack konnte nicht sagen, in welchen Benutzergruppen Sie sind. Vielleicht dürfen Sie noch mehr."
)
MINE = "Was Sie dürfen"
NOTHING_MINE = "Keine Regel erlaubt Ihnen etwas mit Park."
EACH_GROUP_NEEDS_ONE = "Jede der Gruppen braucht eine Regel; diese erlauben mindestens eine."
YES, NO, IF_APPROVED, IN_AN_EMERGENCY = "Ja", "Nein", "Nach einer Freigabe", "Im Notfall"
RULE = "Regel"
WHO, BY, ANYBODY = "Wer", "Durch", "alle"


def here_by(rule: str) -> str:
    return f"Hier, durch „{rule}“"


def elsewhere_by(rule: str) -> str:
    return f"Anderswo, durch „{rule}“"


def never_by(rule: str) -> str:
    return f"Nie, durch „{rule}“"


def by_rule(rule: str) -> str:
    return f"Durch „{rule}“"


def not_by_rule(rule: str) -> str:
    return f"Aber nicht, durch „{rule}“"


def in_channels(described: str) -> str:
    return f"{described}, in"


def anybody_in(described: str) -> str:
    return f"{described} in"


def by_rules(rules: Sequence[str]) -> str:
    return quoted(rules)


def answer(word: str, line: str) -> str:
    return f"{word}: {line}"


def needs_nothing(line: str) -> str:
    return f"Ja: {line} braucht keine eigene Berechtigung."


def anybody_may(line: str) -> str:
    return f"Alle dürfen das: {line} braucht keine eigene Berechtigung."


def they_would_read(reason: str) -> str:
    return f"Die Person würde lesen: {reason}"


def who_may(line: str) -> str:
    return f"Wer darf: {line}"


def nobody_may(line: str) -> str:
    return f"Keine Regel erlaubt irgendjemandem: {line}."


def about_a_question(nothing_changed: str) -> str:
    return f"Das betrifft eine Frage. Eine Änderung eingeben, zum Beispiel delete Sales. {nothing_changed}"
