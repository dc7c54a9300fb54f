"""One button that several people see: each person's click counts once, and what it asks for is done once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.messages.message import Message as Said
from bot.messages.message import Offer
from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.slack.model import Message
from bot.slack.blocks import render
from tests.faults.scene import FAST_RETRIES, ConversationHarness

EVE_TOO = '\n[[allow]]\nname = "Eve, from anywhere"\nusers = ["{eve}"]\noperations = ["all"]\n'


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + EVE_TOO, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def public(scene: ConversationHarness, line: str) -> Message:
    """A button for all to see that is never drawn anew, as on a screen that shows an old card."""
    said = Said(title="What now?", offers=(Offer(label="Do", line=line),))
    client = WebClient(token=scene.sandbox.slack.bot_token, base_url=scene.sandbox.slack.api_url)
    client.chat_postMessage(channel=scene.sandbox.channels["phones"], **render(said)[0])
    return scene.cards()[-1]


def temporary(scene: ConversationHarness) -> Message:
    """A button that gives a temporary change another hour."""
    scene.do("recall Sales to Night Desk for 2h")
    return public(scene, "extend change 1 for 1h")


def ends(scene: ConversationHarness) -> str:
    """When it will."""
    scene.do("pending")
    return scene.last_ephemeral().plain


def test_a_click_that_is_refused_leaves_the_button_to_whoever_may(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Night Desk")
    card = public(scene, "undo change 1")
    scene.click(card, "Do", "ben")
    assert "You can't do that here" in scene.last_ephemeral("ben").plain
    assert len(scene.writes) == 1
    scene.click(card, "Do", "eve")
    assert len(scene.writes) == 2
    assert "undone" in scene.cards()[0].plain


def test_two_who_may_do_it_once(scene: ConversationHarness) -> None:
    card = temporary(scene)
    before = ends(scene)
    scene.click(card, "Do")
    extended = ends(scene)
    assert extended != before
    scene.click(card, "Do", "eve")
    assert (
        "Somebody has already used this button: extend 1 for 1h. Nothing more was changed."
        in scene.last_ephemeral("eve").plain
    )
    assert "@Ana Ruiz" in scene.last_ephemeral("eve").plain
    assert ends(scene) == extended


def test_two_who_click_at_the_same_moment_do_it_once(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk")
    card = public(scene, "undo change 1")
    held = scene.hold("GET /api/call_park_groups/*")
    scene.sandbox.slack.click(scene.sandbox.people["ana"], card, label="Do")
    scene.sandbox.slack.click(scene.sandbox.people["eve"], card, label="Do")
    scene.reached(held)
    scene.go_on(held)
    scene.sandbox.settle()
    assert len(scene.writes) == 2
    assert "Somebody has already used this button: #2" in scene.last_ephemeral("eve").plain


def test_one_person_who_clicks_twice_is_told_which_change_it_was(scene: ConversationHarness) -> None:
    card = temporary(scene)
    scene.click(card, "Do")
    extended = ends(scene)
    scene.click(card, "Do")
    assert "You already did this" in scene.last_ephemeral().plain
    assert ends(scene) == extended


def test_whose_click_was_refused_gets_another_button_for_when_they_may(scene: ConversationHarness) -> None:
    scene.do("recall Billing to Night Desk")
    card = public(scene, "undo change 1")
    for _ in range(2):
        scene.click(card, "Do", "ben")
    assert "nothing was changed" in scene.last_ephemeral("ben").plain
    scene.sandbox.slack.state.groups[scene.sandbox.groups["leads"]].members.append(scene.sandbox.people["ben"])
    scene.sandbox.forward(timedelta(seconds=61))  # after which nobody's user groups are remembered any more
    scene.click(scene.last_ephemeral("ben"), "Try again", "ben")
    assert len(scene.writes) == 2
