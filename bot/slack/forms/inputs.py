"""Input blocks of a form: one for each argument of an operation, by the type of the argument."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError
from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DateTimePickerElement,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.errors import Refused
from bot.messages.text import shorten, split_words
from bot.operations.arguments.targets import MAX_MEMBERS, RECALL, Recall
from bot.operations.arguments.times import RECURS
from bot.operations.arguments.types import SWITCHES, ArgumentType, Reference, input_text
from bot.operations.base import Operation
from bot.pbx.models import RecallTo
from bot.planning.picker_sources import PickerKind, PickerOption
from bot.slack.forms.recurring import recurrence_blocks
from bot.slack.forms.state import FILES, KEPT_FILE, NO_TIME, PICK, PICKED_TIME, TIME_AT, is_single_time, picked_time
from bot.slack.forms.values import AS_IT_IS_TYPED, CHOICE
from bot.slack.text import displayable
from bot.texts import forms
from bot.times.model import End

LabelLookup = Callable[[PickerKind, str], str]
"""Returns the label of a picker's option by its value."""

MAX_LABEL, MAX_VALUE, MAX_PLACEHOLDER = 75, 150, 150
"""Characters; docs.slack.dev, Block Kit, option object and placeholders."""


def input_blocks(
    operation_type: type[Operation],
    arguments: Mapping[str, Any],
    *,
    label: LabelLookup = lambda _, value: value,
    current: Mapping[str, Any] | None = None,
    calendars: Sequence[str] = (),
    replaces_schedule: bool = False,
    focus: bool = False,
) -> Iterator[Block]:
    """Yields the inputs of an operation's form, filled with known arguments.

    Args:
        current: The settings on the PBX, shown in empty inputs.
        calendars: Names of the holiday calendars on whose days a change may repeat.
        replaces_schedule: Whether the change replaces a schedule, so that it has to repeat.
        focus: Whether the keyboard goes to the first input that has to be filled.
    """
    empty = (
        name
        for name, argument_type in operation_type.form().items()
        if arguments.get(name) in (None, "", []) and argument_type.reference is not Reference.FILE
        if operation_type.model_fields[name].is_required()
    )
    repeats = partial(recurrence_blocks, calendars=calendars, may_be_once=not replaces_schedule)
    builder = _InputBuilder(operation_type, label, current or {}, next(empty, "") if focus else "")
    once = not any(arguments.get(name) for name, one in operation_type.times().items() if one is RECURS)
    for name, argument_type in operation_type.form().items():
        if not once and is_single_time(operation_type, name):
            continue
        if argument_type is RECURS:
            yield from repeats(name, arguments.get(name))
        else:
            yield from builder.build(name, argument_type, arguments.get(name))


def option_json(option: PickerOption) -> dict[str, Any]:
    """Returns an option object; a text that is too long ends in an ellipsis."""
    made = {"text": _plain_text(displayable(option.label).strip() or option.value), "value": option.value}
    return made | ({"description": _plain_text(displayable(option.description))} if option.description else {})


def _plain_text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": shorten(text, MAX_LABEL)}


def is_selectable(option: PickerOption) -> bool:
    """Returns whether the option's value fits; a truncated one would be a different value."""
    return len(option.value) <= MAX_VALUE


def value_text(argument_type: ArgumentType, value: Any, label: LabelLookup = lambda _, value: value) -> str:
    """Returns a setting's value as text."""
    if argument_type.reference is Reference.RECALL:
        return _recall_label(value, label)
    return value if isinstance(value, str) else argument_type.say(value)


def _recall_label(value: Mapping[str, Any], label: LabelLookup) -> str:
    if value["to"] == RecallTo.USER:
        return forms.TO_USER
    ring_group = label("ring_group", value["ring_group"]) if value["ring_group"] else forms.TO_RING_GROUP
    known = {RecallTo.RING_GROUP: ring_group, RecallTo.USER_THEN_RING_GROUP: forms.user_then(ring_group)}
    return known.get(value["to"], forms.NOT_SET)


@dataclass(frozen=True)
class _InputBuilder:
    operation_type: type[Operation]
    label: LabelLookup
    current: Mapping[str, Any]
    focused: str
    """Name of the input that the keyboard goes to."""

    def build(self, name: str, argument_type: ArgumentType, known: Any) -> Iterator[Block]:
        """Yields the input of an argument; two for a time at a date and time, and for a file chosen earlier."""
        optional = not self.operation_type.model_fields[name].is_required()
        if argument_type.time is not None:
            yield from self._time(name, argument_type, known)
        elif argument_type.reference is Reference.FILE:
            yield from self._file(name, argument_type, known, optional=optional)
        else:
            element, hint = self._element(name, argument_type, known), argument_type.hint
            if argument_type in SWITCHES and name in self.current:
                hint = forms.now(value_text(argument_type, self.current[name]))  # radio buttons have no placeholder
            acts = self.operation_type.changes()  # what is chosen or typed is dispatched, to show what would change
            yield self._input(name, argument_type.label, element, hint=hint, optional=optional, dispatch=acts)

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
        if name == self.focused:
            element.focus_on_load = True
        return InputBlock(
            block_id=name, label=label, hint=hint or None, element=element, optional=optional, dispatch_action=dispatch
        )

    def _element(self, name: str, argument_type: ArgumentType, known: Any) -> InputInteractiveElement:
        match argument_type.reference:
            case Reference.GROUP:
                return self._picker("group", name, known and _option(known, self.label("group", known)))
            case Reference.SCOPE:
                value = argument_type.say(known) if known else ""
                return self._picker("scope", name, _option(value, self.label("scope", value)) if value else None)
            case Reference.MEMBER:
                return self._picker("user", name, known and _option(known, self.label("user", known)))
            case Reference.RECALL:
                return self._picker("recall", name, _recall_option(known, self.label), argument_type)
            case Reference.MEMBERS:
                chosen = [_option(value, self.label("user", value)) for value in known or ()] or None
                return ExternalDataMultiSelectElement(
                    action_id=PICK + "user", min_query_length=0, initial_options=chosen, max_selected_items=MAX_MEMBERS
                )
        if argument_type in SWITCHES:
            return _switch(known)
        if argument_type.is_choice:
            return _only_choice(argument_type, chosen=known is not None)
        return PlainTextInputElement(
            action_id=CHOICE + "text",
            initial_value=self._text(name, argument_type, known),
            max_length=argument_type.max_length,
            placeholder=self._placeholder(name, argument_type),
            dispatch_action_config=AS_IT_IS_TYPED if self.operation_type.changes() else None,
        )

    def _time(self, name: str, argument_type: ArgumentType, known: Any) -> Iterator[Block]:
        """Yields a choice of usual times and the one that is known, and a date and time where that is chosen."""
        at = picked_time(known)
        text = self._text(name, argument_type, known)
        value = NO_TIME if known is None else PICKED_TIME if at else _readable_time(argument_type, text)
        labels = {NO_TIME: argument_type.no_time, **(forms.CHIPS if argument_type.time is End else {})}
        if value is not None and value != PICKED_TIME:
            labels.setdefault(value, value)
        options = [_option(each, text) for each, text in {**labels, PICKED_TIME: forms.AT_A_TIME}.items()]
        chosen = next((option for option in options if option.value == value), None)
        radio = RadioButtonsElement(action_id=CHOICE + "time", options=options, initial_option=chosen)
        yield self._input(name, argument_type.label, radio, dispatch=True)
        if at:
            picker = DateTimePickerElement(action_id=CHOICE + "at", initial_date_time=at.timestamp)
            label = forms.at_a_time(argument_type.label)
            yield self._input(name + TIME_AT, label, picker, hint=forms.IN_YOUR_ZONE, dispatch=True)

    def _file(self, name: str, argument_type: ArgumentType, known: str | None, *, optional: bool) -> Iterator[Block]:
        """Yields a file picker, which can't be filled, and a checkbox that keeps a file chosen earlier."""
        picker = FileInputElement(action_id=FILES, filetypes=list(argument_type.filetypes), max_files=1)
        optional = optional or known is not None
        yield self._input(name, argument_type.label, picker, hint=argument_type.hint, optional=optional)
        if known is not None:
            kept = _option(known, forms.kept_file(known))
            checkbox = CheckboxesElement(action_id="value", options=[kept], initial_options=[kept])
            yield self._input(name + KEPT_FILE, forms.OR_KEEP, checkbox, optional=True)

    def _picker(
        self, kind: PickerKind, name: str, chosen: Option | None, argument_type: ArgumentType | None = None
    ) -> ExternalDataSelectElement:
        placeholder = self._placeholder(name, argument_type) if argument_type else None
        return ExternalDataSelectElement(
            action_id=PICK + kind, min_query_length=0, initial_option=chosen or None, placeholder=placeholder
        )

    def _placeholder(self, name: str, argument_type: ArgumentType) -> str | None:
        value = self.current.get(name)
        if value is None:
            return None
        return shorten(displayable(forms.now(value_text(argument_type, value, self.label))), MAX_PLACEHOLDER)

    def _text(self, name: str, argument_type: ArgumentType, known: Any) -> str | None:
        """Returns typed text as it is, and formats any other value."""
        if known is None or isinstance(known, str):
            return known and input_text(argument_type, known)
        annotation: Any = self.operation_type.model_fields[name].annotation
        return argument_type.say(TypeAdapter(annotation).validate_python(known))


def _readable_time(argument_type: ArgumentType, text: str | None) -> str | None:
    """Returns the canonical words of a time; None where it can't be read, so that one has to be chosen."""
    try:
        return argument_type.say(argument_type.read(split_words(text or "")))
    except (ValueError, Refused):
        return None


def _recall_option(known: Mapping[str, Any] | None, label: LabelLookup) -> Option | None:
    """Returns the option of a recall target; None where it lacks its ring group."""
    try:
        value = RECALL.say(Recall.model_validate(known))
    except (ValidationError, AttributeError):
        return None
    return _option(value, _recall_label(known, label)) if known else None


def _switch(known: Any) -> RadioButtonsElement:
    options = [_option("on", forms.ON), _option("off", forms.OFF)]
    chosen = None if known is None else options[0 if known in (True, "on") else 1]
    return RadioButtonsElement(action_id=CHOICE + "switch", options=options, initial_option=chosen)


def _only_choice(argument_type: ArgumentType, *, chosen: bool) -> RadioButtonsElement:
    options = [_option(NO_TIME, argument_type.no_time), _option(argument_type.say(True), argument_type.choice)]
    return RadioButtonsElement(action_id=CHOICE + "only", options=options, initial_option=options[chosen])


def _option(value: str, label: str) -> Option:
    return Option(**option_json(PickerOption(value, label)))
