"""The column of a mistake, counted from 1 as editors do."""

from collections.abc import Sequence

from pydantic_core import ErrorDetails

from bot.policy.locate import Statement


def column_of(found: Sequence[Statement], line: int | None, error: ErrorDetails) -> int | None:
    """Of what was written, where the line holds it; else of its key; else of the line's first character."""
    text = _text(found, line)
    if text is None:
        return None
    key = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    written = error["input"] if isinstance(error["input"], str) and error["input"] else None
    for wanted in (f'"{written}"', f"'{written}'", key):
        if wanted in text:
            return text.index(wanted) + 1
    return len(text) - len(text.lstrip()) + 1


def _text(found: Sequence[Statement], line: int | None) -> str | None:
    for statement in found if line is not None else ():
        lines = statement.text.removesuffix("\n").split("\n")
        if line is not None and 0 <= line - statement.line < len(lines):
            return lines[line - statement.line]
    return None
