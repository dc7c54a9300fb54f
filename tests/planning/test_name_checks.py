"""What counts for a requester is looked up once, however many names are asked about."""

from datetime import UTC, datetime

import pytest

from bot.planning.name_checks import NameChecks
from bot.policy import engine
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy

NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
ANA = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset())
POLICY = Policy.model_validate(
    {
        "allow": [
            {"users": ["U1"], "operations": ["read"], "groups": ["Sales*"], "hours": ["Mon-Fri 08:00-18:00 UTC"]},
            {"users": ["U1"], "operations": ["members"], "groups": ["Support"], "channels": ["C1", "C2"]},
        ],
        "deny": [{"operations": ["read"], "groups": ["Sales EMEA"]}],
    }
)


def test_thousands_of_names_cost_one_look_at_the_policy_and_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def policy() -> Policy:
        asked.append("policy")
        return POLICY

    def now() -> datetime:
        asked.append("clock")
        return NOW

    monkeypatch.setattr(engine, "_build_denial", lambda found: pytest.fail("a denial was explained to nobody"))
    checks = NameChecks(policy, ANA, now)
    seen = [
        name
        for name in ("Sales EMEA", *(f"Sales {number}" for number in range(1000)), "Billing")
        if checks.may_see(name)
    ]
    assert len(seen) == 1000
    assert sorted(asked) == ["clock", "policy"]
    assert [checks.may(Permission.MEMBERS, f"Desk {number}") for number in range(1000)] == [False] * 1000
    assert (checks.may(Permission.MEMBERS, "Support"), checks.may(Permission.MEMBERS)) == (True, True)
    assert not any(checks.may(Permission.RECALL) for _ in range(1000))
    assert asked.count("policy") == 4
    assert asked.count("clock") == 1


def test_the_clock_may_do_everything() -> None:
    checks = NameChecks(lambda: POLICY, None, lambda: NOW)
    assert checks.may_see("Billing")
    assert checks.may(Permission.RECALL)
    assert checks.may(Permission.RECALL, "Billing")
