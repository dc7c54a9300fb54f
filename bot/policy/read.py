"""The policy file, read whole or refused whole, with the line of each mistake."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.policy.column import column_of
from bot.policy.explain import explain
from bot.policy.fault import Fault, stop
from bot.policy.locate import Statement, line_of
from bot.policy.rules import Policy
from bot.policy.source import read_toml


def read_policy(path: Path) -> Policy:
    """Raise PolicyError with every mistake that can be told, its line, and an example to paste."""
    data, found = read_toml(path)
    _name_rules(data, found)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        stop(path, [_fault(found, each) for each in error.errors()])
    if faults := _same_names(policy, found):
        stop(path, faults)
    return policy


def _fault(found: Sequence[Statement], error: ErrorDetails) -> Fault:
    line = line_of(found, error["loc"])
    return Fault(line, explain(error), column_of(found, line, error))


def _name_rules(data: dict[str, Any], found: Sequence[Statement]) -> None:
    for table in ("allow", "deny"):
        rules = data.get(table)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict):
                rule.setdefault("name", f"rule {index + 1} (line {line_of(found, (table, index))})")


def _same_names(policy: Policy, found: Sequence[Statement]) -> list[Fault]:
    seen: Counter[str] = Counter()
    faults = []
    for line, name in sorted(_names(policy, found)):
        seen[name] += 1
        if seen[name] == 2:
            faults.append(Fault(line, f'a rule above is called "{name}" too: the history could not tell them apart'))
    return faults


def _names(policy: Policy, found: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    for table, rules in (("allow", policy.allow), ("deny", policy.deny)):
        for index, rule in enumerate(rules):
            yield line_of(found, (table, index, "name")) or 0, rule.name
