"""Languages that mark every text of the catalogue, so that a test can see what is said without it, and in which one."""

import functools
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import bot.texts.english
from bot.texts import languages
from bot.texts.operation_texts import OperationTexts

READER, CARDS = "qaa", "qab"
"""Codes of two languages that are private to whoever uses them (ISO 639-2): English, marked."""
MARKS = {READER: ("⟦", "⟧"), CARDS: ("⟪", "⟫")}
"""What stands around each text of the language."""


@contextmanager
def pseudo_languages() -> Iterator[None]:
    """Adds READER and CARDS to the languages that Park speaks."""
    with pytest.MonkeyPatch.context() as patch:
        for code, (opening, closing) in MARKS.items():
            patch.setitem(languages.PACKAGES, code, "")
            for found in pkgutil.iter_modules(bot.texts.english.__path__):
                module = import_module(f"{bot.texts.english.__name__}.{found.name}")
                patch.setitem(languages._modules, (code, found.name), _marked_module(module, opening, closing))
        yield


def _marked_module(module: ModuleType, opening: str, closing: str) -> ModuleType:
    def around(text: str) -> str:
        return f"{opening}{text}{closing}" if text else text

    marked = ModuleType(module.__name__)
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(value, dict) and module.__name__.endswith(".operations"):  # titles have no room for more
            setattr(marked, name, {key: _within(one, opening, closing) for key, one in value.items()})
        else:
            setattr(marked, name, _marked(value, around))
    return marked


def _within(texts: OperationTexts, opening: str, closing: str) -> OperationTexts:
    return OperationTexts(*(text and opening + text[1:-1] + closing for text in texts))


def _marked(value: Any, mark: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, tuple):
        return tuple(_marked(part, mark) for part in value)
    if isinstance(value, dict):
        return {key: _marked(part, mark) for key, part in value.items()}
    if inspect.isfunction(value):

        @functools.wraps(value)
        def call(*arguments: Any, **named: Any) -> Any:
            return _marked(value(*arguments, **named), mark)

        return call
    return value


def texts_in(payload: Any) -> Iterator[str]:
    """Yields the texts of a message or a view that a person reads or hears."""
    if isinstance(payload, list):
        for part in payload:
            yield from texts_in(part)
    if isinstance(payload, dict):
        for key, part in payload.items():
            if key in ("text", "plain", "alt_text") and isinstance(part, str):
                yield part
            elif key not in ("value", "private_metadata", "action_id", "block_id"):
                yield from texts_in(part)


def outside(text: str, marks: tuple[str, ...] = (*MARKS[READER], *MARKS[CARDS])) -> str:
    """Returns what stands outside of all marks; a text that was cut has no closing one."""
    left, depth = [], 0
    for character in text:
        depth += character in marks[::2]
        left.append(" " if depth else character)
        depth = max(0, depth - (character in marks[1::2]))
    return "".join(left)


def words_outside(text: str) -> set[str]:
    """Returns the words outside of all marks that are no references, links, code or numbers."""
    bare = re.sub(r"`[^`]*`|<[^>]*>|&lt;[^&]*&gt;|&\w+;|https?://\S+", " ", outside(text))
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", bare)}
