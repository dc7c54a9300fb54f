"""Wishes that can't come true, and why: understood so that the answer can be a better one than usage."""

from dataclasses import dataclass

from bot.phrase import Phrase, phrases


@dataclass(frozen=True, slots=True)
class Explained:
    """Phrases of a wish, why it can't be, and lines that do what can."""

    phrases: tuple[str, ...]
    text: str
    lines: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[Phrase, ...]:
        """The phrases, ready to match."""
        return tuple(way for text in self.phrases for way in phrases(text))


EXPLAINED = (
    Explained(
        (
            "recall time {group} {time}",
            "recall time of|for {group} {time}",
            "recall time of|for {group} to {time}",
            "set {group} recall time {time}",
            "set {group} recall time to {time}",
            "recall {group} time {time}",
            "recall {group} in|after {time}",
            "{group} recall time {time}",
        ),
        "A park group has no timers of its own: the call park server's hold for every group. Nothing was changed.",
        ("server",),
    ),
    Explained(
        (
            "park {call}",
            "park",
            "unpark {call}",
            "unpark",
            "pick|pickup {call}",
            "pickup",
            "retrieve {call}",
            "calls",
            "list|show calls",
            "list|show parked calls",
            "parked",
            "parked calls",
            "who is parked",
            "hang up {call}",
            "transfer {call}",
        ),
        "Live calls can't be seen, parked or picked up from here: the PBX lets nobody do that but a phone."
        " Dial the star codes on yours; the line server shows them.",
        ("server",),
    ),
)
