"""The inputs of a form: one noun, one picker."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)

from bot.fields import MAX_MEMBERS, Noun, Refers
from bot.operation import Operation
from bot.pbx.models import RecallTo
from bot.slack.forms.ids import PICK, RECALL_CHOICE, RING_GROUP

CHOICES = {
    RecallTo.USER: "The user who parked the call",
    RecallTo.USER_THEN_RING_GROUP: "That user first, then a ring group",
    RecallTo.RING_GROUP: "A ring group",
}


def inputs(operation: type[Operation], arguments: Mapping[str, Any]) -> Iterator[Block]:
    """One input a field, filled with what is known; a recall target's ring group only where it is needed."""
    for name, noun in operation.form().items():
        known = arguments.get(name)
        optional = not operation.model_fields[name].is_required()
        if noun.refers is Refers.RECALL:
            yield from _recall(name, noun, known, optional=optional)
        else:
            yield _input(name, noun, _element(noun, known), optional=optional)


def shown(noun: Noun, value: Any) -> tuple[str, str]:
    """Label and value of what stands on the PBX."""
    if noun.refers is Refers.RECALL:
        ring_group = f" ({value['ring_group']})" if value["ring_group"] else ""
        return noun.label, CHOICES.get(value["to"], "not set") + ring_group
    return noun.label, value if isinstance(value, str) else noun.say(value)


def _input(
    name: str, noun: Noun, element: InputInteractiveElement, *, optional: bool, dispatch: bool = False
) -> InputBlock:
    hint = noun.hint or None
    return InputBlock(
        block_id=name, label=noun.label, hint=hint, element=element, optional=optional, dispatch_action=dispatch
    )


def _element(noun: Noun, known: Any) -> InputInteractiveElement:
    match noun.refers:
        case Refers.GROUP:
            return _picker("group", known)
        case Refers.MEMBER:
            return _picker("user", known)
        case Refers.MEMBERS:
            chosen = [_option(one) for one in known or ()] or None
            return ExternalDataMultiSelectElement(
                action_id=PICK + "user", min_query_length=1, initial_options=chosen, max_selected_items=MAX_MEMBERS
            )
    if noun.placeholder == "<on | off>":
        options = [_option("on", "On"), _option("off", "Off: nobody can park a call then")]
        chosen_one = None if known is None else options[0 if known in (True, "on") else 1]
        return RadioButtonsElement(action_id="value", options=options, initial_option=chosen_one)
    text = None if known is None else known if isinstance(known, str) else noun.say(known)
    return PlainTextInputElement(action_id="value", initial_value=text, max_length=150)


def _recall(name: str, noun: Noun, known: Any, *, optional: bool) -> Iterator[Block]:
    to, ring_group = (known or {}).get("to"), (known or {}).get("ring_group")
    options = [_option(choice.value, label) for choice, label in CHOICES.items()]
    chosen = next((option for option in options if option.value == to), None)
    radio = RadioButtonsElement(action_id=RECALL_CHOICE, options=options, initial_option=chosen)
    yield _input(name, noun, radio, optional=optional, dispatch=True)
    if to not in (None, RecallTo.USER):
        element = _picker("ring_group", ring_group)
        yield InputBlock(block_id=name + RING_GROUP, label="Ring group", element=element)


def _picker(kind: str, known: str | None) -> ExternalDataSelectElement:
    chosen = _option(known) if known else None
    return ExternalDataSelectElement(action_id=PICK + kind, min_query_length=1, initial_option=chosen)


def _option(value: str, label: str | None = None) -> Option:
    return Option(value=value, text=(label or value)[:75])
