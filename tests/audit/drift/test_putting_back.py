"""The button puts back what was changed outside Park: as a change like any other, and only that."""

from collections.abc import Callable

import pytest

from bot.sandbox.slack.model import Message
from tests.audit.drift.conftest import DriftScene
from tests.faults.scene import NOTHING

Action = Callable[[DriftScene], object]


def _told(scene: DriftScene) -> Message:
    (told,) = scene.posted_drifts()
    return told


def _card(scene: DriftScene) -> Message:
    """It stands in the thread under what was told."""
    return next(harness for harness in scene.replies("ops") if "· #" in harness.plain)


def _recall(scene: DriftScene, to: str = "Night Desk") -> None:
    id = scene.console.state.ring_group_id(to)
    scene.console.console_update_group(scene.id("Sales"), recall_to="RING_GROUP_ONLY", ring_group_id=id)


def _everything(scene: DriftScene) -> object:
    """All that Park knows to change; ids aside, and members as sets."""
    state = scene.console.state
    groups = {
        (group["name"], group["recall_to"], *_ring_group(group), frozenset(state.members[id]))
        for id, group in state.groups.items()
    }
    return groups, state.server


def _ring_group(group: dict[str, object]) -> tuple[object, ...]:
    """It means nothing where nothing is sent to it."""
    return () if group["recall_to"] == "USER_ONLY" else (group["ring_group_id"],)


@pytest.mark.parametrize(
    "action",
    [
        _recall,
        lambda it: it.console.console_add_member(it.id("Sales"), "1001"),
        lambda it: it.console.console_remove_member(it.id("Sales"), "1002"),
        lambda it: it.console.console_update_group(it.id("Sales"), name="Vendors"),
        lambda it: it.console.console_create_group("Nights", ["1001"]),
        lambda it: it.console.console_delete_group(it.id("Sales")),
        lambda it: it.console.console_update_server(recall_time=600, extension_number="777"),
    ],
)
def test_it_is_put_back_and_that_can_be_taken_back(scene: DriftScene, action: Action) -> None:
    before = _everything(scene)
    action(scene)
    changed = _everything(scene)
    scene.scan()
    scene.click(_told(scene), "Put it back")
    assert _everything(scene) == before
    assert "as it was before drift 1" in _card(scene).plain
    assert "by @Ana Ruiz · #1 · done" in _card(scene).plain
    scene.scan()
    scene.click(_card(scene), "Undo")
    assert _everything(scene) == changed
    scene.scan(2)
    assert len(scene.posted_drifts()) == 1, "Park's own changes are no drift"


def test_whoever_may_not_change_it_is_refused_and_the_pbx_hears_nothing(scene: DriftScene) -> None:
    scene.console.console_create_group("Nights")
    _recall(scene)
    scene.scan()
    for told in scene.posted_drifts():
        scene.click(told, "Put it back", who="ben")
        assert "You can't do that here" in scene.last_ephemeral("ben").plain
        assert NOTHING in scene.last_ephemeral("ben").plain
    assert scene.writes == []


def test_a_rule_for_the_recalls_of_some_groups_is_enough_for_a_recall(make_scene: Callable[..., DriftScene]) -> None:
    rule = '[[allow]]\nchannels = ["{announce}"]\nusers = ["{ben}"]\noperations = ["recall"]\ngroups = ["Sales"]\n'
    scene = make_scene(policy=f'announce = "{{announce}}"\n\n{rule}')
    _recall(scene)
    scene.console.console_add_member(scene.id("Sales"), "1001")
    scene.scan()
    recall, members = sorted(scene.posted_drifts(), key=lambda harness: "Added" in harness.plain)
    scene.click(members, "Put it back", who="ben")
    assert scene.writes == []
    scene.click(recall, "Put it back", who="ben")
    assert len(scene.writes) == 1
    assert scene.members("Sales")[-1] == "1001"


def test_what_has_moved_again_is_shown_and_put_back_only_when_that_is_wanted(scene: DriftScene) -> None:
    _recall(scene)
    scene.scan()
    told = _told(scene)
    _recall(scene, "Day Desk")
    scene.click(told, "Put it back")
    asked = scene.last_ephemeral()
    assert "Sales has been changed since drift 1" in asked.plain
    assert [words for words in ("the user who parked", "Night Desk", "Day Desk") if words not in asked.plain] == []
    assert scene.writes == []
    scene.click(asked, "Put back as before")
    scene.click(scene.last_ephemeral(), "Put it back")
    assert scene.console.state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY"


def test_what_somebody_put_back_on_the_console_is_so_already(scene: DriftScene) -> None:
    scene.console.console_add_member(scene.id("Sales"), "1001")
    scene.scan()
    scene.console.console_remove_member(scene.id("Sales"), "1001")
    scene.click(_told(scene), "Put it back")
    assert "has already been reversed" in scene.last_ephemeral().plain
    assert scene.writes == []


def test_a_group_that_was_made_anew_meanwhile_is_not_made_a_second_time(scene: DriftScene) -> None:
    scene.console.console_delete_group(scene.id("Sales"))
    scene.scan()
    scene.console.console_create_group("Sales", ["1002"])
    scene.click(_told(scene), "Put it back")
    assert "There is already a park group called Sales" in scene.last_ephemeral().plain
    assert scene.writes == []


def test_a_group_that_is_gone_can_t_be_put_back_in_part(scene: DriftScene) -> None:
    _recall(scene)
    scene.scan()
    scene.console.console_delete_group(scene.id("Sales"))
    scene.click(_told(scene), "Put it back")
    assert "Sales no longer exists, so drift 1 can't be undone" in scene.last_ephemeral().plain


def test_several_people_s_clicks_put_it_back_once(make_scene: Callable[..., DriftScene]) -> None:
    rule = '[[allow]]\nusers = ["{ana}", "{ben}"]\noperations = ["all"]\n'
    scene = make_scene(policy=f'announce = "{{announce}}"\n\n{rule}')
    _recall(scene)
    scene.scan()
    told = _told(scene)
    people, slack = scene.sandbox.people, scene.sandbox.slack
    for who in ("ana", "ben", "ana"):
        assert slack.click(people[who], told, label="Put it back").ok
    scene.sandbox.settle()
    assert len(scene.writes) == 1
    assert "Somebody has already used this button: #1" in scene.last_ephemeral("ben").plain


def test_it_can_be_typed_and_previewed_and_a_number_that_is_none_is_said(scene: DriftScene) -> None:
    _recall(scene)
    scene.scan()
    scene.do("preview put back drift 1")
    assert "Restore Sales as it was before drift 1? Nothing has changed yet." in scene.last_ephemeral().plain
    scene.do("put back drift 2")
    assert f"There is no drift 2. {NOTHING}" in scene.last_ephemeral().plain
    scene.do("put back drift two")
    assert "Type the number of the drift" in scene.last_ephemeral().plain
    assert scene.writes == []
    scene.do("put back drift 1")
    assert "as it was before drift 1" in scene.card().plain


def test_while_a_temporary_change_stands_what_it_made_is_put_back_and_it_still_ends(scene: DriftScene) -> None:
    scene.do("recall Sales to Night Desk for 8h")
    _recall(scene, "Day Desk")
    scene.scan()
    scene.click(_told(scene), "Put it back")
    state = scene.console.state
    assert state.groups[scene.id("Sales")]["ring_group_id"] == state.ring_group_id("Night Desk")
    scene.do("undo change 1")
    assert state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY"


def test_in_a_pause_nothing_is_put_back(scene: DriftScene) -> None:
    scene.do("pause because the PBX is being updated")
    scene.click(scene.last_ephemeral(), "Pause Park")
    _recall(scene)
    scene.scan()
    scene.click(_told(scene), "Put it back")
    assert "Park is paused" in scene.last_ephemeral().plain
    assert scene.writes == []
