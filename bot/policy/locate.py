"""Where in a TOML text something stands; where each statement ends, tomllib itself says."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

Location = tuple[int | str, ...]
"""Keys, and counted from 0 the tables of an array or the items of a list."""

_CAN_END = re.compile(r"[\]}]|\"\"\"|'''")
"""What the last line of a statement of several lines holds: spares parsing at each line of a long list."""


class Statement(NamedTuple):
    """A header or a key with its value, the line that it begins on, counted from 1, and what it is about."""

    path: Location
    line: int
    text: str
    header: bool


def statements(source: str) -> Iterator[Statement]:
    """Those of a TOML text that is valid."""
    base: Location = ()
    tables: Counter[Location] = Counter()
    for line, text, value in _chunks(source):
        header = text.lstrip(" \t").startswith("[")
        if header:
            base = _opened(value, tables)
        yield Statement(base if header else base + _keys(value), line, text, header)


def broken_from(source: str) -> int | None:
    """The line on which the first statement begins that is no TOML by itself."""
    return next((line for line, _, value in _chunks(source) if not value), None)


def _chunks(source: str) -> Iterator[tuple[int, str, dict[str, object]]]:
    """First line, text and data of each statement; one that is broken swallows the rest and has no data."""
    text, start = "", 1
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        text += line + "\n"
        value = _parsed(text) if number == start or _CAN_END.search(line) else None
        if value:
            yield start, text, value
        if value is not None:
            text, start = "", number + 1
    if text:
        yield start, text, {}


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _keys(value: object) -> Location:
    if not isinstance(value, dict) or len(value) != 1:
        return ()
    ((key, inner),) = value.items()
    return (key, *_keys(inner))


def _opened(value: object, tables: Counter[Location]) -> Location:
    path: Location = ()
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path += (key,)
        if isinstance(value, list):
            tables[path] += 1
        if path in tables:
            path += (tables[path] - 1,)
    return path


def line_of(found: Sequence[Statement], path: Location) -> int | None:
    """The line of what `path` leads to; of the narrowest thing around it, if it is absent; None if nothing is."""
    for statement in found:
        if statement.path[: len(path)] == path:
            return statement.line
    around = [each for each in found if path[: len(each.path)] == each.path]
    narrowest = max(around, key=lambda each: len(each.path), default=None)
    return narrowest and _line_within(narrowest, path[len(narrowest.path) :])


def _line_within(statement: Statement, rest: Location) -> int:
    """The line of the item that `rest` begins with, where that can be told, else the statement's."""
    lines = () if statement.header else _item_lines(statement.text)
    within = bool(rest) and isinstance(rest[0], int) and rest[0] < len(lines)
    return statement.line + (lines[int(rest[0])] if within else 0)


@lru_cache(maxsize=16)
def _item_lines(text: str) -> tuple[int, ...]:
    """Lines of a list's items, counted from the list's own; 0 for those on lines that no whole item ends."""
    lines, whole, read = list[int](), 0, ""
    for number, line in enumerate(text.split("\n")):
        read += line + "\n"
        items = _items(read)
        if items is not None:
            lines += [number if number == whole else 0] * (items - len(lines))
            whole = number + 1
    return tuple(lines)


def _items(text: str) -> int | None:
    """How many whole items the list has that begins in `text`; None in the middle of one."""
    value: object = _parsed(text + "]") or _parsed(text)
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return len(value) if isinstance(value, list) else None
