"""Explains validation errors, and finds rules without effect."""

import re
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.policy.field_types import as_toml_list, is_user_group
from bot.policy.matching import matches_any
from bot.policy.model import RECALL_PERMISSIONS, ActionAttributes, Permission
from bot.policy.rules import MATCH_ALL, UNGROUPED, BaseRule, Deny, Example, Policy, Rule, channel_only_rules
from bot.policy.workflow_settings import Workflows
from bot.recurrence.calendars import CalendarSource

OPERATION_NAMES = (*Permission, "all")
RULE_MODELS: dict[str, type[BaseModel]] = {
    "allow": Rule,
    "deny": Deny,
    "example": Example,
    "calendars": CalendarSource,
    "workflows": Workflows,
}
_EXAMPLES = {
    "channels": '["C0123ABCD"]',
    "users": '["U0123ABCD"]',
    "user_groups": '["S0123ABCD"]',
    "operations": '["read", "members"]',
    "groups": '["Sales*"]',
    "ring_groups": '["Night Desk"]',
    "temporary": '"4h"',
    "recurring": '"30 days"',
    "hours": '["Mon-Fri 08:00-18:00 Europe/Berlin"]',
    "approvers": '["U0123ABCD"]',
    "line": '"add 1001 to Sales"',
    "user": '"U0123ABCD"',
    "expect": '"allowed"',
    "calendar_hosts": '["calendar.example.com"]',
    "time_zone": '"Europe/Berlin"',
    "decide_within": '"4h"',
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
    "recurring": {"recurs", "repeat", "repeats", "repeated", "repeating", "schedules", "scheduled", "periodic"},
    "hours": {"when", "times", "days", "schedule", "between"},
    "approvers": {"approval", "approved_by", "approver_ids", "reviewers", "needs_approval"},
    "approvals": {"approval_count", "min_approvals", "quorum"},
    "emergency": {"urgent", "break_glass", "emergency_channel", "reason"},
    "calendars": {"calendar", "holidays", "holiday"},
    "workflows": {"workflow", "steps", "workflow_builder"},
    "time_zone": {"zone", "timezone", "tz"},
    "decide_within": {"within", "expires", "expire", "lifetime"},
    "calendar_hosts": {"hosts", "allowed_hosts", "calendar_urls"},
    "announce": {"announcements", "channel", "log", "audit"},
    "contact": {"contacts", "help", "owner", "admin", "support"},
}
"""What people write for a key, in place of its name."""


def explain_error(error: ErrorDetails) -> str:
    """Describes one validation error of pydantic and its correction, without the line number."""
    if error["loc"][:1] == ("calendars",) and error["type"] in ("model_type", "dict_type"):
        return 'a calendar is a table of its own: write [calendars.holidays], and below it country = "DE"'
    if error["loc"] == ("workflows",) and error["type"] in ("model_type", "dict_type"):
        return 'workflows is one table: write [workflows], and below it channels = ["C0123ABCD"]'
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
            return (
                f"{shown} is not a number: it limits how many people one change may affect. To name people, use users"
            )
        case "int_type" | "int_parsing" | "int_from_float" | "greater_than_equal":
            return f"{shown} is not a whole number of 1 or more"
        case "literal_error":
            return f"{shown} must be one of {error['ctx']['expected']}"
    return None


def _unknown_operation(text: str) -> str:
    if len(parts := _parts(text)) > 1:
        return f'"{text}" is several operations in one text: put each in its own quotes, as in {as_toml_list(parts)}'
    return f'"{text}" is not an operation{_suggest(text, OPERATION_NAMES)}'


def _not_text(error: ErrorDetails) -> str:
    key, shown = _key(error), _shown(error["input"])
    if key in ("groups", "ring_groups") and not isinstance(error["input"], bool):
        return f"{shown} is a number, but rules use names: write the name, as in {key} = {_EXAMPLES[key]}"
    if example := _ID_EXAMPLES.get(key) or (_EXAMPLES.get(key) if isinstance(error["input"], bool) else None):
        return f"{shown} is not a Slack ID: write {key} = {example}{_ID_PURPOSES.get(key, '')}"
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
        return f"{key} applies to the whole file: move it to the top, above the first table"
    if model is Deny and key in Rule.model_fields:
        return f"{key} only works in [[allow]] rules: what is denied cannot be approved or made in an emergency"
    tables = [table for table, other in RULE_MODELS.items() if key in other.model_fields]
    if model is None and tables == ["calendars"]:
        return f"{key} belongs to a calendar: put [calendars.holidays] on a line above it"
    if model is None and tables == ["workflows"]:
        return f"{key} belongs to workflows: put [workflows] on a line above it"
    if model is None and tables:
        return f"{key} belongs to a rule: put [[{tables[0]}]] on a line above it"
    fields = (model or Policy).model_fields
    if meant := next((name for name, words in _SYNONYMS.items() if key.casefold() in words and name in fields), None):
        return f"unknown key {key}: use {meant} instead: {meant} = {_EXAMPLES.get(meant, '...')}"
    if model is None and _is_table(error["input"]):
        return f"unknown table {key}: a rule starts with [[allow]] or [[deny]], an example with [[example]]"
    return f"unknown key {key}{_suggest(key, tuple(fields))}"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _suggest(word: str, words: tuple[str, ...]) -> str:
    from rapidfuzz import fuzz, process, utils  # takes 4 MiB, so it is loaded when it is first needed

    close = process.extractOne(word, words, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60)
    known = f"; use {', '.join(words[:-1])} or {words[-1]}"
    return f': did you mean "{close[0]}"?' if close else known


def _wrong_type(error: ErrorDetails) -> str:
    if (table := _key(error)) in RULE_MODELS:
        return f"{table} must be a list of tables: start each with a line [[{table}]], in double brackets"
    key, value = _key(error), error["input"]
    if not isinstance(value, str):
        return f"{key} must be a list, even with one entry: write {key} = {_EXAMPLES[key]}"
    parts = _parts(value) if key in ("operations", "channels", "users", "user_groups", "approvers") else [value]
    return f"{key} must be a list, even with one entry: write {key} = {as_toml_list(parts)}"


_MEMBER_PERMISSIONS = frozenset({Permission.MEMBERS, Permission.GROUPS})


def lint_policy(policy: Policy) -> Iterator[tuple[BaseRule, str]]:
    """Finds rules that are valid and have no effect or an unintended one; yields each with a remark."""
    for rule in channel_only_rules(policy):
        yield rule, "names no people: if its channels are public, anybody who joins one may do it"
    for rule in policy.allow:
        if MATCH_ALL[0] not in rule.groups and (ungrouped := UNGROUPED.intersection(rule.operations)):
            yield rule, f"allows {' and '.join(sorted(ungrouped))} for everything: its groups do not limit that"
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
            yield f"uses “{pattern}”: rules match names, so a number matches only a name that is exactly this number"
        elif "," in pattern:
            yield f"uses “{pattern}” as one name: put each name in its own quotes"


def _why_never_allows(rule: Rule, policy: Policy) -> str | None:
    if set(rule.operations) == {Permission.GROUPS} and rule.temporary is not None:
        return "creating, renaming and deleting groups cannot be temporary"
    if rule.approvers and len({*rule.users}) == 1 and not rule.user_groups and {*rule.approvers} == {*rule.users}:
        return "nobody can approve their own change"
    if 0 < len(rule.approvers) < rule.approvals and not any(map(is_user_group, rule.approvers)):
        return f"it needs {rule.approvals} approvals and names only {len(rule.approvers)} approvers"
    if denial := next((one for one in policy.deny if _denies_all(one, rule)), None):
        return f"“{denial.name}” denies all of it"
    if other := next((one for one in _rules_above(rule, policy) if _allows_all(one, rule)), None):
        return f"“{other.name}” above allows all of it already"
    return None


_FOREVER = ActionAttributes(recurring=None)
"""Of a schedule without an end."""


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
    if rule.limit(_FOREVER).recurring != other.limit(rule.limit(_FOREVER)).recurring:
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
        return "its operations do not change recalls"
    if rule.groups is not None and kinds <= UNGROUPED:
        return "its operations concern the server, which is not in a group"
    can_exceed = (
        (rule.members is not None and not _MEMBER_PERMISSIONS.isdisjoint(kinds))
        or (rule.recall_time is not None and Permission.SERVER in kinds)
        or (rule.temporary is not None and not kinds <= {Permission.READ, Permission.HISTORY, Permission.PAUSE})
    )
    return "its limits do not apply to its operations" if rule.has_limits and not can_exceed else None
