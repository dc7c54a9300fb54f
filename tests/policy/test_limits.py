"""Rules that deny, limit amounts and hours, or require an approval or an emergency."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.policy.engine import decide, decide_provisionally
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Policy

ANA = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset({"S1"}))
MONDAY = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
OFFICE = "Mon-Fri 08:00-18:00 Europe/Berlin"


def policy(*allow: dict[str, Any], deny: tuple[dict[str, Any], ...] = ()) -> Policy:
    usual = {"operations": ["members", "recall", "groups", "server"]}
    return Policy.model_validate(
        {
            "allow": [{"name": f"allow {n}", "users": ["U1"], **usual, **rule} for n, rule in enumerate(allow, 1)],
            "deny": [{"name": f"deny {n}", **usual, **rule} for n, rule in enumerate(deny, 1)],
        }
    )


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


LIMITS: list[tuple[dict[str, Any], ActionAttributes, bool]] = [
    ({"temporary": "4h"}, ActionAttributes(duration=hours(4)), True),
    ({"temporary": "4h"}, ActionAttributes(duration=hours(4.01)), False),
    ({"temporary": "4h"}, ActionAttributes(duration=None), False),
    ({"temporary": "4h"}, ActionAttributes(), True),
    ({"members": 2}, ActionAttributes(members=2), True),
    ({"members": 2}, ActionAttributes(members=3), False),
    ({"recall_time": "10m"}, ActionAttributes(recall_time=timedelta(minutes=10)), True),
    ({"recall_time": "10m"}, ActionAttributes(recall_time=timedelta(minutes=11)), False),
    ({"recall_time": "10m"}, ActionAttributes(), True),
    ({"hours": [OFFICE]}, ActionAttributes(at=MONDAY), True),
    ({"hours": [OFFICE]}, ActionAttributes(at=MONDAY + hours(9)), False),
    ({"hours": [OFFICE]}, ActionAttributes(at=MONDAY - hours(24)), False),
    ({"hours": [OFFICE]}, ActionAttributes(), False),
    ({"hours": [OFFICE, "Sun 10:00-12:00 Europe/Berlin"]}, ActionAttributes(at=MONDAY - hours(23)), True),
]


@pytest.mark.parametrize(("limit", "attributes", "within"), LIMITS)
def test_a_rule_allows_as_far_as_its_limits_go(
    limit: dict[str, Any], attributes: ActionAttributes, within: bool
) -> None:
    assert decide(policy(limit), ANA, Permission.MEMBERS, attributes=attributes).allowed is within
    assert decide_provisionally(policy(limit), ANA, Permission.MEMBERS).allowed


@pytest.mark.parametrize(("limit", "attributes", "within"), [row for row in LIMITS if "hours" not in row[0]])
def test_a_rule_with_limits_denies_what_goes_over_them(
    limit: dict[str, Any], attributes: ActionAttributes, within: bool
) -> None:
    assert decide(policy({}, deny=(limit,)), ANA, Permission.MEMBERS, attributes=attributes).allowed is within
    assert decide_provisionally(policy({}, deny=(limit,)), ANA, Permission.MEMBERS).allowed


@pytest.mark.parametrize(
    ("at", "allowed"), [(MONDAY, False), (MONDAY + hours(9), True), (MONDAY - hours(24), True), (None, False)]
)
def test_a_rule_with_hours_denies_what_begins_then_or_nobody_knows_when(at: datetime | None, allowed: bool) -> None:
    assert (
        decide(
            policy({}, deny=({"hours": [OFFICE]},)), ANA, Permission.MEMBERS, attributes=ActionAttributes(at=at)
        ).allowed
        is allowed
    )


@pytest.mark.parametrize(
    ("text", "at", "hold"),
    [
        ("22:00-06:00 UTC", "2026-03-23T23:00", True),
        ("22:00-06:00 UTC", "2026-03-23T05:59", True),
        ("22:00-06:00 UTC", "2026-03-23T06:00", False),
        ("Mon 22:00-06:00 UTC", "2026-03-24T05:00", True),
        ("Mon 22:00-06:00 UTC", "2026-03-23T05:00", False),
        ("Mon 00:00-24:00 UTC", "2026-03-23T23:59", True),
        ("Mon 00:00-24:00 UTC", "2026-03-24T00:00", False),
        ("Sat-Mon 00:00-24:00 UTC", "2026-03-23T12:00", True),
        ("Sat-Mon 00:00-24:00 UTC", "2026-03-24T12:00", False),
        ("Tue, Thu-Fri 00:00-24:00 UTC", "2026-03-26T12:00", True),
        ("08:00-18:00 Europe/Berlin", "2026-03-27T07:30", True),
        ("08:00-18:00 Europe/Berlin", "2026-03-29T06:30", True),  # the clocks were put forward at night
        ("08:00-18:00 Europe/Berlin", "2026-03-27T06:30", False),
    ],
)
def test_hours_are_those_of_the_zones_clocks_past_midnight_too(text: str, at: str, hold: bool) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert (
        decide(policy({"hours": [text]}), ANA, Permission.MEMBERS, attributes=ActionAttributes(at=moment)).allowed
        is hold
    )


DENIED = [
    ({"groups": ["Board*"]}, {"groups": ["Board"]}, False),
    ({"groups": ["Board*"]}, {"groups": ["Sales"]}, True),
    ({"groups": ["Board*"]}, {"groups": ["Sales", "Board"]}, False),
    ({"groups": ["Board*"]}, {}, True),
    ({"ring_groups": ["CEO"]}, {"groups": ["Sales"], "ring_groups": ["CEO"]}, False),
    ({"ring_groups": ["CEO"]}, {"groups": ["Sales"], "ring_groups": ["Night Desk"]}, True),
    ({"ring_groups": ["*"]}, {"groups": ["Sales"]}, True),
    ({"channels": ["C1"]}, {}, False),
    ({"channels": ["C2"]}, {}, True),
    ({"users": ["U1"]}, {}, False),
    ({"users": ["U2"]}, {}, True),
    ({"user_groups": ["S1"]}, {}, False),
    ({"user_groups": ["S2"]}, {}, True),
    ({"operations": ["server"]}, {}, True),
    ({}, {}, False),
]


@pytest.mark.parametrize(("rule", "names", "allowed"), DENIED)
def test_a_rule_denies_exactly_what_it_names_and_wins(
    rule: dict[str, Any], names: dict[str, Any], allowed: bool
) -> None:
    decision = decide(policy({}, {}, deny=(rule,)), ANA, Permission.MEMBERS, **names)
    assert decision.allowed is allowed
    assert decision.denied == (() if allowed else ("deny 1",))


def test_who_is_denied_by_user_group_is_denied_while_slack_can_not_tell_and_others_are_not_stopped() -> None:
    unknown = Principal(user="U1", team="T1", channel="C1", user_groups=None)
    rules = policy({}, deny=({"user_groups": ["S9"], "groups": ["Board"]},))
    decision = decide(rules, unknown, Permission.MEMBERS, groups=["Board"])
    assert decision.reason == (
        "“deny 1” forbids you to change the members of “Board” in this channel. Slack could not tell which"
        " user groups you are in, so rules for user groups don't count right now."
    )
    assert decide(rules, unknown, Permission.MEMBERS, groups=["Sales"]).allowed


def test_an_outsider_is_denied_like_anybody_else() -> None:
    guest = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset({"S1"}), guest=True)
    assert decide(policy({}), guest, Permission.MEMBERS).allowed
    assert not decide(policy({}, deny=({"channels": ["C1"]},)), guest, Permission.MEMBERS).allowed


def test_a_refusal_knows_the_nearest_that_would_be_allowed() -> None:
    rules = policy({"temporary": "4h", "members": 3}, {"temporary": "1h"}, deny=({"members": 5},))
    decision = decide(
        rules,
        ANA,
        Permission.MEMBERS,
        groups=["Sales"],
        attributes=ActionAttributes(at=MONDAY, duration=None, members=9),
    )
    assert decision.alternatives == (ActionAttributes(at=MONDAY, duration=hours(4), members=3),)
    assert decision.reason == "“deny 1” forbids you to change the members of “Sales” in this channel."
    assert decide(rules, ANA, Permission.MEMBERS, attributes=ActionAttributes(duration=None)).alternatives == (
        ActionAttributes(duration=hours(4)),
    )
    assert decide(rules, ANA, Permission.MEMBERS, attributes=ActionAttributes(duration=None)).reason == (
        "No rule lets you change members like that in this channel."
    )


def test_a_refusal_out_of_hours_knows_when_it_would_be_allowed() -> None:
    sunday, morning = MONDAY - hours(24), MONDAY - hours(2)
    rules = policy({"hours": [OFFICE]}, {"temporary": "4h"})
    decision = decide(rules, ANA, Permission.MEMBERS, attributes=ActionAttributes(at=sunday, duration=None))
    assert decision.alternatives == (
        ActionAttributes(at=sunday, duration=hours(4)),
        ActionAttributes(at=morning, duration=None),
    )


def test_a_freeze_ends_when_its_hours_do() -> None:
    rules = policy({}, deny=({"hours": [OFFICE]},))
    decision = decide(rules, ANA, Permission.MEMBERS, attributes=ActionAttributes(at=MONDAY, duration=None))
    assert decision.alternatives == (ActionAttributes(at=MONDAY + hours(8), duration=None),)


def test_a_change_that_must_be_approved_says_by_whom_and_by_how_many() -> None:
    rules = policy({"approvers": ["S1", "U2"], "approvals": 2, "groups": ["Sales"]}, {"groups": ["Support"]})
    decision = decide(rules, ANA, Permission.MEMBERS, groups=["Sales", "Support"])
    assert (decision.allowed, decision.outcome) == (False, "approval")
    assert [(one.rule, one.ids, one.count) for one in decision.approvers] == [("allow 1", ("S1", "U2"), 2)]
    assert decision.reason == ("“allow 1” lets you change the members of “Sales” in this channel once it is approved.")
    assert decide_provisionally(rules, ANA, Permission.MEMBERS, groups=[["Sales"]]).allowed


def test_nobody_is_their_own_only_approver() -> None:
    assert decide(policy({"approvers": ["U1"]}), ANA, Permission.MEMBERS).outcome == "refused"


def test_in_an_emergency_a_reason_is_enough() -> None:
    decision = decide(policy({"emergency": "C9"}), ANA, Permission.RECALL, groups=["Sales"])
    assert (decision.allowed, decision.outcome, decision.emergency) == (False, "emergency", ("C9",))
    assert decision.reason == "“allow 1” lets you change the recall of “Sales” in this channel in an emergency."


def test_what_is_allowed_as_it_stands_waits_for_nobody() -> None:
    rules = policy({"approvers": ["U2"]}, {"emergency": "C9"}, {})
    decision = decide(rules, ANA, Permission.MEMBERS, groups=["Sales"])
    assert (decision.outcome, decision.rule, decision.approvers, decision.emergency) == ("allowed", "allow 3", (), ())


def test_what_is_denied_can_neither_be_approved_nor_done_in_an_emergency() -> None:
    rules = policy({"approvers": ["U2"]}, {"emergency": "C9"}, deny=({"groups": ["Board"]},))
    decision = decide(rules, ANA, Permission.MEMBERS, groups=["Board"])
    assert (decision.outcome, decision.approvers, decision.emergency) == ("refused", (), ())


def test_the_fingerprint_is_that_of_the_rules() -> None:
    one, same, other = policy({"members": 5}), policy({"members": 5}), policy({"members": 6})
    assert one.fingerprint == same.fingerprint
    assert one.fingerprint != other.fingerprint
    assert policy({}, deny=({},)).fingerprint != policy({}).fingerprint
