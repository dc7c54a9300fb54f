"""Input blocks of a form: one for each argument of an operation, by the type of the argument."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
from bot.slack.forms.state import FILES, KEPT_FILE, PICK, RECALL_CHOICE, RING_GROUP, block_id
from bot.slack.text import displayable

LabelLookup = Callable[[PickerKind, str], str]
"""Returns the label of a picker's option by its value."""

MAX_LABEL, MAX_VALUE = 75, 150
"""Characters; docs.slack.dev, Block Kit, option object."""
RECALL_LABELS = {
    RecallTo.USER: "The user who parked the call",
    RecallTo.USER_THEN_RING_GROUP: "That user first, then a ring group",
    RecallTo.RING_GROUP: "A ring group",
}


def input_blocks(
    operation_type: type[Operation],
    arguments: Mapping[str, Any],
    *,
    label: LabelLookup = lambda _, value: value,
    revisions: Mapping[str, int] | None = None,
) -> Iterator[Block]:
    """Yields the inputs of an operation's form, filled with known arguments.

    Args:
        revisions: Revisions of inputs by name, as in `FormState`.
    """
    builder = _InputBuilder(operation_type, label, revisions or {})
    for name, argument_type in operation_type.form().items():
        yield from builder.build(name, argument_type, arguments.get(name))


def option_json(option: PickerOption) -> dict[str, Any]:
    """Returns an option object; a label that is too long ends in an ellipsis."""
    label = displayable(option.label).strip() or option.value
    text = label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1].rstrip()}…"
    return {"text": {"type": "plain_text", "text": text}, "value": option.value}


def is_selectable(option: PickerOption) -> bool:
    """Returns whether the option's value fits; a truncated one would be a different value."""
    return len(option.value) <= MAX_VALUE


def label_and_value(argument_type: ArgumentType, value: Any) -> tuple[str, str]:
    """Returns the label and the text of a setting's current value."""
    if argument_type.reference is Reference.RECALL:
        ring_group = f" ({value['ring_group']})" if value["ring_group"] else ""
        return argument_type.label, RECALL_LABELS.get(value["to"], "not set") + ring_group
    return argument_type.label, value if isinstance(value, str) else argument_type.say(value)


@dataclass(frozen=True)
class _InputBuilder:
    operation_type: type[Operation]
    label: LabelLookup
    revisions: Mapping[str, int]

    def build(self, name: str, argument_type: ArgumentType, known: Any) -> Iterator[Block]:
        """Yields the input of an argument; two for a recall to a ring group, and for a file chosen earlier."""
        optional = not self.operation_type.model_fields[name].is_required()
        match argument_type.reference:
            case Reference.RECALL:
                yield from self._recall(name, argument_type, known or {}, optional=optional)
            case Reference.FILE:
                yield from self._file(name, argument_type, known, optional=optional)
            case reference:
                # The choice of a group is dispatched, to read its members and current settings.
                dispatch = reference is Reference.GROUP and self.operation_type.changes()
                element = self._element(name, argument_type, known)
                label, hint = argument_type.label, argument_type.hint
                yield self._input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)

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
            block_id=block_id(name, self.revisions.get(name, 0)),
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
                chosen = [_option(value, self.label("user", value)) for value in known or ()] or None
                return ExternalDataMultiSelectElement(
                    action_id=PICK + "user", min_query_length=0, initial_options=chosen, max_selected_items=MAX_MEMBERS
                )
        if argument_type.placeholder == "<on | off>":
            return _switch(known)
        text = self._text(name, argument_type, known)
        return PlainTextInputElement(action_id="value", initial_value=text, max_length=argument_type.max_length)

    def _recall(
        self, name: str, argument_type: ArgumentType, known: Mapping[str, Any], *, optional: bool
    ) -> Iterator[Block]:
        to = known.get("to")
        options = [_option(choice.value, label) for choice, label in RECALL_LABELS.items()]
        chosen = next((option for option in options if option.value == to), None)
        radio = RadioButtonsElement(action_id=RECALL_CHOICE, options=options, initial_option=chosen)
        yield self._input(name, argument_type.label, radio, hint=argument_type.hint, optional=optional, dispatch=True)
        if to not in (None, RecallTo.USER):
            yield self._input(name + RING_GROUP, "Ring group", self._picker("ring_group", known.get("ring_group")))

    def _file(self, name: str, argument_type: ArgumentType, known: str | None, *, optional: bool) -> Iterator[Block]:
        """Yields a file picker, which can't be filled, and a checkbox that keeps a file chosen earlier."""
        picker = FileInputElement(action_id=FILES, filetypes=["wav"], max_files=1)
        optional = optional or known is not None
        yield self._input(name, argument_type.label, picker, hint=argument_type.hint, optional=optional)
        if known is not None:
            kept = _option(known, f"The file that was chosen before ({known})")
            checkbox = CheckboxesElement(action_id="value", options=[kept], initial_options=[kept])
            yield self._input(name + KEPT_FILE, "Or keep", checkbox, optional=True)

    def _picker(self, kind: PickerKind, known: str | None) -> ExternalDataSelectElement:
        chosen = _option(known, self.label(kind, known)) if known else None
        return ExternalDataSelectElement(action_id=PICK + kind, min_query_length=0, initial_option=chosen)

    def _text(self, name: str, argument_type: ArgumentType, known: Any) -> str | None:
        """Returns typed text as it is, and formats any other value."""
        if known is None or isinstance(known, str):
            return known
        annotation: Any = self.operation_type.model_fields[name].annotation
        return argument_type.say(TypeAdapter(annotation).validate_python(known))


def _switch(known: Any) -> RadioButtonsElement:
    options = [_option("on", "On"), _option("off", "Off: nobody can park a call then")]
    chosen = None if known is None else options[0 if known in (True, "on") else 1]
    return RadioButtonsElement(action_id="value", options=options, initial_option=chosen)


def _option(value: str, label: str) -> Option:
    return Option(**option_json(PickerOption(value, label)))
