"""The four promises, checked for every operation in the catalog."""

from collections.abc import Iterator

import pytest

from bot.operations.base import ChangeOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Preview
from bot.operations.setups import Restore
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from tests.promises.conftest import newest_pbx

GUARDED = [operation for operation in OPERATIONS if operation.permission is not None]
CHANGES = [operation for operation in GUARDED if issubclass(operation, ChangeOperation) and operation is not Restore]
"""All but a restoration, which needs a past: tests/conversations/test_restore.py has its lines, and forms its form."""
DONE = {
    "add": "add 1001, 1008 to Sales",
    "remove": "remove 1002 from Sales",
    "move": "move 1002 from Sales to Support",
    "recall": "recall Sales to Night Desk",
    "create": "create Nights recall to user then Night Desk",
    "rename": 'rename Support to "Support Berlin"',
    "delete": "delete Support EMEA",
    "server_recall": "server recall to Night Desk",
    "server_recall_time": "server recall time 10m",
    "server_recall_ring_group_time": "server recall ring group time 90s",
    "server_extension": "server extension 777",
    "server_enabled": "server off",
    "server_prompt": "server prompt F07WELCOME1",
    "server_notify": "server notify parker off",
    "apply": "apply F07SETUP001",
}
"""A line of each change that succeeds on the sandbox PBX."""
WRITES = {"add": 2, "move": 2, "server_prompt": 3, "apply": 4}
"""Number of PBX writes, where it is not one."""


def told(sandbox: Sandbox, person: str) -> str:
    """The ephemeral messages to that user in #phones."""
    sandbox.settle()
    return "\n".join(one.plain for one in sandbox.slack.ephemerals(sandbox.people[person], sandbox.channels["phones"]))


def cards(sandbox: Sandbox, channel: str = "phones") -> list[Message]:
    """The bot's messages that everybody in the channel sees."""
    sandbox.settle()
    return [one for one in sandbox.slack.messages(sandbox.channels[channel]) if one.user == sandbox.slack.bot_user]


@pytest.fixture(scope="module")
def shared(http: bool) -> Iterator[Sandbox]:
    """A stage for tests in which nobody is served."""
    with Sandbox(http=http, pbx=newest_pbx()) as running:
        yield running


@pytest.fixture
def refusing(shared: Sandbox) -> Iterator[Sandbox]:
    """The stage, without messages and with an idle bot, which has asked the PBX for nothing yet."""
    shared.settle()
    shared.slack.state.posts.clear()
    assert not shared.pbx.requests
    yield shared
    assert not shared.pbx.requests
    assert not shared.park.tenant.journal.done(1)


@pytest.mark.parametrize("operation", GUARDED)
def test_nobody_is_served_by_a_slash_command_whom_no_rule_allows(refusing: Sandbox, operation: type[Operation]) -> None:
    sandbox = refusing
    assert sandbox.slack.slash(sandbox.people["gil"], sandbox.channels["phones"], operation.examples[0]).ok
    assert "Nothing was changed" in told(sandbox, "gil")
    assert not sandbox.pbx.requests
    assert not cards(sandbox)


@pytest.mark.parametrize("operation", GUARDED)
def test_nobody_is_served_by_a_mention_whom_no_rule_allows(refusing: Sandbox, operation: type[Operation]) -> None:
    sandbox = refusing
    sandbox.slack.say(sandbox.people["gil"], sandbox.channels["phones"], f"@Park {operation.examples[0]}")
    sandbox.slack.wait_for(lambda: sandbox.slack.ephemerals(sandbox.people["gil"]))
    assert "Nothing was changed" in told(sandbox, "gil")
    assert not sandbox.pbx.requests
    assert not cards(sandbox)


@pytest.mark.parametrize("operation", CHANGES)
def test_nobody_previews_what_no_rule_allows(refusing: Sandbox, operation: type[Operation]) -> None:
    sandbox = refusing
    sandbox.slack.slash(sandbox.people["gil"], sandbox.channels["phones"], f"preview {operation.examples[0]}")
    assert "Nothing was changed" in told(sandbox, "gil")
    assert not sandbox.pbx.requests


@pytest.mark.parametrize("operation", CHANGES)
def test_a_preview_writes_nothing_and_its_button_does_exactly_it(sandbox: Sandbox, operation: type[Operation]) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.slack.slash(ana, phones, f"preview {DONE[operation.operation_id]}")
    sandbox.settle()
    (shown,) = sandbox.slack.ephemerals(ana, phones)
    assert "Nothing has changed yet" in shown.plain
    assert not sandbox.pbx.writes
    button = shown.blocks[-1]["elements"][0]["text"]["text"]
    assert sandbox.slack.click(ana, shown, label=button).ok
    assert sandbox.slack.click(ana, shown, label=button).ok, "a second click is taken, and does nothing"
    assert len(cards(sandbox)) == 1
    assert "Ana Ruiz" in cards(sandbox)[0].plain
    assert len(sandbox.pbx.writes) == WRITES.get(operation.operation_id, 1)


@pytest.mark.parametrize("operation", CHANGES)
def test_everybody_sees_what_changed_once(sandbox: Sandbox, operation: type[Operation]) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.slack.slash(ana, phones, DONE[operation.operation_id])
    sandbox.settle()
    for asked in sandbox.slack.ephemerals(ana, phones):  # what asks first
        sandbox.slack.click(ana, asked, label=asked.blocks[-1]["elements"][0]["text"]["text"])
    sandbox.slack.deliver_again()
    (card,) = cards(sandbox)
    assert "by @Ana Ruiz · #1 · done" in card.plain
    replies = sandbox.slack.messages(phones, thread=card.ts)[1:]
    assert [reply.plain.splitlines()[0] for reply in replies] == ["*Done and verified on the PBX.*"]


def test_every_change_has_a_line_that_proves_it() -> None:
    assert DONE.keys() == {operation.operation_id for operation in CHANGES}
    assert Preview in OPERATIONS


def test_a_slow_pbx_delays_no_ack_and_the_asker_is_told_to_wait(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.pbx.faults.latency = 3.0
    assert sandbox.slack.slash(ana, phones, "recall Sales to Night Desk").ok
    assert not [heard for heard in sandbox.pbx.requests if heard.status], "acknowledged before the PBX said anything"
    direct = sandbox.slack.wait_for(lambda: sandbox.slack.messages(sandbox.slack.direct(ana)))
    assert "The PBX is slow right now." in direct[0].plain
    sandbox.pbx.faults.latency = 0
    sandbox.settle()
    sandbox.slack.wait_for(lambda: not sandbox.slack.messages(sandbox.slack.direct(ana)))
    assert len(cards(sandbox)) == 1
