"""The four promises, checked for every operation in the catalog."""

import pytest

from bot.operations.base import ChangeOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Preview
from bot.sandbox.environment import Stage
from bot.sandbox.slack.model import Message

GUARDED = [operation for operation in OPERATIONS if operation.permission is not None]
CHANGES = [operation for operation in GUARDED if issubclass(operation, ChangeOperation)]
DONE = {
    "add": "add 1001, 1008 to Sales",
    "remove": "remove 1002 from Sales",
    "move": "move 1002 from Sales to Support",
    "recall": "recall Sales to Night Desk",
    "create": "create Nights recall to user then Night Desk",
    "rename": "rename Support to Support Berlin",
    "delete": "delete Support EMEA",
    "server_recall": "server recall to Night Desk",
    "server_recall_time": "server recall time 10m",
    "server_recall_ring_group_time": "server recall ring group time 90s",
    "server_extension": "server extension 777",
    "server_enabled": "server off",
    "server_prompt": "server prompt F07WELCOME1",
}
"""A line of each change that succeeds on the sandbox PBX."""
WRITES = {"add": 2, "move": 2, "server_prompt": 3}
"""Number of PBX writes, where it is not one."""


def told(stage: Stage, person: str) -> str:
    """The ephemeral messages to that user in #phones."""
    stage.settle()
    return "\n".join(one.plain for one in stage.slack.ephemerals(stage.people[person], stage.channels["phones"]))


def cards(stage: Stage, channel: str = "phones") -> list[Message]:
    """The bot's messages that everybody in the channel sees."""
    stage.settle()
    return [one for one in stage.slack.messages(stage.channels[channel]) if one.user == stage.slack.bot_user]


@pytest.mark.parametrize("operation", GUARDED)
def test_nobody_is_served_by_a_slash_command_whom_no_rule_allows(stage: Stage, operation: type[Operation]) -> None:
    assert stage.slack.slash(stage.people["gil"], stage.channels["phones"], operation.examples[0]).ok
    assert "Nothing was changed" in told(stage, "gil")
    assert not stage.pbx.requests
    assert not cards(stage)


@pytest.mark.parametrize("operation", GUARDED)
def test_nobody_is_served_by_a_mention_whom_no_rule_allows(stage: Stage, operation: type[Operation]) -> None:
    stage.slack.say(stage.people["gil"], stage.channels["phones"], f"@Park {operation.examples[0]}")
    stage.slack.wait_for(lambda: stage.slack.ephemerals(stage.people["gil"]))
    assert "Nothing was changed" in told(stage, "gil")
    assert not stage.pbx.requests
    assert not cards(stage)


@pytest.mark.parametrize("operation", CHANGES)
def test_nobody_previews_what_no_rule_allows(stage: Stage, operation: type[Operation]) -> None:
    stage.slack.slash(stage.people["gil"], stage.channels["phones"], f"preview {operation.examples[0]}")
    assert "Nothing was changed" in told(stage, "gil")
    assert not stage.pbx.requests


@pytest.mark.parametrize("operation", CHANGES)
def test_a_preview_writes_nothing_and_its_button_does_exactly_it(stage: Stage, operation: type[Operation]) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    stage.slack.slash(ana, phones, f"preview {DONE[operation.operation_id]}")
    stage.settle()
    (shown,) = stage.slack.ephemerals(ana, phones)
    assert "Nothing is changed yet" in shown.plain
    assert not stage.pbx.writes
    button = shown.blocks[-1]["elements"][0]["text"]["text"]
    assert stage.slack.click(ana, shown, label=button).ok
    assert stage.slack.click(ana, shown, label=button).ok, "a second click is taken, and does nothing"
    assert len(cards(stage)) == 1
    assert "Ana Ruiz" in cards(stage)[0].plain
    assert len(stage.pbx.writes) == WRITES.get(operation.operation_id, 1)


@pytest.mark.parametrize("operation", CHANGES)
def test_everybody_sees_what_changed_once(stage: Stage, operation: type[Operation]) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    stage.slack.slash(ana, phones, DONE[operation.operation_id])
    stage.settle()
    for asked in stage.slack.ephemerals(ana, phones):  # what asks first
        stage.slack.click(ana, asked, label=asked.blocks[-1]["elements"][0]["text"]["text"])
    stage.slack.deliver_again()
    (card,) = cards(stage)
    assert "by @Ana Ruiz · change 1 · done" in card.plain
    replies = stage.slack.messages(phones, thread=card.ts)[1:]
    assert [reply.plain.splitlines()[0] for reply in replies] == ["*Done: read back from the PBX and found as asked.*"]


def test_every_change_has_a_line_that_proves_it() -> None:
    assert DONE.keys() == {operation.operation_id for operation in CHANGES}
    assert Preview in OPERATIONS


def test_a_slow_pbx_delays_no_ack_and_the_asker_is_told_to_wait(stage: Stage) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    stage.pbx.faults.latency = 3.0
    assert stage.slack.slash(ana, phones, "recall Sales to Night Desk").ok
    assert not [heard for heard in stage.pbx.requests if heard.status], "acknowledged before the PBX said anything"
    stage.slack.wait_for(lambda: stage.slack.ephemerals(ana, phones), timeout=10)
    assert "Checking" in stage.slack.ephemerals(ana, phones)[0].plain
    stage.pbx.faults.latency = 0
    stage.settle(30)
    assert len(cards(stage)) == 1
