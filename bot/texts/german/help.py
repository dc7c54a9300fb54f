"""German help: topics, how times are added to a line, and the overview."""

from collections.abc import Sequence

from bot.texts.german.times import END_EXAMPLES, START_EXAMPLES

START_LATER = f"Für einen späteren Start einen Anfang anhängen: {START_EXAMPLES}."
END_BY_ITSELF = f"Für eine befristete Änderung ein Ende anhängen: {END_EXAMPLES}."

TOPICS = {
    "times": (
        f"Um eine Änderung später zu starten, einen Anfang anhängen: {START_EXAMPLES}.",
        f"Um eine Änderung zu befristen, ein Ende anhängen: {END_EXAMPLES}.",
        "„create“, „rename“ und „delete“ lassen sich planen, aber nicht befristen.",
        "Zeiten gelten in der Zeitzone des Slack-Profils. Namen, die wie eine Zeit enden, in Anführungszeichen setzen.",
    ),
    "approvals": (
        "Können andere die Änderung freigeben, hat die Antwort eine Schaltfläche [Freigabe anfragen].",
        "Zuständige bekommen eine Karte mit [Freigeben] und [Ablehnen]. „pending“ zeigt, was noch wartet.",
        "Im Notfall kann eine Regel die Änderung sofort erlauben: „emergency <line> because <reason>“.",
    ),
    "policy": (
        "Die Richtlinie ist eine Datei der Betreiber von Park. Was keine Regel erlaubt, wird abgelehnt.",
        (
            "„access“ zeigt eigene Rechte; „can @somebody <line>“ und „who can <line>“ prüfen andere; „why 42“ erklärt"
            " #42."
        ),
        "Eine Ablehnung nennt, wen man fragen kann und was erlaubt werden müsste.",
    ),
}

ADD_TIMES = (
    "An jede Änderung lässt sich eine Zeit anhängen: `at 18:00` startet sie später, `for 2h` oder"
    " `until tomorrow 8:00` befristet sie."
)


def topic(name: str) -> str:
    return f"Hilfe: {name}"


def operation(usage: str, text: str) -> str:
    return f"{usage}: {text}"


def commands(verbs: str) -> str:
    return (
        f"Hier mögliche Befehle: {verbs}. Befehle werden auf Englisch eingegeben. `help <command>` erklärt einen davon."
        " Es gibt auch `help times`, `help approvals` und `help policy`."
    )


def more_commands(number: int) -> str:
    if number == 1:
        return "Für 1 weiteren Befehl fehlt hier die Berechtigung."
    return f"Für {number} weitere Befehle fehlt hier die Berechtigung."


def alternatives(limits: Sequence[str]) -> str:
    return " oder ".join(limits)


def restricted(limits: str, verbs: str) -> str:
    return f"Nur {limits}: {verbs}."
