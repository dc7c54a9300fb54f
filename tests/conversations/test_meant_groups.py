"""An earlier change is shown with the present name of its group, and its button acts on that, not on another one."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.pbx.faults import FaultKind
from tests.faults.scene import FAST_RETRIES, ConversationHarness

pytestmark = pytest.mark.usefixtures("ordinary_clock")
WORKFLOWS = '\n[workflows]\nchannels = ["{phones}"]\ndecide_within = "4h"\n'
LINE, NIGHT_DESK = "recall Sales to Night Desk", "RING_GROUP_ONLY"
Prepare = Callable[[ConversationHarness], None]


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + WORKFLOWS, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def later(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def too_late(scene: ConversationHarness) -> None:
    scene.do(f"{LINE} in 1h")
    scene.sandbox.pbx.stop()
    later(scene, hours=2)
    scene.sandbox.pbx.start()


def proposed(scene: ConversationHarness) -> None:
    inputs = {"channel_id": scene.sandbox.channels["phones"], "group": "Sales", "recall": "Night Desk"}
    _, ack = scene.sandbox.slack.run_step("recall", inputs)
    assert ack.ok
    scene.sandbox.settle()


def begun_later(scene: ConversationHarness) -> None:
    scene.do(f"{LINE} at 18:00")


def undone(scene: ConversationHarness) -> None:
    scene.do(LINE)
    scene.click(scene.card(), "Undo")


def unknown(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.DROP_BEFORE, times=None)
    scene.do(LINE)
    scene.sandbox.pbx.faults.clear()


BUTTONS: dict[str, tuple[Prepare, str]] = {
    "too late": (too_late, "Do it now"),
    "proposed": (proposed, "Do it"),
    "scheduled": (begun_later, "Do it now"),
    "undone": (undone, "Do it again"),
    "unknown": (unknown, "Check and try again"),
}
"""What was done before the groups were renamed, and the button that is clicked on its card after that."""


@pytest.mark.parametrize("name", BUTTONS)
def test_the_group_that_was_meant_is_changed_and_no_other(scene: ConversationHarness, name: str) -> None:
    meant, other = scene.id("Sales"), scene.id("Billing")
    prepare, label = BUTTONS[name]
    prepare(scene)
    for line in ("rename Sales to Selling", "rename Billing to Sales"):
        scene.do(line)
    groups = scene.sandbox.pbx.state.groups
    before, shown = dict(groups[other]), len(scene.ephemerals())
    scene.click(scene.cards()[0], label)
    for preview in scene.ephemerals()[shown:]:
        assert "of Selling" in preview.plain
        scene.click(preview, "Apply")
    assert groups[meant]["recall_to"] == NIGHT_DESK
    assert groups[other] == before


def test_a_line_of_the_panel_is_done_again_to_the_same_group(scene: ConversationHarness) -> None:
    meant, other = scene.id("Sales"), scene.id("Billing")
    scene.do(LINE)
    scene.do("recall Sales to user")
    scene.do("")
    panel, groups = scene.last_ephemeral(), scene.sandbox.pbx.state.groups
    for line in ("rename Sales to Selling", "rename Billing to Sales"):
        scene.do(line)
    before = dict(groups[other])
    scene.click(panel, f"Again: {LINE}")
    assert groups[meant]["recall_to"] == NIGHT_DESK
    assert groups[other] == before
    scene.do("")
    assert "Again: recall Selling to Night Desk" in scene.last_ephemeral().plain


def test_every_list_shows_the_present_name_of_a_group_beside_the_earlier_one(scene: ConversationHarness) -> None:
    scene.do(f"{LINE} for 2h")
    scene.do("add 1001 to Sales at 18:00")
    scene.do("remove 1007 from Sales every Friday")
    scene.do("recall Support to Night Desk for 1h")
    for line in ("rename Sales to Selling", 'rename Support to "Support for Sales"'):
        scene.do(line)
    for line, rows in {"pending": 2, "pending as table": 2, "schedules": 1, "group Selling": 2}.items():
        scene.do(line)
        shown = scene.last_ephemeral().plain
        assert shown.count("Selling (earlier Sales)") == rows, shown
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.open_home(ana)
    scene.sandbox.settle()
    slack.wait_for(lambda: "Selling (earlier Sales)" in (home.plain if (home := slack.home(ana)) else ""))
    scene.do("pending")
    assert "#5 Support for Sales (earlier Support): unanswered" in scene.last_ephemeral().plain
