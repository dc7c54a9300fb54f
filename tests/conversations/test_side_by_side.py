"""What a change needs of the PBX is asked for at once: on call, each answer of a slow PBX is waited for."""

import threading
from collections.abc import Sequence

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.waiting import wait_until

GROUP, MEMBERS = "GET /api/call_park_groups/*%3D", "GET /api/call_park_groups/*/members"
LISTS = ("GET /api/call_park_groups", "GET /api/ring_groups")
RING_GROUP, USER = "GET /api/ring_groups/*%3D", "GET /api/users"
FRESH = ("groups", "find 1001", "preview recall Sales to Night Desk")
"""What has all names in memory."""
TOGETHER = [
    ("recall Sales to Night Desk", FRESH, (GROUP, RING_GROUP)),
    ("recall Support to user", FRESH, (GROUP, RING_GROUP)),
    ("add 1001 to Sales", FRESH, (GROUP, MEMBERS, USER)),
    ("remove 1002 from Sales", FRESH, (GROUP, MEMBERS, USER)),
    ("move 1002 to Support", FRESH, (GROUP, MEMBERS, USER)),
    ("server recall to Night Desk", FRESH, ("GET /api/call_park", RING_GROUP)),
    ("recall Sales to Night Desk", (), LISTS),
    ("recall Sales to Night Desk", ("groups 1", "preview recall Sales to Night Desk"), (GROUP, RING_GROUP)),
]


@pytest.mark.parametrize(("line", "before", "together"), TOGETHER)
def test_answers_that_do_not_depend_on_each_other_are_waited_for_together(
    line: str, before: Sequence[str], together: Sequence[str]
) -> None:
    with Sandbox() as sandbox:
        for one in before:
            _type(sandbox, one)
        go_on = threading.Event()
        held = [
            sandbox.pbx.faults.add(Fault(kind=FaultKind.SLOW, seconds=0, match=match, hold=go_on)) for match in together
        ]
        try:
            assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line).ok
            wait_until(lambda: all(fault.reached.is_set() for fault in held))
        finally:
            go_on.set()
        sandbox.settle()
        assert sandbox.pbx.writes


def test_who_leaves_a_group_is_looked_for_where_it_was_seen_and_not_in_all_groups() -> None:
    with Sandbox() as sandbox:
        for one in FRESH:
            _type(sandbox, one)
        sandbox.pbx.requests.clear()
        _type(sandbox, "remove 1002")
        assert sandbox.pbx.writes
        assert [one for one in sandbox.pbx.requests if one.path == "/api/call_park_groups"] == []
        assert sum(one.path.endswith("/members") and one.method == "GET" for one in sandbox.pbx.requests) == 2


def test_who_has_moved_at_the_pbx_meanwhile_is_found_where_they_are() -> None:
    with Sandbox() as sandbox:
        for one in FRESH:
            _type(sandbox, one)
        state = sandbox.pbx.state
        sales, billing = (state.members[state.group_id(name)] for name in ("Sales", "Billing"))
        sales.remove("1002")
        billing.append("1002")
        _type(sandbox, "remove 1002")
        assert "1002" not in state.members[state.group_id("Billing")]
        assert len(sandbox.pbx.writes) == 1


def _type(sandbox: Sandbox, line: str) -> None:
    assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line).ok
    sandbox.settle()
