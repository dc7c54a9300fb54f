"""Why something is not done, in German, and what to do instead; each says that nothing was changed."""

from bot.texts.german.wording import NOTHING_CHANGED, change_number, count, sentence

STATES = {
    "waiting": "wird gerade ausgeführt",
    "scheduled": "ist geplant",
    "running": "wird gerade ausgeführt",
    "done": "ist ausgeführt",
    "already": "hatte nichts zu tun",
    "refused": "wurde abgelehnt",
    "failed": "ist fehlgeschlagen",
    "late": "wurde nicht gestartet",
    "cancelled": "wurde abgesagt",
    "unsettled": "ist vielleicht angekommen, vielleicht nicht",
}


def _nothing_changed(text: str) -> str:
    return f"{sentence(text)} {NOTHING_CHANGED}"


# Numbers of changes.


def no_change(number: int) -> str:
    return _nothing_changed(f"Es gibt keine Änderung {change_number(number)}")


def no_visible_change(number: int) -> str:
    return _nothing_changed(f"Es gibt keine Änderung {change_number(number)}, die Sie sehen dürfen")


def no_drift(number: int) -> str:
    return _nothing_changed(f"Es gibt keine Abweichung {number}")


def ended_by(number: int, by: int) -> str:
    return _nothing_changed(f"{change_number(number)} wurde schon durch {change_number(by)} beendet")


def no_times(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} ist weder geplant noch befristet")


def not_temporary(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} ist nicht befristet oder schon beendet")


def not_scheduled(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} wartet nicht auf einen Zeitpunkt: Sie {STATES[state]}")


def waits_for_approval(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} wartet auf Freigabe")


def needs_no_approval(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} wartet nicht auf Freigabe: Sie {STATES[state]}")


def is_an_end(number: int, of: int) -> str:
    return _nothing_changed(f"{change_number(number)} ist das Ende von {change_number(of)}")


def changed_nothing(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} hat auf der PBX nichts geändert: Sie {STATES[state]}")


def nothing_to_undo(name: str | None) -> str:
    of = f"für „{name}“" if name else "von Ihnen"
    return _nothing_changed(f"Hier gibt es keine Änderung {of}, die sich rückgängig machen lässt")


def nothing_pending(name: str) -> str:
    return _nothing_changed(f"Für „{name}“ steht nichts aus")


def several_pending(name: str, number: int) -> str:
    found = count(number, "ausstehende Änderung", "ausstehende Änderungen")
    return f"„{name}“ hat {found}. Welche ist gemeint? {NOTHING_CHANGED}"


def pending_line(number: int, line: str) -> str:
    return f"{change_number(number)}: {line}"


# Park itself.

READ_ONLY = f"Park kann hier nur lesen: PARK_READ_ONLY ist gesetzt. {NOTHING_CHANGED}"
STILL_ANSWERS = "Fragen und Vorschauen gehen weiter."
ASK_AFTER_RESUME = "Noch einmal senden, sobald Park fortgesetzt ist."
PAUSED_BY = "Angehalten von"
PAUSED = f"Park pausiert. {NOTHING_CHANGED}"


# Permissions.

MAY_NOT = "Das dürfen Sie hier nicht."
CONTACT = "Bitte fragen"
WHOEVER_RUNS_PARK = "die Betreiber von Park"
FOR_ADMIN = "Für die Administration"
ALLOWED_IN = "Erlaubt in"
APPROVERS = "Freigabe möglich durch"
ONLY_CHANGES = (
    "Freigabe und Notfall gibt es nur für Änderungen, nicht für Fragen: Bitte die gewünschte Änderung senden."
)
EMERGENCY_BUTTON = "Notfall ..."
UNSEEN_GROUP = f"Das dürfen Sie hier nicht: Es betrifft eine Gruppe, die Sie nicht sehen dürfen. {NOTHING_CHANGED}"
DEACTIVATED = f"Das Slack-Konto der Person, die das angefragt hat, ist deaktiviert. {NOTHING_CHANGED}"


def may_not(reason: str) -> str:
    return f"{MAY_NOT} {reason} {NOTHING_CHANGED}"


def add_permission(permission: str) -> str:
    return f"„{permission}“ hinzufügen für"


def rule_name(permission: str) -> str:
    return f"Auf Anfrage erlaubt: {permission}"


def would_be_allowed(difference: str) -> str:
    return f"Erlaubt wäre es {difference}."


def would_be_allowed_after_approval(difference: str) -> str:
    return f"Mit einer Freigabe erlaubt wäre es {difference}."


def would_be_allowed_in_emergency(difference: str) -> str:
    return f"Im Notfall erlaubt wäre es {difference}."


def only(difference: str) -> str:
    return f"Nur {difference}"


def ask_only(difference: str) -> str:
    return f"Freigabe anfragen, nur {difference}"


def only_until(at: str) -> str:
    return f"Nur bis {at}"


def at_most(length: str) -> str:
    return f"für höchstens {length}"


def at_once(people: int) -> str:
    return f"für {count(people, 'Person', 'Personen')} auf einmal"


def with_at_most(length: str) -> str:
    return f"mit höchstens {length}"


def from_time(at: str) -> str:
    return f"ab {at}"


# Conflicts with temporary and scheduled changes.


def already_scheduled(planned: str, when: str, number: int) -> str:
    return _nothing_changed(f"Schon geplant als {change_number(number)} für {when}: {planned}")


def temporary(what: str, until: str, number: int) -> str:
    return f"{sentence(what)} Das ist befristet: {change_number(number)}, bis {until}. {NOTHING_CHANGED}"


def hidden_conflict(what: str) -> str:
    return f"{what}? Eine befristete Änderung steht im Weg. {NOTHING_CHANGED}"


def permanent(what: str, at: str) -> str:
    return f"{what} Das gilt dauerhaft und würde deshalb nicht enden ({at}). {NOTHING_CHANGED}"


def would_change(label: str) -> str:
    return f"Würde ändern: {label}"


def ends_first(planned: str, number: int) -> str:
    return f"{planned}? Vorher würde {change_number(number)} beendet."


def being_ended(number: int) -> str:
    return f"{change_number(number)} wird gerade beendet."


def end_and_do(number: int) -> str:
    return f"{change_number(number)} beenden und dies ausführen"


def cancel_number(number: int) -> str:
    return f"{change_number(number)} absagen"


def extend_number(number: int) -> str:
    return f"{change_number(number)} verlängern"


def keep_number(number: int) -> str:
    return f"{change_number(number)} beibehalten"


def extend_to(at: str) -> str:
    return f"Verlängern bis {at}"


def end_at(at: str) -> str:
    return f"Ende: {at}"


def remove_at(at: str) -> str:
    return f"Entfernen: {at}"


CHANGE_IT_THEN = "Dann ändern ..."

# Names.

SEE_ALL_GROUPS = "Alle zeigen: groups"
NOT_ALL = "Ein Teil davon ist nicht möglich, deshalb wurde nichts geändert."
SEVERAL_MEANINGS = f"Diese Zeile hat mehr als eine Bedeutung. Welche ist gemeint? {NOTHING_CHANGED}"
CORRECT_TIME = "Zeit korrigieren"
SOMEBODY_ELSE = "jemand anderem"


def several_called(text: str, number: int, plural: str) -> str:
    return f"Mehrfach vorhanden: {text} ({number} {plural}). Was ist gemeint? {NOTHING_CHANGED}"


def more_match(number: int) -> str:
    return f"{number} weitere passen: mehr vom Namen eingeben oder die Nummer."


def no_group(name: str) -> str:
    return _nothing_changed(f"Es gibt keine Parkgruppe „{name}“")


def group_gone(name: str) -> str:
    return _nothing_changed(f"Die Parkgruppe „{name}“ gibt es nicht mehr")


def group_renamed(name: str, now: str | None) -> str:
    called = f"heißt jetzt „{now}“" if now else "wurde umbenannt"
    return _nothing_changed(f"Die Parkgruppe „{name}“ {called}")


def no_user(text: str) -> str:
    return _nothing_changed(f"Niemand auf der PBX hat die Nebenstelle oder den Namen „{text}“")


def no_user_with(address: str) -> str:
    return _nothing_changed(
        f"Kein Benutzer auf der PBX hat die E-Mail-Adresse {address}. Stattdessen die Nebenstelle eingeben"
    )


NO_USER_FOR_MENTION = _nothing_changed(
    "Park sieht die E-Mail-Adresse dieser Person nicht und findet sie deshalb nicht auf der PBX. Stattdessen die"
    " Nebenstelle eingeben"
)


def no_extension(user: str) -> str:
    return _nothing_changed(f"{user} hat keine Nebenstelle und kann deshalb in keiner Parkgruppe sein")


def extension_moved(number: str, owner: str, text: str) -> str:
    return _nothing_changed(f"Nebenstelle {number} gehört jetzt {owner}, nicht mehr „{text}“")


def not_a_user(number: str, kind: str) -> str:
    return _nothing_changed(f"{number} ist {kind}; nur Benutzer können Mitglieder einer Parkgruppe sein")


def group_to_delete(name: str, quoted: str) -> str:
    return f"{name} ist eine Parkgruppe. Um sie zu löschen, eingeben: delete {quoted}"


def group_with_members(name: str, quoted: str) -> str:
    return f"{name} ist eine Parkgruppe. Um ihre Mitglieder zu sehen, eingeben: group {quoted}"


def user_as_recall(name: str) -> str:
    return _nothing_changed(
        f"„{name}“ ist ein Benutzer. Nicht angenommene geparkte Anrufe können an die Person gehen, die sie geparkt hat,"
        " oder an eine Rufgruppe, nicht an andere Benutzer"
    )


def not_a_ring_group(text: str, kind: str) -> str:
    return _nothing_changed(f"„{text}“ ist {kind}, keine Rufgruppe")


def no_ring_group(text: str) -> str:
    return _nothing_changed(f"Es gibt keine Rufgruppe „{text}“")


def ring_group_gone(name: str) -> str:
    return _nothing_changed(f"Die Rufgruppe „{name}“ gibt es nicht mehr")


def ring_group_renamed(name: str, now: str) -> str:
    return _nothing_changed(f"Die Rufgruppe „{name}“ heißt jetzt „{now}“")


PROMPT_NOT_KEPT = f"Park hat diese Ansage nicht mehr. {NOTHING_CHANGED}"
CHOOSE_FILE = "Die Datei im Formular wählen."


def prompt_not_kept(prompt: str) -> str:
    return f"Park hat die Ansage {prompt} nicht mehr, deshalb lässt sie sich nicht wiederherstellen."
