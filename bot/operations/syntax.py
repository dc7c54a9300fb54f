"""Command patterns such as `add {members} to {group}`, and matching words against them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from bot.messages.text import Words, without_separator


@dataclass(frozen=True, slots=True)
class Literal:
    """A fixed word in one of several spellings; the first is the canonical one."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One or more words for the operation's field of this name."""

    name: str


Part = Literal | Field
Matches = dict[str, Words]


@dataclass(frozen=True)
class CommandPattern:
    """One way to type an operation, with its optional parts chosen."""

    parts: tuple[Part, ...]

    @cached_property
    def weight(self) -> int:
        """Number of fixed words; the matching pattern with the most wins."""
        return sum(isinstance(part, Literal) for part in self.parts)

    @cached_property
    def verb(self) -> str:
        """The fixed words that the pattern starts with."""
        return " ".join(part.spellings[0] for part in self._head())

    @cached_property
    def first_spellings(self) -> tuple[str, ...]:
        """The spellings of the fixed word that the pattern starts with; none if it starts with a field."""
        first = self.parts[0]
        return first.spellings if isinstance(first, Literal) else ()

    @cached_property
    def fields(self) -> set[str]:
        """Names of the operation's fields in the pattern."""
        return {part.name for part in self.parts if isinstance(part, Field)}

    def _head(self) -> Iterator[Literal]:
        for part in self.parts:
            if isinstance(part, Field):
                return
            yield part

    @property
    def separators(self) -> Iterator[str]:
        """The fixed words that come after a field, in all spellings."""
        for part in self.parts[len(list(self._head())) :]:
            if isinstance(part, Literal):
                yield from part.spellings

    def match(self, words: Words, *, forgiving: bool = False) -> Iterator[Matches]:
        """Yields every way to split the words into fields, a long first field first.

        Args:
            forgiving: accept a line that lacks fixed words, except the first.
        """
        yield from _match(self.parts, words, forgiving=forgiving, first=True)


@cache
def command_patterns(text: str) -> tuple[CommandPattern, ...]:
    """Expands the text of a pattern: each optional part is once included and once left out."""
    optional = re.search(r"\s*\[(.*?)\]", text)
    if not optional:
        return (CommandPattern(tuple(_part(word) for word in text.split())),)
    before, after = text[: optional.start()], text[optional.end() :]
    return command_patterns(f"{before} {optional[1]}{after}") + command_patterns(f"{before}{after}")


def with_placeholders(text: str, placeholders: Mapping[str, str]) -> str:
    """Returns the text of a pattern as a usage: in first spellings, and without optional words around the fields."""
    needed = re.sub(r"\s*\[[^{\]]*\]", "", text)
    first_spellings = re.sub(r"([\w']+)\|[^\s\]]+", r"\1", needed)
    return re.sub(r"{(\w+)}", lambda field: placeholders.get(field[1], "..."), first_spellings)


def _part(word: str) -> Part:
    return Field(word[1:-1]) if word.startswith("{") else Literal(tuple(word.split("|")))


def _match(parts: tuple[Part, ...], words: Words, *, forgiving: bool, first: bool) -> Iterator[Matches]:
    if not parts:
        if not words:
            yield {}
        return
    part, rest = parts[0], parts[1:]
    if isinstance(part, Literal):
        if words and words[0].is_keyword(*part.spellings):
            yield from _match(rest, words[1:], forgiving=forgiving, first=False)
        elif forgiving and not first:
            yield from _match(rest, words, forgiving=forgiving, first=False)
        return
    for length in range(len(words), 0, -1):
        field = without_separator(words[:length]) if rest and length < len(words) else words[:length]
        if not field:
            continue
        for matches in _match(rest, words[length:], forgiving=forgiving, first=False):
            yield {part.name: field, **matches}
