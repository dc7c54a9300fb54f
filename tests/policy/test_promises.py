"""What holds for every policy and every asker."""

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.names import fold
from bot.policy import Asker, Permission, Policy, Rule, decide, might

NAMES = ["Sales", "sales EMEA", "Support", "[x]", "", "6001", "\uff33ales"]
CHANNELS, USERS, USER_GROUPS = ["C1", "C2", "G3"], ["U1", "U2", "W3"], ["S1", "S2"]
PATTERNS = ["*", "Sales", "SALES*", "?*", "[x]", "*p*", "600?"]


def some(values: list[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3)


PERMISSIONS = st.sampled_from(Permission)
WHOM = st.fixed_dictionaries(
    {},
    optional={"channels": some(CHANNELS, 1), "users": some(USERS, 1), "user_groups": some(USER_GROUPS, 1)},
).filter(bool)
RULES = st.tuples(
    WHOM,
    st.fixed_dictionaries({"operations": some([*Permission, "all"], 1)}),
    st.fixed_dictionaries({}, optional={"groups": some(PATTERNS, 1), "ring_groups": some(PATTERNS)}),
).map(lambda parts: Rule.model_validate({key: value for part in parts for key, value in part.items()}))
POLICIES = st.lists(RULES, max_size=6).map(
    lambda rules: Policy(allow=tuple(rule.model_copy(update={"name": str(n)}) for n, rule in enumerate(rules)))
)
ASKERS = st.builds(
    Asker,
    user=st.sampled_from([*USERS, "U9"]),
    team=st.just("T1"),
    channel=st.none() | st.sampled_from([*CHANNELS, "C9"]),
    user_groups=st.none() | st.frozensets(st.sampled_from(USER_GROUPS)),
    guest=st.booleans(),
    foreign=st.booleans(),
    bot=st.booleans(),
)


@given(ASKERS, PERMISSIONS, some(NAMES), some(NAMES))
def test_without_a_rule_nothing_is_allowed(
    asker: Asker, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    assert not decide(Policy(), asker, permission, groups=groups, ring_groups=ring_groups).allowed
    assert not might(Policy(), asker, permission, groups=[groups]).allowed


@given(POLICIES, ASKERS, PERMISSIONS, some(NAMES), some(NAMES), st.data())
def test_taking_a_rule_away_never_allows_more(
    policy: Policy, asker: Asker, permission: Permission, groups: list[str], ring_groups: list[str], data: st.DataObject
) -> None:
    kept = tuple(rule for rule in policy.allow if data.draw(st.booleans()))
    less = decide(Policy(allow=kept), asker, permission, groups=groups, ring_groups=ring_groups)
    assert decide(policy, asker, permission, groups=groups, ring_groups=ring_groups).allowed or not less.allowed


@given(POLICIES, ASKERS, PERMISSIONS, st.lists(some(NAMES, 1), max_size=3), some(NAMES))
def test_what_is_refused_before_names_are_resolved_is_refused_for_every_resolution(
    policy: Policy, asker: Asker, permission: Permission, spellings: list[list[str]], ring_groups: list[str]
) -> None:
    early = might(policy, asker, permission, groups=spellings)
    late = [decide(policy, asker, permission, groups=names) for names in product(*spellings)]
    assert early.allowed == any(said.allowed for said in late)
    if not early.allowed:
        for names in product(*spellings):
            assert not decide(policy, asker, permission, groups=names, ring_groups=ring_groups).allowed


@given(POLICIES, ASKERS, PERMISSIONS, some(NAMES), some(NAMES))
def test_more_names_never_allow_more_and_every_name_is_accounted_for(
    policy: Policy, asker: Asker, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    said = decide(policy, asker, permission, groups=groups, ring_groups=ring_groups)
    if said.allowed:
        pairs = {" to ".join(filter(None, pair)) for pair in product(groups or [""], ring_groups or [""])}
        assert {name for name, _ in said.grounds} == pairs
        assert all(decide(policy, asker, permission, groups=[name]).allowed for name in groups)
        assert decide(policy, asker, permission).allowed
    elif groups or ring_groups:
        assert said.missing_groups or said.missing_ring_groups
        assert set(said.missing_groups) <= set(groups)
        assert set(said.missing_ring_groups) <= set(ring_groups)


@given(POLICIES, ASKERS, PERMISSIONS, some(NAMES), some(NAMES))
def test_the_channels_offered_are_all_those_where_the_same_is_allowed_and_no_other(
    policy: Policy, asker: Asker, permission: Permission, groups: list[str], ring_groups: list[str]
) -> None:
    said = decide(policy, asker, permission, groups=groups, ring_groups=ring_groups)
    elsewhere = {
        channel
        for channel in CHANNELS
        if decide(policy, replace(asker, channel=channel), permission, groups=groups, ring_groups=ring_groups).allowed
    }
    assert said.allowed or set(said.channels) == elsewhere


@given(POLICIES, ASKERS, PERMISSIONS, some(NAMES))
def test_nobody_is_allowed_more_for_being_an_outsider_or_for_user_groups_that_could_not_be_learnt(
    policy: Policy, asker: Asker, permission: Permission, groups: list[str]
) -> None:
    fewer = decide(policy, asker, permission, groups=groups)
    insider = replace(
        asker, guest=False, foreign=False, bot=False, user_groups=asker.user_groups or frozenset(USER_GROUPS)
    )
    assert decide(policy, insider, permission, groups=groups).allowed or not fewer.allowed


@given(POLICIES, ASKERS, PERMISSIONS, st.lists(st.text(max_size=8), max_size=3), st.text(max_size=8))
def test_a_decision_is_made_for_any_name_whatever_and_spelling_does_not_change_it(
    policy: Policy, asker: Asker, permission: Permission, groups: list[str], ring_group: str
) -> None:
    said = decide(policy, asker, permission, groups=groups, ring_groups=[ring_group])
    folded = decide(policy, asker, permission, groups=list(map(fold, groups)), ring_groups=[fold(ring_group)])
    assert said.allowed == folded.allowed
    assert said.reason


@given(st.text())
def test_folding_a_name_again_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(
    st.sampled_from(PATTERNS),
    st.text(st.characters(exclude_characters="*?", exclude_categories=["Cs"]), min_size=1, max_size=10),
)
def test_a_name_is_its_own_pattern(pattern: str, name: str) -> None:
    rules = Policy(allow=(Rule.model_validate({"users": ["U1"], "operations": ["all"], "groups": [name]}),))
    asker = Asker(user="U1", team="T1", channel=None, user_groups=None)
    assert decide(rules, asker, Permission.READ, groups=[name]).allowed
    assert decide(rules, asker, Permission.READ, groups=[pattern]).allowed is (fold(pattern) == fold(name))
