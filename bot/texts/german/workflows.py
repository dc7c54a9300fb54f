"""German texts of the steps of Workflow Builder: proposals, what came of them, and mistakes in a step's inputs."""

from bot.texts.german.wording import NOTHING_CHANGED, change_number, sentence

BY_WORKFLOW = "einem Workflow"
DO_IT, DECLINE = "Ausführen", "Verwerfen"
EXPIRES, CHANGE, REASON = "Läuft ab", "Änderung", "Grund"
DECIDES_NOTE = "Wer diese Änderung machen darf, entscheidet mit einem Klick und macht sie damit im eigenen Namen."
STATUS_PROPOSED, STATUS_DECLINED, STATUS_EXPIRED = "wartet auf einen Klick", "verworfen", "abgelaufen"
STATUS_ACCEPTED, STATUS_PENDING = "angenommen", "angenommen, noch nicht ausgeführt"

CHANNEL_NOT_NAMED = (
    "Die Richtlinie nennt diesen Kanal nicht für Workflows. Seine ID unter [workflows] zu channels hinzufügen."
)
NOT_SHOWN = "Laut Richtlinie dürfen nicht alle in diesem Kanal diese Gruppe sehen, deshalb zeigt kein Workflow sie."
NOBODY_MAY = (
    "Keine Regel der Richtlinie erlaubt jemandem in diesem Kanal diese Änderung, deshalb wurde sie nicht vorgeschlagen."
)
NO_CHANNEL = "Channel: den Kanal wählen, in dem Park fragen soll."
NO_TEXT = "einen Text schreiben"
NEEDED = "ausfüllen, die Angabe ist nötig"
NO_ME = "„me“ ist in einem Workflow niemand. Eine Nebenstelle oder einen Namen schreiben oder eine Person wählen."
NO_TIME_ZONE = (
    "eine Uhrzeit braucht eine Zeitzone. Eine Dauer schreiben, zum Beispiel 2h, oder in der Richtlinie unter"
    " [workflows] time_zone ergänzen."
)
TOO_LONG = "Die Eingaben sind zu lang für eine Änderung. Bitte auf mehrere Schritte aufteilen."
GONE = f"Daraus wurde in Park nichts. {NOTHING_CHANGED} Mehr steht im Protokoll."
PBX_AWAY = "Die PBX antwortet nicht, deshalb lässt sich die Gruppe nicht zeigen."


def group_in_words(name: str, recall: str, members: str) -> str:
    return f"{name}: Wiederanruf an {recall}. Mitglieder: {members or 'keine'}."


def unknown_step(name: str) -> str:
    return (
        f"Park hat keinen Schritt {name}. Aus dem Workflow entfernen und den Schritt hinzufügen, der jetzt dort steht."
    )


def wrong_input(title: str, what: str) -> str:
    return f"{title}: {what}"


def wrong_action(text: str) -> str:
    return f"„{text}“ ist keines von beiden. „add“ oder „remove“ schreiben."


def cannot_post(code: str) -> str:
    return (
        f"Park kann in diesem Kanal nicht posten (Slack sagt {code}). Park dorthin einladen oder einen anderen Kanal"
        " wählen."
    )


def proposed(line: str) -> str:
    return f"Vorschlag eines Workflows: {line}"


def accepted(line: str) -> str:
    return f"Vorschlag angenommen: {line}"


def declined_proposal(line: str) -> str:
    return f"Vorschlag verworfen: {line}"


def expired_proposal(line: str) -> str:
    return f"Vorschlag abgelaufen: {line}"


def failed_proposal(line: str) -> str:
    return f"Vorschlag angenommen, nicht ausgeführt: {line}"


def declined(number: int) -> str:
    return f"Vorschlag {change_number(number)} des Workflows verworfen."


def is_proposal(number: int) -> str:
    return (
        f"{change_number(number)} ist der Vorschlag eines Workflows. Auf der Karte „{DO_IT}“ oder „{DECLINE}“ klicken."
    )


def decided_already(number: int) -> str:
    return (
        f"Über den Vorschlag {change_number(number)} des Workflows ist entschieden, oder er ist abgelaufen."
        f" {NOTHING_CHANGED}"
    )


def is_no_proposal(number: int) -> str:
    return f"{change_number(number)} ist kein Vorschlag eines Workflows."


NOT_DECIDED = f"Niemand hat rechtzeitig entschieden. {NOTHING_CHANGED}"
NOT_WANTED = f"Jemand hat das verworfen. {NOTHING_CHANGED}"


def declined_because(reason: str) -> str:
    return sentence(f"Verworfen, Grund: {reason}")
