"""What is suggested for a line that is not understood: its form, the usage, a corrected verb."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.errors import NotFound, NotPossible, NotUnderstood, reason_of
from bot.messages.courtesy import strip_leading
from bot.messages.message import Offer, leaving_out
from bot.messages.text import Word, Words, join_words, split_words, words_as_text
from bot.operations.arguments.types import PRONOUNS, Reference
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
    match_clause,
    match_line,
    operation_of_verb,
    partial_match,
)
from bot.operations.members import Add
from bot.operations.pending import Pending
from bot.operations.phrasing import without_question_mark
from bot.operations.recall import RecallGroup
from bot.operations.schedule_list import Schedules
from bot.operations.schedules import ScheduleControl
from bot.operations.scheduling import AboutChange
from bot.operations.server import ServerEnabled
from bot.texts import lines as texts
from bot.texts import recurrences, times, wording
from bot.times.clauses import TimeClause, bare_time, find_malformed_time, time_splits
from bot.times.spelling import repeats

MAX_COMPLETED = 6
"""Ways to complete a line that are looked up."""
MIN_LETTERS = 4
"""Letters of the shortest word whose first letter may be a slip."""
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
        return NotUnderstood(reason_of(fault[1]), lines=lines, offers=offers, forms=form_offer(fault[0], tail))
    if operation is None:
        return _unknown(words)
    if len(commands) > 1:
        forms = tuple(form for one in commands for form in form_offer(one.operation, TimeClause(one.canonical(words))))
        verb = " ".join(
            word for word, *others in zip(*(one.verb for one in commands), strict=False) if {word} >= {*others}
        )
        complete = (one for command in commands for one in _completed_change(command, words))
        offers, forms = tuple(map(offer_of, complete)), forms if len(forms) == 1 else ()
        return NotUnderstood(texts.partly_understood(verb), lines=usages, offers=offers, forms=forms)
    understood = partial_match(operation, tail)
    return NotUnderstood(
        texts.partly_understood(operation.verb()),
        lines=(operation.usage() if understood.left else understood.line,),
        notes=(texts.for_example(operation.examples[0]),),
        offers=tuple(map(offer_of, _completed(operation, _split_times(words, operation)))),
        forms=form_offer(operation, tail),
    )


def _completed_change(command: VerbCommand, words: Words) -> Operations:
    """The readings, as a change, of a line whose whole verb several commands share."""
    operation, canonical = command.operation, command.canonical(words)
    is_whole = tuple(word.text.lower() for word in words[: len(command.verb)]) == command.verb
    return _completed(operation, _split_times(canonical, operation)) if is_whole and operation.changes() else ()


def list_to_choose_from(words: Words) -> Operation | None:
    """The list that has the buttons of a command about a change, for a line that says of none: `approve`, `keep it`."""
    operation, spoken = operation_of_verb(words), [word.text.lower() for word in words]
    if operation is None or not issubclass(operation, AboutChange):
        return None
    pronoun = len(words) > 1 and words[-1].is_keyword(*PRONOUNS)
    verb = " ".join(spoken[:-1] if pronoun else spoken)
    if verb not in {pattern.verb for pattern in operation.patterns()} or (operation.form() and not pronoun):
        return None
    if any(not isinstance(reading, AboutChange) for reading in match_line(words).readings):  # resume Park
        return None
    return Schedules() if issubclass(operation, ScheduleControl) else Pending()


def _split_times(words: Words, operation: type[Operation]) -> TimeClause:
    """The line and its times, also without `for` or `from`; all of the line if the operation has no times."""
    if not operation.times():
        return TimeClause(words)
    split = time_splits(words)[0]
    bare = bare_time(words) if not split.times and "ends" in operation.times() else None
    return bare or split


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
    offers = tuple(map(offer_of, with_corrected_verb(words))) or (help_offer(),)
    return NotUnderstood(texts.unknown_word(words[0].text), offers=offers)


def help_offer() -> Offer:
    """The button for a line of which nothing was understood."""
    return Offer(label=texts.HELP, line="help")


def offer_of(operation: Operation) -> Offer:
    """The button whose label is the line that it does."""
    return Offer(label=operation.text(), line=operation.text())


def with_corrected_verb(words: Words) -> Operations:
    """The readings of the line with its first word corrected to a similar verb, and with its fixed words completed.

    No line is corrected to one that deletes a group, pauses Park or switches call park off.
    """
    from rapidfuzz import fuzz, process  # takes 4 MiB, so it is loaded when it is first needed

    verbs = {operation.verb().split()[0] for operation in OPERATIONS if operation.verb()}
    near = process.extractOne(words[0].text.lower(), verbs, scorer=fuzz.ratio, score_cutoff=65)
    if words[0].quoted or near is None or commands_spelt(words[0]):
        return ()
    if len(words[0].text) < MIN_LETTERS and near[0][0] != words[0].text[0].lower():
        return ()
    corrected = (Word(near[0]), *words[1:])
    operation, found = operation_of_verb(corrected), match_line(corrected).readings[:1]
    if not found and operation is not None and len(words) > 1:
        found = _completed(operation, _split_times(corrected, operation))
    return tuple(one for one in found if not _is_drastic(one))


def _is_drastic(operation: Operation) -> bool:
    return isinstance(operation, Delete | Pause) or (isinstance(operation, ServerEnabled) and not operation.on)


def _completed(operation: type[Operation], tail: TimeClause) -> Operations:
    """The readings of the line with its missing fixed words, one for each place where they may be missing."""
    if any(argument_type.takes_any_words for argument_type in operation.argument_types().values()):
        return ()  # without its fixed words, such a field would take what was meant for others
    found = dict[str, Operation]()
    for pattern in (one for one in operation.patterns() if one.verb):
        for matches in islice(pattern.match(tail.rest, forgiving=True), MAX_READINGS):
            try:
                reading = operation.from_matches(matches, tail.times)
                found.setdefault(reading.text(), reading)
            except READ_ERRORS:
                continue
    return tuple(islice(found.values(), MAX_COMPLETED))


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


def refuse_end_in_reason(words: Words, operation: Operation, field: str) -> None:
    """Raises NotUnderstood where a reason ends with `for` or `until` and a time, and the operation has no end.

    Buttons offer both meanings. In quotes it is a part of the reason.
    """
    reason: str | None = getattr(operation, field)
    can_end = "ends" in operation.times() | operation.argument_types()
    can_end = can_end and all(getattr(operation, one, None) is None for one in ("ends", "recurs"))
    if reason is None or not can_end or Word(reason, quoted=True) in words:
        return
    tail = time_splits(split_words(reason))[0]
    if not tail.rest or tail.times.keys() != {"ends"} or not tail.typed.lower().startswith(("for ", "until ")):
        return
    ending = operation.model_copy(update={field: words_as_text(tail.rest), **tail.times}).text()
    lines = (ending, operation.text())
    raise NotUnderstood(texts.end_in_reason(tail.typed), offers=tuple(Offer(label=one, line=one) for one in lines))


def _never(tail: TimeClause) -> str:
    """Why the times of an operation that is never temporary are not read."""
    return recurrences.CANNOT_REPEAT if "recurs" in tail.times else times.cannot_be_temporary()


def _with_missing_verb(words: Words) -> Operations:
    """The readings of a line that lacks only its verb: sales to night desk 2h, 1001 to Sales."""
    if not any(word.is_keyword("to") for word in words[1:-1]):
        return ()
    operation = Add if words[0].is_keyword("me") or re.match(r"[0-9]|<@", words[0].text) else RecallGroup
    split = _split_times((Word(operation.verb()), *words), operation)
    return tuple(one for one in match_clause(split).readings if isinstance(one, operation))


def bare_line_error(words: Words, fault: NotFound) -> NotFound:
    """The error for a line without a verb that is no group's name either; other errors stay as they are."""
    words = strip_leading(words) or words
    if without_question_mark(words) is not None or operation_of_verb(words) is not None:
        return fault
    offers = tuple(map(offer_of, with_corrected_verb(words) or _with_missing_verb(words)))
    whole = [offer for offer in fault.message.offers if not offer.leaves_out]
    usages = {one.verb(): one.usage() for one in OPERATIONS if one.advertised and one not in (Delete, Pause)}
    from rapidfuzz import fuzz, process  # takes 4 MiB, so it is loaded when it is first needed

    near = process.extract(words[0].text.lower(), list(usages), scorer=fuzz.ratio, score_cutoff=65, limit=2)
    spelt = [one.operation.usage_of(one.text) for one in commands_spelt(words[0]) if one.operation.advertised]
    lines = tuple(spelt[:MAX_USAGES]) or tuple(usages[verb] for verb, *_ in near)
    return NotFound(
        texts.unknown_line(join_words(words)),
        offers=(*offers, *whole) or (help_offer(),),
        lines=() if offers else lines,
    )
