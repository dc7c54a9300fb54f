"""Forms and lines are equivalent: whatever a form can hold can be typed, and the other way round."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.operations.approvals import CHANGE_TO_REFUSE, Refuse
from bot.operations.arguments.times import RECURS
from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import modified_readings, parse
from bot.operations.setups import EVERYTHING, Restore
from bot.sandbox.slack.elements import Values, entry_of, initial_values, options_of
from bot.sandbox.slack.menus import options_by_name, parse_entered_value
from bot.slack import text
from bot.slack.forms import inputs
from bot.slack.forms import state as form_state
from bot.slack.forms.recurring import IN_WORDS, ONCE
from bot.slack.forms.state import NO_TIME
from bot.slack.forms.values import InvalidInput
from tests.strategies import operations

WITH_FORMS = [operation for operation in OPERATIONS if operation.form()]
Json = dict[str, Any]


def can_be_typed(operation: Operation) -> bool:
    """Whether the text holds none of the quotes, dashes and spaces that are normalized when typed."""
    boxes = [
        value for _, argument_type, value in operation.said() if argument_type.reference in (None, Reference.NEW_GROUP)
    ]
    return all(text.form_text(value) == value for value in boxes if isinstance(value, str))


def has_inputs(operation: Operation) -> bool:
    """Whether each argument has an input: `after`, of the button for more schedules, has none."""
    return {name for name, _, _ in operation.said()} <= operation.form().keys()


def is_possible(operation: Operation) -> bool:
    """Whether the form takes it: a restoration deletes new groups only with everything."""
    return not (isinstance(operation, Restore) and operation.new and operation.what != EVERYTHING)


asked_for = st.sampled_from(WITH_FORMS).flatmap(operations).filter(has_inputs).filter(can_be_typed).filter(is_possible)


def drawn_inputs(operation: type[Operation], arguments: Json) -> list[Json]:
    """The form's inputs as they are sent to Slack."""
    return [block.to_dict() for block in inputs.input_blocks(operation, arguments)]


def as_filled(operation: Operation) -> Values:
    """The values that Slack sends of an empty form filled with the operation's arguments."""
    values: Values = {}
    times = {name: kind for name, kind in operation.form().items() if kind.time and getattr(operation, name)}
    typed: Json = {name: kind.say(getattr(operation, name)) for name, kind in times.items()}  # which are options then
    if (recurrence := getattr(operation, "recurs", None)) is not None:
        typed["recurs"] = {"choice": IN_WORDS}  # which draws the input for the words
    for block in drawn_inputs(type(operation), typed):
        name = block["block_id"]
        if name.startswith("recurs"):
            choice = IN_WORDS if recurrence else ONCE
            said = choice if name == "recurs" else RECURS.say(recurrence)
            values[name] = {block["element"]["action_id"]: _enter(block["element"], said)}
            continue
        argument_type, value = operation.form()[name], getattr(operation, name)
        empty = NO_TIME if argument_type.time else None
        entry = empty if value is None else _entry(argument_type, value)
        values[name] = {block["element"]["action_id"]: _enter(block["element"], entry)}
    return values


def _entry(argument_type: ArgumentType, value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    said = argument_type.reference is Reference.SCOPE or argument_type is CHANGE_TO_REFUSE
    is_text = isinstance(value, str) and not said
    return value if is_text else argument_type.say(value)


def _enter(element: Json, entry: Any) -> Json:
    """Fills an input as the fake workspace does, with every entered name among the options."""
    offered = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in _names(entry)]
    there = options_by_name(options_of(element) or offered)
    if element["type"] == "file_input":
        there = {name: {"id": name, "name": "welcome.wav"} for name in _names(entry)}
    return entry_of(element, parse_entered_value(element, entry, there))


def _names(entry: Any) -> list[str]:
    return [] if entry is None else entry if isinstance(entry, list) else [entry]


@given(asked_for)
@settings(max_examples=100)
def test_a_form_that_is_filled_asks_for_what_its_line_asks_for(operation: Operation) -> None:
    check_filled_by_hand(operation)


def check_filled_by_hand(operation: Operation) -> None:
    read = type(operation)(**form_state.parse_values(type(operation), as_filled(operation)))
    assert read == operation
    assert read.text() == operation.text()
    assert (modified_readings(read) or (read,))[0] in parse(read.text())


NAMES_LIKE_OTHER_WORDS = ('"', '"Sales"', 'Café "Süd"', "42", "#42", "change 7", "drift 7", "Sales for", "9" * 16, "'")


@pytest.mark.parametrize("name", NAMES_LIKE_OTHER_WORDS)
def test_a_name_that_reads_like_other_words_is_filled_and_typed_as_that_name(name: str) -> None:
    check_filled_and_left_alone(Refuse(number=name))
    check_filled_by_hand(Refuse(number=name))


@pytest.mark.parametrize(
    ("typed", "number"),
    [("42", 42), ("#42", 42), ('"42"', "42"), ("Sales for", "Sales for"), ('"Sales"', "Sales"), ('"', '"')],
)
def test_what_is_typed_for_a_change_or_a_group_is_a_number_or_a_name(typed: str, number: int | str) -> None:
    values = as_filled(Refuse(number="Sales"))
    values["number"] = {action: {**entry, "value": typed} for action, entry in values["number"].items()}
    assert Refuse(**form_state.parse_values(Refuse, values)) == Refuse(number=number)


@pytest.mark.parametrize("typed", ['""', '" "'])
def test_what_can_not_be_read_is_shown_again_as_it_was_typed(typed: str) -> None:
    values = as_filled(Refuse(number="Sales"))
    values["number"] = {action: {**entry, "value": typed} for action, entry in values["number"].items()}
    with pytest.raises(InvalidInput):
        form_state.parse_values(Refuse, values)
    again = drawn_inputs(Refuse, form_state.raw_values(Refuse, values))
    assert initial_values(again, None) == values


@given(asked_for)
@example(Refuse(number='"'))
@settings(max_examples=100)
def test_a_form_that_is_filled_for_somebody_and_left_alone_asks_for_the_same(operation: Operation) -> None:
    check_filled_and_left_alone(operation)


def check_filled_and_left_alone(operation: Operation) -> None:
    blocks = drawn_inputs(type(operation), operation.model_dump(mode="json", exclude_none=True))
    values = initial_values(blocks, None)
    assert type(operation)(**form_state.parse_values(type(operation), values)) == operation
    again = drawn_inputs(type(operation), form_state.raw_values(type(operation), values))
    assert initial_values(again, None) == values, "drawn again, nothing is lost"


@pytest.mark.parametrize("operation", WITH_FORMS)
def test_every_field_of_a_form_is_an_argument_and_has_a_label_of_its_own(operation: type[Operation]) -> None:
    assert [block["block_id"] for block in drawn_inputs(operation, {})] == list(operation.form())
    labels = [argument_type.label for argument_type in operation.form().values()]
    assert len(set(labels)) == len(labels)


def test_whatever_has_no_form_is_about_earlier_changes_or_about_lines() -> None:
    without = {one.operation_id for one in OPERATIONS if one.argument_types() and not one.form()}
    earlier = {one.operation_id for one in OPERATIONS if "number" in one.argument_types()} - {
        "refuse"
    }  # which has a reason to ask for
    assert without == earlier | {
        "ask",
        "history",
        "history_export",
        "history_table",
        "schedules_table",
        "undo_last",
        "end",
        "preview",
        "help",
        "can",
        "who_can",
    }
