"""What an operation is about, as far as its line says: operations with overlapping footprints wait for each other."""

from collections.abc import Iterator
from typing import Any

from bot.changes.repository import SERVER_NAMES
from bot.messages.text import fold
from bot.operations.arguments.types import CHANGE_OR_GROUP, ArgumentType, Reference, spellings
from bot.operations.base import Operation
from bot.policy.model import Permission

SERVER_FOOTPRINT = frozenset({"the server"})


def footprint(operation: Operation) -> frozenset[str]:
    """The folded names and numbers in an operation, or the server; known without a request to the PBX.

    Operations with overlapping footprints run in the order in which they were accepted.
    """
    touched = {fold(text) for _, argument_type, value in operation.said() for text in _mentions(argument_type, value)}
    return frozenset(touched | (SERVER_FOOTPRINT if operation.permission is Permission.SERVER else set()))


def _mentions(argument_type: ArgumentType, value: Any) -> Iterator[str]:
    if argument_type is CHANGE_OR_GROUP and isinstance(value, str):
        yield from SERVER_FOOTPRINT if fold(value) in SERVER_NAMES else spellings(value)
    match argument_type.reference:
        case Reference.GROUP:
            yield from spellings(value)
        case Reference.NEW_GROUP | Reference.MEMBER:
            yield value
        case Reference.MEMBERS:
            yield from value
