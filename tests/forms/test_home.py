"""The App Home tab."""

import pytest

from bot.sandbox.pbx import SandboxPBX
from bot.sandbox.stage import POLICY, Stage
from tests.forms.conftest import Ready, home


def test_it_shows_the_server_the_groups_and_what_this_person_may_do(stage: Stage) -> None:
    stage.slack.open_home(stage.people["ana"])
    seen = home(stage, "ana", "12 park groups").plain
    assert "*Extension:* 666" in seen
    assert "*Sales*\nrecall to the user who parked the call" in seen
    assert "[Switch call park]" in seen


@pytest.mark.parametrize("person", ["ben", "gil"])
def test_whose_rights_hold_in_channels_is_told_so_and_the_pbx_hears_nothing(stage: Stage, person: str) -> None:
    stage.slack.open_home(stage.people[person])
    assert "your rights hold in channels" in home(stage, person, "Park shows you nothing here").plain
    assert not stage.pbx.requests


def test_a_groups_menu_opens_a_form_that_holds_the_group(stage: Stage, ready: Ready) -> None:
    ana = stage.people["ana"]
    stage.slack.open_home(ana)
    home(stage, "ana", "12 park groups")
    view = stage.slack.home(ana)
    assert view is not None
    stage.slack.click(ana, view, value="recall:Sales")
    assert "Park group: Sales" in ready("Where recalls go").plain


def test_a_change_is_seen_by_who_looked_lately(stage: Stage) -> None:
    ana = stage.people["ana"]
    stage.slack.open_home(ana)
    home(stage, "ana", "12 park groups")
    stage.slack.slash(ana, stage.channels["phones"], "recall Sales to Night Desk")
    seen = home(stage, "ana", "*Sales*\nrecall to Night Desk (6001)").plain
    assert "recall Sales to Night Desk: done, change 1" in seen


def test_many_groups_are_leafed_through() -> None:
    with Stage(pbx=SandboxPBX(groups=95, users=5)) as stage:
        ana = stage.people["ana"]
        stage.slack.open_home(ana)
        home(stage, "ana", "95 park groups", "[More groups]")
        view = stage.slack.home(ana)
        assert view is not None
        stage.slack.click(ana, view, label="More groups")
        home(stage, "ana", "[Earlier groups]")


def test_what_changed_lately_names_no_group_that_this_person_may_not_see() -> None:
    looker = '[[allow]]\nname = "Ben looks at Sales"\nusers = ["{ben}"]\noperations = ["read"]\ngroups = ["Sales"]\n'
    with Stage(policy=POLICY + "\n" + looker) as stage:
        for line in ("recall Billing to Night Desk", "recall Sales to Night Desk"):
            stage.slack.slash(stage.people["ana"], stage.channels["phones"], line)
            stage.settle()
        stage.slack.open_home(stage.people["ben"])
        assert "Billing" not in home(stage, "ben", "recall Sales to Night Desk: done").plain
