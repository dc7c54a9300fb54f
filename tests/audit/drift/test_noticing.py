"""What somebody changes on the PBX's own pages is told once, with what was, what is, and by whom."""

import threading
from collections.abc import Callable

import pytest

from bot.sandbox.environment import POLICY
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import NO_AUDIT_LOGS, ErrorResponse
from bot.sandbox.slack.model import Message
from tests.audit.drift.conftest import DriftScene

Action = Callable[[DriftScene], object]


def _recall(scene: DriftScene, group: str = "Sales", to: str = "Night Desk") -> None:
    id = scene.console.state.ring_group_id(to)
    scene.console.console_update_group(scene.id(group), recall_to="RING_GROUP_ONLY", ring_group_id=id)


def _recreate_sales(scene: DriftScene, *members: str) -> None:
    scene.console.console_delete_group(scene.id("Sales"))
    scene.console.console_create_group("Sales", members)


def test_what_nobody_changed_is_no_news(scene: DriftScene) -> None:
    scene.scan(2)
    assert scene.posted_drifts() == []


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (_recall, ["Sales was changed", "the user who parked the call → Night Desk (6001)"]),
        (lambda it: it.console.console_add_member(it.id("Sales"), "1001"),
         ["Sales was changed", "Added: 1001 Amara Okafor"]),
        (lambda it: it.console.console_remove_member(it.id("Sales"), "1002"), ["Sales was changed", "Removed: 1002 "]),
        (lambda it: it.console.console_update_group(it.id("Sales"), name="Vendors"),
         ["Vendors was changed", "Sales → Vendors"]),
        (lambda it: it.console.console_create_group("Nights", ["1001"]),
         ["Nights was created", "Added: 1001 Amara Okafor"]),
        (lambda it: it.console.console_delete_group(it.id("Sales")),
         ["Sales was deleted", "Recall: the user who parked the call", "1002 ", "1007 ", "1003 ", "1011 "]),
        (lambda it: it.console.console_update_server(recall_time=600),
         ["The call park server was changed", "5m → 10m"]),
        (lambda it: _recreate_sales(it, "1002", "1007", "1011"),
         ["Sales was deleted and created again outside Park", "Removed: 1003 "]),
        (lambda it: _recreate_sales(it, "1002", "1003", "1007", "1011"),
         ["Sales was deleted and created again outside Park", "the same as before"]),
    ],
)  # fmt: skip
def test_it_is_told_once_with_before_and_after_and_by_whom(scene: DriftScene, action: Action, said: list[str]) -> None:
    action(scene)
    scene.scan(3)
    (told,) = scene.posted_drifts()
    said = [*said, "outside Park", "By: console.admin (Web Portal)"]
    assert [words for words in said if words not in _plain(told)] == []
    assert scene.cards() == []


def _plain(message: Message) -> str:
    return message.plain.replace("*", "")


def test_what_takes_two_permissions_to_put_back_is_told_as_two(scene: DriftScene) -> None:
    _recall(scene)
    scene.console.console_add_member(scene.id("Sales"), "1001")
    scene.scan(2)
    assert len(scene.posted_drifts()) == 2


def test_names_on_the_pbx_are_no_commands_to_slack(scene: DriftScene) -> None:
    scene.console.console_add_member(scene.id("<!channel> & friends"), "1001")
    scene.scan()
    (told,) = scene.posted_drifts()
    assert "<!channel>" not in str(told.blocks)
    assert "&lt;!channel&gt; &amp; friends was changed" in str(told.blocks)


@pytest.mark.parametrize("refusal", [NO_AUDIT_LOGS, ErrorResponse(403, "DENIED", "Not for you.")])
def test_without_audit_logs_it_is_told_without_by_whom(scene: DriftScene, refusal: ErrorResponse) -> None:
    scene.console.switches.audit_logs = refusal
    _recall(scene)
    scene.scan()
    (told,) = scene.posted_drifts()
    assert "Night Desk" in told.plain
    assert "By:" not in _plain(told)


def test_it_is_told_where_the_policy_says(make_scene: Callable[..., DriftScene]) -> None:
    scene = make_scene(policy=f'drift = "{{random}}"\n{POLICY}')
    _recall(scene)
    scene.scan()
    assert (len(scene.posted_drifts("random")), scene.posted_drifts()) == (1, [])


def test_where_the_policy_names_no_channel_the_pbx_hears_nothing(make_scene: Callable[..., DriftScene]) -> None:
    sandbox = make_scene(looks=False, policy=POLICY.replace('announce = "{announce}"\n', "")).sandbox
    assert sandbox.park.tenant.drift.turn() > sandbox.now()
    assert sandbox.pbx.requests == []


def test_unless_it_is_asked_for_nobody_looks(make_scene: Callable[..., DriftScene]) -> None:
    scene = make_scene(looks=False, park_drift_interval=None)
    scene.sandbox.forward(scene.DAY)
    assert scene.sandbox.pbx.requests == []
    assert "drift" not in {thread.name for thread in threading.enumerate()}


def test_a_look_asks_no_more_than_it_may_and_comes_to_every_group_in_turn(
    make_scene: Callable[..., DriftScene],
) -> None:
    scene = make_scene(pbx=FakePbx(groups=230, users=60), park_drift_requests=60)
    last = [id for id, members in scene.console.state.members.items() if members][-1]
    for _ in range(6):
        scene.console.requests.clear()
        scene.scan()
        assert len(scene.console.requests) <= 60
    somebody = scene.console.state.members[last][0]
    scene.console.console_remove_member(last, somebody)
    scene.scan(6)
    (told,) = scene.posted_drifts()
    assert f"Removed: {somebody}" in _plain(told)


def test_with_a_dozen_groups_a_look_costs_one_request_each_and_two(scene: DriftScene) -> None:
    scene.console.requests.clear()
    scene.scan()
    assert len(scene.console.requests) == 2 + len(scene.console.state.groups)
    assert scene.writes == []
