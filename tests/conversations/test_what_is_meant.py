"""Each command about a change, by number and by name, in each state of the change: what is answered is true."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.scheduling import AboutChange
from bot.operations.undo import UndoLast
from bot.sandbox.environment import DEMO_POLICY, ORDINARY_INSTANT, Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness

SET_UP = {
    "scheduled": ("recall Sales to Night Desk at 18:00 for 1h",),
    "in effect": ("recall Sales to Night Desk for 4h",),
    "kept": ("recall Sales to Night Desk for 4h", "keep 1"),
    "undone": ("recall Sales to Night Desk for 4h", "undo 1"),
    "permanent": ("recall Sales to Night Desk",),
    "schedule": ("recall Sales to Night Desk every weekday 18:00 to 8:00",),
    "paused schedule": ("recall Sales to Night Desk every weekday 18:00 to 8:00", "pause schedule 1"),
}
COMMANDS = ("keep {}", "extend {} by 1h", "start {}", "cancel {}", "skip {}", "pause schedule {}", "resume schedule {}")
DONE = {
    "scheduled": {"start", "cancel"},
    "in effect": {"keep", "extend"},
    "schedule": {"skip", "pause"},
    "paused schedule": {"resume"},
}
"""Commands that do something in a state; all others are refused."""
UNDONE = {"in effect": {"undo", "end"}}
"""Commands that show the change of a group in a state, to be undone with a click."""
OVER = ("isn't temporary, or has already ended", "isn't waiting for its time")
NUMBERED = {"scheduled": "has not begun", "schedule": "is a schedule", "paused schedule": "is a schedule"}


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=DEMO_POLICY, now=ORDINARY_INSTANT, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def answered(scene: ConversationHarness, line: str) -> str:
    """What is answered in private; "" where the line was done."""
    before = len(scene.ephemerals("ana"))
    scene.do(line)
    return "\n".join(one.plain for one in scene.ephemerals("ana")[before:])


@pytest.mark.parametrize("state", SET_UP)
@pytest.mark.parametrize("reference", ["1", "Sales"])
def test_what_is_refused_is_refused_with_what_is_true(scene: ConversationHarness, state: str, reference: str) -> None:
    for line in SET_UP[state]:
        scene.do(line)
    for command in COMMANDS:
        if command.split()[0] in DONE.get(state, ()):
            continue
        said = answered(scene, command.format(reference))
        assert said, command
        if state in DONE:  # there is something pending, and it is not over
            assert "Nothing is pending" not in said, command
            assert not [one for one in OVER if one in said and state != "in effect"], (command, said)
        if reference == "1" and command.startswith(("keep", "extend")) and state in NUMBERED:
            assert NUMBERED[state] in said
        if reference == "Sales" and command.startswith(("keep", "extend")) and state in NUMBERED:
            assert "#1: recall Sales to Night Desk" in said


@pytest.mark.parametrize("reference", ["1", "Sales"])
@pytest.mark.parametrize(("state", "command"), [(state, one) for state, verbs in DONE.items() for one in sorted(verbs)])
def test_what_is_possible_is_done_by_number_and_by_name(
    scene: ConversationHarness, state: str, command: str, reference: str
) -> None:
    for line in SET_UP[state]:
        scene.do(line)
    line = next(one for one in COMMANDS if one.startswith(command))
    assert answered(scene, line.format(reference)) == ""


@pytest.mark.parametrize("command", ["keep {}", "extend {} by 1h"])
def test_an_occurrence_in_effect_is_kept_and_extended_by_the_name_of_its_group(
    scene: ConversationHarness, command: str
) -> None:
    scene.do(SET_UP["schedule"][0])
    scene.sandbox.forward(timedelta(hours=9))
    scene.sandbox.settle()
    assert answered(scene, command.format("Sales")) == ""


ABOUT_CHANGES = [one for one in OPERATIONS if issubclass(one, AboutChange | UndoLast)]
UNREADABLE = {"decline"}
"""Verbs without one letter that are taken for the name of a group."""


def misspelt(operation: type[Operation]) -> str:
    """A line about the pending change of Sales, whose first word lacks a letter."""
    first, *rest = operation.verb().split()
    return " ".join((first[:-2] + first[-1], *rest, "Sales", *(("for 1h",) if "ends" in operation.phrase else ())))


@pytest.mark.parametrize("state", ["nothing pending", "in effect"])
def test_a_misspelt_command_about_a_change_is_offered_where_there_is_such_a_change(
    scene: ConversationHarness, state: str
) -> None:
    for line in SET_UP.get(state, ()):
        scene.do(line)
    for operation in ABOUT_CHANGES:
        said, verb = answered(scene, misspelt(operation)), operation.verb()
        assert f"/park {verb}" in said or verb in UNREADABLE
        assert (f"[{verb} Sales" in said) == (verb in {*DONE.get(state, ()), *UNDONE.get(state, ())}), said
