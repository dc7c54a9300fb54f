"""German texts of the Home tab and of the panel that `/park` alone shows."""

from bot.texts.german.wording import change_number, count

TITLE = "Anrufe parken"
ALL_ACTIONS = "Alles, was Sie hier dürfen"
PANEL_TITLE = "Was soll geschehen? Eine Schaltfläche benutzen oder eine Zeile eingeben."

WAITING_FOR_YOU = "Wartet auf Sie"
TEMPORARY_AND_PENDING = "Befristet und ausstehend"
RECENT = "Letzte Änderungen"
NO_RECENT = "Keine, die Sie sehen dürfen."
YOU_MAY, BUT_NEVER = "Sie dürfen:", "Aber nie:"

MORE = "Mehr"
TO_LOOK, TO_CHANGE, WITH_CARE = "Ansehen", "Ändern", "Mit Vorsicht: löscht, ersetzt oder schaltet aus"
TRY_AGAIN, ALL_GROUPS = "Erneut versuchen", "Alle Gruppen"
AGAIN = "Zuletzt eingegeben:"

PROMPTS = "Was soll geschehen?"
GREETING = "Hier als eine Zeile schreiben, was angezeigt oder geändert werden soll."
GREETING_NOTE = "Nur Sie und Park lesen das. Änderungen erfährt das Team wie überall sonst."
WHAT_IS_PENDING, WHAT_MAY_I, WHAT_CAN_PARK = "Ausstehende Änderungen", "Was darf ich?", "Was kann Park?"

SEARCH, SEARCH_HINT = "Gruppen suchen", "Einen Teil des Namens eingeben, dann Enter."
SHOW_ALL, EARLIER, MORE_GROUPS = "Alle Gruppen zeigen", "Frühere Gruppen", "Weitere Gruppen"

NO_RIGHTS = "Sie können Park noch nicht benutzen: Keine Regel erlaubt Ihnen etwas."
NO_RIGHTS_HERE = "Von hier aus können Sie nichts sehen oder ändern: Keine Regel erlaubt es."
UNCERTAIN = "Slack konnte nicht sagen, in welchen Benutzergruppen Sie sind. Vielleicht dürfen Sie noch mehr."

PBX_AWAY = "Die PBX antwortet gerade nicht. Dies weiß Park ohne sie."
JOURNAL_AWAY = "Park kann sein Journal gerade nicht lesen, deshalb fehlen ausstehende und letzte Änderungen."
NOTHING_TO_SHOW = "Dieser Tab lässt sich gerade nicht anzeigen."
FROM_MEMORY = "Die PBX antwortet gerade nicht, deshalb stehen die Gruppen hier ohne ihre Einstellungen."


def not_here(command: str) -> str:
    return (
        f"Park lässt sich in Kanälen benutzen, aber nicht von hier. `{command}` dort eingeben, wo das Team damit"
        " arbeitet."
    )


def groups(number: int, search: str) -> str:
    found = count(number, "Parkgruppe", "Parkgruppen")
    return f"{found} mit „{search}“ im Namen" if search else found[:1].upper() + found[1:]


def members(names: list[str], more: int) -> str:
    return ", ".join(names) + (f" und {more} weitere" if more else "")


def more_pending(number: int) -> str:
    return f"{number} weitere: „pending“ eingeben"


def recent(number: int, line: str, state: str) -> str:
    return f"{change_number(number)} {line}: {state}, von"


def groups_left(number: int) -> str:
    return f"und {count(number, 'weitere Gruppe', 'weitere Gruppen')}"


def what_is_pending(number: int) -> str:
    return f"{WHAT_IS_PENDING} ({number})"


def undo(number: int, line: str) -> str:
    return f"{change_number(number)} rückgängig machen: {line}"


def again(line: str) -> str:
    return f"Noch einmal: {line}"
