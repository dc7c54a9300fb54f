"""A button that is offered for a line says each word of it, or what it leaves out."""

from collections.abc import Iterator
from itertools import product

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import ConversationHarness

EXTRAS = ("2h", "then user", "not", "on", "off", "2", "no", "5pm", "x")
LINES = (
    "recall Sales Night Desk {}",
    "recall Sales to Night Desk {}",
    "recall Sales to NightDesk {}",
    "recall Sales to Nite Desk {}",
    "add 1001 Sales {}",
    "add 1001 to Sales {}",
    "remove 1002 from Sales {}",
    "move 1002 Sales Support {}",
    "group Front Desk {}",
    "delete Billing {}",
)
SPELLINGS = {
    "recall Sales to Nite Desk": "Night Desk",
    "recall Sales to NiteDesk": "Night Desk",
    "group FrontDesk": "Front Desk",
    "group Fornt Desk": "Front Desk",
}
"""Other spellings of names, which leave nothing out."""


@pytest.fixture(scope="module")
def scene() -> Iterator[ConversationHarness]:
    with Sandbox() as sandbox:
        yield ConversationHarness(sandbox)


def labels(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [str(element["text"]["text"]) for row in rows for element in row["elements"]]


def asked(scene: ConversationHarness, line: str) -> Message:
    scene.do(line)
    return scene.last_ephemeral()


@pytest.mark.parametrize(("line", "extra"), list(product(LINES, EXTRAS)))
def test_no_button_leaves_a_word_out_silently(scene: ConversationHarness, line: str, extra: str) -> None:
    before = scene.changes()
    offered = labels(asked(scene, line.format(extra)))
    assert scene.changes() == before
    for label in offered:
        is_line = f"{line.split()[0]} " in label
        words = label.replace("“", " ").replace("”", " ").split()
        assert not is_line or set(extra.split()) <= set(words), label


@pytest.mark.parametrize("line", SPELLINGS)
def test_a_name_in_another_spelling_leaves_nothing_out(scene: ConversationHarness, line: str) -> None:
    assert any(SPELLINGS[line] in one and "Without" not in one for one in labels(asked(scene, line)))


@pytest.mark.parametrize(
    "line", ["keep 4 for 2h", "undo 4 at 18:00", "undo 4 and 3", "start 9 at 23:55", "cancel 4 tomorrow"]
)
def test_what_follows_a_number_is_neither_dropped_nor_taken_for_a_missing_number(
    scene: ConversationHarness, line: str
) -> None:
    said = asked(scene, line).plain
    assert "what follows the number" in said
    assert f"/park {line.split()[0]} <change" in said
