"""The inputs of a form: one noun, one picker; and what was picked, read by the same noun."""

import re
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

from bot.errors import NotPossible
from bot.fields import MAX_MEMBERS, Noun, Recall, Refers
from bot.operation import Operation
from bot.pbx.models import RecallTo
from bot.slack.text import entered
from bot.words import Word, split

PICK = "park:pick:"
"""Starts the action_id of every picker with typeahead; what it picks follows."""
NOBODY = "park:nobody"
"""The value of an option that only says something."""
RECALL_CHOICE = "park:recall"
RING_GROUP = ".ring_group"
"""Ends the block_id of a recall target's ring group."""
CHOICES = {
    RecallTo.USER: "The user who parked the call",
    RecallTo.USER_THEN_RING_GROUP: "That user first, then a ring group",
    RecallTo.RING_GROUP: "A ring group",
}
State = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""view.state.values: block_id, action_id, what is filled in."""


class Misfilled(Exception):
    """What is wrong, by the block_id of the input that it stands beside."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


def inputs(operation: type[Operation], arguments: Mapping[str, Any]) -> Iterator[Block]:
    """One input a field, filled with what is known; a recall target's ring group only where it is needed."""
    for name, noun in operation.form().items():
        known = arguments.get(name)
        optional = not operation.model_fields[name].is_required()
        if noun.refers is Refers.RECALL:
            yield from _recall(name, noun, known, optional=optional)
        else:
            yield _input(name, noun, _element(noun, known), optional=optional)


def read(operation: type[Operation], state: State) -> dict[str, Any]:
    """The arguments that the form asks for; raise Misfilled."""
    arguments, faults = {}, {}
    for name, noun in operation.form().items():
        try:
            value = _value(noun, name, state)
        except (ValueError, NotPossible) as fault:
            faults[name] = str(fault)
            continue
        if value is not None:
            arguments[name] = value
    if faults:
        raise Misfilled(faults)
    return arguments


def filled(operation: type[Operation], state: State) -> dict[str, Any]:
    """What stands in the form, right or wrong, so that it can be drawn again with nothing lost."""
    kept = {}
    for name, noun in operation.form().items():
        if noun.refers is Refers.RECALL:
            kept[name] = {"to": _picked(state, name), "ring_group": _picked(state, name + RING_GROUP)}
        else:
            kept[name] = _picked(state, name)
    return {name: value for name, value in kept.items() if value not in (None, [], {"to": None, "ring_group": None})}


def _value(noun: Noun, name: str, state: State) -> Any:
    picked = _picked(state, name)
    if picked in (None, "", []):
        return None
    if NOBODY in picked:
        raise ValueError("That is no name: type its first characters again and pick one.")
    match noun.refers:
        case Refers.GROUP | Refers.NEW_GROUP | Refers.MEMBER:
            return noun.read((Word(picked, quoted=re.fullmatch(r"[0-9]+|<@\w+>", picked) is None),))
        case Refers.MEMBERS:
            return tuple(picked)
        case Refers.RECALL:
            ring_group = None if picked == RecallTo.USER else _picked(state, name + RING_GROUP)
            if picked != RecallTo.USER and not ring_group:
                raise ValueError("Choose the ring group below.")
            return Recall(to=RecallTo(picked), ring_group=ring_group)
    return noun.read(split(picked))


def _picked(state: State, block_id: str) -> Any:
    """Text, the value of the option that is chosen, or the values of all that are."""
    for element in state.get(block_id, {}).values():
        if element["type"] == "multi_external_select":
            return [option["value"] for option in element["selected_options"]]
        if "selected_option" in element:
            return element["selected_option"] and element["selected_option"]["value"]
        return entered(element["value"] or "") or None
    return None


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


def shown(noun: Noun, value: Any) -> tuple[str, str]:
    """Label and value of what stands on the PBX."""
    if noun.refers is Refers.RECALL:
        ring_group = f" ({value['ring_group']})" if value["ring_group"] else ""
        return noun.label, CHOICES.get(value["to"], "not set") + ring_group
    return noun.label, value if isinstance(value, str) else noun.say(value)
