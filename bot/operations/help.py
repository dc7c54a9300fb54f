"""Help: the list of operations, or help on one verb."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated

from bot.errors import JournalUnavailable
from bot.messages.message import FormOffer, Message, Offer
from bot.messages.text import Words, join_words
from bot.operations.arguments.types import ArgumentType
from bot.operations.base import Operation, ReadOperation
from bot.operations.context import OperationContext
from bot.times.parser import END_EXAMPLES, START_EXAMPLES

log = logging.getLogger(__name__)


def _operations() -> tuple[type[Operation], ...]:
    from bot.operations.catalog import OPERATIONS  # imports this module

    return OPERATIONS


def _operations_on(text: str) -> list[type[Operation]]:
    return [one for one in _operations() if f"{one.verb()} ".startswith(f"{text} ")]


def topic_of(words: Words) -> str | None:
    """The verb, or the start of several verbs, that the words form; None where no verb starts like that."""
    text = " ".join(word.text.lower() for word in words)
    return text if _operations_on(text) else None


def _read_topic(words: Words) -> str:
    if text := topic_of(words):
        return text
    verbs = dict.fromkeys(one.verb() for one in _operations())
    raise ValueError(f"There is no help on “{join_words(words)}”; there is on {', '.join(verbs)}.")


def _times(operations: list[type[Operation]]) -> tuple[str, ...]:
    """How start and end are typed, once for all the operations."""
    later = f"To begin later, add {START_EXAMPLES}."
    ends = f"To let it end by itself, add {END_EXAMPLES}."
    fields = {name for one in operations for name in one.times()}
    return tuple(text for name, text in (("starts", later), ("ends", ends)) if name in fields)


TOPIC = ArgumentType(placeholder="<verb>", read=_read_topic, say=str)


class Help(ReadOperation):
    """Explains one verb, or lists the operations that the requester may use here."""

    operation_id = "help"
    title = "Park"
    phrase = "help [{topic}]"
    also = ("?|--help|-h [{topic}]",)
    permission = None
    help = "Explains one verb, or lists what you may do here."
    examples = ("help recall",)

    topic: Annotated[str, TOPIC] | None = None

    def read(self, context: OperationContext) -> Message:
        return self._topic_help(self.topic) if self.topic else self._overview(context)

    def _topic_help(self, topic: str) -> Message:
        operations = _operations_on(topic)
        return Message(
            title=f"Help on {topic}",
            notes=(*(f"{one.usage()}: {one.help}" for one in operations), *_times(operations)),
            lines=tuple(example for one in operations for example in one.examples),
        )

    def _overview(self, context: OperationContext) -> Message:
        """A short list with buttons for recent lines and for forms."""
        every = [one for one in _operations() if one.advertised]
        allowed = [one for one in every if one.permission is None or context.may(one.permission)]
        others = len(every) - len(allowed)
        verbs = ", ".join(dict.fromkeys(one.verb() for one in allowed))
        return Message(
            title="Park changes the call park settings of the phone system. Tap a button, or type a line:",
            lines=tuple(_one_of_each(allowed)),
            notes=(
                f"Here you may type: {verbs}. `help <verb>` explains one.",
                "Add `at 18:00`, `for 2h` or `until tomorrow 8:00` to a change, and it begins later or ends by itself.",
                *_restricted(allowed, context),
                *((f"{others} more need a permission that you don't have in this place.",) if others else ()),
            ),
            offers=tuple(Offer(label=f"Again: {line}", line=line) for line in _repeatable_lines(context)),
            forms=tuple(FormOffer(label=one.title, operation=one.operation_id) for one in allowed if one.form()),
        )


def _one_of_each(allowed: list[type[Operation]]) -> Iterator[str]:
    """An example for each permission."""
    firsts = {one.permission: one for one in reversed(allowed) if one.permission is not None}
    return (one.examples[0] for one in allowed if one in firsts.values())


def _restricted(allowed: list[type[Operation]], context: OperationContext) -> Iterator[str]:
    """What is allowed under limits, in hours or after an approval only."""
    verbs = defaultdict[str, dict[str, None]](dict)
    for one in allowed:
        if one.permission is not None and (limits := context.restrictions(one.permission)):
            verbs[", or ".join(limits)][one.verb()] = None
    for limits_text, several in verbs.items():
        yield f"Only {limits_text}: {', '.join(several)}."


def _repeatable_lines(context: OperationContext) -> tuple[str, ...]:
    """Empty if the journal can't be read: help does not depend on them."""
    try:
        return context.repeatable_lines()
    except JournalUnavailable as fault:
        log.warning("what somebody asked for last is not known: %s", fault)
        return ()
