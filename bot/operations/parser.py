"""Parses a line into operations, or raises NotUnderstood with what to type instead."""

import re
from dataclasses import replace

from bot.errors import NotFound, NotUnderstood
from bot.messages.courtesy import is_courtesy, strip_leading, strip_trailing
from bot.messages.message import Message, Offer
from bot.messages.text import MAX_LINE, Word, Words, join_words, split_words
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeModifier, ChangeOperation, ControlOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Pause, Preview
from bot.operations.help import Help, topic_of
from bot.operations.matching import READ_ERRORS, Operations, match_line, operation_of_verb
from bot.operations.phrasing import confirms_now, new_names, phrasings, without_question_mark
from bot.operations.suggestions import (
    bare_line_error,
    list_to_choose_from,
    not_understood,
    offer_of,
    refuse_end_in_reason,
    with_corrected_verb,
    without_unread_times,
)
from bot.operations.undo import Again
from bot.operations.unsupported import group_timer_request, negated_command, unsupported_request
from bot.texts import lines as texts
from bot.texts import wording
from bot.times.clauses import explain_repetition
from bot.times.spelling import REPETITION_OPENERS

_ARROWS = ("->", "→", "=>", "➔", "➜", "➡", "⇒", "⟶")
"""What people type, or Slack makes of it, for "to"."""


def parse(line: str, asker: str | None = None) -> Operations:
    """Parses a line into all its readings by one operation, the likeliest first.

    The names that exist on the PBX decide which reading is meant. A new name that may hold more than a name, such as
    several words without quotes, makes it a preview.

    Args:
        asker: id of the Slack user that "me" means.

    Raises:
        NotUnderstood: the message says what to type instead.
    """
    words = _split(line)
    readings = _parse_words(words, asker)
    if any(not name.is_certain for reading in readings for name in new_names(words, reading)):
        return (Preview(line=join_words(words)),)
    return readings


def parse_unconfirmed(line: str, asker: str | None = None) -> Operations:
    """Parses a line that is only planned, such as that of a preview: no new name in it is asked about."""
    return _parse_words(_split(line), asker)


def _parse_words(words: Words, asker: str | None) -> Operations:
    if is_courtesy(words):  # "again" before a command is none of its words
        return (Again(),) if [word.text.lower() for word in strip_trailing(words)] == ["again"] else (Help(),)
    if words[-1].is_keyword("--help", "-h"):
        return _question(words[:-1])
    if (asked := without_question_mark(words)) is not None:
        return _question(asked)
    return tuple(reading.with_asker(asker) if asker else reading for reading in _checked(_readings(words), words))


def _split(line: str) -> Words:
    if len(line) > MAX_LINE:
        raise NotUnderstood(texts.too_long(len(line), MAX_LINE))
    try:
        return tuple(Word("to") if word.is_keyword(*_ARROWS) else word for word in split_words(line))
    except ValueError as fault:
        raise NotUnderstood(str(fault)) from None


def _question(words: Words) -> Operations:
    """A question is answered: a verb alone is explained, a change previewed."""
    if not words:
        return (Help(),)
    if (topic := topic_of(words)) is not None:
        return (Help(topic=topic),)
    preview = Preview(line=join_words(words))
    try:
        readings = _checked(_readings(words), words)
    except NotUnderstood as fault:
        fault.message = about_line(fault.message, preview)
        raise
    return (preview,) if _is_stored(readings[0]) else readings


def _is_stored(operation: Operation) -> bool:
    return isinstance(operation, ChangeOperation | ControlOperation)


def _readings(words: Words) -> Operations:
    """The readings of the line without courtesy words, and those in which they belong to a name that exists."""
    readings: list[Operation] = []
    first, *others = phrasings(words)
    if (listed := list_to_choose_from(first)) is not None:
        return (listed,)
    if (negated := negated_command(first)) is not None:
        raise negated
    fault = None
    for phrasing in (first, *others):
        found = match_line(phrasing)
        fault = fault or found.fault
        if not readings:
            readings += without_unread_times(phrasing, found.readings) if found.readings else ()
            continue
        same = [one for one in found.readings if type(one) is type(readings[0]) and one not in readings]
        readings += [one for one in same if not any(type_.takes_any_words for _, type_, _ in one.said())]
    if readings:
        timers = group_timer_request(first) if readings[0].references(Reference.GROUP) else None
        if timers is not None:
            raise timers  # whose words were taken for a part of the group's name
        confirms_now(words, readings[0])
        return tuple(readings)
    if (unsupported := unsupported_request(first)) is not None:
        raise unsupported
    if fault is None and operation_of_verb(first) is None:
        return _parse_bare(words)
    raise not_understood(first, fault)


def _repetition_before_verb(words: Words) -> Words:
    """What a change begins with that is no readable repetition: every night recall Sales to Night Desk."""
    if not words[0].is_keyword(*REPETITION_OPENERS):
        return ()
    verbs = ((index, operation_of_verb(words[index:])) for index in range(1, len(words)))
    return next((words[:index] for index, found in verbs if found and found.changes()), ())


def _parse_bare(words: Words) -> Operations:
    """A line without a verb is a read; if it resembles a mistyped verb, the error asks which is meant."""
    command = strip_leading(words) or words
    corrected = with_corrected_verb(command) or with_corrected_verb(words)
    if corrected and len(command) > 1:
        raise NotUnderstood(
            texts.unknown_word(command[0].text),
            lines=(corrected[0].usage(),),  # what is offered may turn out to be impossible
            offers=tuple(map(offer_of, corrected)),
            notes=(texts.to_see_group(join_words(words)),),
        )
    readings = [_bare_reading(phrasing) for phrasing in dict.fromkeys((*phrasings(command), words))]
    return tuple(one for one in readings if type(one) is type(readings[0]))


def _bare_reading(words: Words) -> Operation:
    operation = next(
        one for one in OPERATIONS if one.bare_pattern and re.fullmatch(one.bare_pattern, join_words(words))
    )
    if repetition := _repetition_before_verb(words):
        raise NotUnderstood(f"{explain_repetition(repetition)} {wording.NOTHING_CHANGED}")
    (field,) = operation.argument_types()
    try:
        return operation.from_matches({field: words})
    except READ_ERRORS as error:
        raise not_understood(words, (operation, error)) from None


def _checked(readings: Operations, words: Words) -> Operations:
    """Replaces a modifier by the change in its line, and checks that a preview holds a change, and a reason no end."""
    if isinstance(readings[0], Preview):
        _check_preview(readings[0])
    # the last reading has the shortest inner line, as a reason may hold any word
    found = modified_readings(readings[-1]) or readings
    if isinstance(found[0], ChangeOperation):
        refuse_end_in_reason(words, found[0], "emergency")
    elif isinstance(found[0], Pause):
        refuse_end_in_reason(words, found[0], "reason")
    return found


def modified_readings(operation: Operation) -> Operations:
    """The readings of the change in a modifier's line, with its arguments; none for other operations."""
    if not isinstance(operation, ChangeModifier):
        return ()
    inner = parse_unconfirmed(operation.line)
    if not isinstance(inner[0], ChangeOperation):
        raise NotUnderstood(texts.no_change(inner[0].text(), operation.modifies))
    return tuple(one.model_copy(update=operation.added()) for one in inner)


def about_line(message: Message, question: Operation) -> Message:
    """The refusal of a preview or a question about a line, whose buttons preview or ask too, and do nothing."""
    asked = question.text().removesuffix(getattr(question, "line", ""))
    lines = tuple(f"{asked}{usage}" for usage in message.lines) if asked != question.text() else message.lines
    return replace(message, offers=tuple(_about(offer, question) for offer in message.offers), lines=lines)


def _about(offer: Offer, question: Operation) -> Offer:
    operation = parse_unconfirmed(offer.line)[0]
    if not _is_stored(operation) or "line" not in type(question).model_fields:
        return offer
    line = question.model_copy(update={"line": offer.line}).text()
    return replace(offer, label=offer.label.replace(offer.line, line), line=line)


def _check_preview(preview: Preview) -> None:
    try:
        inner = parse_unconfirmed(preview.line)[0]
    except NotUnderstood as fault:
        fault.message = about_line(fault.message, preview)
        raise
    if isinstance(inner, Preview):
        raise NotUnderstood(texts.PREVIEW_ONCE, offers=(offer_of(inner),))
    if not _is_stored(inner):
        raise NotUnderstood(texts.nothing_to_preview(inner.text()), offers=(offer_of(inner),))


def command_within(line: str) -> str | None:
    """The line that does, or previews, what a part of a sentence says; None if it begins with no verb."""
    try:
        operation = parse_unconfirmed(line)[0]
        operation = parse_unconfirmed(operation.line)[0] if isinstance(operation, Preview) else operation
        has_verb = operation_of_verb(strip_leading(_split(line))) is not None
    except NotUnderstood:
        return None
    return f"preview {operation.text()}" if _is_stored(operation) else operation.text() if has_verb else None


def unknown_line_error(line: str, fault: NotFound) -> NotFound:
    """The error for a line that was taken for a group's name, which no group has."""
    return bare_line_error(_split(line), fault)
