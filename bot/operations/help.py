"""Help: the list of operations, or help on one verb."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated

from bot.errors import NotPossible
from bot.messages.message import Message, Offer
from bot.messages.text import Words, join_words
from bot.operations.arguments.types import ArgumentType
from bot.operations.base import Operation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.panel import all_of_it, panel
from bot.pbx.name_index import closest_names
from bot.texts import help as texts
from bot.texts import lines

MORE = "more"
"""The topic that lists every action."""
MAX_SIMILAR = 2
"""Topics that are suggested for one that there is not."""


def _operations() -> tuple[type[Operation], ...]:
    from bot.operations.catalog import OPERATIONS  # imports this module

    return OPERATIONS


def _operations_on(text: str) -> list[type[Operation]]:
    return [one for one in _operations() if f"{one.verb()} ".startswith(f"{text} ")]


def topic_of(words: Words) -> str | None:
    """The topic, the verb, or the start of several verbs, that the words form; None where there is none."""
    text = " ".join(word.text.lower() for word in words)
    return text if text in texts.TOPICS or text == MORE or _operations_on(text) else None


def _read_topic(words: Words) -> str:
    if text := topic_of(words):
        return text
    topics = [*_first_words(one for one in _operations() if one.advertised), *texts.TOPICS]
    typed = join_words(words)
    near = [Help(topic=one).text() for one in closest_names(typed, topics, MAX_SIMILAR)]
    raise NotPossible(lines.no_help(typed, topics), offers=tuple(Offer(label=line, line=line) for line in near))


def _first_words(operations: Iterable[type[Operation]]) -> dict[str, None]:
    """The verbs, those of several words by their first."""
    return dict.fromkeys(one.verb().split()[0] for one in operations)


def _times(operations: list[type[Operation]]) -> tuple[str, ...]:
    """How start and end are typed, once for all the operations."""
    fields = {name for one in operations for name in one.times()}
    return tuple(
        text for name, text in (("starts", texts.START_LATER), ("ends", texts.END_BY_ITSELF)) if name in fields
    )


TOPIC = ArgumentType(placeholder="<command or topic>", read=_read_topic, say=str)


class Help(ReadOperation):
    """Explains one verb, or lists the operations that the requester may use here."""

    operation_id = "help"
    phrase = "help [{topic}]"
    also = (
        "?|--help|-h [{topic}]",
        "help [me] [with|on|about] [{topic}]",
        "what can|do you do",
        "how does this work",
        "who|what are you",
        "commands",
        "hilfe",
    )
    permission = None
    examples = ("help recall", "help times")

    topic: Annotated[str, TOPIC] | None = None

    def read(self, context: OperationContext) -> Message:
        if self.topic and self.topic != MORE:
            return self._topic_help(context, self.topic)
        every = [one for one in _operations() if one.advertised]
        permitted = [one for one in every if one.permission is None or context.may(one.permission)]
        allowed = [one for one in permitted if one.is_available(context)]
        if self.topic == MORE:
            return all_of_it(context, allowed, tuple(_notes(context, every, allowed)))
        return panel(context, allowed, tuple(_notes(context, every, allowed)))

    def _topic_help(self, context: OperationContext, topic: str) -> Message:
        if topic in texts.TOPICS:
            return Message(title=texts.topic(topic), notes=texts.TOPICS[topic])
        operations = _operations_on(topic)
        examples = (example for one in operations for example in one.examples)
        return Message(
            title=texts.topic(topic),
            notes=(*(texts.operation(one.usage(), one.help) for one in operations), *_times(operations)),
            lines=tuple(dict.fromkeys(context.example(example) or example for example in examples)),
        )


def _notes(context: OperationContext, every: list[type[Operation]], allowed: list[type[Operation]]) -> Iterator[str]:
    """What may be typed here, and under which limits."""
    others, verbs = len(every) - len(allowed), ", ".join(_first_words(allowed))
    yield texts.commands(verbs)
    yield texts.ADD_TIMES
    yield from _restricted(allowed, context)
    if others:
        yield texts.more_commands(others)


def _restricted(allowed: list[type[Operation]], context: OperationContext) -> Iterator[str]:
    """What is allowed under limits, in hours or after an approval only."""
    verbs = defaultdict[str, dict[str, None]](dict)
    for one in allowed:
        if one.permission is not None and (limits := context.restrictions(one.permission)):
            verbs[texts.alternatives(limits)][one.verb()] = None
    for limits_text, several in verbs.items():
        yield texts.restricted(limits_text, ", ".join(several))
