"""A line that says what is not to be done gets no button that does it, and no usage of another command."""

from collections.abc import Iterator
from itertools import product

import pytest

from bot.errors import NotUnderstood
from bot.operations.base import ChangeOperation
from bot.operations.parser import parse
from bot.operations.unsupported import negates
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from bot.texts import lines as texts
from tests.faults.scene import ConversationHarness
from tests.strategies import EXEMPLARY_CHANGES

LINES = (
    "recall {} Sales to Night Desk",
    "recall Sales to Night Desk {} Day Desk",
    "recall everything {} Sales to Night Desk",
    "add Ben Ito {} to Sales",
    "add 1001 to Sales {} Support",
    "remove 1002 from Sales {} tomorrow",
    "move 1002 to Support {} on Fridays",
    "undo {} Sales",
)
WORDS = ("not", "except", "without", "but not", "instead of", "nicht", "außer")
BEGINNINGS = ("don't", "do not", "please don't", "never", "Don't you", "bitte nicht")


@pytest.fixture(scope="module")
def scene() -> Iterator[ConversationHarness]:
    with Sandbox() as sandbox:
        yield ConversationHarness(sandbox)


def lines_offered(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["value"] for row in rows for element in row["elements"] if "offer" in element["action_id"]]


@pytest.mark.parametrize(("line", "word"), list(product(LINES, WORDS)))
def test_no_button_does_what_a_line_excludes(scene: ConversationHarness, line: str, word: str) -> None:
    before = scene.changes()
    scene.do(line.format(word))
    answer = scene.last_ephemeral()
    assert scene.changes() == before
    assert lines_offered(answer) == [], answer.plain
    assert "Nothing was changed" in answer.plain


@pytest.mark.parametrize("operation", EXEMPLARY_CHANGES, ids=lambda one: str(one.operation_id))
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_command_that_is_negated_is_explained(operation: type[ChangeOperation], beginning: str) -> None:
    with pytest.raises(NotUnderstood) as fault:
        parse(f"{beginning} {operation.examples[0]}")
    assert str(fault.value) == texts.NOT_TO_DO
    assert [one.line for one in fault.value.message.offers] == ["pending"]


@pytest.mark.parametrize("name", ["Sales", "Notting Hill", "Butler", "Nordic", "Nobel"])
def test_a_name_is_no_negation(name: str) -> None:
    assert not negates(name)
    assert parse(f"add 1001 to {name}")
