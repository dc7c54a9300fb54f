"""Every change can be taken back: by the button under it, or by a line; only what it moved, and nothing in silence."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.environment import Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness


@pytest.fixture
def scene(http: bool) -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, http=http) as sandbox:
        yield ConversationHarness(sandbox)


CHANGES = [
    "add 1001, 1008 to Sales",
    "remove 1007 from Sales",
    "move 1002 to Support",
    "recall Sales to user then Night Desk",
    "create Returns recall to Night Desk",
    'rename Sales to "Sales North"',
    "server recall to Night Desk",
    "server recall time 2m",
    "server recall ring group time 90s",
    "server extension 777",
]


def seen(scene: ConversationHarness) -> object:
    """All that stands on the PBX; members as a set, and no ids: a group that is built anew has another."""
    state = scene.sandbox.pbx.state
    named = {group["name"]: group for group in state.groups.values()}
    groups = {name: (counted(group), frozenset(state.members_of(name))) for name, group in named.items()}
    return groups, counted(state.server)


def counted(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without the id, and without a ring group that nothing is sent to: the PBX may keep it."""
    idle = {"ring_group_id"} if settings["recall_to"] == "USER_ONLY" else set()
    return {key: value for key, value in settings.items() if key not in {"id", *idle}}


@pytest.mark.parametrize("line", CHANGES[::4])
def test_what_was_set_again_after_an_undo_is_not_undone_by_the_number_of_before(
    scene: ConversationHarness, line: str
) -> None:
    scene.do(line)
    scene.click(scene.card(), "Undo")
    scene.do(line)
    after = seen(scene)
    scene.do("undo 1")
    assert seen(scene) == after
    assert "#1 has already been undone" in scene.last_ephemeral().plain
    scene.do("undo 3")
    assert "· undone" in scene.cards()[-1].plain
    scene.do("undo 1")
    assert "#1 has already been undone." in scene.last_ephemeral().plain
    scene.do("undo 2")
    assert seen(scene) == after
    scene.do("undo 1")
    assert seen(scene) != after


@pytest.mark.parametrize(("line", "rounds"), [(line, 2 if number == 0 else 1) for number, line in enumerate(CHANGES)])
def test_the_button_under_a_change_takes_it_back_and_the_next_does_it_again_and_again(
    scene: ConversationHarness, line: str, rounds: int
) -> None:
    before = seen(scene)
    scene.do(line)
    after = seen(scene)
    assert after != before
    for undone in range(2, 2 + 2 * rounds, 2):
        scene.click(scene.card(), "Undo")
        assert seen(scene) == before
        assert "· undone" in scene.card().plain
        assert f"*Undone:* #{undone} by @Ana Ruiz" in scene.card().plain
        assert "Undone: " in scene.replies()[-1].plain
        scene.click(scene.card(), "Do it again")
        assert seen(scene) == after
        assert f"*Done again:* #{undone + 1}" in scene.card().plain
    scene.do("undo 1")
    assert seen(scene) == before


WAYS = {"undo": ("Undo", "Undo"), "restore": ("Restore", "Restore"), "both": ("Undo", "Restore")}
"""How a group that was deleted twice is made again."""


def delete_and_make_again(scene: ConversationHarness, by: str, deletion: int) -> None:
    """Deletes Support EMEA with the change of this number, and makes it again by an undo or a restore."""
    scene.do("delete Support EMEA")
    scene.click(scene.last_ephemeral(), "Delete")
    if by == "Restore":
        scene.do(f"restore Support EMEA to before {deletion}")
    scene.click(scene.last_ephemeral() if by == "Restore" else scene.cards()[-1], by)


@pytest.mark.parametrize("way", WAYS)
def test_a_change_of_a_group_that_was_deleted_and_is_there_again_can_be_undone(
    scene: ConversationHarness, way: str
) -> None:
    before = seen(scene)
    scene.do("recall Support EMEA to Night Desk")
    scene.do("add 1001 to Support EMEA")
    for by, deletion in zip(WAYS[way], (3, 5), strict=True):
        delete_and_make_again(scene, by, deletion)
    scene.do("undo 1")
    scene.do("undo 2")
    assert seen(scene) == before


def test_a_group_that_was_renamed_and_restored_under_its_older_name_is_followed(scene: ConversationHarness) -> None:
    before = seen(scene)
    scene.do("recall Support EMEA to Night Desk")
    scene.do("rename Support EMEA to Helpdesk")
    scene.do("delete Helpdesk")
    scene.click(scene.last_ephemeral(), "Delete")
    scene.do("restore Support EMEA to before 2")
    scene.click(scene.last_ephemeral(), "Restore")
    scene.do("history Support EMEA")
    for number in ("#1", "#2", "#3", "#4"):
        assert f"*{number} " in scene.last_ephemeral().plain
    scene.do("undo 1")
    assert seen(scene) == before


def test_a_group_is_not_taken_for_another_one_that_had_its_name_later(scene: ConversationHarness) -> None:
    scene.do("recall Support EMEA to Night Desk")
    for line in ("rename Support EMEA to Helpdesk", 'create "Support EMEA"', "delete Helpdesk", "delete Support EMEA"):
        scene.do(line)
        if line.startswith("delete"):
            scene.click(scene.last_ephemeral(), "Delete")
    scene.do("restore Support EMEA to before 5")
    scene.click(scene.last_ephemeral(), "Restore")
    scene.do("undo 1")
    assert "no longer exists" in scene.last_ephemeral().plain


@pytest.mark.usefixtures("ordinary_clock")
@pytest.mark.parametrize("by", ["Undo", "Restore"])
def test_a_group_that_is_there_again_has_its_schedules(scene: ConversationHarness, by: str) -> None:
    scene.do("recall Support EMEA to Night Desk every day 22:00 to 6:00")
    delete_and_make_again(scene, by, 2)
    for line in ("schedules Support EMEA", "group Support EMEA"):
        scene.do(line)
        assert "Pause" in scene.last_ephemeral().plain, line


def test_a_temporary_change_that_was_kept_is_undone_and_done_again_like_any_other(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    scene.do("keep 1")
    after = seen(scene)
    scene.click(scene.card(), "Undo")
    assert "· undone" in scene.card().plain
    assert "*Undone:* #4 by @Ana Ruiz" in scene.card().plain
    assert "Ended" not in scene.card().plain
    scene.click(scene.card(), "Do it again")
    assert seen(scene) == after


def test_what_was_set_again_after_a_temporary_change_is_not_ended_with_it(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    scene.sandbox.forward(timedelta(hours=2))
    scene.sandbox.settle()
    scene.do("recall Sales to Night Desk", who="ben")
    after = seen(scene)
    scene.do("undo 1")
    assert seen(scene) == after
    assert "#1 has already been undone, by #" in scene.last_ephemeral().plain


def test_a_deleted_group_is_built_anew_with_settings_and_members_and_says_that_its_id_is_another(
    scene: ConversationHarness,
) -> None:
    before, old = seen(scene), scene.id("Support EMEA")
    scene.do("delete Support EMEA")
    scene.click(scene.last_ephemeral(), "Delete")
    scene.click(scene.card(), "Undo")
    assert seen(scene) == before
    assert scene.id("Support EMEA") != old
    assert "a new id" in scene.replies()[-1].plain


def test_undo_alone_shows_ones_own_last_change_here_and_waits_for_a_click(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales")
    scene.do("add 1008 to Sales", who="ben")
    scene.do("undo")
    assert "Undo #1" in scene.last_ephemeral().plain
    assert scene.members("Sales")[-2:] == ["1001", "1008"]
    scene.click(scene.last_ephemeral(), "Undo")
    assert scene.members("Sales")[-1] == "1008"
    assert "1001" not in scene.members("Sales")


def test_undo_of_a_group_and_of_the_server_is_their_last_change_whoever_made_it(scene: ConversationHarness) -> None:
    scene.do("add 1008 to Sales", who="ben")
    scene.do("server recall time 2m")
    scene.do("undo sales")
    assert "Undo #1" in scene.last_ephemeral().plain
    scene.do("undo server")
    assert "Undo #2" in scene.last_ephemeral().plain


def test_what_stands_no_longer_is_not_the_last_change(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales")
    scene.click(scene.card(), "Undo")
    scene.do("undo")
    assert "There is no change of yours here" in scene.last_ephemeral().plain


def test_what_others_moved_since_is_left_alone(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk")
    scene.do('rename Sales to "Sales North"', who="ana")
    scene.do("add 1001 to Sales North")
    scene.click(scene.cards()[0], "Undo")
    state = scene.sandbox.pbx.state
    assert state.groups[scene.id("Sales North")]["recall_to"] == "USER_ONLY"
    assert "1001" in scene.members("Sales North")


def test_the_same_setting_moved_since_is_not_overwritten_in_silence(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk")
    scene.do("recall Sales to Day Desk")
    writes = scene.changes()
    scene.click(scene.cards()[0], "Undo")
    assert scene.changes() == writes
    said = scene.last_ephemeral().plain
    assert "Sales has been changed since #1" in said
    assert "the user who parked the call before the change, Night Desk (6001) after it, Day Desk (6002) now" in said
    scene.click(scene.last_ephemeral(), "Put back as before")
    assert scene.changes() == writes
    scene.click(scene.last_ephemeral(), "Undo")
    assert scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY"


def test_a_second_click_takes_nothing_back_twice(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales")
    for _ in range(2):
        assert scene.sandbox.slack.click(scene.sandbox.people["ana"], scene.card(), label="Undo").ok
    scene.sandbox.settle()
    assert scene.changes() == 2
    assert len(scene.replies()) == 2


def test_who_may_not_make_the_change_may_not_take_it_back(scene: ConversationHarness) -> None:
    scene.do('rename Sales to "Sales North"')
    heard = len(scene.sandbox.pbx.requests)
    scene.click(scene.card(), "Undo", who="eve")
    scene.do("undo change 1", who="eve")
    assert len(scene.sandbox.pbx.requests) == heard + 1, "only what the group is called today"
    assert all("You can't" in said.plain for said in scene.ephemerals("eve"))


@pytest.mark.parametrize(("line", "answer"), [
    ("undo change 7", "There is no change #7"),
    ("undo change x", "Type the number"),
    ("undo Sales", "There is no change for “Sales”"),
    ("undo change 1 sideways", "Only “anyway” can follow"),
])  # fmt: skip
def test_what_is_not_there_can_t_be_taken_back(scene: ConversationHarness, line: str, answer: str) -> None:
    scene.do(line)
    assert answer in scene.last_ephemeral().plain


def test_a_change_that_changed_nothing_can_t_be_taken_back(scene: ConversationHarness) -> None:
    scene.do("add 1002 to Sales")
    scene.do("undo change 1")
    assert "changed nothing" in scene.last_ephemeral().plain


def test_a_group_that_was_only_created_with_the_name_is_another_one(scene: ConversationHarness) -> None:
    scene.do("recall Support EMEA to Night Desk")
    scene.do("delete Support EMEA")
    scene.click(scene.last_ephemeral(), "Delete")
    scene.do('create "Support EMEA" recall to Night Desk')
    after = seen(scene)
    scene.do("undo 1")
    assert seen(scene) == after
