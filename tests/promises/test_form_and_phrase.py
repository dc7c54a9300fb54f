"""A form and a line are two ways to say one thing: whatever can be filled in can be typed, and the other way round."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import meant, parse
from bot.sandbox.slack.elements import Values, entry_of, first, options_of
from bot.sandbox.slack.menus import by_name, entered
from bot.slack import text
from bot.slack.forms import inputs
from bot.slack.forms import state as reading
from tests.strategies import operations

WITH_FORMS = [operation for operation in OPERATIONS if operation.form()]
Json = dict[str, Any]


def can_be_typed(asked: Operation) -> bool:
    """Quotes, dashes and spaces of phones are read as the plain ones: what a person types never holds the others."""
    boxes = [
        value for _, argument_type, value in asked.said() if argument_type.reference in (None, Reference.NEW_GROUP)
    ]
    return all(text.entered(value) == value for value in boxes if isinstance(value, str))


asked_for = st.sampled_from(WITH_FORMS).flatmap(operations).filter(can_be_typed)


def drawn(operation: type[Operation], arguments: Json) -> list[Json]:
    """The form's inputs, as Slack gets them."""
    return [block.to_dict() for block in inputs.inputs(operation, arguments)]


def as_filled(asked: Operation) -> Values:
    """What Slack sends of an empty form in which a person entered the operation's arguments one by one."""
    values: Values = {}
    known = {name: _known(argument_type, getattr(asked, name)) for name, argument_type in asked.form().items()}
    redrawn = {name: value for name, value in known.items() if isinstance(value, dict)}  # a recall's choice redraws
    for block in drawn(type(asked), redrawn):
        name, _, part = block["block_id"].partition(".")
        argument_type, value = asked.form()[name], getattr(asked, name)
        entry = None if value is None else _entry(argument_type, value, part)
        values[block["block_id"]] = {block["element"]["action_id"]: _enter(block["element"], entry)}
    return values


def _known(argument_type: ArgumentType, value: Any) -> Any:
    return value.model_dump(mode="json") if argument_type.reference is Reference.RECALL and value is not None else value


def _entry(argument_type: ArgumentType, value: Any, part: str) -> Any:
    if argument_type.reference is Reference.RECALL:
        return value.ring_group if part else value.to.value
    return list(value) if isinstance(value, tuple) else value if isinstance(value, str) else argument_type.say(value)


def _enter(element: Json, entry: Any) -> Json:
    """As the sandbox workspace does, where every name that is entered is among those that are offered."""
    offered = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in _names(entry)]
    there = by_name(options_of(element) or offered)
    if element["type"] == "file_input":
        there = {name: {"id": name, "name": "welcome.wav"} for name in _names(entry)}
    return entry_of(element, entered(element, entry, there))


def _names(entry: Any) -> list[str]:
    return [] if entry is None else entry if isinstance(entry, list) else [entry]


@given(asked_for)
@settings(max_examples=400)
def test_a_form_that_is_filled_asks_for_what_its_line_asks_for(asked: Operation) -> None:
    read = type(asked)(**reading.read(type(asked), as_filled(asked)))
    assert read == asked
    assert read.text() == asked.text()
    assert (meant(read) or (read,))[0] in parse(read.text())


@given(asked_for)
@settings(max_examples=400)
def test_a_form_that_is_filled_for_somebody_and_left_alone_asks_for_the_same(asked: Operation) -> None:
    blocks = drawn(type(asked), asked.model_dump(mode="json", exclude_none=True))
    values = first(blocks, None)
    assert type(asked)(**reading.read(type(asked), values)) == asked
    again = drawn(type(asked), reading.filled(type(asked), values))
    assert first(again, None) == values, "drawn again, nothing is lost"


@pytest.mark.parametrize("operation", WITH_FORMS)
def test_every_field_of_a_form_is_an_argument_and_has_a_label_of_its_own(operation: type[Operation]) -> None:
    assert [block["block_id"] for block in drawn(operation, {})] == list(operation.form())
    labels = [argument_type.label for argument_type in operation.form().values()]
    assert len(set(labels)) == len(labels)


def test_whatever_has_no_form_is_about_earlier_changes_or_about_lines() -> None:
    without = {one.operation_id for one in OPERATIONS if one.argument_types() and not one.form()}
    earlier = {one.operation_id for one in OPERATIONS if "number" in one.argument_types()} - {
        "refuse"
    }  # which has a reason to ask for
    assert without == earlier | {"ask", "history", "history_export", "undo_last", "preview", "help", "can", "who_can"}
