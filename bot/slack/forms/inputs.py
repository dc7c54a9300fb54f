"""Argument type -> input block."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.operations.arguments.targets import MAX_MEMBERS
from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.pbx.models import RecallTo
from bot.planning.pickers import PickerKind, PickerOption
from bot.slack.forms.state import FILES, KEPT, PICK, RECALL_CHOICE, RING_GROUP, block_id
from bot.slack.text import shown

LABEL, VALUE = 75, 150
"""Characters; docs.slack.dev, Block Kit, option object."""


def option(one: PickerOption) -> dict[str, Any]:
    """A label that is too long ends in an ellipsis."""
    label = shown(one.label).strip() or one.value
    text = label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"
    return {"text": {"type": "plain_text", "text": text}, "value": one.value}


def fits(one: PickerOption) -> bool:
    """Whether Slack lets it be picked: a value that was cut would be another."""
    return len(one.value) <= VALUE


CHOICES = {
    RecallTo.USER: "The user who parked the call",
    RecallTo.USER_THEN_RING_GROUP: "That user first, then a ring group",
    RecallTo.RING_GROUP: "A ring group",
}
Label = Callable[[PickerKind, str], str]
"""What stands beside a value that is picked already."""


def _as_it_is(_: PickerKind, value: str) -> str:
    return value


def inputs(
    operation: type[Operation],
    arguments: Mapping[str, Any],
    *,
    label: Label = _as_it_is,
    turns: Mapping[str, int] | None = None,
) -> Iterator[Block]:
    """One input a field, filled with what is known; a recall target's ring group only where it is needed."""
    draw = Inputs(operation, label, turns or {})
    for name, argument_type in operation.form().items():
        yield from draw.field(name, argument_type, arguments.get(name))


@dataclass(frozen=True)
class Inputs:
    """Of one form."""

    operation: type[Operation]
    label: Label
    turns: Mapping[str, int] = field(default_factory=dict)

    def field(self, name: str, argument_type: ArgumentType, known: Any) -> Iterator[Block]:
        """Its input; two for a recall target that has a ring group, and for a file that was chosen before."""
        optional = not self.operation.model_fields[name].is_required()
        if argument_type.reference is Reference.RECALL:
            yield from self._recall(name, argument_type, known or {}, optional=optional)
            return
        if argument_type.reference is Reference.FILE:
            yield from self._file(name, argument_type, known, optional=optional)
            return
        dispatch = (
            argument_type.reference is Reference.GROUP and self.operation.changes()
        )  # its members, and what stands there now
        element = self._element(name, argument_type, known)
        yield self._input(
            name, argument_type.label, element, hint=argument_type.hint, optional=optional, dispatch=dispatch
        )

    def _input(
        self,
        name: str,
        label: str,
        element: InputInteractiveElement,
        *,
        hint: str = "",
        optional: bool = False,
        dispatch: bool = False,
    ) -> InputBlock:
        return InputBlock(
            block_id=block_id(name, self.turns.get(name, 0)),
            label=label,
            hint=hint or None,
            element=element,
            optional=optional,
            dispatch_action=dispatch,
        )

    def _element(self, name: str, argument_type: ArgumentType, known: Any) -> InputInteractiveElement:
        match argument_type.reference:
            case Reference.GROUP:
                return self._picker("group", known)
            case Reference.MEMBER:
                return self._picker("user", known)
            case Reference.MEMBERS:
                chosen = [self._known("user", one) for one in known or ()] or None
                return ExternalDataMultiSelectElement(
                    action_id=PICK + "user", min_query_length=0, initial_options=chosen, max_selected_items=MAX_MEMBERS
                )
        if argument_type.placeholder == "<on | off>":
            return _switch(known)
        text = self._text(name, argument_type, known)
        return PlainTextInputElement(action_id="value", initial_value=text, max_length=argument_type.most)

    def _recall(
        self, name: str, argument_type: ArgumentType, known: Mapping[str, Any], *, optional: bool
    ) -> Iterator[Block]:
        to = known.get("to")
        options = [_option(choice.value, label) for choice, label in CHOICES.items()]
        chosen = next((one for one in options if one.value == to), None)
        radio = RadioButtonsElement(action_id=RECALL_CHOICE, options=options, initial_option=chosen)
        yield self._input(name, argument_type.label, radio, hint=argument_type.hint, optional=optional, dispatch=True)
        if to not in (None, RecallTo.USER):
            yield self._input(name + RING_GROUP, "Ring group", self._picker("ring_group", known.get("ring_group")))

    def _file(self, name: str, argument_type: ArgumentType, known: str | None, *, optional: bool) -> Iterator[Block]:
        """What was chosen before stays, unless another is: nothing can be put into Slack's own picker."""
        picker = FileInputElement(action_id=FILES, filetypes=["wav"], max_files=1)
        yield self._input(
            name, argument_type.label, picker, hint=argument_type.hint, optional=optional or known is not None
        )
        if known is not None:
            kept = _option(known, f"The file that was chosen before ({known})")
            box = CheckboxesElement(action_id="value", options=[kept], initial_options=[kept])
            yield self._input(name + KEPT, "Or keep", box, optional=True)

    def _picker(self, kind: PickerKind, known: str | None) -> ExternalDataSelectElement:
        chosen = self._known(kind, known) if known else None
        return ExternalDataSelectElement(action_id=PICK + kind, min_query_length=0, initial_option=chosen)

    def _known(self, kind: PickerKind, value: str) -> Option:
        return _option(value, self.label(kind, value))

    def _text(self, name: str, argument_type: ArgumentType, known: Any) -> str | None:
        """As it was typed; as it is said, where it comes from elsewhere."""
        if known is None or isinstance(known, str):
            return known
        kind: Any = self.operation.model_fields[name].annotation
        value = TypeAdapter(kind).validate_python(known)
        return argument_type.say(value)


def _switch(known: Any) -> RadioButtonsElement:
    options = [_option("on", "On"), _option("off", "Off: nobody can park a call then")]
    chosen = None if known is None else options[0 if known in (True, "on") else 1]
    return RadioButtonsElement(action_id="value", options=options, initial_option=chosen)


def _option(value: str, label: str) -> Option:
    return Option(**option(PickerOption(value, label)))


def shown_value(argument_type: ArgumentType, value: Any) -> tuple[str, str]:
    """Label and value of what stands on the PBX."""
    if argument_type.reference is Reference.RECALL:
        ring_group = f" ({value['ring_group']})" if value["ring_group"] else ""
        return argument_type.label, CHOICES.get(value["to"], "not set") + ring_group
    return argument_type.label, value if isinstance(value, str) else argument_type.say(value)
