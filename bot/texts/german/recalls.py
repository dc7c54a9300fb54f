"""German notes on the change of a recall: who is left out, after what time, and for which calls it holds."""

from collections.abc import Sequence

from bot.texts.german.wording import listed

PARKER = "die parkende Person"
RECALL_TARGETS = (
    "Unbeantwortete geparkte Anrufe können an die Person gehen, die sie geparkt hat, oder an eine Rufgruppe der PBX:"
    " nicht an eine Mailbox und nicht an eine Nummer von außerhalb."
)


def not_called(whom: Sequence[str]) -> str:
    return f"Mit dieser Einstellung nicht angerufen: {listed(whom)}."


def recalled_after(recall_time: str, ring_group_time: str) -> str:
    then = f" Nach weiteren {ring_group_time} geht er an die Rufgruppe." if ring_group_time else ""
    return f"Ein geparkter Anruf, den niemand annimmt, kommt nach {recall_time} zurück.{then}"


def covers_extension_parks(own: str, group: str) -> str:
    return (
        f"Das gilt für Anrufe, die mit {own} geparkt wurden. Für in einer Gruppe geparkte Anrufe ({group}) gilt die"
        " Einstellung der Gruppe."
    )


def covers_group_parks(own: str, group: str) -> str:
    return (
        f"Das gilt für in der Gruppe geparkte Anrufe ({group}). Für Anrufe, die mit {own} geparkt wurden, gilt die"
        " Einstellung des Call-Park-Servers."
    )
