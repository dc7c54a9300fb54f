"""German texts about several PBXs: which one is meant, and what is said where none is."""

from collections.abc import Sequence

from bot.texts.german.wording import listed

WHICH = "Welche PBX ist gemeint?"
NOT_RUN_YET = "Noch wurde nichts getan. Bitte wählen und die Zeile dann noch einmal senden."
RUNS_THEN = "Noch wurde nichts getan. Die Auswahl führt die Zeile aus."
CHOICE_LABEL = "PBX"
NO_RIGHT = "Es wurde nichts getan: Keine PBX von Park erlaubt Ihnen etwas in Direktnachrichten oder im Home-Tab."
NO_RIGHT_REMEDY = "Park im Kanal der PBX benutzen oder die Betreiber von Park um Zugang bitten."
UNKNOWN_PERSON = "Es wurde nichts getan: Slack sagt gerade nicht, wer Sie sind, und Park bedient mehrere PBX."
AGAIN = "Bitte in einer Minute erneut versuchen."
CHOICE_ELSEWHERE = "Für Direktnachrichten und den Home-Tab lässt sie sich wählen: `pbx NAME` an Park allein schreiben."
NO_CHANNEL = "Es wurde nichts getan: Dieser Kanal gehört zu keiner PBX von Park."
OTHER_PBX = "Es wurde nichts getan: Das betrifft eine PBX, die nicht zu diesem Kanal gehört."
OTHER_PBX_REMEDY = "Eine neue Zeile im Kanal dieser PBX eingeben."
GONE = "Es wurde nichts getan: Die PBX, um die es ging, wird von Park nicht mehr bedient."
TITLE = "Park"
CLOSE = "Schließen"
STEP_WITHOUT_CHANNEL = (
    "Es wurde nichts getan: Park bedient mehrere PBX. Im Schritt einen Kanal der gemeinten PBX angeben."
)


def remembered(command: str) -> str:
    return f"Die Auswahl gilt für Direktnachrichten und den Home-Tab. Ändern lässt sie sich mit `{command} pbx`."


def no_channel_remedy(channel: str) -> str:
    return (
        f"Die Betreiber von Park können {channel} in park.toml zu den Kanälen einer PBX hinzufügen. Bis dahin einen"
        " anderen benutzen."
    )


def belongs(title: str) -> str:
    return f"PBX dieses Kanals: {title}."


def chosen(title: str) -> str:
    return f"PBX für Direktnachrichten und den Home-Tab: {title}."


def away(title: str) -> str:
    return (
        f"Es wurde nichts getan: Park konnte {title} bisher nicht bedienen und versucht es von selbst wieder. "
        "Geben Sie es in einigen Minuten noch einmal ein; den Grund nennt das Protokoll von Park."
    )


def unknown(name: str, names: Sequence[str]) -> str:
    return f"Es wurde nichts geändert: Sie haben keine PBX „{name}“. Es gibt {listed(names)}."


def posts_nothing(channels: Sequence[str]) -> str:
    return (
        f"Park postet nichts in {listed(list(channels))}: in park.toml zu den Kanälen dieser PBX hinzufügen oder andere"
        " nennen"
    )
