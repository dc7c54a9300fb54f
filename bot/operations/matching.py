"""Matches words against the patterns of operations, and finds how much of a line was understood."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from typing import Any

from bot.errors import NotPossible
from bot.messages.message import FormOffer, leaving_out
from bot.messages.text import Word, Words, join_words
from bot.operations.arguments.types import ArgumentType
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.syntax import CommandPattern, Field, Literal, Matches, command_patterns
from bot.texts import lines, recurrences
from bot.texts import times as time_texts
from bot.times.clauses import TimeClause, find_malformed_time, time_splits
from bot.times.spelling import repeats

MAX_READINGS = 12
"""Limit of ways to split one line into names, so that a hostile line can't cost much time."""

READ_ERRORS = (ValueError, NotPossible)
"""What an argument type raises for words that it can't read."""

Operations = tuple[Operation, ...]
ReadFault = tuple[type[Operation], Exception]
"""The operation whose argument could not be read, and the error."""
_Patterns = tuple[tuple[type[Operation], tuple[CommandPattern, ...]], ...]
"""Operations with patterns of theirs, in the order in which they are tried; one operation may come several times."""


@dataclass(frozen=True, slots=True)
class Matched:
    """All readings of a line by one operation, the likeliest first; if there are none, the first fault."""

    readings: Operations = ()
    fault: ReadFault | None = None


def match_line(words: Words) -> Matched:
    """Matches a line with the times at its end read as times, then as part of a name."""
    outer = operation_of_verb(words)
    # times at the end of a line that another one holds are read with that line
    holds_line = outer is not None and any(one.whole_line for one in outer.argument_types().values())
    splits = (TimeClause(words),) if holds_line else time_splits(words)
    matches = [match_clause(tail) for tail in splits]
    if not any(match.readings for match in matches) and TimeClause(words) not in splits:
        whole = match_clause(TimeClause(words))  # a time may be an argument: extend Sales, for 1h
        matches += [whole] if any("ends" in type(one).argument_types() for one in whole.readings) else []
    found = {reading.text(settled=True): reading for match in matches for reading in match.readings}
    same = [reading for reading in found.values() if type(reading) is type(next(iter(found.values())))]
    return Matched(tuple(same[:MAX_READINGS]), next((match.fault for match in matches if match.fault), None))


def match_clause(tail: TimeClause) -> Matched:
    """Matches by the pattern with the most fixed words; times exclude operations without times."""
    fault: ReadFault | None = None
    for operation, patterns in _fitting(tail.rest):
        if tail.times and not operation.times():
            continue
        found: dict[str, Operation] = {}
        for matches in islice((matches for pattern in patterns for matches in pattern.match(tail.rest)), MAX_READINGS):
            try:
                reading = _read(operation, matches, tail)
                found.setdefault(reading.text(), reading)
            except READ_ERRORS as error:
                fault = fault or (operation, error)
        if found:
            return Matched(tuple(found.values()))
    return Matched(fault=fault)


def _read(operation: type[Operation], matches: Matches, tail: TimeClause) -> Operation:
    if "ends" in tail.times and "ends" not in operation.times():
        raise ValueError(time_texts.cannot_be_temporary())
    if "recurs" in tail.times and "recurs" not in operation.times():
        raise ValueError(recurrences.CANNOT_REPEAT)
    return operation.from_matches(matches, tail.times)


def _fitting(words: Words) -> _Patterns:
    """The patterns that may match the words; a line that starts with a verb does not start with a name."""
    first = words[0].text.lower() if words and not words[0].quoted else ""
    by_first_word, nameless = _by_first_word(OPERATIONS)
    if operation_of_verb(words) is not None:
        return by_first_word[first]
    return _by_weight(OPERATIONS, frozenset((first, ""))) if first in by_first_word else nameless


@cache
def _by_first_word(operations: tuple[type[Operation], ...]) -> tuple[dict[str, _Patterns], _Patterns]:
    """The patterns that start with each fixed word, and those that start with a name."""
    words = {word for operation in operations for pattern in operation.patterns() for word in pattern.first_spellings}
    return {word: _by_weight(operations, frozenset((word,))) for word in words}, _by_weight(
        operations, frozenset(("",))
    )


@cache
def _by_weight(operations: tuple[type[Operation], ...], first_words: frozenset[str]) -> _Patterns:
    """Patterns by number of fixed words, most first: "server on" is not the name of a group.

    Args:
        first_words: Those of the patterns to return; an empty one stands for a name.
    """
    grouped: dict[tuple[int, int], list[CommandPattern]] = {}
    for index, operation in enumerate(operations):
        for pattern in operation.patterns():
            if not first_words.isdisjoint(pattern.first_spellings or ("",)):
                grouped.setdefault((-pattern.weight, index), []).append(pattern)
    in_order = sorted(grouped.items(), key=lambda item: item[0])
    return tuple((operations[index], tuple(patterns)) for (_, index), patterns in in_order)


def operation_of_verb(words: Words) -> type[Operation] | None:
    """The operation with the longest verb that the line starts with."""
    found = commands_of_verb(words)
    return found[0].operation if found else None


@dataclass(frozen=True, slots=True)
class VerbCommand:
    """A way to type an operation that starts with a verb; `text` is the pattern with its optional parts."""

    verb: tuple[str, ...]
    operation: type[Operation]
    text: str

    @property
    def is_own(self) -> bool:
        """Whether the verb is the operation's own, and not one that is understood too."""
        return self.operation.verb() == " ".join(self.verb)

    def typed(self, words: Words) -> int:
        """How many words of the verb a line begins with."""
        pairs = zip(self.verb, words, strict=False)
        return sum(1 for _ in takewhile(lambda pair: not pair[1].quoted and pair[1].text.lower() == pair[0], pairs))

    def canonical(self, words: Words) -> Words:
        """A line that starts with the verb, with the operation's own verb in its place."""
        return (*map(Word, self.operation.verb().split()), *words[len(self.verb) :])


def commands_of_verb(words: Words) -> list[VerbCommand]:
    """The commands with the longest verb that the line starts with, in the order of the catalogue."""
    verbs = _verbs(OPERATIONS).get(words[0].text.lower()) if words else None
    if verbs is None:
        return []
    typed = tuple("" if word.quoted else word.text.lower() for word in words[: len(verbs[0].verb)])
    longest = next((one.verb for one in verbs if typed[: len(one.verb)] == one.verb), None)
    return [one for one in verbs if one.verb == longest]


def commands_begun(words: Words) -> list[VerbCommand]:
    """The commands of which the line has most of the verb, where it has no more of another one's whole verb.

    Those of several words are among them where nothing else was typed.
    """
    verbs = _verbs(OPERATIONS).get(words[0].text.lower(), []) if words and not words[0].quoted else []
    known = {one: one.typed(words) for one in verbs}
    most = max(known.values(), default=0)
    whole = max((len(one.verb) for one, count in known.items() if count == len(one.verb)), default=0)
    return [one for one, count in known.items() if count == most and (most > whole or len(words) == most > 0)]


def commands_spelt(word: Word) -> list[VerbCommand]:
    """The commands that start with a word in any of its spellings, one of each operation."""
    found = dict[type[Operation], VerbCommand]()
    for operation in OPERATIONS if not word.quoted else ():
        for text in (operation.phrase, *operation.also):
            spellings = command_patterns(text)[0].first_spellings
            if word.is_keyword(*spellings):
                in_this_spelling = text.replace("|".join(spellings), word.text.lower(), 1)
                found.setdefault(operation, VerbCommand((word.text.lower(),), operation, in_this_spelling))
    return list(found.values())


@cache
def _verbs(operations: tuple[type[Operation], ...]) -> dict[str, list[VerbCommand]]:
    """Verbs as words with their operations, by their first words, the longest first."""
    verbs = defaultdict[str, list[VerbCommand]](list)
    for operation in operations:
        for text in (operation.phrase, *operation.also):
            for verb in dict.fromkeys(tuple(one.verb.split()) for one in command_patterns(text) if one.verb):
                verbs[verb[0]].append(VerbCommand(verb, operation, text))
    return {first: sorted(found, key=lambda one: -len(one.verb)) for first, found in verbs.items()}


@dataclass(frozen=True, slots=True)
class PartialMatch:
    """How much of a line was understood."""

    line: str
    arguments: dict[str, Any]
    left: Words
    """The words that no field holds."""


def partial_match(operation: type[Operation], tail: TimeClause) -> PartialMatch:
    """The best match of an operation's canonical patterns with a line that matches none completely."""
    whole, *shorter = command_patterns(operation.phrase)
    # one that ends with a fixed word of a part that is left out says less than a line needs
    patterns = (whole, *(one for one in shorter if isinstance(one.parts[-1], Field) or _ends_alike(one, whole)))
    matches = [_partial_match(operation, pattern, tail) for pattern in patterns]
    return min(matches, key=lambda match: (len(match.left), len(match.line)))


def _ends_alike(pattern: CommandPattern, whole: CommandPattern) -> bool:
    return pattern.parts[-1] == whole.parts[-1] or not pattern.fields


def _partial_match(operation: type[Operation], pattern: CommandPattern, tail: TimeClause) -> PartialMatch:
    rest, line_words, arguments, unread = tail.rest, list[str](), dict[str, Any](), list[Word]()
    found = False
    for part in pattern.parts:
        if isinstance(part, Literal):
            found = bool(rest) and rest[0].is_keyword(*part.spellings)
            rest = rest[1:] if found else rest
            line_words.append(part.spellings[0])
            continue
        argument_type = operation.argument_types()[part.name]
        # without its fixed word, a field for any words would take what was meant for others
        length = _field_length(operation, argument_type, rest) if found or not argument_type.takes_any_words else 0
        read, value = _longest_readable(argument_type, rest[:length])
        if read:
            arguments[part.name] = value
            line_words.append(argument_type.say(value))
        else:
            line_words.append(argument_type.placeholder)
        if any(word.is_keyword(*fixed_words_after_fields(operation)) for word in rest[length:][:1]):
            # a fixed word follows, so the skipped words belong to no other field
            unread, read = [*unread, *rest[read:length]], length
        rest = rest[read:]
    times = {name: value for name, value in tail.times.items() if name in operation.times()}
    arguments |= times
    line_words += [operation.times()[name].say(value) for name, value in times.items()]
    return PartialMatch(
        " ".join(line_words),
        operation.model_construct(**arguments).model_dump(mode="json", exclude_unset=True),
        (*unread, *rest),
    )


def _longest_readable(argument_type: ArgumentType, words: Words) -> tuple[int, Any]:
    """How many of the words, from the first on, are a value of the type, and the value; 0 and None if none are."""
    for length in range(len(words), 0, -1):
        try:
            return length, argument_type.read(words[:length])
        except READ_ERRORS:
            continue
    return 0, None


def _field_length(operation: type[Operation], argument_type: ArgumentType, words: Words) -> int:
    """Number of words for the next field: up to the next fixed word, else one, or all for a line."""
    separators, limit = fixed_words_after_fields(operation), len(words) if argument_type.whole_line else 1
    return next((index for index, word in enumerate(words) if word.is_keyword(*separators)), min(len(words), limit))


def fixed_words_after_fields(operation: type[Operation]) -> set[str]:
    """The fixed words of an operation that end a field: to, from, because."""
    parts = (part for pattern in operation.patterns() for part in pattern.parts[1:] if isinstance(part, Literal))
    return {spelling for part in parts for spelling in part.spellings}


def is_time(words: Words) -> bool:
    """Whether the words are a time, read or not, and nothing else."""
    after = (Word("", quoted=True), *words)  # a time is never the first word
    unread = find_malformed_time(after)
    return bool(words) and len((unread[0] if unread else time_splits(after)[0]).rest) == 1


def time_field(operation: type[Operation], typed: str) -> str | None:
    """The field of a time that was typed and not read; None if the operation's form has no such field."""
    fields = [name for name in operation.times() if name in operation.form()]
    if repeats(typed):
        return "recurs" if "recurs" in fields else None
    wanted = "starts" if typed.lower().startswith(("at ", "on ", "in ")) else "ends"
    return wanted if wanted in fields else next(iter(fields), None)


def form_offer(operation: type[Operation], tail: TimeClause) -> tuple[FormOffer, ...]:
    """A button for the operation's form, filled with what was understood; none if it has no form.

    A time that was not read is in its field as it was typed, to be corrected there. The label of the button says what
    no field holds.
    """
    if not operation.form():
        return ()
    understood = partial_match(operation, tail)
    words, typed = join_words(understood.left), "" if tail.times else tail.typed
    if "recurs" in tail.times and "recurs" not in operation.form():
        words = f"{words} {tail.typed}".strip()
    if not typed and not tail.times and is_time(understood.left):
        words, typed = "", words
    field = time_field(operation, typed) if typed else None
    left = words if field else f"{words} {typed}".strip()
    known = understood.arguments | ({field: typed} if field else {})
    whole = not left and (field is not None or _only_begun(operation, understood))
    return (
        FormOffer(
            label=leaving_out(left, lines.OPEN_FORM) if left else lines.OPEN_FORM,
            operation=operation.operation_id,
            arguments={
                name: value for name, value in known.items() if name != "recurs" or "recurs" in operation.form()
            },
            whole=whole,
        ),
    )


def _only_begun(operation: type[Operation], understood: PartialMatch) -> bool:
    """Whether the line lacks required arguments."""
    required = {name for name in operation.form() if operation.model_fields[name].is_required()}
    return not required <= understood.arguments.keys()
