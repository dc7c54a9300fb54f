"""Who does something about an earlier change elsewhere than its card is, is told there what was done."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from tests.faults.scene import ConversationHarness

DONE = {
    "undo 1": "Ended: Add 1005 Ben Ito to Sales",
    "keep 1": "#1 is permanent now",
    "extend 1 for 1h": "#1",
}
"""What is told of a follow-up, by its line."""


@pytest.fixture
def harness() -> Iterator[ConversationHarness]:
    with Sandbox(now=ORDINARY_INSTANT) as sandbox:
        yield ConversationHarness(sandbox)


def answers(harness: ConversationHarness, where: str) -> list[str]:
    """What only Ana was shown in a channel, the oldest first."""
    channel = harness.sandbox.channels[where]
    return [one.plain for one in harness.ephemerals() if one.channel == channel]


@pytest.mark.parametrize("line", DONE)
def test_who_asks_in_another_channel_is_answered_there(harness: ConversationHarness, line: str) -> None:
    harness.do("add 1005 to Sales for 1h", "ben")
    harness.do(line, where="ops")
    (answer,) = answers(harness, "ops")
    assert DONE[line] in answer
    assert DONE[line] in harness.replies()[-1].plain


@pytest.mark.parametrize("line", DONE)
def test_who_asks_where_the_card_is_reads_its_thread(harness: ConversationHarness, line: str) -> None:
    harness.do("add 1005 to Sales for 1h", "ben")
    harness.do(line)
    assert DONE[line] in harness.replies()[-1].plain
    assert answers(harness, "phones") == []


@pytest.mark.parametrize("line", DONE)
def test_what_is_done_once_the_channel_of_the_card_is_closed_is_told_to_everybody(
    harness: ConversationHarness, line: str
) -> None:
    harness.do("add 1005 to Sales for 1h", "ben")
    harness.sandbox.slack.state.channels[harness.sandbox.channels["phones"]].archived = True
    harness.do(line, where="ops")
    (answer,) = answers(harness, "ops")
    assert DONE[line] in answer
    assert any(DONE[line] in one.plain for one in harness.direct("ben"))
    assert DONE[line] in harness.cards("ops")[-1].plain
