"""Words held against the operations' declarations."""

from dataclasses import dataclass
from functools import cache
from itertools import islice

from bot.errors import NotPossible
from bot.fields.when.tail import Tail, cut, no_end
from bot.operation import Operation
from bot.operations import OPERATIONS
from bot.phrase import Phrase, Slots
from bot.words import Words

MAX_READINGS = 12
"""Ways to cut one line into names: more than that is no line that somebody typed."""

FAULTS = (ValueError, NotPossible)
"""What a noun raises for words that it can't read."""

Operations = tuple[Operation, ...]
Fault = tuple[type[Operation], Exception]


@dataclass(frozen=True, slots=True)
class Matched:
    """All readings of a line by one operation, the likeliest first; where there is none, the first fault met."""

    readings: Operations = ()
    fault: Fault | None = None


def matched(words: Words) -> Matched:
    """With the times at the end of the line as times, then as the end of a name."""
    ways = [matched_tail(tail) for tail in cut(words)]
    found = {reading.text(settled=True): reading for way in ways for reading in way.readings}
    same = [reading for reading in found.values() if type(reading) is type(next(iter(found.values())))]
    return Matched(tuple(same[:MAX_READINGS]), next((way.fault for way in ways if way.fault), None))


def matched_tail(tail: Tail) -> Matched:
    """By the phrase that pins down most; only changes can have times."""
    fault: Fault | None = None
    verb = verb_of(tail.rest)
    for operation, ways in _by_weight(OPERATIONS):
        if tail.times and not operation.times():
            continue
        found: dict[str, Operation] = {}
        # a line that begins with a verb begins with no name
        fitting = [way for way in ways if way.verb or verb is None]
        for slots in islice((slots for way in fitting for slots in way.match(tail.rest)), MAX_READINGS):
            try:
                reading = _read(operation, slots, tail)
                found.setdefault(reading.text(), reading)
            except FAULTS as error:
                fault = fault or (operation, error)
        if found:
            return Matched(tuple(found.values()))
    return Matched(fault=fault)


def _read(operation: type[Operation], slots: Slots, tail: Tail) -> Operation:
    if "ends" in tail.times and "ends" not in operation.times():
        raise ValueError(no_end(tail.typed))
    return operation.read_slots(slots, tail.times)


@cache
def _by_weight(operations: tuple[type[Operation], ...]) -> tuple[tuple[type[Operation], tuple[Phrase, ...]], ...]:
    """Operations by how many words their phrase pins down, most first: `server on` is no group called that."""
    grouped: dict[tuple[int, int], list[Phrase]] = {}
    for index, operation in enumerate(operations):
        for way in operation.ways():
            grouped.setdefault((-way.weight, index), []).append(way)
    in_order = sorted(grouped.items(), key=lambda item: item[0])
    return tuple((operations[index], tuple(ways)) for (_, index), ways in in_order)


def verb_of(words: Words) -> type[Operation] | None:
    """The operation whose verb the line starts with; the longest such verb."""
    return next((operation for verb, operation in _verbs(OPERATIONS) if _starts_with(words, verb)), None)


@cache
def _verbs(operations: tuple[type[Operation], ...]) -> tuple[tuple[tuple[str, ...], type[Operation]], ...]:
    """The longest first."""
    verbs = [(tuple(way.verb.split()), operation) for operation in operations for way in operation.ways() if way.verb]
    return tuple(sorted(verbs, key=lambda one: -len(one[0])))


def _starts_with(words: Words, verb: tuple[str, ...]) -> bool:
    return len(words) >= len(verb) and all(word.means(one) for word, one in zip(words, verb, strict=False))
