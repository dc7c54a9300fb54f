"""Rules and decisions of the policy in German words."""

from collections.abc import Iterable, Sequence

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


def recall_to(ring_groups: Sequence[str]) -> str:
    return f"das Leiten von Anrufen an die Rufgruppe {quoted(ring_groups, 'or')}"


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


def outsiders(kind: str) -> str:
    return f"Für {kind} zählen nur Regeln, die ihre Benutzer-ID nennen."


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
