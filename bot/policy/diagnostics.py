"""Explains validation errors, finds rules without effect, and writes the policy's JSON Schema."""

import json
import re
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process, utils

from bot.policy.field_types import as_toml_list, is_user_group
from bot.policy.matching import matches_any
from bot.policy.model import RECALL_PERMISSIONS, Permission
from bot.policy.rules import MATCH_ALL, UNGROUPED, BaseRule, Deny, Example, Policy, Rule, channel_only_rules

OPERATION_NAMES = (*Permission, "all")
RULE_MODELS: dict[str, type[BaseModel]] = {"allow": Rule, "deny": Deny, "example": Example}
_EXAMPLES = {
    "channels": '["C0123ABCD"]',
    "users": '["U0123ABCD"]',
    "user_groups": '["S0123ABCD"]',
    "operations": '["read", "members"]',
    "groups": '["Sales*"]',
    "ring_groups": '["Night Desk"]',
    "temporary": '"4h"',
    "hours": '["Mon-Fri 08:00-18:00 Europe/Berlin"]',
    "approvers": '["U0123ABCD"]',
    "line": '"add 1001 to Sales"',
    "user": '"U0123ABCD"',
    "expect": '"allowed"',
}

_ID_EXAMPLES = dict.fromkeys(("announce", "drift", "ask_in", "emergency"), '"C0123ABCD"') | {"contact": '"S0123ABCD"'}
_ID_PURPOSES = {"emergency": ", the channel in which the reason is posted", "ask_in": ", the channel of the approvers"}
_SYNONYMS = {
    "operations": {"permissions", "permission", "actions", "action", "verbs", "rights", "allow", "can", "commands"},
    "users": {"who", "people", "person", "user_ids", "user_id"},
    "user_groups": {"roles", "role", "teams", "usergroups", "subteams"},
    "channels": {"where", "channel_ids", "rooms"},
    "groups": {"park_groups", "parkgroups", "names", "targets", "resources"},
    "ring_groups": {"ringgroups", "recall_to", "destinations", "recalls"},
    "temporary": {"duration", "max_duration", "maximum_duration", "for", "time", "length", "max_time", "until"},
    "members": {"max_members", "most_members", "max_people", "limit"},
    "hours": {"when", "times", "days", "schedule", "between"},
    "approvers": {"approval", "approved_by", "approver_ids", "reviewers", "needs_approval"},
    "approvals": {"approval_count", "min_approvals", "quorum"},
    "emergency": {"urgent", "break_glass", "emergency_channel", "reason"},
    "announce": {"announcements", "channel", "log", "audit"},
    "contact": {"contacts", "help", "owner", "admin", "support"},
}
"""What people write for a key, in place of its name."""


def explain_error(error: ErrorDetails) -> str:
    """Describes one validation error of pydantic and its correction, without the line number."""
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(error)
        case "missing":
            return f"{_key(error)} is missing: write, for example, {_key(error)} = {_EXAMPLES[_key(error)]}"
        case "enum":
            return _unknown_operation(str(error["input"]))
        case "tuple_type" | "model_type":
            return _wrong_type(error)
        case "string_type":
            return f"{_key(error)}: {_not_text(error)}"
        case "string_too_short":
            return f"{_key(error)} is empty: write something, or leave it out"
        case "value_error":
            named = _key(error) not in RULE_MODELS
            return f"{_key(error)}: {error['ctx']['error']}" if named else str(error["ctx"]["error"])
    return f"{_key(error)}: {_describe_value_error(error) or error['msg']}"


def _describe_value_error(error: ErrorDetails) -> str | None:
    shown = _shown(error["input"])
    match error["type"]:
        case "int_type" if isinstance(error["input"], list):
            return f"{shown} is no number: it is how many people at once; whom a rule is for stands in users"
        case "int_type" | "int_parsing" | "int_from_float" | "greater_than_equal":
            return f"{shown} is no whole number from 1 on"
        case "literal_error":
            return f"{shown} is none of {error['ctx']['expected']}"
    return None


def _unknown_operation(text: str) -> str:
    if len(parts := _parts(text)) > 1:
        return (
            f'"{text}" is several kinds of operation in one: put each in quotes of its own, as in {as_toml_list(parts)}'
        )
    return f'"{text}" is no kind of operation{_suggest(text, OPERATION_NAMES)}'


def _not_text(error: ErrorDetails) -> str:
    key, shown = _key(error), _shown(error["input"])
    if key in ("groups", "ring_groups") and not isinstance(error["input"], bool):
        return f"{shown} is a number, and rules go by names: write the name, as in {key} = {_EXAMPLES[key]}"
    if example := _ID_EXAMPLES.get(key) or (_EXAMPLES.get(key) if isinstance(error["input"], bool) else None):
        return f"{shown} is no id: write {key} = {example}{_ID_PURPOSES.get(key, '')}"
    return f'{shown} is not text: put it in "double quotes"'


def _parts(text: str) -> list[str]:
    return re.split(r"\s*,\s*|\s+and\s+|\s+", text.strip())


def _key(error: ErrorDetails) -> str:
    return str(next((part for part in reversed(error["loc"]) if isinstance(part, str)), "the file"))


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _unknown_key(error: ErrorDetails) -> str:
    key, model = _key(error), RULE_MODELS.get(str(error["loc"][0])) if len(error["loc"]) > 1 else None
    if model and key in Policy.model_fields:
        return f"{key} is about the whole file: put it at the top, above the first table"
    if model is Deny and key in Rule.model_fields:
        return f"{key} is for rules that allow: what is denied nobody can approve, nor is it done in an emergency"
    tables = [table for table, other in RULE_MODELS.items() if key in other.model_fields]
    if model is None and tables:
        return f"{key} belongs to a rule: put [[{tables[0]}]] on a line above it"
    fields = (model or Policy).model_fields
    if meant := next((name for name, words in _SYNONYMS.items() if key.casefold() in words and name in fields), None):
        return f"unknown key {key}: that is called {meant} here: write {meant} = {_EXAMPLES.get(meant, '...')}"
    if model is None and _is_table(error["input"]):
        return f"unknown table {key}: a rule begins with [[allow]] or [[deny]], an example with [[example]]"
    return f"unknown key {key}{_suggest(key, tuple(fields))}"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _suggest(word: str, words: tuple[str, ...]) -> str:
    close = process.extractOne(word, words, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    known = f"; there are {', '.join(words[:-1])} and {words[-1]}"
    return f': did you mean "{close[0]}"?' if close else known


def _wrong_type(error: ErrorDetails) -> str:
    if (table := _key(error)) in RULE_MODELS:
        return f"{table} is not a list of tables: begin each with a line [[{table}]], in two brackets"
    key, value = _key(error), error["input"]
    if not isinstance(value, str):
        return f"{key} is a list, even of one: write {key} = {_EXAMPLES[key]}"
    parts = _parts(value) if key in ("operations", "channels", "users", "user_groups", "approvers") else [value]
    return f"{key} is a list, even of one: write {key} = {as_toml_list(parts)}"


_MEMBER_PERMISSIONS = frozenset({Permission.MEMBERS, Permission.GROUPS})


def lint_policy(policy: Policy) -> Iterator[tuple[BaseRule, str]]:
    """Finds rules that are valid and have no effect or an unintended one; yields each with a remark."""
    for rule in channel_only_rules(policy):
        yield rule, "names no people: where its channels are public, whoever joins one may do it"
    for rule in policy.allow:
        if MATCH_ALL[0] not in rule.groups and (ungrouped := UNGROUPED.intersection(rule.operations)):
            yield rule, f"allows {' and '.join(sorted(ungrouped))} whatever its groups, which limit neither"
        if why := _why_never_allows(rule, policy):
            yield rule, f"never allows anything: {why}"
    for denial in policy.deny:
        if why := _why_never_denies(denial):
            yield denial, f"never denies anything: {why}"
    both: tuple[Rule | Deny, ...] = (*policy.allow, *policy.deny)
    for each in both:
        yield from ((each, text) for text in _doubtful_patterns(each))


def _doubtful_patterns(rule: Rule | Deny) -> Iterator[str]:
    for pattern in (*(rule.groups or ()), *(rule.ring_groups or ())):
        if pattern.isdigit():
            yield f"is about “{pattern}”: rules go by names, so a number counts only where it is the whole name"
        elif "," in pattern:
            yield f"is about “{pattern}”, which is one name: put each of several names in quotes of its own"


def _why_never_allows(rule: Rule, policy: Policy) -> str | None:
    if set(rule.operations) == {Permission.GROUPS} and rule.temporary is not None:
        return "to create, rename or delete a group is nothing that ends by itself"
    if rule.approvers and len({*rule.users}) == 1 and not rule.user_groups and {*rule.approvers} == {*rule.users}:
        return "nobody approves their own change"
    if 0 < len(rule.approvers) < rule.approvals and not any(map(is_user_group, rule.approvers)):
        return f"{rule.approvals} have to approve, and only {len(rule.approvers)} may"
    if denial := next((one for one in policy.deny if _denies_all(one, rule)), None):
        return f"“{denial.name}” denies all of it"
    if other := next((one for one in _rules_above(rule, policy) if _allows_all(one, rule)), None):
        return f"“{other.name}” above allows all of it already"
    return None


def _rules_above(rule: Rule, policy: Policy) -> tuple[Rule, ...]:
    return policy.allow[: policy.allow.index(rule)]


def _denies_all(denial: Deny, rule: Rule) -> bool:
    if denial.has_limits or denial.hours or denial.ring_groups is not None:
        return False
    groups = denial.groups is None or (
        rule.groups != MATCH_ALL
        and Permission.SERVER not in rule.operations
        and _covers_all(denial.groups, rule.groups)
    )
    return groups and _applies_to_all_of(denial, rule)


def _allows_all(other: Rule, rule: Rule) -> bool:
    if other.has_limits or other.hours or not other.unconditional:
        return False
    rings = _covers_all(other.ring_groups, rule.ring_groups)
    return rings and _covers_all(other.groups, rule.groups) and _applies_to_all_of(other, rule)


def _applies_to_all_of(wide: BaseRule, narrow: BaseRule) -> bool:
    channels = not wide.channels or (bool(narrow.channels) and {*wide.channels} >= {*narrow.channels})
    people = not (wide.users or wide.user_groups) and isinstance(wide, Deny)
    named = bool(narrow.users or narrow.user_groups) and (
        {*wide.users} >= {*narrow.users} and {*wide.user_groups} >= {*narrow.user_groups}
    )
    alike = not (wide.users or wide.user_groups or narrow.users or narrow.user_groups)
    return channels and {*wide.operations} >= {*narrow.operations} and (people or named or alike)


def _covers_all(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether the wide patterns certainly cover all names that the narrow ones do."""
    if MATCH_ALL[0] in wide:
        return True
    return all(
        one in wide or ("*" not in one and "?" not in one and matches_any(wide, one.casefold())) for one in narrow
    )


def _why_never_denies(rule: Deny) -> str | None:
    kinds = set(rule.operations)
    if rule.ring_groups is not None and RECALL_PERMISSIONS.isdisjoint(kinds):
        return "its operations send no recalls"
    if rule.groups is not None and kinds <= UNGROUPED:
        return "its operations are about the server, which is in no group"
    can_exceed = (
        (rule.members is not None and not _MEMBER_PERMISSIONS.isdisjoint(kinds))
        or (rule.recall_time is not None and Permission.SERVER in kinds)
        or (rule.temporary is not None and not kinds <= {Permission.READ, Permission.HISTORY, Permission.PAUSE})
    )
    return "its operations can't go over its limits" if rule.has_limits and not can_exceed else None


def schema() -> str:
    """Returns the JSON Schema of the policy file, as in `policy.schema.json`."""
    return json.dumps(Policy.model_json_schema(), indent=1, sort_keys=True) + "\n"
