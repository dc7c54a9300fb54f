"""Rules without effect are reported, and others are not."""

from typing import Any

import pytest

from bot.policy.diagnostics import lint_policy
from bot.policy.rules import Policy

ANA: dict[str, Any] = {"users": ["U1"], "operations": ["members", "recall"]}


def lint(allow: list[dict[str, Any]], deny: list[dict[str, Any]]) -> list[str]:
    named = {
        kind: [{"name": f"{kind} {n}", **rule} for n, rule in enumerate(rules, 1)]
        for kind, rules in (("allow", allow), ("deny", deny))
    }
    return [f"{rule.name} {text}" for rule, text in lint_policy(Policy.model_validate(named))]


NO = "deny 1 never denies anything:"
NEVER: list[tuple[list[dict[str, Any]], list[dict[str, Any]], str]] = [
    ([ANA], [{"operations": ["all"]}], "allow 1 never allows anything: “deny 1” denies all of it"),
    (
        [{**ANA, "groups": ["Sales"]}],
        [{"operations": ["members", "recall"], "groups": ["S*"]}],
        "allow 1 never allows anything: “deny 1” denies all of it",
    ),
    ([ANA, ANA], [], "allow 2 never allows anything: “allow 1” above allows all of it already"),
    (
        [{"users": ["U1"], "operations": ["groups"], "temporary": "4h"}],
        [],
        "allow 1 never allows anything: creating, renaming and deleting groups cannot be temporary",
    ),
    ([{**ANA, "approvers": ["U1"]}], [], "allow 1 never allows anything: nobody can approve their own change"),
    (
        [],
        [{"operations": ["read"], "temporary": "4h"}],
        f"{NO} its limits do not apply to its operations",
    ),
    (
        [],
        [{"operations": ["recall"], "members": 5}],
        f"{NO} its limits do not apply to its operations",
    ),
    (
        [],
        [{"operations": ["members"], "ring_groups": ["CEO"]}],
        f"{NO} its operations do not change recalls",
    ),
    (
        [],
        [{"users": ["U1"], "operations": ["server"], "groups": ["Sales"]}],
        f"{NO} its operations concern the server, which is not in a group",
    ),
    (
        [{"users": ["U1"], "operations": ["server", "pause"], "groups": ["Sales"]}],
        [],
        "allow 1 allows pause and server for everything: its groups do not limit that",
    ),
    (
        [{**ANA, "ring_groups": ["6001"]}],
        [],
        "allow 1 uses “6001”: rules match names, so a number matches only a name that is exactly this number",
    ),
    (
        [{**ANA, "groups": ["Sales, Support"]}],
        [],
        "allow 1 uses “Sales, Support” as one name: put each name in its own quotes",
    ),
    (
        [{"channels": ["C1"], "operations": ["members"]}],
        [],
        "allow 1 names no people: if its channels are public, anybody who joins one may do it",
    ),
]


@pytest.mark.parametrize(("allow", "deny", "text"), NEVER, ids=[text for *_, text in NEVER])
def test_what_can_never_match_is_told(allow: list[dict[str, Any]], deny: list[dict[str, Any]], text: str) -> None:
    assert lint(allow, deny) == [text]


@pytest.mark.parametrize(
    ("allow", "deny"),
    [
        ([ANA, {**ANA, "users": ["U2"]}], []),
        ([{**ANA, "temporary": "1h"}, ANA], []),
        ([{**ANA, "groups": ["Sales"]}, {**ANA, "groups": ["Sales*"]}], []),
        ([{**ANA, "ring_groups": ["Night*"]}, ANA], []),
        ([{**ANA, "channels": ["C1"]}, ANA], []),
        ([{**ANA, "hours": ["08:00-18:00 UTC"]}, ANA], []),
        ([{**ANA, "user_groups": ["S1"]}], [{"operations": ["all"], "users": ["U1"]}]),
        ([ANA], [{"operations": ["all"], "channels": ["C1"]}]),
        ([ANA], [{"operations": ["all"], "hours": ["08:00-18:00 UTC"]}]),
        ([ANA], [{"operations": ["members"]}]),
        ([ANA], [{"operations": ["all"], "temporary": "4h"}]),
        ([ANA], [{"operations": ["all"], "groups": ["*"]}]),
    ],
)
def test_what_may_match_is_not_complained_of(allow: list[dict[str, Any]], deny: list[dict[str, Any]]) -> None:
    assert lint(allow, deny) == []
