"""Many at once: each acknowledged in time, each change made once, in the order asked for within a group."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

import pytest

from bot.journal import sqlite
from bot.sandbox.environment import Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness


def test_two_people_who_change_one_group_are_served_one_after_the_other(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.faults.latency = 0.05
    scene.slash("add 1001 to Sales", who="ana")
    scene.slash("add 1004 to Sales", who="ben")
    scene.slash("remove 1001 from Sales", who="ana")
    scene.sandbox.settle()
    assert scene.members("Sales")[-1] == "1004"
    assert "1001" not in scene.members("Sales")
    assert scene.changes() == len(scene.writes) == 3
    statuses = ("#1 · replaced by #3 ·", "#2 · done ·", "#3 · done ·")
    assert [status in card.plain for card, status in zip(scene.cards(), statuses, strict=True)] == [True, True, True]


def test_two_people_who_name_one_group_differently_do_not_meet(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.faults.latency = 0.05
    for line in ("add 1001 to sales", 'add 1004 to "Sales"', "add 1005 to the SALES", "move 1021 to Sales"):
        scene.slash(line)
    scene.sandbox.settle()
    assert set(scene.members("Sales")) >= {"1001", "1004", "1005", "1021"}
    assert all("· done" in card.plain for card in scene.cards())


def test_moves_that_cross_do_not_block_each_other(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.faults.latency = 0.05
    moves = ("move 1002 from Sales to Support", "move 1021 to Sales")
    _at_once([partial(scene.slash, move) for move in moves])
    scene.sandbox.settle()
    assert "1002" in scene.members("Support")
    assert "1021" in scene.members("Sales")


def test_a_button_that_is_clicked_twice_at_once_is_carried_out_once(scene: ConversationHarness) -> None:
    scene.do("preview add 1001 to Sales")
    button, ana = scene.last_ephemeral(), scene.sandbox.people["ana"]
    _at_once([lambda: scene.sandbox.slack.click(ana, button, label="Apply")] * 2)
    scene.sandbox.settle()
    assert scene.changes() == 1
    assert len(scene.cards()) == 1


@pytest.mark.timeout(240)
def test_thirty_people_at_once_are_acknowledged_in_time_on_a_pbx_that_takes_half_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the deadline of production for PBX calls: a change that waits for its turn is not given up."""
    monkeypatch.setattr(sqlite, "WRITE_TIMEOUT", 10.0)  # on a busy machine, as the fake Slack waits in tests
    with Sandbox(retry_policy=FAST_RETRIES) as sandbox:
        scene = ConversationHarness(sandbox)
        sandbox.pbx.faults.latency = 0.5
        groups = ("Sales", "Support", "Front Desk", "Billing", "Night Shift", "Warehouse")
        free = (str(number) for number in count(1001) if sandbox.pbx.state.group_with(str(number)) is None)
        asked = [(next(free), groups[place % len(groups)]) for place in range(30)]
        _at_once([partial(scene.slash, f"add {who} to {group}") for who, group in asked])
        sandbox.settle(200)
        for group in groups:
            assert {who for who, into in asked if into == group} <= set(scene.members(group))
        assert scene.changes() == len(scene.writes) == 30
        assert sum("· done" in card.plain for card in scene.cards()) == 30


def test_changes_of_one_group_are_made_in_the_order_asked_for(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.faults.latency = 0.02
    asked = ["1001", "1004", "1005", "1006", "1008", "1009", "1010", "1014"]
    for number in asked:
        scene.slash(f"add {number} to Sales")
    scene.sandbox.settle()
    assert scene.members("Sales")[4:] == asked


def test_questions_are_answered_while_changes_wait(scene: ConversationHarness) -> None:
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    for line in ("add 1004 to Sales", "add 1005 to Sales", "group Support"):
        scene.slash(line)
    scene.sandbox.slack.wait_for(lambda: any("1021" in one.plain for one in scene.ephemerals()))
    scene.go_on(fault)
    scene.sandbox.settle()
    assert scene.changes() == 3


def _at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Runs all calls in parallel and raises what they raise, such as a missing acknowledgement."""
    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()
