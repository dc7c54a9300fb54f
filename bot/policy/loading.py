"""TOML file -> Policy, each mistake with line and column."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import PolicyError
from bot.policy.diagnostics import explain_error
from bot.policy.rules import Policy

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


def column_of(found: Sequence[Statement], line: int | None, error: ErrorDetails) -> int | None:
    """Of what was written, where the line holds it; else of its key; else of the line's first character."""
    text = _line_text(found, line)
    if text is None:
        return None
    key = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    written = error["input"] if isinstance(error["input"], str) and error["input"] else None
    for wanted in (f'"{written}"', f"'{written}'", key):
        if wanted in text:
            return text.index(wanted) + 1
    return len(text) - len(text.lstrip()) + 1


def _line_text(found: Sequence[Statement], line: int | None) -> str | None:
    for statement in found if line is not None else ():
        lines = statement.text.removesuffix("\n").split("\n")
        if line is not None and 0 <= line - statement.line < len(lines):
            return lines[line - statement.line]
    return None


MINIMAL = """\
[[allow]]
name = "Phone team"
channels = ["C0123ABCD"]
users = ["U0123ABCD"]
operations = ["all"]
"""


class Fault(NamedTuple):
    """One mistake; without a line it is about the file."""

    line: int | None
    text: str
    column: int | None = None


def stop(path: Path, faults: Sequence[Fault]) -> NoReturn:
    """Raise PolicyError: each mistake by its line, then what to paste."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    listed = (f"{path}{f', line {one.line}' if one.line else ''}: {one.text}" for one in ordered)
    broken = PolicyError("\n".join(listed) + f"\n\nA whole policy, to paste and change:\n\n{MINIMAL}")
    broken.faults = tuple((one.line, one.column, one.text) for one in ordered)
    raise broken from None


_ADVICE = 'Text stands in straight "double quotes", a list in [brackets], and each rule begins with [[allow]].'


def read_toml(path: Path) -> tuple[dict[str, Any], tuple[Statement, ...]]:
    """Raise PolicyError where the file is not there, or is not TOML."""
    source = _text(path)
    try:
        return tomllib.loads(source), tuple(statements(source))
    except tomllib.TOMLDecodeError as error:
        stop(path, [_syntax(source, str(error))])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        stop(path, [Fault(None, "there is no such file: write one, or let PARK_POLICY name the one you have")])
    except OSError as error:
        stop(path, [Fault(None, f"can't be read: {error.strerror}")])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        stop(path, [Fault(line, "is not UTF-8: save the file in that encoding")])


def _syntax(source: str, words: str) -> Fault:
    """tomllib gives the place only inside its text, and none for what never ends."""
    place, begun = re.search(r" \(at line (\d+), column (\d+)\)$", words), broken_from(source)
    line = int(place[1]) if place else begun
    what = words[: place.start()] if place else words.removesuffix(" (at end of document)")
    since = f", in what begins on line {begun}" if line and begun and begun < line else ""
    shown = source.split("\n")[line - 1].strip() if line else ""
    return Fault(line, f"{what}{since}: {shown}\n    {_ADVICE}", place and int(place[2]))


def read_policy(path: Path) -> Policy:
    """Raise PolicyError with every mistake that can be told, its line, and an example to paste."""
    data, found = read_toml(path)
    _name_rules(data, found)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        stop(path, [_fault(found, each) for each in error.errors()])
    if faults := _same_names(policy, found):
        stop(path, faults)
    return policy


def _fault(found: Sequence[Statement], error: ErrorDetails) -> Fault:
    line = line_of(found, error["loc"])
    return Fault(line, explain_error(error), column_of(found, line, error))


def _name_rules(data: dict[str, Any], found: Sequence[Statement]) -> None:
    for table in ("allow", "deny"):
        rules = data.get(table)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict):
                rule.setdefault("name", f"rule {index + 1} (line {line_of(found, (table, index))})")


def _same_names(policy: Policy, found: Sequence[Statement]) -> list[Fault]:
    seen: Counter[str] = Counter()
    faults = []
    for line, name in sorted(_names(policy, found)):
        seen[name] += 1
        if seen[name] == 2:
            faults.append(Fault(line, f'a rule above is called "{name}" too: the history could not tell them apart'))
    return faults


def _names(policy: Policy, found: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    for table, rules in (("allow", policy.allow), ("deny", policy.deny)):
        for index, rule in enumerate(rules):
            yield line_of(found, (table, index, "name")) or 0, rule.name
