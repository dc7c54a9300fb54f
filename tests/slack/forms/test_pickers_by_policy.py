"""Pickers offer only what the user's cached account and the policy allow; no picker waits for Slack."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from bot.slack.forms.state import NO_OPTION
from bot.texts import forms
from tests.slack.forms.conftest import Ready, pick, top_view
from tests.waiting import wait_until

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


def typed(sandbox: Sandbox, person: str, text: str = "", kind: str = "group") -> list[tuple[str, str]]:
    """The values and labels that are offered without waiting."""
    offer = sandbox.slack.suggest(sandbox.people[person], text, action_id=f"park:pick:{kind}")
    assert offer.error is None
    return [(one["value"], one["text"]["text"]) for one in offer]


def names(sandbox: Sandbox, person: str, text: str = "", kind: str = "group") -> set[str]:
    """The labels that are offered once all that the picker depends on is read."""
    sandbox.settle()
    return {value for value, _ in typed(sandbox, person, text, kind)}


def groups(sandbox: Sandbox) -> set[str]:
    return {group["name"] for group in sandbox.pbx.state.groups.values()}


@pytest.fixture(name="opened")
def _opened(sandbox: Sandbox, ready: Ready) -> Callable[[str, str], None]:
    """Opens a line's form for a person in #phones."""

    def opened(person: str, line: str) -> None:
        sandbox.slack.slash(sandbox.people[person], sandbox.channels["phones"], line)
        ready("Park group", person=person)

    return opened


def test_whoever_is_on_call_is_offered_their_groups_and_a_lead_all_of_them(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ana", "add")
    opened("ben", "add")
    assert names(sandbox, "ana") == groups(sandbox)
    theirs = {name for name in groups(sandbox) if name.startswith(("Sales", "Support"))}
    assert names(sandbox, "ben") == theirs
    assert 1 < len(theirs) < len(groups(sandbox))
    assert names(sandbox, "ben", "bill") == set()
    assert "Billing" in names(sandbox, "ana", "bill")
    assert len(names(sandbox, "ben", kind="user")) > 10, "of people it says nothing"


def test_what_only_shows_a_group_is_offered_whatever_they_may_look_at(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "group")
    assert names(sandbox, "ben") == groups(sandbox)


def test_whoever_leaves_the_user_group_is_offered_nothing_any_more(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(sandbox, "ben")
    sandbox.slack.state.groups[sandbox.groups["oncall"]].members.clear()
    sandbox.forward(timedelta(minutes=2))
    typed(sandbox, "ben")  # which has Slack asked again
    sandbox.settle()
    assert typed(sandbox, "ben") == [(NO_OPTION, forms.NOTHING_ALLOWED)]
    sandbox.slack.fill(sandbox.people["ben"], NO_OPTION, label="Park group")
    sandbox.settle()
    assert "You can't" not in sandbox.slack.view(sandbox.people["ben"]).plain, "a sentence is no group"


def test_a_policy_that_is_read_again_holds_from_the_next_character_on(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(sandbox, "ben")
    file = sandbox.park.settings.park_policy
    file.write_text(file.read_text(encoding="utf-8").replace('"Sales*", "Support*"', '"Billing"'), encoding="utf-8")
    sandbox.park.read_policy()
    wait_until(lambda: names(sandbox, "ben") == {"Billing"})


def test_a_picker_of_another_version_says_so(sandbox: Sandbox, opened: Callable[[str, str], None]) -> None:
    opened("ana", "add")
    sheet = sandbox.slack.state.views.find(sandbox.slack.view(sandbox.people["ana"]).id)
    assert sheet is not None
    sheet.content["private_metadata"] = json.dumps({"operation": "gone"})
    assert typed(sandbox, "ana") == [(NO_OPTION, forms.OUTDATED_OPTION)]


def test_after_a_restart_nothing_is_offered_until_slack_has_said_who_it_is(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(sandbox, "ben")
    sandbox.restart()
    assert typed(sandbox, "ben") == [(NO_OPTION, forms.NOT_KNOWN_YET)]
    assert "Sales" in names(sandbox, "ben")
    assert "Billing" not in names(sandbox, "ben")


def test_what_is_remembered_of_a_person_is_forgotten_after_an_hour(
    sandbox: Sandbox, opened: Callable[[str, str], None]
) -> None:
    opened("ben", "add")
    assert "Sales" in names(sandbox, "ben")
    sandbox.settle()  # whoever picks is asked after once more
    sandbox.slack.faults.fail("users.info", "internal_error", times=20)
    sandbox.forward(timedelta(minutes=61))
    assert typed(sandbox, "ben") == [(NO_OPTION, forms.NOT_KNOWN_YET)]
    sandbox.settle()
    assert typed(sandbox, "ben") == [(NO_OPTION, forms.NOT_KNOWN_YET)], "Slack did not say"
    sandbox.settle()
    sandbox.slack.faults.clear()
    typed(sandbox, "ben")
    sandbox.settle()
    assert "Sales" in names(sandbox, "ben")


def test_ring_groups_are_offered_where_some_rule_lets_recalls_of_the_group_go_there() -> None:
    with Sandbox(policy=NIGHT) as sandbox:
        for person in ("ana", "eve"):
            sandbox.slack.slash(sandbox.people[person], sandbox.channels["phones"], "recall Sales")
            top_view(sandbox, "Where recalls go", person=person)
        assert names(sandbox, "ana", kind="recall") == {"user"} | {
            f"{first}ring group {one['extension_number']}"
            for one in sandbox.pbx.state.ring_groups.values()
            for first in ("", "user then ")
        }
        assert names(sandbox, "eve", kind="recall") == {"user", "ring group 6001", "user then ring group 6001"}
        assert names(sandbox, "eve", "on call", kind="recall") == set()
        pick(sandbox, "eve", "Billing", "Park group")
        assert {"ring group 6001", "ring group 6002"} <= names(sandbox, "eve", kind="recall")
