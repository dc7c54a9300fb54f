"""A typed line becomes the operation it means, or an error that says what to type instead."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Ambiguous, NotUnderstood
from bot.operations.approvals import Ask, Emergency
from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.operations.catalog import OPERATIONS, dump, load
from bot.operations.control import Preview
from bot.operations.groups import Rename
from bot.operations.members import Add
from bot.operations.parser import parse
from bot.operations.pending import Pending
from bot.operations.schedule import Asked, settle
from bot.operations.undo import EndTemporary, UndoLast
from bot.texts import cards
from tests.strategies import operations, reasons

CHANGES = [operation for operation in OPERATIONS if operation.changes()]


def readings_or_offers(line: str) -> list[str]:
    """The canonical lines of the readings; if it is not understood, the offered lines or the message."""
    try:
        return [reading.text() for reading in parse(line)]
    except NotUnderstood as refused:
        return [offer.line for offer in refused.message.offers] or [refused.message.title]


UNDERSTOOD = {
    "groups": "groups",
    "groups sal": "groups sal",
    "group Sales": "group Sales",
    "Sales": "group Sales",
    "server": "server",
    "find 1001": "find 1001",
    "1001": "find 1001",
    "<@U123>": "find <@U123>",
    "create Support recall to ring group Night Desk": "create Support recall to Night Desk",
    "create Support": "create Support",
    "create the group Support": "create Support",
    "create a new park group called Support": "create Support",
    'create "the group Support"': 'create "the group Support"',
    "rename Support to Support EMEA": "preview rename Support to Support EMEA",
    'rename Support to "Support EMEA"': 'rename Support to "Support EMEA"',
    "delete Support EMEA": "delete Support EMEA",
    "add 1001 to Sales": "add 1001 to Sales",
    "ADD 1001 TO Sales": "add 1001 to Sales",
    "add 1001, 1002 and 1005-1007 to Sales": "add 1001, 1002, 1005, 1006, 1007 to Sales",
    "add 1001 1002 to Sales": "add 1001, 1002 to Sales",
    "add 1005 - 1007 to Sales": "add 1005, 1006, 1007 to Sales",
    "add 0098-0101 to Sales": "add 0098, 0099, 0100, 0101 to Sales",
    "add 1001, 1001 to Sales": "add 1001 to Sales",
    "add 1001-1009, 1011 to Sales": "add 1001-1009, 1011 to Sales",
    "add 0998-1003 to Sales": "add 0998-1003 to Sales",
    "add 998, 999, 1000, 1001, 1002, 1003 to Sales": "add 998, 999, 1000, 1001, 1002, 1003 to Sales",
    "add 1005, 1004, 1003, 1002, 1001 to Sales": "add 1005, 1004, 1003, 1002, 1001 to Sales",
    'add "Ana Ruiz","Ben Ito" to Sales': "add Ana Ruiz, Ben Ito to Sales",
    'add "Ana Ruiz" to Sales': "add Ana Ruiz to Sales",
    "add Ana Ruiz to Sales": "add Ana Ruiz to Sales",
    "add Dave O'Neil to Sales": "add Dave O'Neil to Sales",
    "add 'Ana Ruiz' to Sales": "add Ana Ruiz to Sales",
    "add <@U123> to Sales": "add <@U123> to Sales",
    "put 1001 in Sales": "add 1001 to Sales",
    "put 1001 into the Sales": 'add 1001 to "the Sales"',
    "take 1001 out of Sales": "remove 1001 from Sales",
    "remove 1001 from Sales": "remove 1001 from Sales",
    "remove 1001": "remove 1001",
    "remove Sales": "remove Sales",
    "move 1001 from Sales to Support": "move 1001 from Sales to Support",
    "move 1001 to Support": "move 1001 to Support",
    "recall Sales to user": "recall Sales to user",
    "recall Sales to the parker": "recall Sales to user",
    "recall Sales to Night Desk": "recall Sales to Night Desk",
    "recall Sales to ring group 6001": "recall Sales to ring group 6001",
    "recall Sales to 6001": "recall Sales to ring group 6001",
    "recall Sales to Ring Leaders": 'recall Sales to "Ring Leaders"',
    "recall Sales to the Desk": 'recall Sales to "the Desk"',
    "recall Sales to the ring group Night Desk": "recall Sales to Night Desk",
    "recall Sales to user then Night Desk": "recall Sales to user then Night Desk",
    "recall Sales to the parker, then Night Desk": "recall Sales to user then Night Desk",
    'recall Sales to "user"': 'recall Sales to "user"',
    "send Sales recalls to Night Desk": "recall Sales to Night Desk",
    "set Sales recall to whoever parked": "recall Sales to user",
    "server recall to user then Night Desk": "server recall to user then Night Desk",
    "server recall time 5m": "server recall time 5m",
    "server recall time 300": "server recall time 5m",
    "server recall time 1 min 30 s": "server recall time 1m30s",
    "recall time 2 minutes": "server recall time 2m",
    "server recall ring group time 90s": "server recall ring group time 1m30s",
    "recall ring group time 90s": "server recall ring group time 1m30s",
    "server extension 666": "server extension 666",
    "server on": "server on",
    "server OFF": "server off",
    "turn server off": "server off",
    "preview put 1001 in Sales": "preview put 1001 in Sales",
    "preview add 1001 to Sales?": "preview add 1001 to Sales",
    "add 1001 to Sales?": "preview add 1001 to Sales",
    "preview server recall to Night Desk": "preview server recall to Night Desk",
    "preview create Nights recall to user": "preview create Nights recall to user",
    "Sales recall to user": "recall Sales to user",
    "who is in Sales": "group Sales",
    "who is in Sales?": "group Sales",
    "where is 1001": "find 1001",
    "show Sales": "group Sales",
    "show server": "server",
    "list": "groups",
    "show groups": "groups",
    "what is going to happen tonight?": "pending",
    "what's next": "pending",
    "what ends tomorrow": "pending",
    "upcoming": "pending",
    "my approvals": "pending",
    "what needs my approval?": "pending",
    "approve": "pending",
    "keep it please": "pending",
    "skip": "schedules",
    "resume": "resume",
    "who changed this?": "history",
    "who did that last night": "history last night",
    'who changed "this"': 'history "this"',
    "undo it": "undo",
    "end it now": "end",
    "stop that": "end",
    "end Sales": "end Sales",
    "stop Sales now": "end Sales",
    "end the redirect of Sales": "end Sales",
    "finish the temporary change for Sales": "end Sales",
    "stop 42": "undo 42",
    "end the pause": "resume",
    "again": "do it again",
    "again please": "do it again",
    "repeat that": "do it again",
    "redo": "do it again",
    "again add 1001 to Sales": "add 1001 to Sales",
    "stop schedule 42": "delete schedule 42",
    "put Sales back": "undo Sales",
    "put 1001 back in Sales": "add 1001 to Sales",
    "send Sales back to user": "recall Sales to user",
    "end Sales at 18:00": "extend Sales until 18:00",
    "withdraw 42": "cancel 42",
    "withdraw": "undo",
    "which group am I in?": "find <@me>",
    "": "help",
    "?": "help",
    "--help": "help",
    "help recall": "help recall",
    "recall ?": "help recall",
    "server recall --help": "help server recall",
    'group "Add On"': 'group "Add On"',
    'rename "Back to Front" to Support': 'rename "Back to Front" to Support',
}


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD.items())
def test_a_line_means_what_its_typist_means(typed: str, meant: str) -> None:
    assert [reading.text() for reading in parse(typed)] == [meant]


TIMED = {
    "recall Sales to Night Desk for 2h": "recall Sales to Night Desk for 2h",
    "recall Sales to Night Desk until 7": "recall Sales to Night Desk until 7",
    "recall Sales to user tonight": "recall Sales to user for tonight",
    "recall Sales to user at 18:00 today": "recall Sales to user at today 18:00",
    "recall Sales to user at 18:00 for today": "recall Sales to user at 18:00 for today",
    "recall Sales to user at 18:00 for 2h": "recall Sales to user at 18:00 for 2h",
    "recall Sales to user for 2h at 18:00": "recall Sales to user at 18:00 for 2h",
    "recall Sales to user, tomorrow at 8 until noon": "recall Sales to user at tomorrow 08:00 until 12:00",
    "add 1001 to Sales for 3 days": "add 1001 to Sales for 3 days",
    "put 1001 in Sales in 2h": "add 1001 to Sales in 2h",
    "remove 1001 until Monday 9:00": "remove 1001 until Monday 09:00",
    "move 1001 to Support on Monday at 9": "move 1001 to Support on Monday 9",
    "server recall time 10m until 17:30": "server recall time 10m until 17:30",
    "recall time 10m until 17:30": "server recall time 10m until 17:30",
    "recall ring group time 90s for 1h": "server recall ring group time 1m30s for 1h",
    "server extension 666 until 18:00": "server extension 666 until 18:00",
    "server recall to user until 24 December": "server recall to user until 24 December",
    "server on until 18:00": "server on until 18:00",
    "turn server off tonight at 22:00 for 1h": "server off at tonight 22:00 for 1h",
    "create Support at 18:00": "create Support at 18:00",
    "rename Sales to Support on Monday": "rename Sales to Support on Monday",
    "delete Support EMEA in 2h": "delete Support EMEA in 2h",
}


@pytest.mark.parametrize(("typed", "meant"), TIMED.items())
def test_times_at_the_end_of_a_change_are_times_first(typed: str, meant: str) -> None:
    assert parse(typed)[0].text() == meant
    assert parse(meant)[0].text() == meant


@pytest.mark.parametrize(
    ("line", "readings"),
    {
        "add 1001 to Sales until 7": ["add 1001 to Sales, until 7", 'add 1001 to "Sales until 7"'],
        "delete Desk at 18:00 at 20:00": ['delete "Desk at 18:00", at 20:00', 'delete "Desk at 18:00 at 20:00"'],
        "delete Open until 7": ['delete "Open until 7"'],
        "recall Room for 2h to user for 3h": [
            'recall "Room for 2h" to user, for 3h',
            'recall "Room for 2h" to "user for 3h"',
        ],
        "add 1001 to Sales until whenever": ['add 1001 to "Sales until whenever"'],
        "add 1001 to Sales tomorrow": ['add 1001 to "Sales tomorrow"'],
        "create Support at 18:00": ["create Support, at 18:00"],
        'create "Support for 2h"': ['create "Support for 2h"'],
        "create Hotline for Partners": ["preview create Hotline for Partners"],
        "server on until 18:00": ["server on, until 18:00"],
        "group Open until 7": ['group "Open until 7"'],
    }.items(),
)
def test_the_end_of_a_line_may_be_times_or_the_end_of_a_name_that_exists(line: str, readings: list[str]) -> None:
    assert [reading.text(settled=True) for reading in parse(line)] == readings


@given(st.sampled_from(CHANGES).flatmap(operations))
def test_after_a_comma_times_are_times_in_every_reading(change: ChangeOperation) -> None:
    readings = parse(change.text(settled=True))
    assert change in readings
    if change.starts or change.ends:
        assert all((one.starts, one.ends) == (change.starts, change.ends) for one in readings)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "said", "offered"),
    [
        (
            "create Support for 2h",
            "create, rename and delete can't be temporary",
            ["create Support", 'create "Support for 2h"'],
        ),
        (
            "rename Sales to Open until 7",
            "create, rename and delete can't be temporary",
            ["rename Sales to Open", 'rename Sales to "Open until 7"'],
        ),
        (
            "create Support for 2 fortnights",
            "as a time. Try: ",
            ["create Support", 'create "Support for 2 fortnights"'],
        ),
        (
            "create Support for 2h at 18:00",
            "create, rename and delete can't be temporary",
            ["create Support at 18:00", 'create "Support for 2h" at 18:00'],
        ),
        ("create Support tomorrow", "at tomorrow 8:00", ["create Support", 'create "Support tomorrow"']),
        ('create "Support" tomorrow', "at tomorrow 8:00", ["create Support"]),
        ('rename Sales to "My Team" for 2h', "can't be temporary", ['rename Sales to "My Team"']),
        ('create "Support" every Friday', "can repeat", ["create Support"]),
    ],
)
def test_no_time_vanishes_in_a_new_name(line: str, said: str, offered: list[str]) -> None:
    with pytest.raises(NotUnderstood, match=said) as refused:
        parse(line)
    assert [offer.line for offer in refused.value.message.offers] == offered


NOT_UNDERSTOOD = [
    "recall Sales Night Desk",
    "create Support for 2h",
    'rename Sales to "Selling" tomorrow',
    "recal Sales to Night Desk",
    "add 1001 Sales",
    "emergency recall Sales to Night Desk because of a fire for 2h",
    "pause because of an update until 18:00",
]


@pytest.mark.parametrize("question", ["preview {}", "{}?"])
@pytest.mark.parametrize("line", NOT_UNDERSTOOD)
def test_the_buttons_for_a_question_that_is_not_understood_only_ask(line: str, question: str) -> None:
    offered = readings_or_offers(line)
    asked = readings_or_offers(question.format(line))
    assert offered
    assert asked == [f"preview {one}" for one in offered]
    assert all(isinstance(parse(one)[0], Preview) for one in asked)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (
            "emergency recall Sales to user because of fire for 2h",
            [
                "emergency recall Sales to user for 2h because fire",
                'emergency recall Sales to user because "fire for 2h"',
            ],
        ),
        ("pause because of fire until 18:00", ["pause until 18:00 because fire", 'pause because "fire until 18:00"']),
    ],
)
def test_an_end_after_a_reason_is_asked_about(line: str, offered: list[str]) -> None:
    with pytest.raises(NotUnderstood, match="the end, or a part of the reason"):
        parse(line)
    assert readings_or_offers(line) == offered
    for one in offered:
        parse(one)


@pytest.mark.parametrize(
    "line",
    [
        "emergency recall Sales to user for 1h because of a fire for 2h",
        'emergency recall Sales to user because "a fire for 2h"',
        "emergency recall Sales to user because Ben left at 18:00",
        "emergency delete Sales because it was needed until 18:00",
        "reject 42 because Sales is short until 18:00",
    ],
)
def test_a_time_in_a_reason_that_can_be_no_end_is_a_part_of_it(line: str) -> None:
    parse(line)


@pytest.mark.parametrize("span", ["tonight", "overnight", "for the night"])
@pytest.mark.parametrize(("clock", "meanings"), [("3:59", 1), ("4:00", 2), ("17:59", 2), ("18:00", 1), ("23:00", 1)])
def test_a_night_that_has_not_begun_is_asked_about(span: str, clock: str, meanings: int) -> None:
    (operation, *_) = parse(f"recall Sales to Night Desk {span}")
    asked = Asked(datetime.fromisoformat(f"2026-06-10T{clock:0>5}:00+02:00"), "Europe/Berlin")
    if meanings == 1:
        assert settle(operation, asked) != operation
        return
    with pytest.raises(Ambiguous) as stop:
        settle(operation, asked)
    assert len(stop.value.message.offers) == meanings


def test_a_line_with_something_missing_opens_its_form_with_its_times() -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse("add 1001 until 18:00")
    (offer,) = refused.value.message.forms
    assert offer.arguments == {"members": ["1001"], "ends": {"when": {"clock": "18:00:00"}}}
    assert offer.whole
    assert refused.value.message.lines == ("add 1001 to <group> until 18:00",)


def test_what_ends_a_change_can_not_be_made_to_end_what_has_no_end() -> None:
    with pytest.raises(ValueError, match="create, rename and delete can't be temporary"):
        load({"operation": "create", "arguments": {"name": "Support", "ends": {"when": {"clock": "18:00:00"}}}})


@given(st.sampled_from(OPERATIONS).flatmap(operations))
def test_an_operation_with_its_times_survives_the_journal(operation: Operation) -> None:
    assert load(dump(operation)) == operation


REFUSED = {
    "server recall time 10m until whenever": "as a time. Try: for 2h, until 18:00",
    "server recall time 20m until 18:00": "60 to 900 seconds",
    "remove 1001 until whenever": "as a time. Try: for 2h, until 18:00",
    "add 1001 until 2h": "Type “for 2h”, or “until” with a time of day",
    "add 1001 Sales until 18:00": "add 1001 to Sales until 18:00",
    "ad 1001 to Sales until 7": "add 1001 to Sales until 7",
    "preview create Support for 2h": "create, rename and delete can't be temporary",
    "add 1001 Sales": "add 1001 to Sales",
    "ad 1001 to Sales": "add 1001 to Sales",
    "add 1001 to": "add 1001 to <group>",
    "add 1001": "add 1001 to <group>",
    "add": "add <members> to <group>",
    "move 1001": "move 1001 to <group>",
    "recall Sales": "recall Sales to <user | ring group | user then ring group>",
    "delete": "delete <group>",
    "add 12 to Sales": "3 to 64 digits",
    f"add {'1' * 65} to Sales": "3 to 64 digits",
    "add 1000-2000 to Sales": "more than 100 numbers",
    "add 1000-999999999999999999999999 to Sales": "same number of digits",
    "add 1010-1005 to Sales": "lower one first",
    "add 1001-1099, 2001-2099 to Sales": "more than 100 members",
    "add 1001 1002 Ana to Sales": "comma between",
    "add <!here> to Sales": "Slack mention",
    "recall Sales to user then": "Which ring group? For example: user then Night Desk",
    "server recall time 20m": "60 to 900 seconds",
    "server recall time 30s": "60 to 900 seconds",
    "server recall time 5": "5m or 5s",
    "server recall time soon": "90s",
    "server extension 12": "3 to 64 digits",
    f"create {'x' * 65}": "1 to 64 characters",
    "recall time Sales 5m": "have no timers of their own",
    "set Sales recall time to 5m": "have no timers of their own",
    "park 1001": "star codes",
    "calls": "star codes",
    "turn off Sales": "can't be switched on or off",
    "disable Sales": "can't be switched on or off",
    "change Sales": "change <group> recall to <user",
    "put 1001": "put <members> in <group>",
    "put 1001 Sales": "add 1001 to Sales",
    "recall Sales Desk 2h": "recall Sales to Desk for 2h",
    "recal Sales Desk": "recall Sales to Desk",
    "extend it by 1h": "Type the change's number or the group's name",
    'add 1001 to "Sales': "A quotation mark is missing",
    "add 1001 to <#C123>": "Slack mention",
    "preview groups": "changes nothing",
    "preview ad 1001 to Sales": "add 1001 to Sales",
    "help flying": "no help on",
    "x" * 1501: "1,501 characters, and the limit is 1,500",
}


@pytest.mark.parametrize(("typed", "said"), REFUSED.items())
def test_what_is_not_understood_is_refused_with_what_to_type_instead(typed: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse(typed)
    message = refused.value.message
    offered = [offer.line for offer in message.offers]
    assert any(said in text for text in (message.title, *message.lines, *message.notes, *offered))


@pytest.mark.parametrize("name", ["UNDO", "END_NOW", "KEEP", "DO_NOW", "CANCEL", "APPROVE", "WITHDRAW"])
def test_the_label_of_a_cards_button_leads_to_the_change_where_it_is_typed(name: str) -> None:
    label = getattr(cards, name)
    assert parse(label) in ((UndoLast(),), (EndTemporary(),), (Pending(),))


def test_a_name_that_holds_to_has_two_readings_the_longest_first() -> None:
    readings = [reading.text() for reading in parse("recall Back to Front to user")]
    assert readings == ['recall "Back to Front" to user', 'recall "Back" to "Front to user"']


@pytest.mark.parametrize("line", ["Sales", "1001", "remove Sales", "delete", "drop Sales", "erase Sales", "kill Sales"])
def test_nothing_but_delete_deletes(line: str) -> None:
    assert not any(meant.startswith("delete ") for meant in readings_or_offers(line))


SPOKEN = [operation for operation in OPERATIONS if operation not in (Ask, Emergency)]


@given(st.sampled_from(SPOKEN).flatmap(operations))
def test_what_park_says_back_is_read_as_the_same(operation: Operation) -> None:
    assert operation in parse(operation.text())


@given(st.sampled_from([one for one in SPOKEN if issubclass(one, ChangeOperation)]).flatmap(operations))
def test_a_change_asked_for_is_read_as_that_change(operation: Operation) -> None:
    asked = operation.model_copy(update={"approval": True})
    assert asked.text() == Ask(line=operation.text()).text()
    assert asked in parse(asked.text())


@given(st.sampled_from([one for one in SPOKEN if issubclass(one, ChangeOperation)]).flatmap(operations), reasons)
def test_a_change_in_an_emergency_is_read_as_that_change(operation: Operation, reason: str) -> None:
    urgent = operation.model_copy(update={"emergency": reason})
    assert urgent.text() == Emergency(line=operation.text(), reason=reason).text()
    assert urgent in parse(urgent.text())


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(line: str) -> None:
    assert readings_or_offers(line)


@given(
    st.lists(
        st.sampled_from(
            [
                "add",
                "remove",
                "to",
                "from",
                "in",
                "the",
                "Sales",
                "1001",
                "-",
                ",",
                "and",
                "recall",
                "user",
                "then",
                "server",
                "time",
                "5m",
                "until",
                "at",
                "tomorrow",
                "create",
                "?",
            ]
        ),
        max_size=9,
    )
)
def test_words_of_the_language_in_any_order_are_understood_or_refused(words: list[str]) -> None:
    assert readings_or_offers(" ".join(words))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_is_and_its_examples_are_lines_of_it(operation: type[Operation]) -> None:
    assert operation.help.endswith(".")
    readings = [parse(example)[0] for example in operation.examples]
    stands_for_others = operation in (Ask, Emergency)
    assert all(isinstance(one, ChangeOperation if stands_for_others else operation) for one in readings)
    decides = operation.permission is not None or operation.required_permission is not Operation.required_permission
    assert decides or not issubclass(operation, ChangeOperation)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.bare_pattern])
def test_a_bare_noun_only_reads(operation: type[Operation]) -> None:
    assert issubclass(operation, ReadOperation)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_help_on_every_verb_is_understood(operation: type[Operation]) -> None:
    for line in (f"help {operation.verb()}", f"{operation.verb()} ?", f"{operation.verb()} --help"):
        assert parse(line)[0].operation_id == "help"


LONGEST = str(10**64 - 100)
MANY = f"add {LONGEST}-{'9' * 64} to Sales"


@pytest.mark.parametrize("line", ["add 1000-1099 to Sales", MANY])
def test_a_bulk_is_said_back_as_short_as_it_was_typed(line: str) -> None:
    (add,) = parse(line)
    assert add.text() == line
    assert len(add.members) == 100  # type: ignore[attr-defined]


def test_a_hostile_line_is_cut_into_a_bounded_number_of_readings() -> None:
    assert len(parse("recall " + "to " * 20 + "to user")) <= 12


@pytest.mark.parametrize(
    "member",
    [
        "+",
        "plus",
        "i",
        "me",
        "/",
        "&",
        "and",
        "ext1001",
        "x1001",
        "#1001",
        "1001/1002",
        "1001...1005",
        "1001 Ben",
        "..",
        ";",
        "-",
        "thru",
    ],
)
def test_a_members_name_that_reads_as_something_else_is_said_in_quotes(member: str) -> None:
    asked = Add(group="Sales", members=(member, "1001"))
    assert parse(asked.text()) == (asked,)


@pytest.mark.parametrize("verb", sorted({pattern.verb for one in OPERATIONS for pattern in one.patterns()} - {"", "?"}))
def test_a_new_name_that_is_a_verb_is_said_in_quotes(verb: str) -> None:
    asked = Rename(group="Sales", name=verb.upper())
    assert parse(asked.text()) == (asked,)
    assert parse(f"rename Sales to {verb}") == (Preview(line=f"rename Sales to {verb}"),)


def test_the_reason_because_of_an_update_is_an_update() -> None:
    assert parse("pause for 1h because of an update") == parse('pause for 1h because "an update"')
    assert parse('pause because "of an update"')[0].reason == "of an update"  # type: ignore[attr-defined]
