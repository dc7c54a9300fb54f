"""Parses a line into operations, or raises NotUnderstood with what to type instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz, process

from bot.errors import NOTHING_CHANGED, NotUnderstood
from bot.messages.message import Offer
from bot.messages.text import MAX_LINE, Word, Words, join_words, split_words
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeModifier, ChangeOperation, ControlOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Preview
from bot.operations.help import Help, topic_of
from bot.operations.matching import (
    MAX_READINGS,
    READ_ERRORS,
    Operations,
    ReadFault,
    form_offer,
    match_line,
    operation_of_verb,
    partial_match,
)
from bot.operations.syntax import CommandPattern, command_patterns
from bot.times.clauses import TimeClause, find_malformed_time, no_end_message, time_splits
from bot.times.spelling import NO_REPETITION, REPETITION_OPENERS


@dataclass(frozen=True, slots=True)
class UnsupportedRequest:
    """Patterns of a request that can't be served, the reason, and lines that help instead."""

    phrases: tuple[str, ...]
    text: str
    lines: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[CommandPattern, ...]:
        """The parsed patterns."""
        return tuple(pattern for text in self.phrases for pattern in command_patterns(text))


UNSUPPORTED = (
    UnsupportedRequest(
        (
            "recall time {group} {time}",
            "recall time of|for {group} {time}",
            "recall time of|for {group} to {time}",
            "set {group} recall time {time}",
            "set {group} recall time to {time}",
            "recall {group} time {time}",
            "recall {group} in|after {time}",
            "{group} recall time {time}",
        ),
        "A park group has no timers of its own: the call park server's hold for every group. Nothing was changed.",
        ("server",),
    ),
    UnsupportedRequest(
        (
            "park {call}",
            "park",
            "unpark {call}",
            "unpark",
            "pick|pickup {call}",
            "pickup",
            "retrieve {call}",
            "calls",
            "list|show calls",
            "list|show parked calls",
            "parked",
            "parked calls",
            "who is parked",
            "hang up {call}",
            "transfer {call}",
        ),
        "Live calls can't be seen, parked or picked up from here: the PBX lets nobody do that but a phone."
        " Dial the star codes on yours; the line server shows them.",
        ("server",),
    ),
)
"""Requests that are often typed but can't be served."""


def not_understood(words: Words, fault: ReadFault | None) -> NotUnderstood:
    """The error for a line that matches no operation.

    It holds the fault of an argument if that belongs to the typed verb, else the usage filled with what was understood.
    """
    operation = operation_of_verb(words)
    if operation and operation.changes() and (strange := find_malformed_time(words)) is not None:
        return NotUnderstood(
            f"{strange[1]} {NOTHING_CHANGED}", lines=(operation.usage(),), forms=form_offer(operation, strange[0])
        )
    tail = time_splits(words)[0] if (operation or Operation).times() else TimeClause(words)
    if fault is not None and (operation is None or fault[0] is operation or operation.verb() in fault[0].verb()):
        return NotUnderstood(str(fault[1]), lines=(fault[0].usage(),), forms=form_offer(fault[0], tail))
    if operation is None:
        return _unknown(words)
    return NotUnderstood(
        f"I don't understand all of that line. {NOTHING_CHANGED} {operation.verb().capitalize()} is typed like this:",
        lines=(partial_match(operation, tail).line,),
        notes=(f"For example: {operation.examples[0]}",),
        offers=_completed(operation, tail),
        forms=form_offer(operation, tail),
    )


def _unknown(words: Words) -> NotUnderstood:
    corrected = corrected_verb(words)
    return NotUnderstood(
        f"I don't know “{words[0].text}”. {NOTHING_CHANGED}",
        offers=(Offer(label=corrected, line=corrected),) if corrected else (Offer(label="Help", line="help"),),
    )


def unsupported_request(words: Words) -> NotUnderstood | None:
    """The error for a request that can't be served; None for any other line."""
    for unsupported in UNSUPPORTED:
        matches = [found for pattern in unsupported.patterns for found in pattern.match(words)]
        if any(not found.get("group", ()) or not found["group"][-1].is_keyword("server") for found in matches):
            return NotUnderstood(
                unsupported.text, offers=tuple(Offer(label=line, line=line) for line in unsupported.lines)
            )
    return None


def corrected_verb(words: Words) -> str | None:
    """The line with its first word corrected to a similar verb; None if that makes no valid line."""
    verbs = {operation.verb().split()[0] for operation in OPERATIONS if operation.verb()}
    near = process.extractOne(words[0].text.lower(), verbs, scorer=fuzz.ratio, score_cutoff=65)
    if words[0].quoted or near is None or near[0] == words[0].text.lower():
        return None
    found = match_line((Word(near[0]), *words[1:])).readings
    return found[0].text() if found else None


def _completed(operation: type[Operation], tail: TimeClause) -> tuple[Offer, ...]:
    """A button for the line with its missing fixed words."""
    if any(argument_type.whole_line for argument_type in operation.argument_types().values()):
        return ()  # the inner line has fixed words of its own
    for matches in (
        matches
        for pattern in operation.patterns()
        for matches in islice(pattern.match(tail.rest, forgiving=True), MAX_READINGS)
    ):
        try:
            line = operation.from_matches(matches, tail.times).text()
        except READ_ERRORS:
            continue
        return (Offer(label=line, line=line),)
    return ()


@dataclass(frozen=True, slots=True)
class UnreadTime:
    """A time at the end of an unquoted new name: the field, the name without it, and why it is not read."""

    field: str
    name: str
    why: str


def without_unread_times(words: Words, readings: Operations) -> Operations:
    """The readings in whose new names no time is hidden.

    Raises:
        NotUnderstood: all readings hide one; buttons offer the name with and without it.
    """
    left = tuple(one for one in readings if not any(_unread_times(words, one)))
    if left:
        return left
    unread = next(_unread_times(words, readings[0]))
    without = readings[0].model_copy(update={unread.field: unread.name}).text()
    raise NotUnderstood(
        f"{unread.why} {NOTHING_CHANGED}",
        notes=("The first button leaves the time out, the second takes it for a part of the name, as quotes do.",),
        offers=tuple(Offer(label=line, line=line) for line in (without, readings[0].text())),
    )


def _unread_times(words: Words, reading: Operation) -> Iterator[UnreadTime]:
    for name, argument_type, value in reading.said():
        if argument_type.reference is not Reference.NEW_GROUP or Word(value, quoted=True) in words:
            continue
        tail = time_splits(tuple(map(Word, value.split())))[0]
        if strange := find_malformed_time(tuple(map(Word, value.split()))):
            yield UnreadTime(name, join_words(strange[0].rest), strange[1])
        elif tail.times:
            yield UnreadTime(name, join_words(tail.rest), no_end_message(tail.typed))


def parse(line: str) -> Operations:
    """Parses a line into all its readings by one operation, the likeliest first.

    The names that exist on the PBX decide which reading is meant. Raises NotUnderstood.
    """
    words = _split(line)
    if not words:
        return (Help(),)
    if words[-1].is_keyword("?", "--help", "-h"):
        return _question(words[:-1])
    return _checked(_readings(words))


def _split(line: str) -> Words:
    if len(line) > MAX_LINE:
        raise NotUnderstood(
            f"That line has {len(line)} characters; {MAX_LINE} are the most. Split it over several lines."
        )
    try:
        return split_words(line)
    except ValueError as fault:
        raise NotUnderstood(str(fault)) from None


def _question(words: Words) -> Operations:
    if not words:
        return (Help(),)
    if (topic := topic_of(words)) is not None:
        return (Help(topic=topic),)
    readings = _checked(_readings(words))
    operation = readings[0]
    if not isinstance(operation, ChangeOperation | ControlOperation):
        return readings
    show = (
        (Offer(label="Preview", line=f"preview {operation.text()}"),) if isinstance(operation, ChangeOperation) else ()
    )
    raise NotUnderstood(
        f"Is that a question or a wish? {NOTHING_CHANGED}",
        notes=("Without the question mark it is done; a preview shows what a change would do.",),
        offers=(*show, Offer(label=operation.text(), line=operation.text())),
    )


def _readings(words: Words) -> Operations:
    found = match_line(words)
    if found.readings:
        return without_unread_times(words, found.readings)
    if (unsupported := unsupported_request(words)) is not None:
        raise unsupported
    if found.fault is None and operation_of_verb(words) is None:
        return _parse_bare(words)
    raise not_understood(words, found.fault)


def is_repetition(words: Words) -> bool:
    """Whether the line is a change that begins with a repetition: every night recall Sales to Night Desk."""
    starts = (operation_of_verb(words[index:]) for index in range(1, len(words)))
    return words[0].is_keyword(*REPETITION_OPENERS) and any(found and found.changes() for found in starts)


def _parse_bare(words: Words) -> Operations:
    """A line without a verb is a read; if it resembles a mistyped verb, the error asks which is meant."""
    operation = next(
        one for one in OPERATIONS if one.bare_pattern and re.fullmatch(one.bare_pattern, join_words(words))
    )
    if is_repetition(words):
        raise NotUnderstood(f"{NO_REPETITION} {NOTHING_CHANGED}")
    (field,) = operation.argument_types()
    try:
        reading = operation.from_matches({field: words})
    except READ_ERRORS as error:
        raise not_understood(words, (operation, error)) from None
    corrected = corrected_verb(words)
    if corrected and len(words) > 1:
        raise NotUnderstood(
            f"I don't know “{words[0].text}”. {NOTHING_CHANGED}",
            offers=(Offer(label=corrected, line=corrected),),
            notes=(f'To see a group of that name: group "{join_words(words)}".',),
        )
    return (reading,)


def _checked(readings: Operations) -> Operations:
    """Replaces a modifier by the change in its line, and checks that a preview holds a change."""
    if isinstance(readings[0], Preview):
        _check_preview(readings[0].line)
    # the last reading has the shortest inner line, as a reason may hold any word
    return modified_readings(readings[-1]) or readings


def modified_readings(operation: Operation) -> Operations:
    """The readings of the change in a modifier's line, with its arguments; none for other operations."""
    if not isinstance(operation, ChangeModifier):
        return ()
    inner = parse(operation.line)
    if not isinstance(inner[0], ChangeOperation):
        raise NotUnderstood(f"{inner[0].text()} is no change that {operation.modifies}. {NOTHING_CHANGED}")
    return tuple(one.model_copy(update=operation.added()) for one in inner)


def _check_preview(line: str) -> None:
    inner = parse(line)[0]
    if not isinstance(inner, ChangeOperation):
        raise NotUnderstood(
            f"A preview shows a change; {inner.text()} changes nothing.",
            offers=(Offer(label=inner.text(), line=inner.text()),),
        )
