"""What is suggested for a line that is not understood: its form, the usage, a corrected verb."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.errors import NotFound, NotPossible, NotUnderstood
from bot.messages.courtesy import strip_leading
from bot.messages.message import Offer, leaving_out
from bot.messages.text import Word, Words, join_words, split_words, words_as_text
from bot.operations.arguments.types import Reference
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Pause
from bot.operations.groups import Delete
from bot.operations.matching import (
    MAX_READINGS,
    READ_ERRORS,
    Operations,
    ReadFault,
    VerbCommand,
    commands_begun,
    commands_of_verb,
    commands_spelt,
    fixed_words_after_fields,
    form_offer,
    match_line,
    operation_of_verb,
    partial_match,
)
from bot.operations.phrasing import without_question_mark
from bot.operations.server import ServerEnabled
from bot.texts import lines as texts
from bot.texts import recurrences, times, wording
from bot.times.clauses import TimeClause, find_malformed_time, time_splits
from bot.times.spelling import repeats

MAX_COMPLETED = 6
"""Ways to complete a line that are looked up."""
MAX_USAGES = 3
"""Commands that are shown for a word with which several begin."""


def not_understood(words: Words, fault: ReadFault | None) -> NotUnderstood:
    """The error for a line that matches no operation.

    It holds the fault of an argument if that belongs to the typed verb, else the usage filled with what was understood.
    """
    commands = _meant(words)
    operation = commands[0].operation if commands else None
    if len(commands) == 1:  # what is typed in other words is completed in the operation's own
        words = commands[0].canonical(words)
    if operation and operation.changes() and (strange := find_malformed_time(words)) is not None:
        forms = form_offer(operation, _without_rest(operation, strange[0]))
        if repeats(strange[0].typed) and "recurs" not in operation.times():
            strange = (strange[0], recurrences.CANNOT_REPEAT)
        return NotUnderstood(f"{strange[1]} {wording.NOTHING_CHANGED}", lines=(operation.usage(),), forms=forms)
    tail = time_splits(words)[0] if (operation or Operation).times() else TimeClause(words)
    usages = tuple(one.operation.usage_of(one.text) for one in commands)
    if fault is not None and _concerns(fault, commands):
        offers = fault[1].message.offers if isinstance(fault[1], NotPossible) else ()
        lines = usages if len(commands) > 1 else (fault[0].usage(),)
        return NotUnderstood(str(fault[1]), lines=lines, offers=offers, forms=form_offer(fault[0], tail))
    if operation is None:
        return _unknown(words)
    if len(commands) > 1:
        forms = tuple(form for one in commands for form in form_offer(one.operation, TimeClause(one.canonical(words))))
        verb = " ".join(
            word for word, *others in zip(*(one.verb for one in commands), strict=False) if {word} >= {*others}
        )
        return NotUnderstood(texts.partly_understood(verb), lines=usages, forms=forms if len(forms) == 1 else ())
    understood = partial_match(operation, tail)
    return NotUnderstood(
        texts.partly_understood(operation.verb()),
        lines=(operation.usage() if understood.left else understood.line,),
        notes=(texts.for_example(operation.examples[0]),),
        offers=_completed(operation, tail),
        forms=form_offer(operation, tail),
    )


def _meant(words: Words) -> list[VerbCommand]:
    """The commands that a line may be meant for, one of each operation; where a whole verb is its own, those only."""
    begun = commands_begun(words)
    commands = dict[type[Operation], VerbCommand]()
    for one in sorted(begun or commands_of_verb(words), key=lambda one: (not one.is_own, len(one.verb))):
        commands.setdefault(one.operation, one)
    in_order = [commands[operation] for operation in OPERATIONS if operation in commands]
    closest = [one for one in in_order if one.is_own and len(one.verb) == one.typed(words)] or in_order
    return [one for one in closest if one.operation.advertised] or closest


def _concerns(fault: ReadFault, commands: Sequence[VerbCommand]) -> bool:
    """Whether a fault is one of the command that was typed."""
    operations = [one.operation for one in commands]
    return not operations or fault[0] in operations or operations[0].verb() in fault[0].verb()


def _without_rest(operation: type[Operation], unread: TimeClause) -> TimeClause:
    """The time without what follows it inside the line, as in: add 1001 for a fortnight to Sales."""
    typed = split_words(unread.typed)
    for index in range(1, len(typed)):
        rest = (*unread.rest, *typed[index:])
        ends_there = typed[index].is_keyword(*fixed_words_after_fields(operation))
        if ends_there and not partial_match(operation, TimeClause(rest)).left:
            return TimeClause(rest, {}, join_words(typed[:index]))
    return unread


def _unknown(words: Words) -> NotUnderstood:
    corrected = corrected_verb(words)
    offer = offer_of(corrected) if corrected else Offer(label=texts.HELP, line="help")
    return NotUnderstood(texts.unknown_word(words[0].text), offers=(offer,))


def offer_of(operation: Operation) -> Offer:
    """The button whose label is the line that it does."""
    return Offer(label=operation.text(), line=operation.text())


def corrected_verb(words: Words) -> Operation | None:
    """The operation of the line with its first word corrected to a similar verb; None if that makes no valid line.

    No line is corrected to one that deletes a group, pauses Park or switches call park off.
    """
    from rapidfuzz import fuzz, process  # takes 4 MiB, so it is loaded when it is first needed

    verbs = {operation.verb().split()[0] for operation in OPERATIONS if operation.verb()}
    near = process.extractOne(words[0].text.lower(), verbs, scorer=fuzz.ratio, score_cutoff=65)
    if words[0].quoted or near is None or commands_spelt(words[0]):
        return None
    found = match_line((Word(near[0]), *words[1:])).readings
    return found[0] if found and not _is_drastic(found[0]) else None


def _is_drastic(operation: Operation) -> bool:
    return isinstance(operation, Delete | Pause) or (isinstance(operation, ServerEnabled) and not operation.on)


def _completed(operation: type[Operation], tail: TimeClause) -> tuple[Offer, ...]:
    """Buttons for the line with its missing fixed words, one for each place where they may be missing."""
    if any(argument_type.swallows for argument_type in operation.argument_types().values()):
        return ()  # without its fixed words, such a field would take what was meant for others
    lines = dict[str, None]()
    for pattern in (one for one in operation.patterns() if one.verb):
        for matches in islice(pattern.match(tail.rest, forgiving=True), MAX_READINGS):
            try:
                lines[operation.from_matches(matches, tail.times).text()] = None
            except READ_ERRORS:
                continue
    return tuple(Offer(label=line, line=line) for line in islice(lines, MAX_COMPLETED))


@dataclass(frozen=True, slots=True)
class UnreadTime:
    """A time after a new name: the field, the words of the name without it, and why it is not read."""

    field: str
    words: Words
    typed: str
    why: str

    @property
    def is_quoted(self) -> bool:
        """Whether the name is in quotes, so that the time is no part of it."""
        return len(self.words) == 1 and self.words[0].quoted


def without_unread_times(words: Words, readings: Operations) -> Operations:
    """The readings in whose new names no time is hidden.

    Raises:
        NotUnderstood: all readings hide one; buttons offer the name without it and, unless it was quoted, with it.
    """
    left = tuple(one for one in readings if not any(_unread_times(words, one)))
    if left:
        return left
    unread = next(_unread_times(words, readings[0]))
    without = readings[0].model_copy(update={unread.field: words_as_text(unread.words)}).text()
    offers = [Offer(label=leaving_out(unread.typed, without), line=without, leaves_out=True)]
    if not unread.is_quoted:
        offers.append(Offer(label=readings[0].text(), line=readings[0].text()))
    raise NotUnderstood(
        f"{unread.why} {wording.NOTHING_CHANGED}",
        notes=() if unread.is_quoted else (texts.WITH_OR_WITHOUT_TIME,),
        offers=tuple(offers),
    )


def _unread_times(words: Words, reading: Operation) -> Iterator[UnreadTime]:
    for name, argument_type, value in reading.said():
        if argument_type.reference is not Reference.NEW_GROUP or Word(value, quoted=True) in words:
            continue
        parts = split_words(value)
        tail, strange = time_splits(parts)[0], find_malformed_time(parts)
        if strange is not None:
            yield UnreadTime(name, strange[0].rest, strange[0].typed, strange[1])
        elif tail.times:
            yield UnreadTime(name, tail.rest, tail.typed, _never(tail))


def _never(tail: TimeClause) -> str:
    """Why the times of an operation that is never temporary are not read."""
    return recurrences.CANNOT_REPEAT if "recurs" in tail.times else times.cannot_be_temporary()


def bare_line_error(words: Words, fault: NotFound) -> NotFound:
    """The error for a line without a verb that is no group's name either; other errors stay as they are."""
    words = strip_leading(words) or words
    if without_question_mark(words) is not None or operation_of_verb(words) is not None:
        return fault
    corrected = corrected_verb(words)
    offers = (offer_of(corrected),) if corrected else ()
    whole = [offer for offer in fault.message.offers if not offer.leaves_out]
    usages = {one.verb(): one.usage() for one in OPERATIONS if one.advertised and one not in (Delete, Pause)}
    from rapidfuzz import fuzz, process  # takes 4 MiB, so it is loaded when it is first needed

    near = process.extract(words[0].text.lower(), list(usages), scorer=fuzz.ratio, score_cutoff=65, limit=2)
    spelt = [one.operation.usage_of(one.text) for one in commands_spelt(words[0]) if one.operation.advertised]
    lines = tuple(spelt[:MAX_USAGES]) or tuple(usages[verb] for verb, *_ in near)
    return NotFound(
        texts.unknown_line(join_words(words)),
        offers=(*offers, *whole) or (Offer(label=texts.HELP, line="help"),),
        lines=() if offers else lines,
    )
