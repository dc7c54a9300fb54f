"""Whether Park writes at all: somebody may have paused it, or its environment may say that it only reads."""

from bot.errors import NOTHING, NotPossible
from bot.journal.reading import Reader
from bot.message import Fact

PAUSED = "paused"
"""The flag in the journal."""


class Brake:
    """Asked before each change is begun; what has begun is finished."""

    def __init__(self, journal: Reader, *, read_only: bool = False) -> None:
        self._journal, self._read_only = journal, read_only

    @property
    def on(self) -> bool:
        """Whether nothing is begun now."""
        return self._read_only or self._journal.flag(PAUSED) is not None

    def refuse(self) -> None:
        """Raise NotPossible with who paused it and why, while it is on."""
        if self._read_only:
            raise NotPossible(
                f"Park only reads here: whoever runs it has set PARK_READ_ONLY. {NOTHING}",
                notes=("Questions and previews are answered.",),
            )
        if (flag := self._journal.flag(PAUSED)) is None:
            return
        since = Fact(label="Paused by", value="", ids=(flag.by,))
        raise NotPossible(
            f"Park is paused: {flag.text}. {NOTHING}",
            facts=(since,),
            notes=("Questions and previews are answered. When it is resumed, ask again.",),
        )
