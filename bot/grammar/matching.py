"""Words held against the operations' declarations."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.errors import NotPossible
from bot.operation import Operation
from bot.operations import OPERATIONS
from bot.phrase import Phrase
from bot.words import Words

MAX_READINGS = 12
"""Ways to cut one line into names: more than that is no line that somebody typed."""

FAULTS = (ValueError, NotPossible)
"""What a noun raises for words that it can't read."""

Operations = tuple[Operation, ...]
Fault = tuple[type[Operation], Exception]


@dataclass(frozen=True, slots=True)
class Matched:
    """All readings of the words by one operation, the likeliest first; where there is none, the first fault met."""

    readings: Operations = ()
    fault: Fault | None = None


def matched(words: Words) -> Matched:
    """By the phrase that pins down most."""
    fault: Fault | None = None
    verb = verb_of(words)
    for operation, ways in _by_weight():
        found: dict[str, Operation] = {}
        fitting = [
            way for way in ways if way.verb or verb is None
        ]  # a line that begins with a verb begins with no name
        for slots in islice((slots for way in fitting for slots in way.match(words)), MAX_READINGS):
            try:
                reading = operation.read_slots(slots)
                found.setdefault(reading.text(), reading)
            except FAULTS as error:
                fault = fault or (operation, error)
        if found:
            return Matched(tuple(found.values()))
    return Matched(fault=fault)


def _by_weight() -> Iterator[tuple[type[Operation], list[Phrase]]]:
    """Operations by how many words their phrase pins down, most first: `server on` is no group called that."""
    grouped: dict[tuple[int, int], list[Phrase]] = {}
    for index, operation in enumerate(OPERATIONS):
        for way in operation.ways():
            grouped.setdefault((-way.weight, index), []).append(way)
    for (_, index), ways in sorted(grouped.items(), key=lambda item: item[0]):
        yield OPERATIONS[index], ways


def verb_of(words: Words) -> type[Operation] | None:
    """The operation whose verb the line starts with; the longest such verb."""
    fitting = [
        (len(way.verb.split()), -index, operation)
        for index, operation in enumerate(OPERATIONS)
        for way in operation.ways()
        if way.verb
        and all(word.means(verb) for word, verb in zip(words, way.verb.split(), strict=False))
        and len(words) >= len(way.verb.split())
    ]
    return max(fitting, key=lambda fit: fit[:2])[2] if fitting else None
