"""A number that somebody types is only a number: it tells nothing, and reaches only what they may know."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

POLICY = """\
[[allow]]
name = "On call"
user_groups = ["{oncall}"]
operations = ["read", "members", "recall", "groups", "history"]
groups = ["Sales", "Sales North"]

[[allow]]
name = "Team leads"
user_groups = ["{leads}"]
operations = ["all"]
"""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT, policy=POLICY) as sandbox:
        yield ConversationHarness(sandbox)


def said(scene: ConversationHarness, line: str, who: str = "ben") -> str:
    """What is answered in private; "" where the line was done."""
    before = len(scene.ephemerals(who))
    scene.do(line, who)
    return "\n".join(one.plain for one in scene.ephemerals(who)[before:])


LINES = [
    *("undo {}", "undo change {}", "undo #{}", "undo {} anyway", "end {} now", "cancel {}", "start {}", "keep {}"),
    *("extend {} for 1h", "extend {} until 20:00", "approve {}", "reject {}", "reject {} because of that", "why {}"),
    *("can me undo {}", "can me keep {}", "who can undo {}", "who can extend {} for 1h", "preview undo {}"),
    *("ask undo {}", "emergency undo {} because of that"),
]


def test_what_somebody_may_not_read_is_answered_as_if_it_did_not_exist(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Day Desk for 1h")
    scene.do("recall Sales to Night Desk for 2h")
    scene.do('rename Sales to "Billing 2"')
    scene.do("recall Support to user at 14:00")
    writes = scene.changes()
    for line in LINES:
        answers = {said(scene, line.format(number)).replace(str(number), "N") for number in (1, 3, 5, 6, 99)}
        assert len(answers) == 1, (line, answers)
    assert scene.changes() == writes
    for line in ("undo {}", "extend {} for 1h", "keep {}", "start {}", "approve {}", "reject {}", "history {}"):
        names = ("Billing", "Support", "Nowhere")
        assert len({said(scene, line.format(name)).replace(name, "N") for name in names}) == 1, line
    assert "Sales" not in said(scene, "pending"), "it has another name today"
    assert "recall Sales" not in said(scene, "history")


def test_a_conflict_with_what_somebody_may_not_read_names_nothing(scene: ConversationHarness) -> None:
    scene.do("remove 1021 from Support for 1h")
    answer = said(scene, "add 1021 to Sales")
    assert "A temporary change is in the way" in answer
    assert "Support" not in answer
    assert "change 1" not in answer


@pytest.mark.parametrize("line", ["undo 2", "undo 3", "undo 99", "keep 2", "extend 2 for 1h", "approve 2", "why 3"])
def test_only_what_is_older_than_the_request_exists(scene: ConversationHarness, line: str) -> None:
    scene.do("add 1001 to Sales")
    assert "There is no change" in said(scene, line, "ana")


def test_whoever_made_a_change_may_take_it_back_and_nothing_more(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h", "ben")
    leave = scene.sandbox.slack.state.groups[scene.sandbox.groups["oncall"]]
    leave.members.clear()
    scene.sandbox.forward(timedelta(hours=1, minutes=30))
    assert "may not" in said(scene, "extend 1 for 1h")
    assert "may not" in said(scene, "keep 1")
    assert said(scene, "undo 1") == ""
    assert scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] == "USER_ONLY"
    assert "may not" in said(scene, "undo 5"), "an undo is no change of one's own"


def test_a_groups_name_stands_for_its_one_pending_change(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    assert said(scene, "extend Sales for 2h") == ""
    assert said(scene, "keep the group Sales") == ""
    assert "Nothing is pending for" in said(scene, "keep Sales")
    scene.do("add 1001 to Sales at 14:00")
    scene.do("remove 1002 from Sales at 15:00")
    assert "has 2 pending changes" in said(scene, "start Sales")
    scene.click(scene.last_ephemeral("ben"), "start 6", "ben")
    assert "1001" in scene.members("Sales")
    assert said(scene, "start Sales") == ""
    assert "1002" not in scene.members("Sales")


def test_to_undo_what_has_not_begun_calls_it_off(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk at 13:00")
    assert said(scene, "undo #1") == ""
    assert "· cancelled" in scene.card().plain
    assert "*Cancelled:* by @Ben Ito" in scene.card().plain


def test_undo_of_a_group_shows_its_last_change_under_any_of_its_names_also_a_scheduled_one(
    scene: ConversationHarness,
) -> None:
    scene.do("recall Sales to Night Desk", "ben")
    scene.do('rename Sales to "Sales North"')
    for name in ("Sales", "Sales North", "the group Sales North"):
        assert "Undo #2" in said(scene, f"undo {name}")
    scene.do("add 1001 to Sales North at 14:00", "ben")
    assert "#3 is cancelled" in said(scene, "undo Sales North")
    assert "#3 is cancelled" in said(scene, "undo")
    scene.click(scene.last_ephemeral("ben"), "Cancel", "ben")
    assert "Undo #2" in said(scene, "undo Sales")


def test_a_name_that_another_group_has_got_does_not_stand_for_the_first_ones_changes(
    scene: ConversationHarness,
) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    scene.do('rename Sales to "Sales North"')
    scene.do("create Sales")
    assert "Nothing is pending for" in said(scene, "keep Sales")
    assert "Create the park group Sales?" in said(scene, "undo Sales")
    assert said(scene, "keep Sales North") == ""


@pytest.mark.parametrize("first", ["extend 1 for 1h", "keep 1", "extend 2 for 1h", "extend Sales for 1h", "undo 1"])
def test_a_change_that_was_refused_is_referred_to_in_vain(scene: ConversationHarness, first: str) -> None:
    scene.do(first)
    for line in (
        "extend 1 for 1h",
        "keep 1",
        "cancel 1",
        "start 1",
        "approve 1",
        "reject 1",
        "undo 1",
        "why 1",
        "preview undo 1",
    ):
        shown = said(scene, line, "ana")
        assert "went wrong" not in shown, line
        assert shown or line == "why 1", line
