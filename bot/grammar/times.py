"""Times that would vanish in the name of something new: nobody would notice before they did not come true."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import NOTHING, NotUnderstood
from bot.fields import Refers
from bot.fields.when.tail import cut, no_end, odd
from bot.grammar.matching import Operations
from bot.message import Offer
from bot.operation import Operation
from bot.words import Word, Words, join


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A new name without quotes that ends like a time: by field, with what it is without, and why it can't be one."""

    field: str
    name: str
    why: str


def unswallowed(words: Words, readings: Operations) -> Operations:
    """The readings in whose new names no time vanishes; raise NotUnderstood with a button for each where all do."""
    left = tuple(one for one in readings if not any(_swallowed(words, one)))
    if left:
        return left
    lost = next(_swallowed(words, readings[0]))
    without = readings[0].model_copy(update={lost.field: lost.name}).text()
    raise NotUnderstood(
        f"{lost.why} {NOTHING}",
        notes=("The first button leaves the time out, the second takes it for a part of the name, as quotes do.",),
        offers=tuple(Offer(label=line, line=line) for line in (without, readings[0].text())),
    )


def _swallowed(words: Words, reading: Operation) -> Iterator[Swallowed]:
    for name, noun, value in reading.said():
        if noun.refers is not Refers.NEW_GROUP or Word(value, quoted=True) in words:
            continue
        tail = cut(tuple(map(Word, value.split())))[0]
        if strange := odd(tuple(map(Word, value.split()))):
            yield Swallowed(name, join(strange[0].rest), strange[1])
        elif tail.times:
            yield Swallowed(name, join(tail.rest), no_end(tail.typed))
