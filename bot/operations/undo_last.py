"""The last change, taken back after it was shown."""

from typing import Annotated

from bot.fields import Noun
from bot.operation import Operation
from bot.words import Words, whole


def _read_what(words: Words) -> str:
    if words[0].means("change"):
        raise ValueError("To take back one change, type its number, and nothing else, as in undo change 42.")
    return whole(words)


WHAT = Noun(placeholder="<group>", read=_read_what)


class UndoLast(Operation):
    """Stands for the undoing of one change, which it shows: it is planned like that, and not applied."""

    title = "Undo"
    phrase = "undo [{what}]"
    also = ("undo [the] last change [of {what}]", "take [it] back", "revert [{what}]")
    permission = None
    help = "Shows your last change here, or the last one of a group or of the server, and takes it back when you click."
    examples = ("undo", "undo Sales", "undo server")

    what: Annotated[str, WHAT] | None = None

    @classmethod
    def needs(cls) -> str:
        return "what the change needed"
