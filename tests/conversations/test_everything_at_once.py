"""A name that stands for everything, where one thing is named: what to type in place of it, in both languages."""

from collections.abc import Iterator

import pytest

from bot.operations.unsupported import means_all
from bot.sandbox.environment import Sandbox
from bot.texts.english import lines as english
from bot.texts.german import lines as german
from tests.conversations.conftest import typed_in

WORDS = ("everything", "all", "all changes", "my last 3 changes", "everything since 9:00", "alle")
EVERYTHING = {
    "undo {}": ("ONE_UNDO", "history today"),
    "revert {}": ("ONE_UNDO", "history today"),
    "end {}": ("ONE_CHANGE", "pending"),
    "keep {}": ("ONE_CHANGE", "pending"),
    "cancel {}": ("ONE_CHANGE", "pending"),
    "extend {} for 1h": ("ONE_CHANGE", "pending"),
    "start {}": ("ONE_CHANGE", "pending"),
    "approve {}": ("ONE_CHANGE", "pending"),
    "skip {}": ("ONE_SCHEDULE", "schedules"),
    "pause schedule {}": ("ONE_SCHEDULE", "schedules"),
    "delete schedule {}": ("ONE_SCHEDULE", "schedules"),
    "delete {}": ("ONE_GROUP", "groups"),
    "recall {} to Reception": ("ONE_GROUP", "groups"),
    "add 1001 to {}": ("ONE_GROUP", "groups"),
    "rename {} to Night": ("ONE_GROUP", "groups"),
    "move 1002 to {}": ("ONE_GROUP", "groups"),
    "group {}": ("ONE_GROUP", "groups"),
    "remove {} from Sales": ("ONE_BY_ONE", "group Sales"),
    "add {} to Sales": ("ONE_BY_ONE", "group Sales"),
}
"""Lines with the answer and its button."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.add_lead("ida", real_name="Ida Sommer", locale="de-DE")
        typed_in(sandbox)("groups", person="ida")  # the locale is known from here on
        yield sandbox


@pytest.mark.parametrize("line", EVERYTHING)
def test_what_stands_for_everything_is_answered_with_what_to_type(shared: Sandbox, line: str) -> None:
    text, button = EVERYTHING[line]
    typed = typed_in(shared)
    for word in WORDS if text != "ONE_BY_ONE" else WORDS[:2]:  # a number is that of a member
        answer = typed(line.format(word))
        assert getattr(english, text) in answer, word
        assert f"[{button}]" in answer
    assert getattr(german, text) in typed(line.format(WORDS[0]), person="ida")
    assert shared.pbx.writes == []


def test_a_group_of_such_a_name_is_meant_where_there_is_one(sandbox: Sandbox) -> None:
    sandbox.pbx.console_create_group("All")
    typed = typed_in(sandbox)
    assert "Added" in typed("add 1001 to all")
    assert "Undo #1" in typed("undo all")


@pytest.mark.parametrize("name", ["Sales", "All Hands", "Last Resort", "Night Desk", "Everyone Else Ltd", "last", "3"])
def test_a_name_beside_such_words_stays_a_name(name: str) -> None:
    assert not means_all(name)
