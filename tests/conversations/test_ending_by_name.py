"""`end Sales` ends what is temporary of Sales, or says what was changed last; `do it again` makes that again."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

TEMPORARY, PERMANENT = "recall Sales to Night Desk for 2h", "add 1001 to Sales"
ENDED = "USER_ONLY"


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def said(scene: ConversationHarness, line: str, who: str = "ana") -> str:
    """What is answered in private; the line itself changes nothing."""
    before, changes = len(scene.ephemerals(who)), scene.changes()
    scene.do(line, who)
    assert scene.changes() == changes
    return "\n".join(one.plain for one in scene.ephemerals(who)[before:])


def recall(scene: ConversationHarness, group: str = "Sales") -> str:
    return str(scene.sandbox.pbx.state.groups[scene.id(group)]["recall_to"])


def test_what_is_temporary_ends_and_not_what_was_changed_last(scene: ConversationHarness) -> None:
    scene.do(TEMPORARY)
    scene.do(PERMANENT)
    for line in ("stop Sales", "end the redirect of Sales", "finish it", "end Sales now"):
        assert "End #1 now" in said(scene, line), line
    scene.click(scene.last_ephemeral(), "End now")
    assert recall(scene) == ENDED
    assert "1001" in scene.members("Sales")
    assert "· ended" in scene.cards()[0].plain


@pytest.mark.parametrize(
    "line", ["end Sales, please", "end Sales please", "undo Sales, thanks", "stop Sales now please"]
)
def test_courtesy_after_a_name_is_none_of_it(scene: ConversationHarness, line: str) -> None:
    scene.do(TEMPORARY)
    assert "End #1 now" in said(scene, line)
    scene.do("keep 1")
    assert "#1" in said(scene, line)


def test_of_several_temporary_changes_one_is_chosen(scene: ConversationHarness) -> None:
    scene.do(TEMPORARY)
    scene.do("add 1001 to Sales for 3h")
    for line in ("end Sales", "end"):
        answer = said(scene, line)
        assert "2 changes of" in answer
        assert "[End #1]  [End #3]" in answer
    scene.click(scene.last_ephemeral(), "End #1")
    assert recall(scene) == ENDED
    assert "End #3 now" in said(scene, "end Sales")


def test_where_nothing_is_temporary_the_last_change_is_named_with_its_undo(scene: ConversationHarness) -> None:
    scene.do(TEMPORARY)
    scene.do("keep 1")
    for line in ("end Sales", "end it"):
        answer = said(scene, line)
        assert "is temporary now. Nothing was changed." in answer
        assert "The last change is #1: recall Sales to Night Desk for 2h" in answer
    scene.click(scene.last_ephemeral(), "Undo #1")
    assert recall(scene) != ENDED, "the click shows what the undo would do"
    scene.click(scene.last_ephemeral(), "Undo")
    assert recall(scene) == ENDED
    scene.do("recall Sales to Night Desk at 18:00 for 1h")
    assert "[Cancel #" in said(scene, "end Sales")


@pytest.mark.parametrize("line", ["end Sales", "end server", "end", "end the recall of Sales"])
def test_where_nothing_was_changed_nothing_temporary_is_what_is_said(scene: ConversationHarness, line: str) -> None:
    answer = said(scene, line)
    assert "is temporary now. Nothing was changed." in answer
    assert "so there is none to undo either." in answer
    assert "[pending]" in answer


def test_the_group_is_meant_that_has_the_name_now(scene: ConversationHarness) -> None:
    scene.do(TEMPORARY)
    scene.do('rename Sales to "Sales North"')
    scene.do("rename Billing to Sales")
    assert "The last change is #4" in said(scene, "end Sales")
    assert "End #1 now" in said(scene, "end Sales North")


def test_the_last_change_is_shown_to_be_made_again_to_the_same_group(scene: ConversationHarness) -> None:
    assert "There is no change of yours here to make again." in said(scene, "do it again", "ben")
    scene.do(PERMANENT, "ben")
    for line in ("remove 1001 from Sales", 'rename Sales to "Sales North"', "rename Billing to Sales"):
        scene.do(line)
    assert "to Sales North?" in said(scene, "do it again", "ben")
    scene.click(scene.last_ephemeral("ben"), "Apply", "ben")
    assert "1001" in scene.members("Sales North")
