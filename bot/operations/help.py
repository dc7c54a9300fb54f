"""Help: the list of operations, or help on one verb."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated

from bot.messages.message import Message
from bot.messages.text import Words, join_words
from bot.operations.arguments.types import ArgumentType
from bot.operations.base import Operation, ReadOperation
from bot.operations.context import OperationContext
from bot.operations.panel import all_of_it, panel
from bot.times.parser import END_EXAMPLES, START_EXAMPLES

MORE = "more"
"""The topic that lists every action."""
TOPICS = {
    "times": (
        f"To begin later, add {START_EXAMPLES}.",
        f"To let a change end by itself, add {END_EXAMPLES}.",
        "Create, rename and delete can begin later; they don't end by themselves.",
        "Times are read in your Slack time zone. If a name ends like a time, put quotes around the name.",
    ),
    "approvals": (
        "Where the policy lets others approve a change of yours, its refusal has the button Ask for approval.",
        "Approvers get a card with Approve and Refuse; `pending` lists what waits. An approval lapses after a time.",
        "In an emergency, a rule may let you make a change at once: emergency <line> because <reason>.",
    ),
    "policy": (
        "The policy is a file that the people who run Park keep. What no rule allows is refused.",
        "access tells what you may do; can @somebody <line> and who can <line> ask about others; why 42 about 42.",
        "A refusal says whom to ask, and what would have to be granted.",
    ),
}
"""Help on what is no verb."""


def _operations() -> tuple[type[Operation], ...]:
    from bot.operations.catalog import OPERATIONS  # imports this module

    return OPERATIONS


def _operations_on(text: str) -> list[type[Operation]]:
    return [one for one in _operations() if f"{one.verb()} ".startswith(f"{text} ")]


def topic_of(words: Words) -> str | None:
    """The topic, the verb, or the start of several verbs, that the words form; None where there is none."""
    text = " ".join(word.text.lower() for word in words)
    return text if text in TOPICS or text == MORE or _operations_on(text) else None


def _read_topic(words: Words) -> str:
    if text := topic_of(words):
        return text
    topics = (*_first_words(one for one in _operations() if one.advertised), *TOPICS)
    raise ValueError(f"There is no help on “{join_words(words)}”; there is on {', '.join(topics)}.")


def _first_words(operations: Iterable[type[Operation]]) -> dict[str, None]:
    """The verbs, those of several words by their first."""
    return dict.fromkeys(one.verb().split()[0] for one in operations)


def _times(operations: list[type[Operation]]) -> tuple[str, ...]:
    """How start and end are typed, once for all the operations."""
    later = f"To begin later, add {START_EXAMPLES}."
    ends = f"To let it end by itself, add {END_EXAMPLES}."
    fields = {name for one in operations for name in one.times()}
    return tuple(text for name, text in (("starts", later), ("ends", ends)) if name in fields)


TOPIC = ArgumentType(placeholder="<verb or topic>", read=_read_topic, say=str)


class Help(ReadOperation):
    """Explains one verb, or lists the operations that the requester may use here."""

    operation_id = "help"
    title = "Park"
    phrase = "help [{topic}]"
    also = (
        "?|--help|-h [{topic}]",
        "help [me] [with|on|about] [{topic}]",
        "what can|do you do",
        "how does this work",
        "who|what are you",
        "commands",
    )
    permission = None
    help = "Explains one verb, or a topic (times, approvals, policy), or lists what you may do here."
    examples = ("help recall", "help times")

    topic: Annotated[str, TOPIC] | None = None

    def read(self, context: OperationContext) -> Message:
        if self.topic and self.topic != MORE:
            return self._topic_help(context, self.topic)
        every = [one for one in _operations() if one.advertised]
        allowed = [one for one in every if one.permission is None or context.may(one.permission)]
        if self.topic == MORE:
            return all_of_it(context, allowed, tuple(_notes(context, every, allowed)))
        return panel(context, allowed, tuple(_notes(context, every, allowed)))

    def _topic_help(self, context: OperationContext, topic: str) -> Message:
        if topic in TOPICS:
            return Message(title=f"Help on {topic}", notes=TOPICS[topic])
        operations = _operations_on(topic)
        examples = (example for one in operations for example in one.examples)
        return Message(
            title=f"Help on {topic}",
            notes=(*(f"{one.usage()}: {one.help}" for one in operations), *_times(operations)),
            lines=tuple(dict.fromkeys(context.example(example) or example for example in examples)),
        )


def _notes(context: OperationContext, every: list[type[Operation]], allowed: list[type[Operation]]) -> Iterator[str]:
    """What may be typed here, and under which limits."""
    others, verbs = len(every) - len(allowed), ", ".join(_first_words(allowed))
    yield f"Here you may type: {verbs}. `help <verb>` explains one, also `help times`, `approvals` and `policy`."
    yield "Add `at 18:00`, `for 2h` or `until tomorrow 8:00` to a change, and it begins later or ends by itself."
    yield from _restricted(allowed, context)
    if others:
        yield f"{others} more need a permission that you don't have in this place."


def _restricted(allowed: list[type[Operation]], context: OperationContext) -> Iterator[str]:
    """What is allowed under limits, in hours or after an approval only."""
    verbs = defaultdict[str, dict[str, None]](dict)
    for one in allowed:
        if one.permission is not None and (limits := context.restrictions(one.permission)):
            verbs[", or ".join(limits)][one.verb()] = None
    for limits_text, several in verbs.items():
        yield f"Only {limits_text}: {', '.join(several)}."
