"""Explains in Park's words what is wrong at one place of a set-up file, whatever pydantic and the parser call it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from ruamel.yaml.error import MarkedYAMLError

from bot.setups.model import GroupPart, RecallPart, ServerPart, SetupFile
from bot.texts import setup_mistakes as texts

_SHOWN = 40
"""Characters of a value that a mistake quotes."""


def explain(error: Mapping[str, Any]) -> str:
    """Returns what is wrong by one of pydantic's errors, and what to write instead."""
    path: Sequence[Any] = error["loc"]
    if error["type"] == "extra_forbidden":
        return texts.unknown_key(_known_keys(path[:-1]))
    if error["type"] == "value_error":  # in Park's words already
        return str(error["msg"]).removeprefix("Value error, ")
    value = error.get("input")
    shown = str(value)[:_SHOWN] if isinstance(value, str | int) else ""
    what: str = texts.EXPECTED[_what(path)]
    return texts.expected(shown, what)


def explain_yaml(error: MarkedYAMLError) -> str:
    """Returns what is wrong with text that is no YAML."""
    problem = error.problem or ""
    if "'\\t'" in problem:
        return texts.NO_TABS
    return texts.NO_REFERENCE if "undefined alias" in problem else texts.NO_YAML


def _what(path: Sequence[Any]) -> str:
    """Returns what stands at a path: the key of `texts.EXPECTED`."""
    match path:
        case ():
            return "file"
        case ("groups", _, "[key]"):  # as pydantic marks a key that is wrong itself
            return "name"
        case ("groups", _):
            return "group"
        case ("groups", _, "members", _):
            return "member"
        case _:
            return str(path[-1])


def _known_keys(path: Sequence[Any]) -> tuple[str, ...]:
    model: type[BaseModel] = SetupFile if not path else RecallPart if path[-1] == "recall" else ServerPart
    if len(path) == 2 and path[0] == "groups":
        model = GroupPart
    return tuple(model.model_fields)
