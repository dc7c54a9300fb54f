"""Why a line isn't understood, with what to type or click instead."""

from itertools import islice

from rapidfuzz import fuzz, process

from bot.errors import NOTHING, NotUnderstood
from bot.fields.when.tail import Tail, cut, odd
from bot.grammar.begun import begun, form
from bot.grammar.matching import FAULTS, MAX_READINGS, Fault, matched, verb_of
from bot.message import Offer
from bot.operation import Operation
from bot.operations import EXPLAINED, OPERATIONS
from bot.words import Word, Words


def not_understood(words: Words, fault: Fault | None) -> NotUnderstood:
    """The fault, where the verb's own phrase met it; else the usage, filled with what was understood."""
    operation = verb_of(words)
    if operation and operation.changes() and (strange := odd(words)) is not None:
        return NotUnderstood(f"{strange[1]} {NOTHING}", lines=(operation.usage(),), forms=form(operation, strange[0]))
    tail = cut(words)[0] if (operation or Operation).times() else Tail(words)
    if fault is not None and (operation is None or fault[0] is operation or operation.verb() in fault[0].verb()):
        return NotUnderstood(str(fault[1]), lines=(fault[0].usage(),), forms=form(fault[0], tail))
    if operation is None:
        return _unknown(words)
    return NotUnderstood(
        f"I don't understand all of that line. {NOTHING} {operation.verb().capitalize()} is typed like this:",
        lines=(begun(operation, tail).line,),
        notes=(f"For example: {operation.examples[0]}",),
        offers=_forgiven(operation, tail),
        forms=form(operation, tail),
    )


def _unknown(words: Words) -> NotUnderstood:
    corrected = corrected_verb(words)
    return NotUnderstood(
        f"I don't know “{words[0].text}”. {NOTHING}",
        offers=(Offer(label=corrected, line=corrected),) if corrected else (Offer(label="Help", line="help"),),
    )


def explained(words: Words) -> NotUnderstood | None:
    """A wish that can't come true; the server is no group, whatever stands in a group's place."""
    for wish in EXPLAINED:
        slots = [found for way in wish.ways for found in way.match(words)]
        if any(not found.get("group", ()) or not found["group"][-1].means("server") for found in slots):
            return NotUnderstood(wish.text, offers=tuple(Offer(label=line, line=line) for line in wish.lines))
    return None


def corrected_verb(words: Words) -> str | None:
    """The line with its first word mended, if that makes it one of Park's."""
    verbs = {operation.verb().split()[0] for operation in OPERATIONS if operation.verb()}
    near = process.extractOne(words[0].text.lower(), verbs, scorer=fuzz.ratio, score_cutoff=65)
    if words[0].quoted or near is None or near[0] == words[0].text.lower():
        return None
    found = matched((Word(near[0]), *words[1:])).readings
    return found[0].text() if found else None


def _forgiven(operation: type[Operation], tail: Tail) -> tuple[Offer, ...]:
    """The line with its missing small words put in, as a button."""
    if any(noun.whole_line for noun in operation.nouns().values()):
        return ()  # a line holds small words of its own
    for slots in (
        slots for way in operation.ways() for slots in islice(way.match(tail.rest, forgiving=True), MAX_READINGS)
    ):
        try:
            line = operation.read_slots(slots, tail.times).text()
        except FAULTS:
            continue
        return (Offer(label=line, line=line),)
    return ()
