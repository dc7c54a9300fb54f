"""The further lines of a message are a note; where they go on with the command, Park asks before it does less."""

from collections.abc import Iterator

import pytest

from bot.errors import NotUnderstood
from bot.operations.base import ChangeOperation
from bot.operations.continuation import question_about, with_whole_line
from bot.operations.parser import parse
from bot.sandbox.environment import Sandbox
from tests.conversations.conftest import Typed, typed_in
from tests.slack.forms.conftest import pick, top_view
from tests.strategies import EXEMPLARY_CHANGES

TIMES = ("for 2h", "until tomorrow 8:00", "at 18:00", "every night 22:00 to 6:00", "tonight", "until 18:00 Ben is ill")
"""Further lines that begin with a time."""
NOTES = ("Ben is ill", "the desk is empty tonight", "for the record", "see ticket 1234", "1005 is ill", "")


@pytest.fixture(scope="module")
def typed() -> Iterator[Typed]:
    with Sandbox() as sandbox:
        yield typed_in(sandbox)


def said_last(operation: type[ChangeOperation], note: str) -> bool:
    """Whether the operation takes such a time, so that the note may be one."""
    kind = "recurs" if note.startswith("every") else "starts" if note.startswith("at ") else "ends"
    return kind in operation.times()


@pytest.mark.parametrize("operation", EXEMPLARY_CHANGES, ids=lambda one: str(one.operation_id))
@pytest.mark.parametrize("note", TIMES)
def test_a_time_on_a_further_line_is_asked_about(operation: type[ChangeOperation], note: str) -> None:
    line = next(one for one in operation.examples if isinstance(parse(one)[0], operation))
    readings = parse(line)
    question = question_about(readings, line, note)
    if not said_last(operation, note) or any(getattr(readings[0], one) for one in operation.times()):
        assert question is None
        return
    assert question is not None
    whole, noted = question.offers
    assert parse(whole.line)[0].model_dump(exclude=set(operation.times())) == readings[0].model_dump(
        exclude=set(operation.times())
    )
    assert any(getattr(parse(whole.line)[0], one) for one in operation.times())
    assert whole.note == note.removeprefix("until 18:00").strip() * note.endswith("ill")
    assert (noted.line, noted.note) == (line, note)


@pytest.mark.parametrize("note", NOTES)
def test_words_are_a_note(note: str) -> None:
    line = "add 1001 to Sales"
    assert question_about(parse(line), line, note) is None


@pytest.mark.parametrize("line", ["add 1001 to Sales", "remove 1002 from Sales", "move 1002 to Support"])
@pytest.mark.parametrize("note", ["1005", "1005, 1006", "<@U0000000BEN> 1005-1007"])
def test_members_on_further_lines_are_asked_about(line: str, note: str) -> None:
    question = question_about(parse(line), line, note)
    assert question is not None
    words = [word.rstrip(",") for word in note.split()]
    assert all(word in question.offers[0].line for word in words)


@pytest.mark.parametrize(
    ("line", "note", "whole"),
    [
        ("add 1001", "1005 1006 to Sales", "add 1001, 1005, 1006 to Sales"),
        ("add", "1001 1005 to Sales", "add 1001, 1005 to Sales"),
        ("recall Sales", "to Night Desk for 2h", "recall Sales to Night Desk for 2h"),
        ("move 1002", "to Support at 18:00", "move 1002 to Support at 18:00"),
        ("rename Sales", 'to "Sales EMEA"', 'rename Sales to "Sales EMEA"'),
    ],
)
def test_a_command_over_several_lines_gets_a_button(line: str, note: str, whole: str) -> None:
    with pytest.raises(NotUnderstood) as fault:
        parse(line)
    answer = with_whole_line(fault.value.message, line, note)
    assert answer is not None
    assert [one.label for one in answer.offers] == [whole]
    assert not any(form.whole for form in answer.forms)


def test_nothing_is_done_before_a_click(typed: Typed) -> None:
    said = typed("recall Sales to Night Desk\nfor 2h")
    assert "Does “for 2h” belong to the command, or is it a note? Nothing was changed." in said
    assert "[recall Sales to Night Desk for 2h]" in said
    assert "[As a note: recall Sales to Night Desk]" in said
    assert "[add 1001, 1005 to Sales]" in typed("@Park add 1001\n1005 to Sales")
    assert "Note: Ben is ill" in typed("add 1001 to Sales\nBen is ill")


def test_a_form_keeps_the_note() -> None:
    with Sandbox() as sandbox:
        user, phones = sandbox.people["ana"], sandbox.channels["phones"]
        typed_in(sandbox)("@Park recall Support\nBen is ill")
        sandbox.slack.click(user, sandbox.slack.ephemerals(user, phones)[-1], label="Open the form")
        top_view(sandbox, "Where recalls go")
        pick(sandbox, "ana", "Night Desk (6001)", "Where recalls go")
        top_view(sandbox, "*Recall:*")
        sandbox.slack.submit(user)
        sandbox.settle()
        assert "*Note:* Ben is ill" in sandbox.slack.messages(phones)[-1].plain


def test_an_edited_message_asks_the_same() -> None:
    with Sandbox() as sandbox:
        user, phones = sandbox.people["ana"], sandbox.channels["phones"]
        ts = sandbox.slack.say(user, phones, "recall Sales to Night Desk")
        sandbox.slack.edit(user, phones, ts, "@Park recall Sales to Night Desk\nfor 2h Ben is ill")
        question = sandbox.slack.wait_for(lambda: sandbox.slack.ephemerals(user, phones))[-1]
        assert "[As a note: recall Sales to Night Desk]" in question.plain
        sandbox.slack.click(user, question, label="recall Sales to Night Desk for 2h")
        sandbox.settle()
        card = sandbox.slack.messages(phones)[-1].plain
        assert "*Note:* Ben is ill" in card
        assert "*Until:*" in card
