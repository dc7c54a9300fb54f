"""`add {members} to {group}`: patterns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.messages.text import Words


@dataclass(frozen=True, slots=True)
class Literal:
    """A word that must stand there; the first spelling is the one that is said back."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One word or more that the noun of the operation's field of this name reads."""

    name: str


Part = Literal | Field
Matches = dict[str, Words]


@dataclass(frozen=True)
class CommandPattern:
    """One way to type an operation, optional parts already chosen."""

    parts: tuple[Part, ...]

    @cached_property
    def weight(self) -> int:
        """How many words it pins down: the phrase that pins down more is the one that was meant."""
        return sum(isinstance(part, Literal) for part in self.parts)

    @cached_property
    def verb(self) -> str:
        """The words that it starts with."""
        return " ".join(part.spellings[0] for part in self._head())

    def _head(self) -> Iterator[Literal]:
        for part in self.parts:
            if isinstance(part, Field):
                return
            yield part

    @property
    def separators(self) -> Iterator[str]:
        """The words that come after a field, in all their spellings: where a line may be cut."""
        for part in self.parts[len(list(self._head())) :]:
            if isinstance(part, Literal):
                yield from part.spellings

    def match(self, words: Words, *, forgiving: bool = False) -> Iterator[Matches]:
        """Every way to cut the words into fields, a long first field first; forgiving: inner words may be missing."""
        yield from _match(self.parts, words, forgiving=forgiving, first=True)


def command_patterns(text: str) -> tuple[CommandPattern, ...]:
    """The phrase with and without its optional part."""
    optional = re.search(r"\s*\[(.*?)\]", text)
    if not optional:
        return (CommandPattern(tuple(_part(word) for word in text.split())),)
    before, after = text[: optional.start()], text[optional.end() :]
    return command_patterns(f"{before} {optional[1]}{after}") + command_patterns(f"{before}{after}")


def _part(word: str) -> Part:
    return Field(word[1:-1]) if word.startswith("{") else Literal(tuple(word.split("|")))


def _match(parts: tuple[Part, ...], words: Words, *, forgiving: bool, first: bool) -> Iterator[Matches]:
    if not parts:
        if not words:
            yield {}
        return
    part, rest = parts[0], parts[1:]
    if isinstance(part, Literal):
        if words and words[0].form_context(*part.spellings):
            yield from _match(rest, words[1:], forgiving=forgiving, first=False)
        elif forgiving and not first:
            yield from _match(rest, words, forgiving=forgiving, first=False)
        return
    for length in range(len(words), 0, -1):
        for matches in _match(rest, words[length:], forgiving=forgiving, first=False):
            yield {part.name: words[:length], **matches}
