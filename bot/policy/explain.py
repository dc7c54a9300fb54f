"""Mistakes in a policy file in words: what is wrong, and what to write instead."""

from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process, utils

from bot.policy.rules import Permission, Policy, Rule

OPERATIONS = (*Permission, "all")
_SHAPES = {
    "channels": '["C0123ABCD"]',
    "users": '["U0123ABCD"]',
    "user_groups": '["S0123ABCD"]',
    "operations": '["read", "members"]',
    "groups": '["Sales*"]',
    "ring_groups": '["Night Desk"]',
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
            named = _key(error) != "allow"
            return f"{_key(error)}: {error['ctx']['error']}" if named else str(error["ctx"]["error"])
    return f"{_key(error)}: {error['msg']}"


def _key(error: ErrorDetails) -> str:
    return str(next((part for part in reversed(error["loc"]) if isinstance(part, str)), "the file"))


def _unknown_key(error: ErrorDetails) -> str:
    key, in_rule = _key(error), len(error["loc"]) > 1
    if in_rule and key in Policy.model_fields:
        return f"{key} is about the whole file: put it at the top, above the first [[allow]]"
    if not in_rule and key in Rule.model_fields:
        return f"{key} belongs to a rule: put [[allow]] on a line above it"
    return f"unknown key {key}{_meant(key, tuple((Rule if in_rule else Policy).model_fields))}"


def _meant(word: str, words: tuple[str, ...]) -> str:
    close = process.extractOne(word, words, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    known = f"; there are {', '.join(words[:-1])} and {words[-1]}"
    return f': did you mean "{close[0]}"?' if close else known


def _wrong_shape(error: ErrorDetails) -> str:
    if _key(error) == "allow":
        return "allow is not a list of rules: begin each rule with a line [[allow]], in two brackets"
    shape = f'["{error["input"]}"]' if isinstance(error["input"], str) else _SHAPES[_key(error)]
    return f"{_key(error)} is a list, even of one: write {_key(error)} = {shape}"
