"""Each acknowledgement is measured, labelled with one of a fixed set of sources."""

from typing import Any

import pytest

from bot.errors import JournalUnavailable
from bot.messages.message import Message
from bot.messages.request import Request
from bot.runtime.metrics import REGISTRY
from bot.slack.bolt_app import source_of
from tests.slack.conftest import SlackHarness

BODIES: list[tuple[dict[str, Any], str]] = [
    ({"command": "/park", "text": "groups"}, "slash command"),
    ({"type": "event_callback", "event": {"type": "app_mention"}}, "mention"),
    ({"type": "event_callback", "event": {"type": "app_home_opened"}}, "App Home"),
    ({"type": "event_callback", "event": {"type": "something_new"}}, "other"),
    ({"type": "block_actions", "message": {"ts": "1.0"}}, "button"),
    ({"type": "block_actions", "view": None}, "button"),
    ({"type": "block_actions", "view": {"type": "modal"}}, "form"),
    ({"type": "block_actions", "view": {"type": "home"}}, "App Home"),
    ({"type": "view_submission", "view": {"type": "modal"}}, "form"),
    ({"type": "block_suggestion"}, "typeahead"),
    ({"type": "shortcut"}, "shortcut"),
    ({"type": "message_action"}, "shortcut"),
    ({"type": ["what", "is", "this"]}, "other"),
    ({}, "other"),
]


@pytest.mark.parametrize(("body", "source"), BODIES)
def test_every_payload_has_a_source_of_a_fixed_set(body: dict[str, Any], source: str) -> None:
    assert source_of(body) == source


def _counted(name: str, source: str) -> float:
    return REGISTRY.get_sample_value(name, {"source": source}) or 0


def test_a_command_that_is_acknowledged_is_measured(running: SlackHarness) -> None:
    before = _counted("park_ack_seconds_count", "slash command")
    assert running.slack.slash(running.ada, running.phones, "groups").ok
    assert _counted("park_ack_seconds_count", "slash command") == before + 1


def test_a_mention_that_is_not_acknowledged_is_counted_apart(running: SlackHarness) -> None:
    def unavailable(request: Request) -> Message | None:
        raise JournalUnavailable("away")

    running.inbox.answer = unavailable
    acked, not_acked = _counted("park_ack_seconds_count", "mention"), _counted("park_unacknowledged_total", "mention")
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> groups")
    running.slack.wait_for(lambda: _counted("park_unacknowledged_total", "mention") > not_acked)
    assert _counted("park_ack_seconds_count", "mention") == acked
