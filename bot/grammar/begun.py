"""What of a line was understood, for the usage line and the form that go on from there."""

from dataclasses import dataclass
from typing import Any

from bot.fields import Noun
from bot.fields.when.tail import Tail
from bot.grammar.matching import FAULTS
from bot.message import FormOffer
from bot.operation import Operation
from bot.phrase import Literal, Phrase, phrases
from bot.words import Words


@dataclass(frozen=True, slots=True)
class Begun:
    """What of a line was understood: the usage filled with it, the arguments it gives, and how many words are left."""

    line: str
    arguments: dict[str, Any]
    left: int


def begun(operation: type[Operation], tail: Tail) -> Begun:
    """As much as fits one of its phrases; an optional part is in the line where it was begun, and so are times."""
    ways = [_begun(operation, way, tail) for way in phrases(operation.phrase)]
    return min(ways, key=lambda way: (way.left, len(way.line)))


def _begun(operation: type[Operation], way: Phrase, tail: Tail) -> Begun:
    rest, said, arguments, skipped = tail.rest, list[str](), dict[str, Any](), 0
    for part in way.parts:
        if isinstance(part, Literal):
            rest = rest[1:] if rest and rest[0].means(*part.spellings) else rest
            said.append(part.spellings[0])
            continue
        noun = operation.nouns()[part.name]
        length = _length(operation, noun, rest)
        try:
            arguments[part.name] = noun.read(rest[:length])
            said.append(noun.say(arguments[part.name]))
            rest = rest[length:]
        except FAULTS:
            said.append(noun.placeholder)
            if any(word.means(*_stops(operation)) for word in rest[length:][:1]):
                rest, skipped = rest[length:], skipped + length  # no other field's: a small word follows
    times = {name: value for name, value in tail.times.items() if name in operation.times()}
    arguments |= times
    said += [operation.times()[name].say(value) for name, value in times.items()]
    return Begun(
        " ".join(said),
        operation.model_construct(**arguments).model_dump(mode="json", exclude_unset=True),
        len(rest) + skipped,
    )


def _length(operation: type[Operation], noun: Noun, words: Words) -> int:
    """How many words the next field may have: up to the next small word of the operation's, else one, or a line."""
    stops, most = _stops(operation), len(words) if noun.whole_line else 1
    return next((index for index, word in enumerate(words) if word.means(*stops)), min(len(words), most))


def _stops(operation: type[Operation]) -> set[str]:
    parts = (part for way in operation.ways() for part in way.parts[1:] if isinstance(part, Literal))
    return {spelling for part in parts for spelling in part.spellings}


def form(operation: type[Operation], tail: Tail) -> tuple[FormOffer, ...]:
    """The operation's form, if it has fields to fill."""
    if not operation.form():
        return ()
    understood = begun(operation, tail)
    return (
        FormOffer(
            label="Open the form",
            operation=operation.key(),
            arguments=understood.arguments,
            whole=_only_begun(operation, understood),
        ),
    )


def _only_begun(operation: type[Operation], understood: Begun) -> bool:
    """Whether nothing is wrong with the line but that something is missing."""
    required = {name for name in operation.form() if operation.model_fields[name].is_required()}
    return not understood.left and not required <= understood.arguments.keys()
