"""How long a decision takes among 200 rules: `python -m tests.bench.policy`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bot.policy.engine import decide
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Policy

RULES = 200
ANA = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset({"S199"}))
NOW = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)


def policy(rules: int) -> Policy:
    """Each with a channel, a user group, patterns, hours and limits of its own; every tenth one denies."""

    def rule(number: int) -> dict[str, Any]:
        return {
            "name": f"rule {number}",
            "channels": ["C1", f"C{number}"],
            "user_groups": ["S199", f"S{number}"],
            "operations": ["read", "members"],
            "groups": [f"Team {number}", f"Desk {number}*"],
            "hours": ["Mon-Fri 08:00-18:00 Europe/Berlin"],
            "temporary": f"{number + 1}m",
        }

    denied = [{**rule(number), "name": f"no {number}"} for number in range(0, rules, 10)]
    return Policy.model_validate({"allow": [rule(number) for number in range(rules)], "deny": denied})


def seconds(work: Callable[[], object], times: int = 30) -> float:
    """Of one run, in the middle of many."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def main() -> None:
    """Print each, and its ratio to a policy of one rule."""
    few, many = policy(1), policy(RULES)
    cases = {
        "allowed by the last rule": (["Team 199"], ActionAttributes(at=NOW)),
        "of 20 groups, allowed by none": ([f"Sales {number}" for number in range(20)], ActionAttributes(at=NOW)),
        "refused for its length": (["Team 199"], ActionAttributes(at=NOW, duration=None)),
    }
    for case, (groups, attributes) in cases.items():
        one, all_of_them = (
            seconds(lambda rules=rules: decide(rules, ANA, Permission.MEMBERS, groups=groups, attributes=attributes))  # type: ignore[misc]  # noqa: B023
            for rules in (few, many)
        )
        print(f"{case:32} {all_of_them * 1000:8.2f} ms   {all_of_them / one:6.1f} times one rule's")


if __name__ == "__main__":
    main()
