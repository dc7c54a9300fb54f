"""A click on the preview of what concerns the journal alone does what was shown, or shows it anew and does nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TypeAlias

import pytest

from bot.sandbox.environment import DEMO_POLICY, Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness

pytestmark = pytest.mark.usefixtures("ordinary_clock")
SCHEDULE = "recall Sales to Night Desk every weekday 18:00 to 8:00"
OTHER = "recall Sales to Night Desk every Saturday and Sunday"
TEMPORARY = "recall Sales to Night Desk for 4h"
LATER = "recall Sales to Night Desk at 18:00"
Lines: TypeAlias = str | tuple[str, ...]
LINES: dict[str, tuple[Lines, Lines]] = {
    "skip 1": (SCHEDULE, "skip 1"),
    "resume schedule 1": ((SCHEDULE, "pause schedule 1"), ("resume schedule 1", "skip 1", "pause schedule 1")),
    "extend 1 by 1h": (TEMPORARY, "extend 1 by 1h"),
    "extend Sales until 23:00": (TEMPORARY, "extend 1 by 1h"),
    "keep Sales": (TEMPORARY, "extend 1 by 1h"),
}
"""A line, what was done before it, and what somebody does between its preview and the click."""
GONE: dict[str, tuple[Lines, Lines]] = {
    "pause schedule Sales": (SCHEDULE, ("delete schedule 1", OTHER)),
    "delete schedule Sales": (SCHEDULE, ("delete schedule 1", OTHER)),
    "start Sales": (LATER, ("cancel 1", "recall Sales to Front Desk at 19:00")),
    "cancel Sales": (LATER, ("cancel 1", "recall Sales to Front Desk at 19:00")),
}
"""The same where the name stands for another change by the time of the click."""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=DEMO_POLICY, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def do_all(scene: ConversationHarness, lines: Lines) -> None:
    for line in (lines,) if isinstance(lines, str) else lines:
        scene.do(line)


def click_first(scene: ConversationHarness, message: Message) -> None:
    row = next(block for block in message.blocks if block["type"] == "actions")
    scene.click(message, row["elements"][0]["text"]["text"])


def state(scene: ConversationHarness) -> list[object]:
    """What is stored of all that is to come."""
    journal = scene.sandbox.park.tenant.journal
    standing = scene.sandbox.park.tenant.workers.worker.processor.planner.repository.schedules.standing()
    return [(one.id, one.run_at, one.state) for one in journal.scheduled()] + [one.stored for one in standing]


@pytest.mark.parametrize("line", [*LINES, *GONE])
def test_what_was_shown_is_done_some_minutes_later(scene: ConversationHarness, line: str) -> None:
    do_all(scene, (LINES | GONE)[line][0])
    scene.do(f"preview {line}")
    before = state(scene)
    scene.sandbox.forward(timedelta(minutes=5))
    preview = scene.last_ephemeral()
    click_first(scene, preview)
    assert state(scene) != before


@pytest.mark.parametrize("line", LINES)
def test_what_would_be_another_thing_by_now_is_shown_anew(scene: ConversationHarness, line: str) -> None:
    assert "would do something else by now than you were shown" in refused_click(scene, line, *LINES[line])
    before = state(scene)
    click_first(scene, scene.last_ephemeral())
    assert state(scene) != before


@pytest.mark.parametrize("line", GONE)
def test_a_name_means_the_change_that_was_shown(scene: ConversationHarness, line: str) -> None:
    assert "#1" in refused_click(scene, line, *GONE[line])


def refused_click(scene: ConversationHarness, line: str, done: Lines, meanwhile: Lines) -> str:
    """Clicks on a preview of a line once something else was done meanwhile; returns what is said, as nothing is."""
    do_all(scene, done)
    scene.do(f"preview {line}")
    preview = scene.last_ephemeral()
    do_all(scene, meanwhile)
    before = state(scene)
    click_first(scene, preview)
    assert state(scene) == before
    return scene.last_ephemeral().plain
