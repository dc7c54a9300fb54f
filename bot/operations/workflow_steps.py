"""Steps of Workflow Builder: the inputs and outputs of each, and the operation that its inputs ask for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.errors import NotUnderstood, Refused, reason_of
from bot.messages.text import Word, quote, split_words
from bot.operations.arguments.targets import MEMBERS, RECALL
from bot.operations.arguments.times import END, START
from bot.operations.arguments.types import GROUP, ME, ArgumentType, Reference
from bot.operations.base import ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.operations.groups import Group
from bot.operations.members import Add, Remove
from bot.operations.recall import RecallGroup
from bot.texts import workflows as texts

MAX_STEP_LINE = 1500
"""Characters of the line that a step asks for: the value of its button holds 2,000."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """An input or an output of a step, as Slack's manifest declares it."""

    title: str
    description: str
    type: str = "string"
    required: bool = False


CHANNEL = Parameter(
    title="Channel",
    description="Where Park asks, and whose rules decide",
    type="slack#/types/channel_id",
    required=True,
)
NOTE = Parameter(title="Note", description="Shown on the card, such as who asked and why")
ENDS = Parameter(title="Until, or for", description="Left out: for good. For example 2h, until 18:00, until Fri 9:00")
STARTS = Parameter(title="Begins", description="Left out: with the click. For example in 2h, tomorrow 8:00")
PARK_GROUP = Parameter(title="Park group", description="Its name, as Park shows it", required=True)
OUTCOME = Parameter(
    title="Outcome",
    description="done, already, scheduled, declined, expired, cancelled, refused, failed or unknown",
    required=True,
)
TEXT = Parameter(title="Text", description="What came of it, in words", required=True)
NUMBER = Parameter(title="Change number", description="The number of the change, if one was made", type="integer")
CHANGE_OUTPUTS = {"outcome": OUTCOME, "text": TEXT, "change": NUMBER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step, by the callback_id under which workflows hold it, which never changes."""

    callback_id: str
    title: str
    description: str
    inputs: Mapping[str, Parameter]
    """By name; those in `arguments` have the name of the operation's field."""
    arguments: Mapping[str, ArgumentType]
    operation: Callable[[Mapping[str, Any]], type[Operation]]
    """Returns the operation that the inputs ask for; raises NotUnderstood."""
    outputs: Mapping[str, Parameter] = field(default_factory=lambda: CHANGE_OUTPUTS)


def _add_or_remove(inputs: Mapping[str, Any]) -> type[Operation]:
    action = str(inputs.get("action") or "").strip().casefold()
    if action not in ("add", "remove"):
        raise NotUnderstood(texts.wrong_input(ACTION.title, texts.wrong_action(action) if action else texts.NEEDED))
    return Add if action == "add" else Remove


ACTION = Parameter(title="Add or remove", description="add, or remove", required=True)
_TIME_ARGUMENTS = {"starts": START, "ends": END}
_TIME_INPUTS = {"starts": STARTS, "ends": ENDS, "note": NOTE}
STEPS = {
    step.callback_id: step
    for step in (
        Step(
            callback_id="recall",
            title="Change a recall target",
            description="Asks in a channel to send a park group's unanswered calls elsewhere",
            inputs={
                "channel_id": CHANNEL,
                "group": PARK_GROUP,
                "recall": Parameter(
                    title="Send calls to",
                    description="A ring group, user, or user then a ring group, such as Night Desk",
                    required=True,
                ),
                **_TIME_INPUTS,
            },
            arguments={"group": GROUP, "recall": RECALL, **_TIME_ARGUMENTS},
            operation=lambda _: RecallGroup,
        ),
        Step(
            callback_id="members",
            title="Add or remove a member",
            description="Asks in a channel to add people to a park group, or to remove them from it",
            inputs={
                "channel_id": CHANNEL,
                "action": ACTION,
                "members": Parameter(
                    title="Members", description="Extensions, names or people, such as 1001, 1005", required=True
                ),
                "group": PARK_GROUP,
                **_TIME_INPUTS,
            },
            arguments={"members": MEMBERS, "group": GROUP, **_TIME_ARGUMENTS},
            operation=_add_or_remove,
        ),
        Step(
            callback_id="show_group",
            title="Show a park group",
            description="Gives a park group's recall target and members to the steps after it",
            inputs={
                "channel_id": replace(CHANNEL, description="Whose rules decide what is shown"),
                "group": PARK_GROUP,
            },
            arguments={"group": GROUP},
            operation=lambda _: Group,
            outputs={
                "outcome": replace(OUTCOME, description="shown, refused or failed"),
                "text": replace(TEXT, description="The group in words, or why it is not shown"),
                "recall": Parameter(title="Recall target", description="Where its unanswered calls go"),
                "members": Parameter(title="Members", description="Numbers and names of its members"),
                "count": Parameter(title="Number of members", description="How many it has", type="integer"),
            },
        ),
    )
}
"""All steps, by callback_id."""


def read_step(callback_id: str, inputs: Mapping[str, Any]) -> Operation:
    """Returns the operation that a step asks for; raises NotUnderstood, which names the input and what to write."""
    if not isinstance(inputs.get("channel_id"), str) or not inputs["channel_id"]:
        raise NotUnderstood(texts.NO_CHANNEL)
    if (step := STEPS.get(callback_id)) is None:
        raise NotUnderstood(texts.unknown_step(callback_id))
    operation = step.operation(inputs)
    arguments = {name: value for name, value in _arguments(step, inputs) if value is not None}
    try:
        built = operation(**arguments)
    except ValueError as fault:
        raise NotUnderstood(reason_of(fault)) from fault
    if len(built.text()) > MAX_STEP_LINE:
        raise NotUnderstood(texts.TOO_LONG)
    return built


def _arguments(step: Step, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, argument_type in step.arguments.items():
        parameter, text = step.inputs[name], inputs.get(name)
        if text in (None, ""):
            if parameter.required:
                raise NotUnderstood(texts.wrong_input(parameter.title, texts.NEEDED))
            continue
        if not isinstance(text, str):
            raise NotUnderstood(texts.wrong_input(parameter.title, texts.NO_TEXT))
        try:
            value = _read(argument_type, text)
        except (ValueError, Refused) as fault:
            raise NotUnderstood(texts.wrong_input(parameter.title, str(fault))) from fault
        yield name, value


def _read(argument_type: ArgumentType, text: str) -> Any:
    """Reads an input as a form's field is read: a name is all of it, whatever words it holds."""
    quoted = argument_type.reference is Reference.GROUP or argument_type.say is quote
    value = argument_type.read((Word(text.strip(), quoted=True),) if quoted else split_words(text))
    if argument_type.reference is Reference.MEMBERS and ME in value:
        raise ValueError(texts.NO_ME)
    return value


def step_input(operation: Operation, name: str) -> str:
    """Returns the title of the input that gave an operation's field."""
    found = (step.inputs[name].title for step in STEPS.values() if name in step.arguments)
    return next(found, name)


class WorkflowMistake(ControlOperation):
    """What the journal keeps of a step whose inputs can't be read; nobody can type it, and it does nothing."""

    operation_id = "workflow_mistake"
    permission = None
    advertised = False

    step: str
    mistake: str

    def text(self, *, settled: bool = False) -> str:
        return self.step

    def effect(self, context: OperationContext) -> JournalEffect:
        raise NotUnderstood(self.mistake)
