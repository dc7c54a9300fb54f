"""Confirmations report settings that the PBX changed without being asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.switches import Switches
from tests.house import House, house, words


@pytest.fixture
def park(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, sandbox=SandboxPBX(switches=Switches(updates="replacing", newer=True))) as whole:
        yield whole


def reply(park: House) -> str:
    """Returns the text of the last reply in a card's thread."""
    return words(park.messenger.replies[-1][1])


def test_a_prompt_that_went_with_a_change_is_told(park: House) -> None:
    park.sandbox.console_set_prompt()
    park.sandbox.switches.prompt = "cleared"
    park.do("server recall time 2m")
    assert "check what callers hear" in reply(park)


def test_a_prompt_that_stayed_is_not_mentioned(park: House) -> None:
    park.sandbox.console_set_prompt()
    park.do("server recall time 2m")
    assert "callers hear" not in reply(park)


def test_a_ring_group_that_means_nothing_any_more_is_not_mentioned(
    park: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = park.pbx.update_group

    def clearing(group: str, settings: dict[str, object]) -> None:
        update(group, settings)
        park.sandbox.console_update_group(group, ring_group_id=None)

    monkeypatch.setattr(park.pbx, "update_group", clearing)
    park.do("recall Support to user")
    assert "changed these settings" not in reply(park)


def test_another_setting_that_went_with_a_change_is_named(park: House, monkeypatch: pytest.MonkeyPatch) -> None:
    group = park.sandbox.state.group_id("Sales")
    park.sandbox.console_update_group(group, description="who sells")
    update = park.pbx.update_group

    def forgetful(id: str, settings: dict[str, object]) -> None:
        update(id, {key: value for key, value in settings.items() if key != "description"})

    monkeypatch.setattr(park.pbx, "update_group", forgetful)
    park.do("recall Sales to Night Desk")
    assert "The PBX changed these settings with it: description." in reply(park)


def test_a_move_is_told_with_each_group_by_name(park: House) -> None:
    card = words(park.do("move 1055 to Sales"))
    assert "Billing: removed" in card
    assert "Sales: added" in card
    assert "Billing now has 1 member:" in reply(park)
    assert "Sales now has 5 members:" in reply(park)
