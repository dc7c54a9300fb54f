"""Mistakes in a policy file in words: what is wrong, and what to write instead."""

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process, utils

from bot.policy.example import Example
from bot.policy.rules import Deny, Permission, Policy, Rule

OPERATIONS = (*Permission, "all")
TABLES: dict[str, type[BaseModel]] = {"allow": Rule, "deny": Deny, "example": Example}
_SHAPES = {
    "channels": '["C0123ABCD"]',
    "users": '["U0123ABCD"]',
    "user_groups": '["S0123ABCD"]',
    "operations": '["read", "members"]',
    "groups": '["Sales*"]',
    "ring_groups": '["Night Desk"]',
    "hours": '["Mon-Fri 08:00-18:00 Europe/Berlin"]',
    "approvers": '["U0123ABCD"]',
    "line": '"add 1001 to Sales"',
    "user": '"U0123ABCD"',
    "expect": '"allowed"',
}


def explain(error: ErrorDetails) -> str:
    """One mistake that pydantic found, without its line."""
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(error)
        case "missing":
            return f"{_key(error)} is missing: write, for example, {_key(error)} = {_SHAPES[_key(error)]}"
        case "enum":
            return f'"{error["input"]}" is no kind of operation{_meant(str(error["input"]), OPERATIONS)}'
        case "tuple_type" | "model_type":
            return _wrong_shape(error)
        case "string_type":
            return f'{_key(error)}: {error["input"]} is not text: put it in "double quotes"'
        case "string_too_short":
            return f"{_key(error)} is empty: write something, or leave it out"
        case "value_error":
            named = _key(error) not in TABLES
            return f"{_key(error)}: {error['ctx']['error']}" if named else str(error["ctx"]["error"])
    return f"{_key(error)}: {_figure(error) or error['msg']}"


def _figure(error: ErrorDetails) -> str | None:
    shown = _shown(error["input"])
    match error["type"]:
        case "int_type" | "int_parsing" | "int_from_float" | "greater_than_equal":
            return f"{shown} is no whole number from 1 on"
        case "literal_error":
            return f"{shown} is none of {error['ctx']['expected']}"
    return None


def _key(error: ErrorDetails) -> str:
    return str(next((part for part in reversed(error["loc"]) if isinstance(part, str)), "the file"))


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _unknown_key(error: ErrorDetails) -> str:
    key, model = _key(error), TABLES.get(str(error["loc"][0])) if len(error["loc"]) > 1 else None
    if model and key in Policy.model_fields:
        return f"{key} is about the whole file: put it at the top, above the first table"
    if model is Deny and key in Rule.model_fields:
        return f"{key} is for rules that allow: what is denied nobody can approve, nor is it done in an emergency"
    homes = [table for table, other in TABLES.items() if key in other.model_fields]
    if model is None and homes:
        return f"{key} belongs to a rule: put [[{homes[0]}]] on a line above it"
    return f"unknown key {key}{_meant(key, tuple((model or Policy).model_fields))}"


def _meant(word: str, words: tuple[str, ...]) -> str:
    close = process.extractOne(word, words, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    known = f"; there are {', '.join(words[:-1])} and {words[-1]}"
    return f': did you mean "{close[0]}"?' if close else known


def _wrong_shape(error: ErrorDetails) -> str:
    if (table := _key(error)) in TABLES:
        return f"{table} is not a list of tables: begin each with a line [[{table}]], in two brackets"
    shape = f'["{error["input"]}"]' if isinstance(error["input"], str) else _SHAPES[_key(error)]
    return f"{_key(error)} is a list, even of one: write {_key(error)} = {shape}"
