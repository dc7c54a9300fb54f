"""Web API methods that end the steps of workflows (functions.*), with what Slack refuses of them."""

import json

from bot.sandbox.slack.methods.registry import api_method
from bot.sandbox.slack.model import Json, SlackError, StepExecution
from bot.sandbox.slack.state import SlackState

_TYPES: dict[str, type] = {"integer": int, "boolean": bool, "object": dict, "array": list}
"""The types of JSON that an output may have; all others are strings."""


@api_method("functions.completeSuccess")
def complete_success(state: SlackState, args: Json) -> Json:
    """Ends a step with outputs as its declaration has them: docs.slack.dev, functions.completeSuccess."""
    execution = _running(state, args)
    try:
        outputs = json.loads(args.get("outputs") or "")
    except ValueError:
        raise SlackError("invalid_arguments") from None
    if not isinstance(outputs, dict) or not _as_declared(state.workflows.declared[execution.callback_id], outputs):
        raise SlackError("parameter_validation_failed")
    execution.status, execution.outputs = "completed", outputs
    state.changed.notify_all()
    return {}


@api_method("functions.completeError")
def complete_error(state: SlackState, args: Json) -> Json:
    """Ends a step, and its workflow, with a text for people: docs.slack.dev, functions.completeError."""
    execution = _running(state, args)
    if not args.get("error"):
        raise SlackError("invalid_arguments")
    execution.status, execution.error = "failed", str(args["error"])
    state.changed.notify_all()
    return {}


def _running(state: SlackState, args: Json) -> StepExecution:
    execution = state.workflows.executions.get(str(args.get("function_execution_id") or ""))
    if execution is None:
        raise SlackError("function_execution_not_found")
    if execution.status != "running":
        raise SlackError("execution_not_in_running_state")
    return execution


def _as_declared(function: Json, outputs: Json) -> bool:
    """Whether all outputs are declared, have their types, and none is missing that is required."""
    declared = function["output_parameters"]
    required = {name for name, one in declared.items() if one.get("is_required")}
    typed = (type(value) is _TYPES.get(declared[name]["type"], str) for name, value in outputs.items())
    return required <= outputs.keys() <= declared.keys() and all(typed)
