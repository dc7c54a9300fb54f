"""What else a number may belong to."""

from dataclasses import dataclass

from bot.pbx.client import PBX
from bot.pbx.limits import is_extension

_SAID = {
    "EXTENSION": "a user's extension",
    "RING_GROUP": "a ring group",
    "CALL_QUEUE": "a call queue",
    "CONFERENCE_ROOM": "a conference room",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """In words, and whether it is a user."""

    said: str
    user: bool


def kind_of(pbx: PBX, text: str) -> Kind | None:
    """None where the text is no number, or nothing answers it."""
    number = pbx.number(text) if is_extension(text) else None
    if number is None:
        return None
    return Kind(_SAID.get(number.type, "something else, not a user"), number.type == "EXTENSION")
