"""Plain text to operation, by the operations' declarations; what isn't understood comes back as the usage that fits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rapidfuzz import fuzz, process

from bot.errors import NOTHING, NotPossible, NotUnderstood
from bot.message import FormOffer, Offer
from bot.operation import ChangeOperation, Operation, ReadOperation
from bot.operations import EXPLAINED, OPERATIONS, Help, Preview
from bot.operations.help import topic_of
from bot.phrase import Literal, Phrase, phrases
from bot.words import MAX_LINE, Word, Words, join, split

MAX_READINGS = 12
"""Ways to cut one line into names: more than that is no line that somebody typed."""

FAULTS = (ValueError, NotPossible)
"""What a noun raises for words that it can't read."""

Operations = tuple[Operation, ...]
Fault = tuple[type[Operation], Exception]


def parse(line: str) -> Operations:
    """All readings of the line by one operation, the likeliest first: the names that exist tell which is meant."""
    words = _split(line)
    if not words:
        return (Help(),)
    if words[-1].means("?", "--help", "-h"):
        return _question(words[:-1], line)
    readings = _readings(words)
    if isinstance(readings[0], Preview):
        _check_preview(readings[0])
    return readings


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
    readings = _readings(words)
    if isinstance(readings[0], ReadOperation):
        return readings
    asked = readings[0].text()
    raise NotUnderstood(
        "Is that a question or a wish? Nothing was changed.",
        notes=("Without the question mark it is done; a preview shows what it would do.",),
        offers=(Offer(label="Preview", line=f"preview {asked}"), Offer(label=asked, line=asked)),
    )


def _readings(words: Words) -> Operations:
    fault: Fault | None = None
    verb = _verb(words)
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
            return tuple(found.values())
    if (explained := _explained(words)) is not None:
        raise explained
    if fault is None and verb is None:
        return _bare(words)
    raise _not_understood(words, fault)


def _by_weight() -> Iterator[tuple[type[Operation], list[Phrase]]]:
    """Operations by how many words their phrase pins down, most first: `server on` is no group called that."""
    grouped: dict[tuple[int, int], list[Phrase]] = {}
    for index, operation in enumerate(OPERATIONS):
        for way in operation.ways():
            grouped.setdefault((-way.weight, index), []).append(way)
    for (_, index), ways in sorted(grouped.items(), key=lambda item: item[0]):
        yield OPERATIONS[index], ways


def _bare(words: Words) -> Operations:
    """A bare noun only reads; one that looks like a mistyped verb is asked about."""
    operation = next(one for one in OPERATIONS if one.bare and re.fullmatch(one.bare, join(words)))
    (field,) = operation.nouns()
    try:
        reading = operation.read_slots({field: words})
    except FAULTS as error:
        raise _not_understood(words, (operation, error)) from None
    corrected = _correct_verb(words)
    if corrected and len(words) > 1:
        raise NotUnderstood(
            f"I don't know “{words[0].text}”. {NOTHING}",
            offers=(Offer(label=corrected, line=corrected),),
            notes=(f'To see a group of that name: group "{join(words)}".',),
        )
    return (reading,)


def _correct_verb(words: Words) -> str | None:
    """The line with its first word mended, if that makes it one of Park's."""
    verbs = {operation.verb().split()[0] for operation in OPERATIONS if operation.verb()}
    near = process.extractOne(words[0].text.lower(), verbs, scorer=fuzz.ratio, score_cutoff=65)
    if words[0].quoted or near is None or near[0] == words[0].text.lower():
        return None
    try:
        return _readings((Word(near[0]), *words[1:]))[0].text()
    except NotUnderstood:
        return None


def _verb(words: Words) -> type[Operation] | None:
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


def _explained(words: Words) -> NotUnderstood | None:
    """A wish that can't come true; the server is no group, whatever stands in a group's place."""
    for explained in EXPLAINED:
        slots = [found for way in explained.ways for found in way.match(words)]
        if any(not found.get("group", ()) or not found["group"][-1].means("server") for found in slots):
            return NotUnderstood(explained.text, offers=tuple(Offer(label=line, line=line) for line in explained.lines))
    return None


def _not_understood(words: Words, fault: Fault | None) -> NotUnderstood:
    operation = _verb(words)
    if fault is not None and (operation is None or fault[0] is operation or operation.verb() in fault[0].verb()):
        return NotUnderstood(str(fault[1]), lines=(fault[0].usage(),), forms=_form(fault[0], words))
    if operation is None:
        return _unknown(words)
    return NotUnderstood(
        f"I don't understand all of that line. {NOTHING} {operation.verb().capitalize()} is typed like this:",
        lines=(begun(operation, words).line,),
        notes=(f"For example: {operation.examples[0]}",),
        offers=_forgiven(operation, words),
        forms=_form(operation, words),
    )


def _form(operation: type[Operation], words: Words) -> tuple[FormOffer, ...]:
    """The operation's form, if it has fields to fill."""
    if not operation.form():
        return ()
    understood = begun(operation, words)
    return (
        FormOffer(
            label="Open the form",
            operation=operation.key(),
            arguments=understood.arguments,
            whole=_only_begun(operation, understood),
        ),
    )


def _unknown(words: Words) -> NotUnderstood:
    corrected = _correct_verb(words)
    return NotUnderstood(
        f"I don't know “{words[0].text}”. {NOTHING}",
        offers=(Offer(label=corrected, line=corrected),) if corrected else (Offer(label="Help", line="help"),),
    )


def _forgiven(operation: type[Operation], words: Words) -> tuple[Offer, ...]:
    """The line with its missing small words put in, as a button."""
    for slots in (
        slots for way in operation.ways() for slots in islice(way.match(words, forgiving=True), MAX_READINGS)
    ):
        try:
            line = operation.read_slots(slots).text()
        except FAULTS:
            continue
        return (Offer(label=line, line=line),)
    return ()


def _only_begun(operation: type[Operation], understood: "Begun") -> bool:
    """Whether nothing is wrong with the line but that something is missing."""
    required = {name for name in operation.form() if operation.model_fields[name].is_required()}
    return not understood.left and not required <= understood.arguments.keys()


@dataclass(frozen=True, slots=True)
class Begun:
    """What of a line was understood: the usage filled with it, the arguments it gives, and how many words are left."""

    line: str
    arguments: dict[str, Any]
    left: int


def begun(operation: type[Operation], words: Words) -> Begun:
    """As much as fits one of its phrases; an optional part is in the line where it was begun."""
    ways = [_begun(operation, way, words) for way in phrases(operation.phrase)]
    return min(ways, key=lambda way: (way.left, len(way.line)))


def _begun(operation: type[Operation], way: Phrase, words: Words) -> Begun:
    rest, said, arguments = words, [], {}
    for part in way.parts:
        if isinstance(part, Literal):
            rest = rest[1:] if rest and rest[0].means(*part.spellings) else rest
            said.append(part.spellings[0])
            continue
        noun = operation.nouns()[part.name]
        length = _length(operation, rest)
        try:
            arguments[part.name] = noun.read(rest[:length])
            said.append(noun.say(arguments[part.name]))
            rest = rest[length:]
        except FAULTS:
            said.append(noun.placeholder)
    return Begun(
        " ".join(said), operation.model_construct(**arguments).model_dump(mode="json", exclude_unset=True), len(rest)
    )


def _length(operation: type[Operation], words: Words) -> int:
    """How many words the next field may have: up to the next small word of the operation's, else one."""
    parts = (part for way in operation.ways() for part in way.parts[1:] if isinstance(part, Literal))
    stops = {spelling for part in parts for spelling in part.spellings}
    return next((index for index, word in enumerate(words) if word.means(*stops)), min(len(words), 1))


def _check_preview(preview: Preview) -> None:
    inner = parse(preview.line)[0]
    if not isinstance(inner, ChangeOperation):
        raise NotUnderstood(
            f"A preview shows a change; {inner.text()} changes nothing.",
            offers=(Offer(label=inner.text(), line=inner.text()),),
        )
