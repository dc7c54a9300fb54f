"""Lists with filter (OData), search, orderby, skip and top, answered as {"count", "items"}."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.switches import Switches, validation_error

Predicate = Callable[[Mapping[str, Any]], bool]
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\w+|[(),])")
LITERALS = {"true": True, "false": False, "null": None}


def parse_filter(text: str, fields: frozenset[str], *, ignore_case: bool = False) -> Predicate:
    """Parses an OData filter of eq, and, or, startswith, contains and parentheses into a predicate.

    Raises:
        ApiError: VALIDATE_FAILED for unknown fields and for anything that is not understood.
    """
    filter_ = _FilterParser(_tokens(text), fields, ignore_case)
    predicate = filter_.either()
    if filter_.tokens:
        raise validation_error(f"The filter has something left over: {filter_.tokens[0]}")
    return predicate


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        if not (match := TOKEN.match(text, at)):
            raise validation_error(f"The filter is not understood at: {text[at:]}")
        tokens.append(match[1])
        at = match.end()
    return tokens


class _FilterParser:
    """Recursive descent; `and` binds closer than `or`."""

    def __init__(self, tokens: list[str], fields: frozenset[str], ignore_case: bool) -> None:
        self.tokens, self.fields, self.ignore_case = tokens, fields, ignore_case

    def either(self) -> Predicate:
        parts = [self.both()]
        while self.tokens[:1] == ["or"]:
            self.take("or")
            parts.append(self.both())
        return lambda record: any(part(record) for part in parts)

    def both(self) -> Predicate:
        parts = [self.term()]
        while self.tokens[:1] == ["and"]:
            self.take("and")
            parts.append(self.term())
        return lambda record: all(part(record) for part in parts)

    def term(self) -> Predicate:
        if self.tokens[:1] == ["("]:
            self.take("(")
            inner = self.either()
            self.take(")")
            return inner
        if self.tokens[:1] in (["startswith"], ["contains"]) and self.tokens[1:2] == ["("]:
            return self.function()
        return self.equals()

    def function(self) -> Predicate:
        name = self.take()
        self.take("(")
        field = self.field()
        self.take(",")
        wanted = str(self.literal())
        self.take(")")
        if name == "startswith":
            return lambda record: str(record.get(field) or "").startswith(wanted)
        return lambda record: wanted in str(record.get(field) or "")

    def equals(self) -> Predicate:
        field = self.field()
        self.take("eq")
        wanted = self._folded(self.literal())
        return lambda record: bool(self._folded(record.get(field)) == wanted)

    def field(self) -> str:
        name = self.take()
        if name not in self.fields:
            raise validation_error(f"{name} can't be filtered.")
        return name

    def literal(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdecimal():
            return int(token)
        if token not in LITERALS:
            raise validation_error(f"The filter has no value at: {token}")
        return LITERALS[token]

    def take(self, expected: str | None = None) -> str:
        if not self.tokens or (expected is not None and self.tokens[0] != expected):
            raise validation_error(f"The filter lacks {expected or 'something at its end'}.")
        return self.tokens.pop(0)

    def _folded(self, value: Any) -> Any:
        return value.casefold() if self.ignore_case and isinstance(value, str) else value


LIST_PARAMETERS = frozenset({"filter", "search", "orderby", "skip", "top"})
MAX_PAGE_SIZE = 100
"""Items in one page, also the default."""


def list_page(
    records: Iterable[Record], query: Mapping[str, str], switches: Switches, show: Callable[[Record], Record]
) -> Record:
    """Returns one page; `count` is the number of all matches."""
    check_query_parameters(query, LIST_PARAMETERS)
    skip, top = (
        _integer_parameter(query, "skip", 0, 0, 2**31 - 1),
        _integer_parameter(query, "top", MAX_PAGE_SIZE, 1, MAX_PAGE_SIZE),
    )
    if found := list(records):
        fields = frozenset(found[0])
        found = _apply_search(_apply_filter(found, query, fields, switches), query, switches)
        found = _apply_order(found, query.get("orderby", ""), fields)
    return {"count": len(found), "items": [show(record) for record in found[skip : skip + top]]}


def check_query_parameters(query: Mapping[str, str], known: frozenset[str] = frozenset()) -> None:
    """Rejects undocumented query parameters."""
    if strangers := sorted(set(query) - known):
        raise validation_error(f"Unknown query parameters: {', '.join(strangers)}.")


def _apply_filter(
    found: list[Record], query: Mapping[str, str], fields: frozenset[str], switches: Switches
) -> list[Record]:
    if "filter" not in query or switches.filter == "ignored":
        return found
    if switches.filter == "refused":
        raise validation_error("filter is not supported.")
    fits = parse_filter(query["filter"], fields, ignore_case=switches.eq_ignores_case)
    return [record for record in found if fits(record)]


def _apply_search(found: list[Record], query: Mapping[str, str], switches: Switches) -> list[Record]:
    words = query.get("search", "").casefold()
    if not words or switches.search == "ignored":
        return found
    shown = ("name", "display_name", "extension_number", "email")
    return [record for record in found if any(words in str(record.get(key) or "").casefold() for key in shown)]


def _apply_order(found: list[Record], orderby: str, fields: frozenset[str]) -> list[Record]:
    for term in reversed([part.split() for part in orderby.split(",") if part.strip()]):
        field, way = (*term, "asc")[:2]
        if len(term) > 2 or field not in fields or way not in ("asc", "desc"):
            raise validation_error(f"orderby is not understood: {orderby}")
        found = sorted(found, key=partial(_sort_key, field), reverse=way == "desc")
    return found


def _sort_key(field: str, record: Record) -> str:
    return str(record[field] or "")


def _integer_parameter(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise validation_error(f"{name} must be a whole number from {low} to {high}.")
    return int(text)
