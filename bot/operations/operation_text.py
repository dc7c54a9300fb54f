"""The attributes of an operation's class that people read: they come from the catalogue of texts."""

from typing import Any

from bot.texts import operations


class OperationText:
    """An attribute of a class of operations: one of its texts, in the language in force when it is read."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __get__(self, _: object, operation: type[Any]) -> str:
        texts = operations.TEXTS[operation.operation_id]
        text: str = getattr(texts, self._part)
        return text or (operations.APPLY if self._part == "button" else "")
