"""A line that begins like a command and is not understood is answered with the usage of that very command."""

from collections import defaultdict
from functools import cache

import pytest

from bot.errors import NotFound, NotUnderstood
from bot.messages.message import Message
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse, unknown_line_error
from bot.operations.syntax import command_patterns

REST = ("", " Sales", " 42", " 42 xyzzy 7q", " Sales xyzzy to", " by")
"""What is typed after the words of a command, most of which is too little, too much or nothing that it takes."""


@cache
def spellings() -> dict[str, set[type[Operation]]]:
    """The words that commands start with, in all spellings, with their operations."""
    found = defaultdict[str, set[type[Operation]]](set)
    for operation in OPERATIONS:
        for text in (operation.phrase, *operation.also):
            for pattern in command_patterns(text):
                for spelling in pattern.first_spellings:
                    words = " ".join((spelling, *pattern.verb.split()[1:]))
                    found[words].add(operation)
    return found


def answer(line: str) -> Message | None:
    """What is answered where the line is not understood, or is taken for the name of a group that there is not."""
    try:
        operation = parse(line)[0]
    except NotUnderstood as fault:
        return fault.message
    return (
        unknown_line_error(line, NotFound("There is no such group.")).message
        if operation.text() == f"group {line}"
        else None
    )


@pytest.mark.parametrize("words", spellings())
def test_the_usage_is_that_of_the_command_that_was_typed(words: str) -> None:
    first = words.split()[0]
    meant = {one for typed, operations in spellings().items() if typed.split()[0] == first for one in operations}
    verbs = tuple(f"{start} " for start in {first, *(one.verb().split()[0] for one in meant)})
    holds_line = any(type_.whole_line for one in meant for type_ in one.argument_types().values())
    for rest in ("",) if holds_line else REST:  # in a line that holds another one, that one's usage is right
        message = answer(f"{words}{rest}")
        for line in message.lines if message else ():
            assert f"{line} ".startswith(verbs), f"{words}{rest}: {line}"
        if message and not message.offers and not holds_line:
            assert message.lines, f"{words}{rest}"


@pytest.mark.parametrize(
    ("line", "usages"),
    {
        "server recall": (
            "server recall to <user | ring group | user then ring group>",
            "server recall time <time>",
            "server recall ring group time <time>",
        ),
        "restore Sales": ("restore Sales to <past time>",),
        "send Sales": ("recall Sales to <user | ring group | user then ring group>",),
        "redirect Sales": ("redirect <group> to <user | ring group | user then ring group>",),
    }.items(),
)
def test_a_word_with_several_commands_shows_each_in_the_words_that_were_typed(
    line: str, usages: tuple[str, ...]
) -> None:
    message = answer(line)
    assert message is not None
    assert message.lines == usages
