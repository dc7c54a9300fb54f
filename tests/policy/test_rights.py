"""A principal's rights in words, from the rules that apply to them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.text import fold
from bot.policy.descriptions import rights_are_complete, rights_of
from bot.policy.engine import decide
from bot.policy.matching import matches_any
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy

ANA = Principal(user="U1", team="T1", channel=None, user_groups=frozenset({"S1"}))
RULE: dict[str, Any] = {"users": ["U1"], "operations": ["all"]}
SERVER: dict[str, Any] = {"users": ["U1"], "operations": ["server", "pause"]}
CASES: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "all of it": ([RULE], ["everything, from anywhere"]),
    "in a channel": (
        [
            {
                "users": ["U1"],
                "channels": ["C1"],
                "operations": ["members", "recall"],
                "groups": ["Sales*", "Support*"],
            }
        ],
        ["change members and recall of Sales*, Support* from C1"],
    ),
    "in several channels": ([RULE | {"channels": ["C1", "C2", "C3"]}], ["everything from C1, C2 or C3"]),
    "only looking": ([RULE | {"operations": ["read"]}], ["view any group, from anywhere"]),
    "looking and members": (
        [RULE | {"operations": ["read", "members"], "groups": ["Sales"]}],
        ["view and change members of Sales, from anywhere"],
    ),
    "all of some": (
        [RULE | {"operations": ["read", "members", "recall", "groups", "history"], "groups": ["Sales"]}, SERVER],
        [
            "view, see the history of, change members and recall of, create, rename and delete Sales, from anywhere",
            "change the call park server, and pause Park, from anywhere",
        ],
    ),
    "for a time, and without end once it is approved": (
        [
            RULE | {"operations": ["recall"], "temporary": "4h"},
            RULE | {"operations": ["recall"], "approvers": ["U2"]},
            RULE | {"operations": ["recall"], "emergency": "C9", "hours": ["08:00-18:00 UTC"]},
        ],
        [
            "change recall of any group, from anywhere; for at most 4h",
            "change recall of any group, from anywhere; once it is approved",
            ("change recall of any group, from anywhere; 08:00-18:00 UTC; in an emergency, for a stated reason"),
        ],
    ),
    "limits that another rule does without": (
        [RULE | {"operations": ["recall"], "temporary": "4h"}, RULE | {"operations": ["recall"]}],
        ["change recall of any group, from anywhere"],
    ),
    "the server": ([RULE | {"operations": ["server"]}], ["change the call park server, from anywhere"]),
    "few ring groups": (
        [RULE | {"operations": ["recall"], "ring_groups": ["Night Desk", "Desk*"]}],
        ["change recall of any group (recalls to ring group Night Desk or Desk* only), from anywhere"],
    ),
    "no ring group": (
        [RULE | {"operations": ["recall"], "ring_groups": []}],
        ["change recall of any group (recalls to no ring group), from anywhere"],
    ),
    "ring groups of one who sends no recalls": (
        [RULE | {"operations": ["members"], "ring_groups": []}],
        ["change members of any group, from anywhere"],
    ),
    "two rules that differ in what they allow only": (
        [RULE | {"operations": ["read"]}, RULE | {"operations": ["members"]}],
        ["view and change members of any group, from anywhere"],
    ),
    "one that another includes": (
        [RULE | {"channels": ["C1"], "operations": ["read"], "groups": ["Sales"]}, RULE],
        ["everything, from anywhere"],
    ),
    "one wider by its channels, one by its groups": (
        [RULE | {"groups": ["S*"], "operations": ["read"]}, RULE | {"channels": ["C1"], "operations": ["read"]}],
        ["view S*, from anywhere", "view any group from C1"],
    ),
    "another's": ([RULE | {"users": ["U2"]}], []),
    "their user group's": ([{"user_groups": ["S1"], "operations": ["all"]}], ["everything, from anywhere"]),
    "whoever is in the channel": ([{"channels": ["C1"], "operations": ["all"]}], ["everything from C1"]),
}


def policy(*rules: dict[str, Any]) -> Policy:
    return Policy.model_validate({"allow": rules})


@pytest.mark.parametrize("case", CASES)
def test_rights_in_words(case: str) -> None:
    rules, words = CASES[case]
    assert [right.said() for right in rights_of(policy(*rules), ANA)] == words


def test_what_stands_in_the_policys_file_is_shaped_by_whoever_shows_it() -> None:
    (right,) = rights_of(policy(RULE | {"channels": ["C1"], "operations": ["read"], "groups": ["Sales*"]}), ANA)
    assert right.said(pattern=repr, channel=lambda id: f"<#{id}>") == "view 'Sales*' from <#C1>"


def test_a_guest_has_only_the_rights_that_name_them() -> None:
    guest = Principal(user="U9", team="T1", channel=None, user_groups=frozenset({"S1"}), guest=True)
    everybody = {"channels": ["C1"], "operations": ["all"]}
    assert not rights_of(policy(everybody), guest)
    assert rights_of(policy(everybody | {"users": ["U9"]}), guest)


def test_they_are_uncertain_where_slack_could_not_say_who_is_in_which_user_group() -> None:
    unknown = Principal(user="U1", team="T1", channel=None, user_groups=None)
    assert rights_are_complete(policy(RULE), unknown)
    assert not rights_are_complete(policy({"user_groups": ["S1"], "operations": ["all"]}), unknown)
    assert rights_are_complete(policy({"user_groups": ["S1"], "operations": ["all"]}), ANA)


def some(*items: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=2)


RULES = st.lists(
    st.fixed_dictionaries(
        {
            "users": st.sampled_from([["U1"], ["U2"]]),
            "operations": some("read", "members", "recall"),
            "groups": some("Sales", "S*", "*"),
            "ring_groups": st.one_of(st.just([]), some("Night", "N*", "*")),
        },
        optional={"channels": some("C1", "C2")},
    ),
    max_size=4,
)


@given(RULES, st.sampled_from(list(Permission)), st.sampled_from([None, "C1", "C2"]))
def test_what_is_said_is_what_is_decided(
    rules: list[dict[str, Any]], permission: Permission, channel: str | None
) -> None:
    """Merged rights and those left out allow together what the rules allow, and no more."""
    principal = Principal(user="U1", team="T1", channel=channel, user_groups=frozenset())
    for group, ring_group in [(g, r) for g in ("Sales", "Support", "Other") for r in ("Night", "Noon", "Day")]:
        decided = decide(policy(*rules), principal, permission, groups=[group], ring_groups=[ring_group]).allowed
        described = any(
            permission in right.operations
            and matches_any(right.groups, fold(group))
            and matches_any(right.ring_groups, fold(ring_group))
            and (not right.channels or channel in right.channels)
            for right in rights_of(policy(*rules), principal)
        )
        assert described == decided
