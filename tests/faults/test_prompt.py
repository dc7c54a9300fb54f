"""The prompt on a PBX that fails at each step, or loses it: set once or not at all, put back, and told as it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.pbx.dataset import PROMPT, tone
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import FaultKind
from bot.sandbox.pbx.switches import Switches
from tests.faults.process import ProcessHarness, process_harness
from tests.faults.scene import NOTHING, ConversationHarness
from tests.faults.test_pbx_writes import IS_LOST, LANDS

LINE = "server prompt F07WELCOME1"
WELCOME = tone()
BEGIN, COMPLETE, SET = "POST /api/blobs/uploads", "POST /api/blobs/uploads/*/complete", "POST /api/call_park"
STEPS = {"begin": BEGIN, "complete": COMPLETE, "set": SET}


@pytest.fixture
def park() -> Iterator[ProcessHarness]:
    with process_harness() as running:
        yield running


def show_preview(scene: ConversationHarness) -> None:
    """Sends the line and asserts that its preview is shown."""
    scene.do(LINE)
    assert "Nothing has changed yet" in scene.last_ephemeral().plain


def prompt(pbx: FakePbx) -> bytes | None:
    """Returns the content of the prompt in use."""
    file = pbx.state.files.get(pbx.state.server["prompt_file_id"] or "")
    return file["content"] if file else None


def sets(scene: ConversationHarness) -> int:
    return scene.writes.count(SET)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_the_pbx_refuses_changes_nothing_and_says_so(scene: ConversationHarness, step: str) -> None:
    show_preview(scene)
    scene.fail(FaultKind.STATUS, STEPS[step], status=400)
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) is None
    assert scene.changes() == 0
    assert "Not done: Set the call park server's prompt to" in scene.card().plain
    assert NOTHING in scene.card().plain
    assert scene.mentions(scene.reply())


@pytest.mark.parametrize("step", ["begin", "complete"])
@pytest.mark.parametrize("fault", LANDS | IS_LOST)
def test_an_upload_that_fails_for_a_moment_is_made_good(scene: ConversationHarness, step: str, fault: str) -> None:
    show_preview(scene)
    scene.fail(match=STEPS[step], **(LANDS | IS_LOST)[fault])  # type: ignore[arg-type]
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == WELCOME
    assert sets(scene) == scene.changes() == 1
    assert "· done" in scene.card().plain


@pytest.mark.parametrize("fault", LANDS)
def test_a_set_that_landed_without_an_answer_is_found_and_confirmed(scene: ConversationHarness, fault: str) -> None:
    show_preview(scene)
    scene.fail(match=SET, **LANDS[fault])  # type: ignore[arg-type]
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == WELCOME
    assert sets(scene) == scene.changes() == 1
    assert "Done and verified on the PBX" in scene.reply().plain


@pytest.mark.parametrize("fault", IS_LOST)
def test_a_set_that_never_landed_is_unknown_and_not_sent_again(scene: ConversationHarness, fault: str) -> None:
    show_preview(scene)
    scene.fail(match=SET, **IS_LOST[fault])  # type: ignore[arg-type]
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert (scene.changes(), sets(scene)) == (0, 1)
    assert "Unknown: Set the call park server's prompt" in scene.card().plain
    assert NOTHING not in scene.card().plain
    scene.click(scene.card(), "Check and try again")
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == WELCOME


def test_a_pbx_that_takes_the_file_and_shows_another_is_not_believed(scene: ConversationHarness) -> None:
    show_preview(scene)
    setting = scene.hold(SET)
    scene.sandbox.slack.click(scene.sandbox.people["ana"], scene.last_ephemeral(), label="Set prompt")
    scene.reached(setting)
    newest = list(scene.sandbox.pbx.state.files.values())[-1]
    newest["content"] = b"something else"
    scene.go_on(setting)
    scene.sandbox.settle()
    assert "Unknown" in scene.card().plain


def test_a_prompt_that_somebody_sets_meanwhile_is_not_overwritten(scene: ConversationHarness) -> None:
    show_preview(scene)
    scene.sandbox.pbx.console_set_prompt()
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert "has changed since you were shown this" in scene.last_ephemeral().plain
    assert f"{PROMPT} (96 kB) → welcome.wav" in scene.last_ephemeral().plain
    assert scene.changes() == 1, "the console's"
    assert scene.writes == []


def test_slack_that_fails_while_the_worker_fetches_is_asked_again(scene: ConversationHarness) -> None:
    show_preview(scene)
    scene.sandbox.slack.faults.fail("file_download", 503)
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == WELCOME
    assert "· done" in scene.card().plain


LOSES: list[dict[str, Any]] = [{"prompt": "cleared"}, {"prompt": "cleared", "updates": "replacing", "blanks": "null"}]


@pytest.mark.parametrize("switches", LOSES)
def test_a_prompt_that_an_update_of_something_else_drops_is_noticed_and_put_back(
    scene: ConversationHarness, switches: dict[str, Any]
) -> None:
    scene.sandbox.pbx.switches = Switches(**switches)
    scene.sandbox.pbx.console_set_prompt()
    was = prompt(scene.sandbox.pbx)
    scene.do("server recall time 5m30s")
    assert prompt(scene.sandbox.pbx) is None
    assert "check what callers hear" in scene.card().plain
    assert "The previous prompt was saved" in scene.reply().plain
    assert scene.mentions(scene.reply())
    scene.click(scene.reply(), "Put the prompt back")
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == was
    assert scene.sandbox.pbx.state.server["recall_time"] == 330
    assert any(f"Prompt: none → {PROMPT}" in one.plain.replace("*", "") for one in scene.replies())


def test_a_prompt_that_an_update_keeps_is_not_talked_about(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.console_set_prompt()
    scene.do("server recall time 5m30s")
    assert "prompt" not in scene.card().plain + scene.reply().plain
    assert not scene.mentions(scene.reply())


@pytest.mark.parametrize(
    "fault", [{"kind": FaultKind.STATUS, "status": 404}, {"kind": FaultKind.REDIRECT}, {"kind": FaultKind.GATEWAY}]
)
def test_a_prompt_that_can_not_be_saved_keeps_nobody_from_changing_the_rest(
    scene: ConversationHarness, fault: dict[str, Any]
) -> None:
    scene.sandbox.pbx.switches = Switches(prompt="cleared")
    scene.sandbox.pbx.console_set_prompt()
    scene.fail(match="GET /api/blobs/*", times=None, **fault)
    scene.do("server recall time 5m30s")
    assert "· done" in scene.card().plain
    assert "check what callers hear" in scene.reply().plain
    assert "was saved" not in scene.reply().plain


def test_a_prompt_of_a_pbx_that_shows_no_files_is_known_by_name_and_size(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.STATUS, "GET /api/blobs/*", status=404, times=None)
    show_preview(scene)
    scene.click(scene.last_ephemeral(), "Set prompt")
    assert prompt(scene.sandbox.pbx) == WELCOME
    assert "· done" in scene.card().plain


@pytest.mark.parametrize("step", STEPS)
def test_a_park_that_is_killed_at_any_step_sets_it_once(park: ProcessHarness, step: str) -> None:
    park.slash(LINE)
    park.sandbox.slack.wait_for(park.ephemerals)
    held = park.hold(STEPS[step])
    ana = park.sandbox.people["ana"]
    assert park.sandbox.slack.click(ana, park.last_ephemeral(), label="Set prompt").ok
    park.reached(held)
    park.kill()
    park.sandbox.slack.state.files.clear()
    park.start()
    park.go_on(held)
    park.wait_until_confirmed()
    assert prompt(park.sandbox.pbx) == WELCOME
    assert park.changes() == 1
    assert "#1 · done" in park.card().plain
    assert "Done and verified on the PBX" in park.replies()[-1].plain
