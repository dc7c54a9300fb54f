"""Park's steps for Workflow Builder, as the app's manifest declares them."""

import io
from typing import Any

from ruamel.yaml import YAML

from bot.operations.workflow_steps import STEPS, Parameter, Step

_EDITS = {
    "org_deploy_enabled: false": (
        "org_deploy_enabled: true  # Slack takes steps only of apps that are ready for organizations\n"
        "  function_runtime: remote"
    ),
}
"""Replacements in the manifest's text, which keep its comments; each key occurs once."""
_WIDTH = 1000
"""Characters of a line: descriptions are not folded."""


def with_workflow_steps(text: str) -> str:
    """Returns a manifest with the steps: docs.slack.dev, app manifest reference, and Bolt's tutorial on custom steps.

    The event function_executed needs no subscription: docs.slack.dev, function_executed.
    """
    for old, new in _EDITS.items():
        before, after = text.split(old)
        text = before + new + after
    yaml, functions = YAML(), io.StringIO()
    yaml.width = _WIDTH
    yaml.dump({"functions": {name: _function(step) for name, step in STEPS.items()}}, functions)
    return f"{text}\n{functions.getvalue()}"


def _function(step: Step) -> dict[str, Any]:
    """Returns a step as manifests of version 1 declare it."""
    return {
        "title": step.title,
        "description": step.description,
        "input_parameters": {name: _parameter(name, one) for name, one in step.inputs.items()},
        "output_parameters": {name: _parameter(name, one) for name, one in step.outputs.items()},
    }


def _parameter(name: str, parameter: Parameter) -> dict[str, Any]:
    return {
        "type": parameter.type,
        "name": name,
        "title": parameter.title,
        "description": parameter.description,
        "is_required": parameter.required,
    }
