"""Confirmations report settings that the PBX changed without being asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches
from tests.bot_harness import BotHarness, bot_harness, text_of


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path, fake_pbx=FakePbx(switches=Switches(updates="replacing", newer=True))) as whole:
        yield whole


def reply(park: BotHarness) -> str:
    """Returns the text of the last reply in a card's thread."""
    return text_of(park.messenger.replies[-1][1])


def test_a_prompt_that_went_with_a_change_is_told(park: BotHarness) -> None:
    park.fake_pbx.console_set_prompt()
    park.fake_pbx.switches.prompt = "cleared"
    park.do("server recall time 2m")
    assert "check what callers hear" in reply(park)


def test_a_prompt_that_stayed_is_not_mentioned(park: BotHarness) -> None:
    park.fake_pbx.console_set_prompt()
    park.do("server recall time 2m")
    assert "callers hear" not in reply(park)


def test_a_ring_group_that_means_nothing_any_more_is_not_mentioned(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = park.pbx.update_group

    def clearing(group: str, settings: dict[str, object]) -> None:
        update(group, settings)
        park.fake_pbx.console_update_group(group, ring_group_id=None)

    monkeypatch.setattr(park.pbx, "update_group", clearing)
    park.do("recall Support to user")
    assert "changed these settings" not in reply(park)


def test_another_setting_that_went_with_a_change_is_named(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    group = park.fake_pbx.state.group_id("Sales")
    park.fake_pbx.console_update_group(group, description="who sells")
    update = park.pbx.update_group

    def forgetful(id: str, settings: dict[str, object]) -> None:
        update(id, {key: value for key, value in settings.items() if key != "description"})

    monkeypatch.setattr(park.pbx, "update_group", forgetful)
    park.do("recall Sales to Night Desk")
    assert "The PBX also changed these settings: description." in reply(park)


def test_a_move_is_told_with_each_group_by_name(park: BotHarness) -> None:
    card = text_of(park.do("move 1055 to Sales"))
    assert "Billing: removed" in card
    assert "Sales: added" in card
    assert "Billing now has 1 member:" in reply(park)
    assert "Sales now has 5 members:" in reply(park)
