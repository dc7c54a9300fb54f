"""Reads the policy file from TOML and reports each mistake with its line and column."""

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
"""Keys and indexes from 0, as in the `loc` of pydantic's errors."""

_STATEMENT_END = re.compile(r"[\]}]|\"\"\"|'''")
"""What the last line of a multi-line statement contains; others need not be parsed."""

_MISSING_COMMA = re.compile(r"""("[^"\n]*"|'[^'\n]*')\s*(?:#[^\n]*\n\s*)*("[^"\n]*"|'[^'\n]*')(?!\s*=)""")
"""Two texts with nothing between them but space and comments."""


class Statement(NamedTuple):
    """A table header or a key with its value, where it begins, and the location that it defines."""

    path: Location
    line: int
    """Counted from 1."""
    text: str
    header: bool


MINIMAL = """\
[[allow]]
name = "Phone team"
channels = ["C0123ABCD"]
users = ["U0123ABCD"]
operations = ["all"]
"""
"""An example of a valid policy, shown with every error."""


class Fault(NamedTuple):
    """A mistake in the file; without a line it concerns the whole file."""

    line: int | None
    text: str
    column: int | None = None


def raise_policy_error(path: Path, faults: Sequence[Fault]) -> NoReturn:
    """Raises PolicyError with each mistake in the order of lines and a minimal policy to paste."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    listed = (f"{path}{f', line {one.line}' if one.line else ''}: {one.text}" for one in ordered)
    broken = PolicyError("\n".join(listed) + f"\n\nA complete policy that you can copy and change:\n\n{MINIMAL}")
    broken.faults = tuple((one.line, one.column, one.text) for one in ordered)
    raise broken from None


_ADVICE = 'Put text in straight "double quotes" and lists in [brackets]. Each rule starts with [[allow]].'


def read_toml(path: Path) -> tuple[dict[str, Any], tuple[Statement, ...]]:
    """Reads the file's data and statements.

    Raises:
        PolicyError: the file is missing, unreadable or not TOML.
    """
    source = _read_text(path)
    try:
        return tomllib.loads(source), tuple(split_statements(source))
    except tomllib.TOMLDecodeError as error:
        raise_policy_error(path, [_syntax_validation_fault(source, str(error))])


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise_policy_error(
            path, [Fault(None, "there is no such file. Create it, or set PARK_POLICY to the file that you have")]
        )
    except OSError as error:
        raise_policy_error(path, [Fault(None, f"can't be read: {error.strerror}")])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise_policy_error(path, [Fault(line, "is not UTF-8: save the file in UTF-8")])


def _syntax_validation_fault(source: str, words: str) -> Fault:
    """Describes a syntax error; tomllib gives its position only in the message, and not at the file's end."""
    place, begun = re.search(r" \(at line (\d+), column (\d+)\)$", words), first_broken_line(source)
    line = int(place[1]) if place else begun
    what = words[: place.start()] if place else words.removesuffix(" (at end of document)")
    if begun and (gap := _MISSING_COMMA.search("\n".join(source.split("\n")[begun - 1 : line]))):
        what = f"A comma is missing between {gap[1]} and {gap[2]}"
    since = f", in the statement that starts on line {begun}" if line and begun and begun < line else ""
    shown = source.split("\n")[line - 1].strip() if line else ""
    return Fault(line, f"{what}{since}: {shown}\n    {_ADVICE}", place and int(place[2]))


def read_policy(path: Path) -> Policy:
    """Reads and validates a policy file.

    Raises:
        PolicyError: the file has mistakes, each listed with its line, or allows nothing.
    """
    data, found = read_toml(path)
    _name_rules(data, found)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        raise_policy_error(path, [_validation_fault(found, each) for each in error.errors()])
    if faults := _duplicate_rule_names(policy, found):
        raise_policy_error(path, faults)
    if not policy.allow:
        raise_policy_error(path, [Fault(None, "it has no [[allow]] rule, so nobody could do anything")])
    return policy


def _validation_fault(found: Sequence[Statement], error: ErrorDetails) -> Fault:
    line = find_line(found, error["loc"])
    return Fault(line, explain_error(error), find_column(found, line, error))


def _name_rules(data: dict[str, Any], found: Sequence[Statement]) -> None:
    for table in ("allow", "deny"):
        rules = data.get(table)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and "name" not in rule:
                rule["name"] = f"rule {index + 1} (line {find_line(found, (table, index))})"


def _duplicate_rule_names(policy: Policy, found: Sequence[Statement]) -> list[Fault]:
    seen: Counter[str] = Counter()
    faults = []
    for line, name in sorted(_rule_names(policy, found)):
        seen[name] += 1
        if seen[name] == 2:
            faults.append(
                Fault(
                    line,
                    f'a rule above is also called "{name}": each rule needs its own name',
                )
            )
    return faults


def _rule_names(policy: Policy, found: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    for table, rules in (("allow", policy.allow), ("deny", policy.deny)):
        for index, rule in enumerate(rules):
            yield find_line(found, (table, index, "name")) or 0, rule.name


def split_statements(source: str) -> Iterator[Statement]:
    """Splits a valid TOML text into its statements."""
    base: Location = ()
    tables: Counter[Location] = Counter()
    for line, text, value in _chunks(source):
        header = text.lstrip(" \t").startswith("[")
        if header:
            base = _table_location(value, tables)
        yield Statement(base if header else base + _keys(value), line, text, header)


def first_broken_line(source: str) -> int | None:
    """The line on which the first invalid statement begins; None if all are valid."""
    return next((line for line, _, value in _chunks(source) if not value), None)


def _chunks(source: str) -> Iterator[tuple[int, str, dict[str, object]]]:
    """Yields first line, text and data of each statement; an invalid one has no data and is the last."""
    text, start = "", 1
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        text += line + "\n"
        value = _parse(text) if number == start or _STATEMENT_END.search(line) else None
        if value:
            yield start, text, value
        if value is not None:
            text, start = "", number + 1
    if text:
        yield start, text, {}


def _parse(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _keys(value: object) -> Location:
    if not isinstance(value, dict) or len(value) != 1:
        return ()
    ((key, inner),) = value.items()
    return (key, *_keys(inner))


def _table_location(value: object, tables: Counter[Location]) -> Location:
    path: Location = ()
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path += (key,)
        if isinstance(value, list):
            tables[path] += 1
        if path in tables:
            path += (tables[path] - 1,)
    return path


def find_line(found: Sequence[Statement], path: Location) -> int | None:
    """The line of a location, or of the narrowest statement around it if it is absent."""
    for statement in found:
        if statement.path[: len(path)] == path:
            return statement.line
    around = [each for each in found if path[: len(each.path)] == each.path]
    narrowest = max(around, key=lambda each: len(each.path), default=None)
    return narrowest and _line_within(narrowest, path[len(narrowest.path) :])


def _line_within(statement: Statement, rest: Location) -> int:
    """The line of the list item that `rest` begins with, or of the statement if that is not known."""
    lines = () if statement.header else _item_lines(statement.text)
    within = bool(rest) and isinstance(rest[0], int) and rest[0] < len(lines)
    return statement.line + (lines[int(rest[0])] if within else 0)


@lru_cache(maxsize=16)
def _item_lines(text: str) -> tuple[int, ...]:
    """Lines of a list's items, relative to the list; 0 where an item's line is not certain."""
    lines, whole, read = list[int](), 0, ""
    for number, line in enumerate(text.split("\n")):
        read += line + "\n"
        items = _count_items(read)
        if items is not None:
            lines += [number if number == whole else 0] * (items - len(lines))
            whole = number + 1
    return tuple(lines)


def _count_items(text: str) -> int | None:
    """The number of items of the list that begins in `text`; None if the text ends within an item."""
    value: object = _parse(text + "]") or _parse(text)
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return len(value) if isinstance(value, list) else None


def find_column(found: Sequence[Statement], line: int | None, error: ErrorDetails) -> int | None:
    """The column of the invalid value on its line, or of its key, or of the line's first character."""
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
