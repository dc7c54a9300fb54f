"""Answers about the present state show what is temporary, with a button to end it; lists from memory say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.bot_harness import bot_harness
from tests.faults.scene import FAST_RETRIES, ConversationHarness

pytestmark = pytest.mark.usefixtures("ordinary_clock")


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def answered(scene: ConversationHarness, line: str, who: str = "ana") -> str:
    scene.do(line, who)
    return scene.last_ephemeral(who).plain


def test_a_group_shows_what_is_temporary_and_ends_it(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    shown = answered(scene, "group Sales")
    assert "Night Desk (6001), until today 12:00, Europe/Berlin (#1), by @Ana Ruiz" in shown
    assert "[End now]" in shown
    assert "[End now]" not in answered(scene, "group Support")
    scene.do("group Sales")
    scene.click(scene.last_ephemeral(), "End now")
    assert "· ended" in scene.cards()[0].plain
    assert "until" not in answered(scene, "group Sales")


def test_a_list_of_groups_says_which_are_temporary(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    lines = answered(scene, "groups").splitlines()
    (sales,) = [line for line in lines if line.startswith("Sales:")]
    assert "today 12:00, Europe/Berlin" in sales
    assert len([line for line in lines if "12:00" in line]) == 1


def test_find_shows_that_somebody_is_in_a_group_for_a_time(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 2h")
    shown = answered(scene, "find 1001")
    assert "Added 1001 Amara Okafor to Sales, until today 12:00, Europe/Berlin (#1), by @Ana Ruiz" in shown
    assert "[End now]" in shown
    assert "until" not in answered(scene, "find 1002")


def test_whoever_may_not_end_it_gets_no_button(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")
    shown = answered(scene, "group Sales", "eve")
    assert "until today 12:00" in shown
    assert "[End now]" not in shown


def test_groups_from_memory_say_as_of_when(scene: ConversationHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "As of" not in answered(scene, "groups")
    monkeypatch.setattr("bot.operations.groups.RECENT", 0.0)
    assert "As of today 10:0" in answered(scene, "groups")


def test_groups_are_listed_from_memory_while_the_pbx_is_away(tmp_path: Path) -> None:
    with bot_harness(tmp_path) as park:
        first = park.answer("groups")
        park.directory.invalidate_groups()
        park.directory.invalidate_ring_groups()
        park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET *", status=503, times=None))
        later = park.answer("groups")
        assert later.items == first.items
        assert later.notes[0].startswith("As of ")
        assert later.notes[0].endswith("the PBX can't be read right now.")
