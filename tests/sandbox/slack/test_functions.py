"""The ends of workflows' steps: what Slack takes, and what it refuses."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.model import StepExecution
from tests.sandbox.slack.conftest import Park, a_park

STEP = {
    "title": "Greet",
    "description": "Greets",
    "input_parameters": {"name": {"type": "string", "name": "name", "is_required": True}},
    "output_parameters": {
        "text": {"type": "string", "name": "text", "is_required": True},
        "count": {"type": "integer", "name": "count", "is_required": False},
    },
}


def executed(park: Park) -> StepExecution:
    execution, _ = park.slack.run_step("greet", {"name": "Ada"})
    return execution


@pytest.fixture
def greeting() -> Any:
    with a_park(functions={"greet": STEP}, ack_timeout=0.1) as made:
        yield made


def refusal(park: Park, execution: str, outputs: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        park.bot.api_call(
            "functions.completeSuccess", params={"function_execution_id": execution, "outputs": json.dumps(outputs)}
        )
    return str(refused.value.response["error"])


def test_a_step_ends_once_with_the_outputs_that_it_declares(greeting: Park) -> None:
    execution = executed(greeting)
    greeting.bot.functions_completeSuccess(function_execution_id=execution.id, outputs={"text": "Hello", "count": 1})
    assert (execution.status, execution.outputs) == ("completed", {"text": "Hello", "count": 1})
    assert refusal(greeting, execution.id, {"text": "Hello"}) == "execution_not_in_running_state"
    with pytest.raises(SlackApiError, match="execution_not_in_running_state"):
        greeting.bot.functions_completeError(function_execution_id=execution.id, error="late")


def test_a_step_fails_with_a_text(greeting: Park) -> None:
    execution = executed(greeting)
    greeting.bot.functions_completeError(function_execution_id=execution.id, error="No such name")
    assert (execution.status, execution.error) == ("failed", "No such name")


@pytest.mark.parametrize(
    ("outputs", "code"),
    [
        ({}, "parameter_validation_failed"),
        ({"text": 1}, "parameter_validation_failed"),
        ({"text": "Hello", "count": "1"}, "parameter_validation_failed"),
        ({"text": "Hello", "count": True}, "parameter_validation_failed"),
        ({"text": "Hello", "other": "x"}, "parameter_validation_failed"),
    ],
)
def test_outputs_are_held_against_the_declaration(greeting: Park, outputs: dict[str, Any], code: str) -> None:
    execution = executed(greeting)
    assert refusal(greeting, execution.id, outputs) == code
    assert execution.status == "running"


def test_what_was_never_executed_can_t_be_ended(greeting: Park) -> None:
    assert refusal(greeting, "Fx0000000000", {"text": "Hello"}) == "function_execution_not_found"
    with pytest.raises(LookupError, match="there is no step 'part'"):
        greeting.slack.run_step("part", {})
