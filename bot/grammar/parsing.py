"""Plain text to operation, by the operations' declarations; what isn't understood comes back as the usage that fits."""

import re

from bot.errors import NOTHING, NotUnderstood
from bot.grammar.matching import FAULTS, Operations, matched, verb_of
from bot.grammar.refusing import corrected_verb, explained, not_understood
from bot.grammar.times import unswallowed
from bot.message import Offer
from bot.operation import ChangeOperation, JournalOperation, Operation
from bot.operations import OPERATIONS, Ask, Emergency, Help, Preview, Replace
from bot.operations.help import topic_of
from bot.words import MAX_LINE, Words, join, split


def parse(line: str) -> Operations:
    """All readings of the line by one operation, the likeliest first: the names that exist tell which is meant."""
    words = _split(line)
    if not words:
        return (Help(),)
    if words[-1].means("?", "--help", "-h"):
        return _question(words[:-1], line)
    return _checked(_readings(words))


def _split(line: str) -> Words:
    if len(line) > MAX_LINE:
        raise NotUnderstood(
            f"That line has {len(line)} characters; {MAX_LINE} are the most. Split it over several lines."
        )
    try:
        return split(line)
    except ValueError as fault:
        raise NotUnderstood(str(fault)) from None


def _question(words: Words, line: str) -> Operations:
    if not words:
        return (Help(),)
    if (topic := topic_of(words)) is not None:
        return (Help(topic=topic),)
    readings = _checked(_readings(words))
    asked = readings[0]
    if not isinstance(asked, ChangeOperation | JournalOperation):
        return readings
    show = (Offer(label="Preview", line=f"preview {asked.text()}"),) if isinstance(asked, ChangeOperation) else ()
    raise NotUnderstood(
        f"Is that a question or a wish? {NOTHING}",
        notes=("Without the question mark it is done; a preview shows what a change would do.",),
        offers=(*show, Offer(label=asked.text(), line=asked.text())),
    )


def _readings(words: Words) -> Operations:
    found = matched(words)
    if found.readings:
        return unswallowed(words, found.readings)
    if (wish := explained(words)) is not None:
        raise wish
    if found.fault is None and verb_of(words) is None:
        return _bare(words)
    raise not_understood(words, found.fault)


def _bare(words: Words) -> Operations:
    """A bare noun only reads; one that looks like a mistyped verb is asked about."""
    operation = next(one for one in OPERATIONS if one.bare and re.fullmatch(one.bare, join(words)))
    (field,) = operation.nouns()
    try:
        reading = operation.read_slots({field: words})
    except FAULTS as error:
        raise not_understood(words, (operation, error)) from None
    corrected = corrected_verb(words)
    if corrected and len(words) > 1:
        raise NotUnderstood(
            f"I don't know “{words[0].text}”. {NOTHING}",
            offers=(Offer(label=corrected, line=corrected),),
            notes=(f'To see a group of that name: group "{join(words)}".',),
        )
    return (reading,)


def _checked(readings: Operations) -> Operations:
    """What stands for a line is held against what the line in it asks for."""
    if isinstance(readings[0], Preview):
        _check_preview(readings[0].line)
    return meant(readings[-1]) or readings  # the last has the shortest line in it: a reason may hold any word


def meant(operation: Operation) -> Operations:
    """The readings of the line that it stands for, each with what it adds to them; none where it stands for itself."""
    match operation:
        case Replace(number=number, line=line):
            return _with(line, "could replace another", replaces=number)
        case Ask(line=line):
            return _with(line, "others could approve", approval=True)
        case Emergency(line=line, reason=reason):
            return _with(line, "could be made in an emergency", emergency=reason)
    return ()


def _check_preview(line: str) -> None:
    inner = parse(line)[0]
    if not isinstance(inner, ChangeOperation):
        raise NotUnderstood(
            f"A preview shows a change; {inner.text()} changes nothing.",
            offers=(Offer(label=inner.text(), line=inner.text()),),
        )


def _with(line: str, what: str, **more: object) -> Operations:
    """The readings of a line that must ask for a change, each with something that the line itself can't say."""
    inner = parse(line)
    if not isinstance(inner[0], ChangeOperation):
        raise NotUnderstood(f"{inner[0].text()} is no change that {what}. {NOTHING}")
    return tuple(one.model_copy(update=more) for one in inner)
