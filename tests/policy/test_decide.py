"""Nothing is allowed unless a rule allows it, and a denial says what would be."""

import sys
from typing import Any

import pytest

from bot.policy.engine import decide, decide_provisionally
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy, Rule, channel_only_rules, needs_user_groups

ANA: dict[str, Any] = {"user": "U1", "team": "T1", "channel": "C1", "user_groups": frozenset({"S1"})}


def principal(**but: Any) -> Principal:
    return Principal(**{**ANA, **but})


def policy(*rules: dict[str, Any], **top: Any) -> Policy:
    named = [{"name": f"rule {number}", "operations": ["members"], **rule} for number, rule in enumerate(rules, 1)]
    return Policy.model_validate({"allow": named, **top})


TABLE = [
    ("nothing is allowed without a rule", [], {}, False),
    ("a rule for the channel", [{"channels": ["C1"]}], {}, True),
    ("a rule for another channel", [{"channels": ["C2"]}], {}, False),
    ("a rule for the user", [{"users": ["U1"]}], {}, True),
    ("a rule for another user", [{"users": ["U2"]}], {}, False),
    ("a rule for the user group", [{"user_groups": ["S1"]}], {}, True),
    ("a rule for another user group", [{"user_groups": ["S2"]}], {}, False),
    ("one of users or user groups is enough", [{"users": ["U2"], "user_groups": ["S1"]}], {}, True),
    ("the user but not the channel", [{"users": ["U1"], "channels": ["C2"]}], {}, False),
    ("the channel but not the user", [{"users": ["U2"], "channels": ["C1"]}], {}, False),
    ("the user and the channel", [{"users": ["U1"], "channels": ["C1"]}], {}, True),
    ("another kind of operation", [{"users": ["U1"], "operations": ["recall"]}], {}, False),
    ("all kinds of operation", [{"users": ["U1"], "operations": ["all"]}], {}, True),
    ("a user rule in a direct message", [{"users": ["U1"]}], {"channel": None}, True),
    ("a user group rule in a direct message", [{"user_groups": ["S1"]}], {"channel": None}, True),
    ("a channel rule in a direct message", [{"channels": ["C1"], "users": ["U1"]}], {"channel": None}, False),
    ("user groups that could not be learnt", [{"user_groups": ["S1"]}], {"user_groups": None}, False),
    ("the same, but the user is named", [{"user_groups": ["S1"], "users": ["U1"]}], {"user_groups": None}, True),
    ("a guest by channel", [{"channels": ["C1"]}], {"guest": True}, False),
    ("a guest by user group", [{"user_groups": ["S1"]}], {"guest": True}, False),
    ("a guest who is named", [{"users": ["U1"]}], {"guest": True}, True),
    ("a guest who is named, elsewhere", [{"users": ["U1"], "channels": ["C2"]}], {"guest": True}, False),
    ("somebody foreign by channel", [{"channels": ["C1"]}], {"foreign": True}, False),
    ("somebody foreign who is named", [{"users": ["U1"]}], {"foreign": True}, True),
    ("a bot by channel", [{"channels": ["C1"]}], {"bot": True}, False),
    ("a bot that is named", [{"users": ["U1"], "channels": ["C1"]}], {"bot": True}, True),
]


@pytest.mark.parametrize(("rules", "but", "allowed"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_rule_allows_exactly_whom_it_names(rules: list[dict[str, Any]], but: dict[str, Any], allowed: bool) -> None:
    decision = decide(policy(*rules), principal(**but), Permission.MEMBERS, groups=["Sales"])
    assert decision.allowed is allowed
    assert decision.rule == ("rule 1" if allowed else None)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("SALES*", "sales emea", True),
        ("sales*", "Sales", True),
        ("sales *", "Sales", False),
        ("Sales", "Sales EMEA", False),
        ("Sales", "Inside Sales", False),
        ("sales  emea", " Sales\u00a0EMEA ", True),
        ("Team ?", "team 7", True),
        ("Team ?", "team 17", False),
        ("[x]", "[X]", True),
        ("[x]", "x", False),
        ("[!a]*", "[!a] desk", True),
        ("[!a]*", "b desk", False),
        ("a.c", "abc", False),
        ("a\\*", "a\\b", True),
        ("STRASSE*", "Straße 1", True),
        ("営業?", "営業2", True),
        ("営業\uff1f", "営業2", False),
        ("営業\uff1f", "営業?", True),
        ("*", "two\nlines", True),
    ],
)
def test_in_a_pattern_only_star_and_question_mark_are_special_and_case_width_and_spacing_do_not_matter(
    pattern: str, name: str, fits: bool
) -> None:
    rules = policy({"users": ["U1"], "groups": [pattern], "ring_groups": [pattern]})
    assert decide(rules, principal(), Permission.MEMBERS, groups=[name]).allowed is fits
    assert decide(rules, principal(), Permission.MEMBERS, ring_groups=[name]).allowed is fits


def test_each_name_may_be_allowed_by_a_rule_of_its_own_and_the_decision_names_each() -> None:
    rules = policy(
        {"name": "Sales people", "users": ["U1"], "groups": ["Sales*"]},
        {"name": "Support people", "users": ["U1"], "groups": ["Support*"]},
    )
    decision = decide(rules, principal(), Permission.MEMBERS, groups=["Sales", "Support", "SALES emea"])
    assert decision.rules_by_name == (
        ("Sales", "Sales people"),
        ("Support", "Support people"),
        ("SALES emea", "Sales people"),
    )
    assert decision.rules == ("Sales people", "Support people")
    assert decision.rule == "Sales people and Support people"
    assert decision.reason == "Allowed by “Sales people” and “Support people”."


def test_one_name_that_no_rule_allows_refuses_the_whole_and_is_named() -> None:
    rules = policy({"users": ["U1"], "groups": ["Sales*"], "ring_groups": ["Night *"]})
    decision = decide(
        rules, principal(), Permission.MEMBERS, groups=["Sales", "Support"], ring_groups=["Night Desk", "CEO"]
    )
    assert (decision.missing_groups, decision.missing_ring_groups) == (("Support",), ("CEO",))
    assert decision.reason == (
        "No rule lets you change the members of “Support” or send calls to the ring group “CEO” in this channel."
    )


def test_the_recall_of_the_server_is_held_against_the_ring_groups() -> None:
    rules = policy({"users": ["U1"], "operations": ["server"], "ring_groups": ["Night Desk"]})
    assert decide(rules, principal(), Permission.SERVER).allowed
    assert decide(rules, principal(), Permission.SERVER, ring_groups=["night desk"]).allowed
    assert not decide(rules, principal(), Permission.SERVER, ring_groups=["CEO"]).allowed


def test_an_empty_list_of_ring_groups_lets_a_recall_go_to_the_parker_only() -> None:
    rules = policy({"users": ["U1"], "operations": ["recall"], "ring_groups": []})
    assert decide(rules, principal(), Permission.RECALL, groups=["Sales"]).allowed
    assert not decide(rules, principal(), Permission.RECALL, groups=["Sales"], ring_groups=["Night Desk"]).allowed


def test_where_no_group_is_named_any_rule_of_that_kind_is_enough() -> None:
    rules = policy({"users": ["U1"], "operations": ["read"], "groups": ["Sales"]})
    assert decide(rules, principal(), Permission.READ).allowed
    assert not decide(rules, principal(), Permission.SERVER).allowed
    assert decide(rules, principal(), Permission.READ).rules_by_name == (("", "rule 1"),)


def test_a_refusal_says_what_where_how_and_whom_to_ask() -> None:
    rules = policy({"channels": ["C1", "C2"], "groups": ["Sales"]}, {"channels": ["C3"]}, contact="S9")
    decision = decide(rules, principal(), Permission.MEMBERS, groups=["Support"])
    assert decision.reason == "No rule lets you change the members of “Support” in this channel."
    assert decision.permission is Permission.MEMBERS
    assert decision.channels == ("C3",)
    assert decision.grant == ("C1", "U1")
    assert decision.contact == "S9"
    assert (decision.rule, decision.rules, decision.rules_by_name) == (None, (), ())


def test_a_channel_is_offered_only_where_this_asker_would_be_allowed_all_of_it() -> None:
    rules = policy(
        {"channels": ["C2"], "groups": ["Sales"]},
        {"channels": ["C3"], "groups": ["Sales"]},
        {"channels": ["C3"], "groups": ["Support"]},
        {"channels": ["C4"], "users": ["U2"]},
        {"channels": ["C5"], "operations": ["read"]},
    )
    decision = decide(rules, principal(), Permission.MEMBERS, groups=["Sales", "Support"])
    assert decision.channels == ("C3",)
    there = decide(rules, principal(channel="C3"), Permission.MEMBERS, groups=["Sales", "Support"])
    assert there.allowed


def test_a_direct_message_is_told_apart_and_pointed_to_a_channel() -> None:
    decision = decide(policy({"channels": ["C1"]}), principal(channel=None), Permission.MEMBERS, groups=["Sales"])
    assert decision.reason == (
        "No rule lets you change the members of “Sales” in a direct message. It is allowed in a channel."
    )
    assert (decision.channels, decision.grant) == (("C1",), ("U1",))


@pytest.mark.parametrize(
    ("what", "words"), [("guest", "guests"), ("foreign", "people from other workspaces"), ("bot", "bots")]
)
def test_an_outsider_hears_that_only_their_own_id_counts(what: str, words: str) -> None:
    decision = decide(policy({"channels": ["C1", "C2"]}), principal(**{what: True}), Permission.MEMBERS)
    assert decision.reason == (
        f"No rule lets you change members in this channel. For {words}, only rules that name their user id count."
    )
    assert (decision.channels, decision.grant) == ((), ("U1",))


def test_unknown_user_groups_are_blamed_only_where_they_could_have_made_it_a_yes() -> None:
    rules = policy({"user_groups": ["S1"], "groups": ["Sales"]})
    unknown = principal(user_groups=None)
    assert "user groups" in decide(rules, unknown, Permission.MEMBERS, groups=["Sales"]).reason
    assert "user groups" not in decide(rules, unknown, Permission.MEMBERS, groups=["Support"]).reason
    assert "user groups" not in decide(rules, unknown, Permission.RECALL, groups=["Sales"]).reason


@pytest.mark.parametrize("permission", Permission)
def test_each_kind_of_operation_has_its_words(permission: Permission) -> None:
    decision = decide(policy(), principal(), permission)
    assert decision.reason.startswith("No rule lets you ")
    assert decision.reason.endswith(" in this channel.")


def test_before_names_are_resolved_one_spelling_that_is_allowed_is_enough() -> None:
    rules = policy({"users": ["U1"], "groups": ["Sales"]})
    assert decide_provisionally(rules, principal(), Permission.MEMBERS, groups=[["6001", "Sales"]]).allowed
    assert decide_provisionally(rules, principal(), Permission.MEMBERS).allowed
    decision = decide_provisionally(
        rules, principal(), Permission.MEMBERS, groups=[["sales"], ["the suport", "suport"]]
    )
    assert decision.missing_groups == ("the suport",)


def test_a_bare_string_is_one_spelling_and_not_its_letters() -> None:
    rules = policy({"users": ["U1"], "groups": ["Sales"]}, {"users": ["U1"], "groups": ["u"]})
    assert decide_provisionally(rules, principal(), Permission.MEMBERS, groups=["sales"]).allowed
    assert decide_provisionally(rules, principal(), Permission.MEMBERS, groups=["Support"]).missing_groups == (
        "Support",
    )


def test_a_name_that_nothing_is_known_of_is_not_refused_by_itself() -> None:
    assert decide_provisionally(
        policy({"users": ["U1"], "groups": ["Sales"]}), principal(), Permission.MEMBERS, groups=[[]]
    ).allowed
    decision = decide_provisionally(policy(), principal(), Permission.MEMBERS, groups=[[]])
    assert (decision.allowed, decision.reason) == (False, "No rule lets you change members in this channel.")


def test_slack_is_asked_for_user_groups_only_where_a_rule_goes_by_them() -> None:
    assert needs_user_groups(policy({"users": ["U1"]}, {"user_groups": ["S1"]}))
    assert not needs_user_groups(policy({"users": ["U1"]}))


def test_rules_by_channel_alone_are_told_apart_for_the_warning() -> None:
    rules = policy(
        {"channels": ["C1"], "operations": ["members"]}, {"channels": ["C1"], "users": ["U1"]}, {"user_groups": ["S1"]}
    )
    assert [rule.name for rule in channel_only_rules(rules)] == ["rule 1"]


def test_two_hundred_rules_are_decided_in_a_bounded_number_of_steps() -> None:
    """Counts function calls, not seconds: each rule fails on 20 names, and each channel is evaluated."""
    rules_each = [
        {"channels": [f"C{number}"], "groups": [f"Team {number}", f"Desk {number}*"]} for number in range(200)
    ]
    rules, names = policy(*rules_each), [f"Sales {number}" for number in range(20)]
    decide(rules, principal(), Permission.MEMBERS, groups=names)  # compiles the patterns, once a process
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    decision = decide(rules, principal(), Permission.MEMBERS, groups=names)
    sys.setprofile(None)
    assert not decision.allowed
    assert len(decision.missing_groups) == 20
    assert steps < 200_000


def test_a_recall_needs_one_rule_that_allows_the_group_and_the_ring_group_together() -> None:
    sales = Rule(
        name="a", users=("U1",), operations=(Permission.RECALL,), groups=("Sales",), ring_groups=("Night Desk",)
    )
    support = Rule(
        name="b", users=("U1",), operations=(Permission.RECALL,), groups=("Support",), ring_groups=("Board",)
    )
    policy = Policy(allow=(sales, support))
    principal = Principal(user="U1", team="T1", channel="C1", user_groups=frozenset())
    assert decide(policy, principal, Permission.RECALL, groups=["Sales"], ring_groups=["Night Desk"]).allowed
    refused = decide(policy, principal, Permission.RECALL, groups=["Sales"], ring_groups=["Board"])
    assert not refused.allowed
    assert refused.missing_ring_groups == ("Board",)
