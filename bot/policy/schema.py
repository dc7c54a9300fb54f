"""The JSON Schema of the policy file, with the docstring of each field as its description.

pydantic can read the docstrings itself (`use_attribute_docstrings`), but then does so at every start, from the source.
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from bot.policy.rules import Deny, Example, Policy, Rule
from bot.policy.workflow_settings import Workflows
from bot.recurrence.calendars import CalendarSource

_MODELS: tuple[type[BaseModel], ...] = (Policy, Rule, Deny, Example, Workflows, CalendarSource)


def schema() -> str:
    """Returns the JSON Schema of the policy file, as in `policy.schema.json`."""
    document = Policy.model_json_schema()
    for model in _MODELS:
        described = document if model is Policy else document["$defs"][model.__name__]
        _describe(described["properties"], _docstrings(model))
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _describe(properties: Mapping[str, dict[str, Any]], docstrings: Mapping[str, str]) -> None:
    for name, values in properties.items():
        if name in docstrings:
            values.setdefault("description", docstrings[name])


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Returns the docstring of each field that has one, by the field's name; those of base classes too."""
    bases = (one for one in reversed(model.__mro__) if issubclass(one, BaseModel) and one is not BaseModel)
    return {name: text for one in bases for name, text in _own_docstrings(one)}


def _own_docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class
    for field, after in pairwise(definition.body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
