"""Further lines of a message that are more than a note: the rest of the command, its times, or more members.

Only the first line of a message is the command. Where the further lines go on with it, the first line alone would do
something else than was typed, so it is asked about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.errors import NotUnderstood
from bot.messages.message import Message, Offer
from bot.messages.text import join_words, split_words
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation, ControlOperation, Operation
from bot.operations.matching import Operations
from bot.operations.parser import parse_unconfirmed
from bot.texts import lines as texts
from bot.times.clauses import Times, read_times

MAX_TIME_WORDS = 12
"""Words at the beginning of a note that are read as a time, so that a long note can't cost much time."""
_MEMBER = re.compile(r"(?:[0-9]{3,64}(?:-[0-9]{3,64})?|<@\w+>)[,;]?")


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a message says with its further lines: the operation, the words that go on with it, and the note left."""

    operation: Operation
    typed: str
    note: str


def with_whole_line(message: Message, line: str, note: str) -> Message | None:
    """The error for a first line that is no command, with a button for all lines as one; None if those are none.

    No form opens by itself then, as it would hold the first line only.
    """
    if (whole := _parsed(f"{line} {note}")) is None:
        return None
    offer = Offer(label=whole.text(), line=whole.text(settled=True))
    forms = tuple(replace(form, whole=False) for form in message.forms)
    return replace(message, notes=(texts.ONE_LINE,), offers=(offer,), forms=forms)


def question_about(readings: Operations, line: str, note: str) -> Message | None:
    """Asks whether the further lines go on with a change; None where they are only a note."""
    if not note or not isinstance(readings[0], ChangeOperation | ControlOperation):
        return None
    found = next(_continuations(readings, line, note), None)
    if found is None:
        return None
    text = found.operation.text()
    return Message(
        title=texts.further_lines(found.typed),
        offers=(
            Offer(label=text, line=found.operation.text(settled=True), note=found.note),
            Offer(label=texts.as_note(line), line=line, note=note),
        ),
    )


def offers_for(line: str, note: str) -> tuple[Offer, ...]:
    """The buttons that ask about the further lines of a message that was not done; none where they are a note."""
    try:
        question = question_about(parse_unconfirmed(line), line, note)
    except NotUnderstood:
        return ()
    return question.offers if question is not None else ()


def _continuations(readings: Operations, line: str, note: str) -> Iterator[Continuation]:
    try:
        words = split_words(note)
    except ValueError:  # a quote without its partner
        return
    members = [name for name, one, _ in readings[0].said() if one.reference is Reference.MEMBERS]
    if members and all(_MEMBER.fullmatch(word.text) for word in words):
        added = tuple(word.text.rstrip(",;") for word in words)
        more = {members[0]: (*getattr(readings[0], members[0]), *added)}
        yield Continuation(readings[0].model_copy(update=more), note, "")
    for length in range(min(len(words), MAX_TIME_WORDS), 0, -1):
        typed, rest = join_words(words[:length]), join_words(words[length:])
        # A single word is a time only where it is all of the note.
        times = read_times(words[:length]) if length > 1 or not rest else {}
        operation = _with_times(readings[0], times, f"{line} {typed}") if times else None
        if operation is not None:
            yield Continuation(operation, typed, rest)


def _with_times(first: Operation, times: Times, line: str) -> Operation | None:
    """The operation with times that it lacks; None where it can't have them. Of a pause, the end is an argument."""
    if not isinstance(first, ChangeOperation):
        whole = _parsed(line)
        return whole if whole is not None and _adds_to(first, whole) else None
    has_times = any(getattr(first, name) is not None for name in times)
    if has_times or not times.keys() <= first.times().keys() or ("recurs" in times and (first.starts or first.ends)):
        return None
    return first.model_copy(update=times)


def _adds_to(first: Operation, whole: Operation) -> bool:
    """Whether an operation is another one with more said."""
    if type(whole) is not type(first) or whole == first:
        return False
    return all(getattr(whole, name) == value for name, _, value in first.said())


def _parsed(line: str) -> Operation | None:
    try:
        return parse_unconfirmed(line)[0]
    except NotUnderstood:
        return None
