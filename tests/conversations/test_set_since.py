"""An undo takes back the change that was named: what a later change has set to the same is asked about first."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

KINDS = {
    "recall": ("recall Sales to Night Desk", "recall Sales to On Call", "recall Sales to Night Desk"),
    "members": ("add 1001 to Sales", "remove 1001 from Sales", "add 1001 to Sales"),
    "move": ("add 1001 to Sales", "move 1001 from Sales to Support", "move 1001 from Support to Sales"),
    "server": ("server recall time 10m", "server recall time 5m", "server recall time 10m"),
}
"""A change, another one of the same, and one that sets what the first has set."""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def present(scene: ConversationHarness) -> list[object]:
    state = scene.sandbox.pbx.state
    group = state.groups[scene.id("Sales")]
    ring_group = group["ring_group_id"] if "RING" in str(group["recall_to"]) else None
    return [sorted(scene.members("Sales")), group["recall_to"], ring_group, dict(state.server)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_later_change_has_set_is_asked_about(scene: ConversationHarness, kind: str) -> None:
    first = present(scene)
    for line in KINDS[kind]:
        scene.do(line)
    set_again = present(scene)
    scene.do("undo 1")
    assert present(scene) == set_again
    assert "#3 has set the same since #1" in scene.last_ephemeral().plain
    scene.click(scene.last_ephemeral(), "Put back as before")
    scene.click(scene.last_ephemeral(), "Undo")
    assert present(scene) == first


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_set_and_taken_back_is_not_asked_about(scene: ConversationHarness, kind: str) -> None:
    first = present(scene)
    for line in (*KINDS[kind][:2], "undo 2", "undo 1"):
        scene.do(line)
    assert present(scene) == first


@pytest.mark.parametrize("kind", KINDS)
def test_a_temporary_change_of_which_nothing_was_left_at_its_end_is_not_asked_about(
    scene: ConversationHarness, kind: str
) -> None:
    state, first = scene.sandbox.pbx.state, present(scene)
    scene.do(KINDS[kind][0])
    groups, members, server = deepcopy((state.groups, state.members, state.server))
    scene.do(f"{KINDS[kind][1]} for 2h")
    state.groups.update(groups)  # as at the console
    state.members.update(members)
    state.server.update(server)
    scene.sandbox.forward(timedelta(hours=3))
    scene.sandbox.settle()
    scene.do("undo 1")
    assert present(scene) == first


@pytest.mark.parametrize("kind", KINDS)
def test_changes_are_undone_one_after_the_other(scene: ConversationHarness, kind: str) -> None:
    first = present(scene)
    for line in (*KINDS[kind], "undo 3", "undo 2", "undo 1"):
        scene.do(line)
    assert present(scene) == first


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("add 1001 to Sales", "move 1001 from Sales to Support"), "Nothing of #1 is left"),
        (("add 1001 to Sales", "remove 1001 from Sales"), "Nothing of #1 is left"),
        (("server recall time 10m", "server recall time 5m"), "Nothing of #1 is left"),
        (("add 1001 to Sales", "undo 1"), "#1 has already been undone"),
    ],
)
def test_why_there_is_nothing_to_undo_is_true(scene: ConversationHarness, lines: tuple[str, ...], says: str) -> None:
    for line in lines:
        scene.do(line)
    before = present(scene)
    scene.do("undo 1")
    assert present(scene) == before
    assert says in scene.last_ephemeral().plain


@pytest.mark.parametrize("kind", KINDS)
def test_an_undo_is_undone_where_what_was_set_since_is_taken_back(scene: ConversationHarness, kind: str) -> None:
    for line in (KINDS[kind][0], "undo 1"):
        scene.do(line)
    undone = present(scene)
    for line in (KINDS[kind][0], "undo 3", "undo 2"):  # what was set since is taken back
        scene.do(line)
    assert present(scene) != undone
