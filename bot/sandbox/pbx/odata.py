"""The filter language of lists: eq, and, or, startswith, contains, parentheses; a quote in a literal is doubled."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.pbx.problem import invalid

Predicate = Callable[[Mapping[str, Any]], bool]
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\w+|[(),])")
WORDS = {"true": True, "false": False, "null": None}


def parse(text: str, fields: frozenset[str], *, ignore_case: bool = False) -> Predicate:
    """Raise VALIDATE_FAILED on anything that is not understood to its end, and on unknown fields."""
    filter_ = _Filter(_tokens(text), fields, ignore_case)
    predicate = filter_.either()
    if filter_.tokens:
        raise invalid(f"The filter has something left over: {filter_.tokens[0]}")
    return predicate


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        if not (match := TOKEN.match(text, at)):
            raise invalid(f"The filter is not understood at: {text[at:]}")
        tokens.append(match[1])
        at = match.end()
    return tokens


class _Filter:
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
            raise invalid(f"{name} can't be filtered.")
        return name

    def literal(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdecimal():
            return int(token)
        if token not in WORDS:
            raise invalid(f"The filter has no value at: {token}")
        return WORDS[token]

    def take(self, expected: str | None = None) -> str:
        if not self.tokens or (expected is not None and self.tokens[0] != expected):
            raise invalid(f"The filter lacks {expected or 'something at its end'}.")
        return self.tokens.pop(0)

    def _folded(self, value: Any) -> Any:
        return value.casefold() if self.ignore_case and isinstance(value, str) else value
