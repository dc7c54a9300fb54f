"""Pickers offer only what the user's cached account and the policy allow; no picker waits for Slack."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.planning.pickers import NONE
from bot.sandbox.environment import POLICY, Stage
from bot.slack.forms.picking import OLD, STRANGER
from bot.slack.forms.state import NO_OPTION
from tests.forms.conftest import Ready, pick, top

NIGHT = (
    POLICY
    + """
[[allow]]
name = "Eve sends recalls to the night"
users = ["{eve}"]
operations = ["recall"]
ring_groups = ["Night*", "On Call"]

[[allow]]
name = "And those of Billing to the day"
users = ["{eve}"]
operations = ["recall"]
groups = ["Billing"]
ring_groups = ["Day*"]

[[deny]]
name = "But not to those on call"
users = ["{eve}"]
operations = ["recall"]
ring_groups = ["On *"]
"""
)


def typed(stage: Stage, person: str, text: str = "", kind: str = "group") -> list[tuple[str, str]]:
    """The values and labels that are offered without waiting."""
    offer = stage.slack.suggest(stage.people[person], text, action_id=f"park:pick:{kind}")
    assert offer.error is None
    return [(one["value"], one["text"]["text"]) for one in offer]


def names(stage: Stage, person: str, text: str = "", kind: str = "group") -> set[str]:
    """The labels that are offered once all that the picker depends on is read."""
    stage.settle()
    return {value for value, _ in typed(stage, person, text, kind)}


def groups(stage: Stage) -> set[str]:
    return {group["name"] for group in stage.pbx.state.groups.values()}


@pytest.fixture(name="opened")
def _opened(stage: Stage, ready: Ready) -> Callable[[str, str], None]:
    """Opens a line's form for a person in #phones."""

    def opened(person: str, line: str) -> None:
        stage.slack.slash(stage.people[person], stage.channels["phones"], line)
        ready("Park group", person=person)

    return opened


def test_whoever_is_on_call_is_offered_their_groups_and_a_lead_all_of_them(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ana", "add")
    opened("ben", "add")
    assert names(stage, "ana") == groups(stage)
    theirs = {name for name in groups(stage) if name.startswith(("Sales", "Support"))}
    assert names(stage, "ben") == theirs
    assert 1 < len(theirs) < len(groups(stage))
    assert names(stage, "ben", "bill") == set()
    assert "Billing" in names(stage, "ana", "bill")
    assert len(names(stage, "ben", kind="user")) > 10, "of people it says nothing"


def test_what_only_shows_a_group_is_offered_whatever_they_may_look_at(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "group")
    assert names(stage, "ben") == groups(stage)


def test_whoever_leaves_the_user_group_is_offered_nothing_any_more(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(stage, "ben")
    stage.slack.state.groups[stage.groups["oncall"]].members.clear()
    stage.forward(timedelta(minutes=2))
    typed(stage, "ben")  # which has Slack asked again
    stage.settle()
    assert typed(stage, "ben") == [(NO_OPTION, NONE)]
    stage.slack.fill(stage.people["ben"], NO_OPTION, label="Park group")
    stage.settle()
    assert "You may not" not in stage.slack.view(stage.people["ben"]).plain, "a sentence is no group"


def test_a_policy_that_is_read_again_holds_from_the_next_character_on(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(stage, "ben")
    file = stage.park.settings.park_policy
    file.write_text(file.read_text(encoding="utf-8").replace('"Sales*", "Support*"', '"Billing"'), encoding="utf-8")
    stage.park.read_policy()
    end = time.monotonic() + 30
    while names(stage, "ben") != {"Billing"}:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_picker_of_another_version_says_so(stage: Stage, opened: Callable[[str, str], None]) -> None:
    opened("ana", "add")
    sheet = stage.slack.state.sheets.find(stage.slack.view(stage.people["ana"]).id)
    assert sheet is not None
    sheet.content["private_metadata"] = json.dumps({"operation": "gone"})
    assert typed(stage, "ana") == [(NO_OPTION, OLD)]


def test_after_a_restart_nothing_is_offered_until_slack_has_said_who_it_is(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(stage, "ben")
    stage.restart()
    assert typed(stage, "ben") == [(NO_OPTION, STRANGER)]
    assert "Sales" in names(stage, "ben")
    assert "Billing" not in names(stage, "ben")


def test_what_is_remembered_of_a_person_is_forgotten_after_an_hour(
    stage: Stage, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(stage, "ben")
    stage.settle()  # whoever picks is asked after once more
    stage.slack.faults.fail("users.info", "internal_error", times=1)
    stage.forward(timedelta(minutes=61))
    assert typed(stage, "ben") == [(NO_OPTION, STRANGER)]
    stage.settle()
    assert typed(stage, "ben") == [(NO_OPTION, STRANGER)], "Slack did not say"
    assert "Sales" in names(stage, "ben")


def test_ring_groups_are_offered_where_some_rule_lets_recalls_of_the_group_go_there() -> None:
    with Stage(policy=NIGHT) as stage:
        for person in ("ana", "eve"):
            stage.slack.slash(stage.people[person], stage.channels["phones"], "recall Sales")
            top(stage, "Where recalls go", person=person)
            stage.slack.fill(stage.people[person], "A ring group", label="Where recalls go")
            top(stage, "Ring group", person=person)
        assert names(stage, "ana", kind="ring_group") == {
            one["extension_number"] for one in stage.pbx.state.ring_groups.values()
        }
        assert names(stage, "eve", kind="ring_group") == {"6001"}
        assert names(stage, "eve", "on call", kind="ring_group") == set()
        pick(stage, "eve", "Billing", "Park group")
        assert names(stage, "eve", kind="ring_group") == {"6001", "6002"}
