"""Properties of every policy and every principal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.messages.text import fold
from bot.policy.engine import decide, decide_provisionally, might
from bot.policy.evaluation import allowed_groups, visible_groups, visible_ring_groups
from bot.policy.model import READ_PERMISSIONS, ActionAttributes, Decision, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule

NAMES = ["Sales", "sales EMEA", "Support", "[x]", "", "6001", "\uff33ales"]
CHANNELS, USERS, USER_GROUPS = ["C1", "C2", "G3"], ["U1", "U2", "W3"], ["S1", "S2"]
PATTERNS = ["*", "Sales", "SALES*", "?*", "[x]", "*p*", "600?"]


def some(values: list[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3)


PERMISSIONS = st.sampled_from(Permission)
HOURS = ["Mon-Fri 08:00-18:00 Europe/Berlin", "22:00-06:00 UTC", "Sat 00:00-24:00 America/New_York"]
SCOPES = st.fixed_dictionaries(
    {},
    optional={"channels": some(CHANNELS, 1), "users": some(USERS, 1), "user_groups": some(USER_GROUPS, 1)},
)
KINDS = st.fixed_dictionaries({"operations": some([*Permission, "all"], 1)})
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "hours": some(HOURS, 1),
        "members": st.integers(1, 4),
        "recall_time": st.sampled_from(["2m", "10m"]),
        "temporary": st.sampled_from(["1h", "4h"]),
    },
)
CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"approvers": ["U1"]}, {"approvers": ["U2", "S1"], "approvals": 2}, {"emergency": "C1"}]
)


def rule_of(kind: type[Rule] | type[Deny], *parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    whole = st.tuples(*parts).map(lambda each: {key: value for part in each for key, value in part.items()})
    return whole.filter(lambda rule: _makes_sense(kind, rule)).map(kind.model_validate)


def _makes_sense(kind: type[Rule] | type[Deny], rule: dict[str, Any]) -> bool:
    waits, allowed = "approvers" in rule or "emergency" in rule, set(rule["operations"])
    grouped = kind is Rule and "*" not in rule.get("groups", ["*"])
    return not (waits and {"all", *READ_PERMISSIONS} & allowed) and not (grouped and "all" in allowed)


RULES = rule_of(
    Rule,
    SCOPES.filter(bool),
    KINDS,
    LIMITS,
    CONDITIONS,
    st.fixed_dictionaries({}, optional={"groups": some(PATTERNS, 1), "ring_groups": some(PATTERNS)}),
)
DENIALS = rule_of(
    Deny,
    SCOPES,
    KINDS,
    LIMITS,
    st.fixed_dictionaries({}, optional={"groups": some(PATTERNS, 1), "ring_groups": some(PATTERNS, 1)}),
)


def named(rules: list[Any], prefix: str) -> tuple[Any, ...]:
    return tuple(rule.model_copy(update={"name": f"{prefix} {n}"}) for n, rule in enumerate(rules))


POLICIES = st.builds(
    lambda allow, deny: Policy(allow=named(allow, "allow"), deny=named(deny, "deny")),
    st.lists(RULES, max_size=6),
    st.lists(DENIALS, max_size=2),
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=16)).map(lambda since: datetime(2026, 3, 20, tzinfo=UTC) + since)
ATTRIBUTES = st.builds(
    ActionAttributes,
    at=st.none() | MOMENTS,
    members=st.integers(0, 5),
    recall_time=st.none() | st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 2, 10, 15)]),
    duration=st.none() | st.sampled_from([timedelta(hours=hours) for hours in (0, 1, 4, 5)]),
)

SOME = settings(max_examples=40)
"""A policy takes 10 ms to draw, with all its rules."""


def outcomes(decision: Decision) -> tuple[bool, bool, bool]:
    """Whether it can happen at once, by approval at least, in an emergency at least."""
    return decision.allowed, decision.allowed or bool(decision.approvers), decision.allowed or bool(decision.emergency)


def no_wider(less: Decision, more: Decision) -> bool:
    return all(wide or not narrow for narrow, wide in zip(outcomes(less), outcomes(more), strict=True))


PRINCIPALS = st.builds(
    Principal,
    user=st.sampled_from([*USERS, "U9"]),
    team=st.just("T1"),
    channel=st.none() | st.sampled_from([*CHANNELS, "C9"]),
    user_groups=st.none() | st.frozensets(st.sampled_from(USER_GROUPS)),
    guest=st.booleans(),
    foreign=st.booleans(),
    bot=st.booleans(),
)


@given(PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES))
def test_without_a_rule_nothing_is_allowed(
    principal: Principal, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    assert not decide(Policy(), principal, permission, groups=groups, ring_groups=ring_groups).allowed
    assert not decide_provisionally(Policy(), principal, permission, groups=[groups]).allowed


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES), ATTRIBUTES, st.data())
def test_taking_a_rule_away_or_denying_more_never_allows_more(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    groups: list[str],
    ring_groups: list[str],
    attributes: ActionAttributes,
    data: st.DataObject,
) -> None:
    kept = tuple(rule for rule in policy.allow if data.draw(st.booleans()))
    denied = (*policy.deny, *data.draw(st.lists(DENIALS, max_size=2)))
    stricter = Policy(allow=kept, deny=denied)
    less = decide(stricter, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)
    more = decide(policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)
    assert no_wider(less, more)
    early = decide_provisionally(stricter, principal, permission, groups=[groups] if groups else [])
    assert (
        decide_provisionally(policy, principal, permission, groups=[groups] if groups else []).allowed
        or not early.allowed
    )


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES), ATTRIBUTES)
def test_what_is_denied_to_everybody_is_allowed_to_nobody(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    groups: list[str],
    ring_groups: list[str],
    attributes: ActionAttributes,
) -> None:
    nothing = policy.model_copy(update={"deny": (*policy.deny, Deny(operations=(permission,)))})
    decision = decide(nothing, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)
    assert decision.outcome == "refused"
    assert (decision.channels, decision.alternatives) == ((), ())
    assert not decide_provisionally(nothing, principal, permission).allowed


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES), ATTRIBUTES)
def test_what_a_refusal_offers_in_its_place_is_allowed_and_asks_for_no_more(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    groups: list[str],
    ring_groups: list[str],
    attributes: ActionAttributes,
) -> None:
    decision = decide(policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)
    for other in decision.alternatives:
        assert decide(policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=other).allowed
        assert (
            other.at_most(members=attributes.members, recall_time=attributes.recall_time, duration=attributes.duration)
            == other
        )
        assert other.at == attributes.at or (other.at and attributes.at and other.at > attributes.at)


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES), ATTRIBUTES, st.data())
def test_smaller_figures_are_never_allowed_less(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    groups: list[str],
    ring_groups: list[str],
    attributes: ActionAttributes,
    data: st.DataObject,
) -> None:
    other = data.draw(ATTRIBUTES)
    smaller = attributes.at_most(members=other.members, recall_time=other.recall_time, duration=other.duration)
    more = decide(policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=smaller)
    assert no_wider(
        decide(policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes), more
    )


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, st.lists(some(NAMES, 1), max_size=3), some(NAMES), ATTRIBUTES)
def test_what_is_refused_before_names_and_figures_are_known_is_refused_for_each_of_them(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    spellings: list[list[str]],
    ring_groups: list[str],
    attributes: ActionAttributes,
) -> None:
    early = decide_provisionally(policy, principal, permission, groups=spellings)
    for names in product(*spellings):
        decision = decide(policy, principal, permission, groups=names, ring_groups=ring_groups, attributes=attributes)
        assert early.allowed or decision.outcome == "refused"
        known = decide_provisionally(
            policy, principal, permission, groups=[[name] for name in names], ring_groups=ring_groups
        )
        assert known.allowed or decision.outcome == "refused"


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES))
def test_more_names_never_allow_more_and_every_name_is_accounted_for(
    policy: Policy, principal: Principal, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    decision = decide(policy, principal, permission, groups=groups, ring_groups=ring_groups)
    if decision.allowed:
        pairs = {" to ".join(filter(None, pair)) for pair in product(groups or [""], ring_groups or [""])}
        assert {name for name, _ in decision.rules_by_name} == pairs
        assert all(decide(policy, principal, permission, groups=[name]).allowed for name in groups)
        assert decide(policy, principal, permission).allowed
    elif (groups or ring_groups) and decision.outcome == "refused":
        assert decision.missing_groups or decision.missing_ring_groups
        assert set(decision.missing_groups) <= set(groups)
        assert set(decision.missing_ring_groups) <= set(ring_groups)


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES), some(NAMES))
def test_the_channels_offered_are_all_those_where_the_same_is_allowed_and_no_other(
    policy: Policy, principal: Principal, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    decision = decide(policy, principal, permission, groups=groups, ring_groups=ring_groups)
    elsewhere = {
        channel
        for channel in CHANNELS
        if decide(
            policy, replace(principal, channel=channel), permission, groups=groups, ring_groups=ring_groups
        ).allowed
    }
    anywhere = {channel for rule in policy.allow for channel in rule.channels}
    assert decision.allowed or set(decision.channels) == elsewhere & anywhere


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, some(NAMES))
def test_nobody_is_allowed_more_for_being_an_outsider_or_for_user_groups_that_could_not_be_learnt(
    policy: Policy, principal: Principal, permission: Permission, groups: list[str]
) -> None:
    fewer = decide(policy, principal, permission, groups=groups)
    insider = replace(
        principal, guest=False, foreign=False, bot=False, user_groups=principal.user_groups or frozenset(USER_GROUPS)
    )
    assert no_wider(fewer, decide(policy.model_copy(update={"deny": ()}), insider, permission, groups=groups))


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, st.lists(st.text(max_size=8), max_size=3), st.text(max_size=8), ATTRIBUTES)
def test_a_decision_is_made_for_any_name_whatever_and_spelling_does_not_change_it(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    groups: list[str],
    ring_group: str,
    attributes: ActionAttributes,
) -> None:
    decision = decide(policy, principal, permission, groups=groups, ring_groups=[ring_group], attributes=attributes)
    spelt = list(map(fold, groups))
    folded = decide(policy, principal, permission, groups=spelt, ring_groups=[fold(ring_group)], attributes=attributes)
    assert decision.outcome == folded.outcome
    assert decision.reason


@given(st.text())
def test_folding_a_name_again_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(
    st.sampled_from(PATTERNS),
    st.text(st.characters(exclude_characters="*?", exclude_categories=["Cs"]), min_size=1, max_size=10),
)
def test_a_name_is_its_own_pattern(pattern: str, name: str) -> None:
    try:
        rules = Policy(allow=(Rule.model_validate({"users": ["U1"], "operations": ["read"], "groups": [name]}),))
    except ValidationError:
        reject()  # what looks like a regular expression is none of the file's patterns
    principal = Principal(user="U1", team="T1", channel=None, user_groups=None)
    assert decide(rules, principal, Permission.READ, groups=[name]).allowed
    assert decide(rules, principal, Permission.READ, groups=[pattern]).allowed is (fold(pattern) == fold(name))


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_what_is_within_reach_is_what_might_be_allowed(
    policy: Policy, principal: Principal, permission: Permission, name: str, group: str
) -> None:
    groups = visible_groups(policy, principal, permission)
    assert groups.includes(name) == decide_provisionally(policy, principal, permission, groups=[[name]]).allowed
    assert might(policy, principal, permission) == decide_provisionally(policy, principal, permission).allowed
    ring_groups = visible_ring_groups(policy, principal, permission)
    assert ring_groups.includes(name) == decide_provisionally(policy, principal, permission, ring_groups=[name]).allowed
    beside = visible_ring_groups(policy, principal, permission, [group])
    assert (
        beside.includes(name)
        == decide_provisionally(policy, principal, permission, groups=[[group]], ring_groups=[name]).allowed
    )


@SOME
@given(POLICIES, PRINCIPALS, PERMISSIONS, ATTRIBUTES, st.sampled_from(NAMES))
def test_names_that_are_decided_together_are_decided_as_each_alone(
    policy: Policy, principal: Principal, permission: Permission, attributes: ActionAttributes, name: str
) -> None:
    allowed = decide(policy, principal, permission, groups=[name], attributes=attributes).allowed
    assert allowed_groups(policy, principal, permission, attributes).includes(name) == allowed
