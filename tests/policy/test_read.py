"""A policy file is accepted as a whole, or rejected with the line of each mistake."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.diagnostics import explain_error
from bot.policy.loading import MINIMAL, read_policy
from bot.policy.model import Permission
from bot.policy.rules import Policy

Read = Callable[[str | bytes], Policy]
Mistakes = Callable[[str | bytes], list[str]]
RULE = '[[allow]]\nusers = ["U1"]\noperations = ["all"]\n'


def test_the_example_that_is_shipped_reads_without_a_mistake() -> None:
    policy = read_policy(Path(__file__).parents[2] / "bot/policy/example.toml")
    assert (len(policy.allow), len(policy.deny), len(policy.example)) == (4, 1, 1)
    assert policy.allow[3].operations == tuple(Permission)


def test_the_minimal_example_in_each_complaint_reads_without_a_mistake(read: Read) -> None:
    assert read(MINIMAL).allow[0].name == "Phone team"


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake(read: Read) -> None:
    assert read(b"\xef\xbb\xbf" + RULE.replace("\n", "\r\n").encode()).allow[0].name == "rule 1 (line 1)"


def test_a_rule_without_a_name_is_called_by_its_number_and_line(read: Read) -> None:
    names = [rule.name for rule in read(f'announce = "C1"\n\n{RULE}\n# [[allow]]\n{RULE}name = "Last"\n{RULE}').allow]
    assert names == ["rule 1 (line 3)", "Last", "rule 3 (line 12)"]


def test_all_stands_for_each_kind_of_operation_also_beside_others(read: Read) -> None:
    assert read('[[allow]]\nusers = ["U1"]\noperations = ["read", "all"]').allow[0].operations[1:] == tuple(Permission)


MISTAKES = [
    ('anounce = "C1"', 'line 1: unknown key anounce: did you mean "announce"?'),
    (
        RULE + "\nzzz = 1",
        "line 5: unknown key zzz; use name, channels, users, user_groups, operations, hours, members, recall_time, temporary, groups, ring_groups, recurring, approvers, approvals, approve_within, ask_in or emergency",  # noqa: E501
    ),
    (RULE + 'Groups = ["x"]', 'line 4: unknown key Groups: did you mean "groups"?'),
    (
        RULE + 'contact = "S1"',
        "line 4: contact applies to the whole file: move it to the top, above the first table",
    ),
    ('\nusers = ["U1"]', "line 2: users belongs to a rule: put [[allow]] on a line above it"),
    (
        '[allow]\nusers = ["U1"]\noperations = ["all"]',
        "line 1: allow must be a list of tables: start each with a line [[allow]], in double brackets",
    ),
    ("# x\nallow = 5", "line 2: allow must be a list of tables: start each with a line [[allow]], in double brackets"),
    ('allow = ["x"]', "line 1: allow must be a list of tables: start each with a line [[allow]], in double brackets"),
    (
        '\n[[allow]]\nusers = ["U1"]\n',
        'line 2: operations is missing: write, for example, operations = ["read", "members"]',
    ),
    (
        '[[allow]]\noperations = ["all"]\n',
        "line 1: this rule would be for anybody, anywhere: give it channels, users or user_groups",
    ),
    (
        '[[allow]]\nusers = ["U1"]\noperations = ["read", "wriet", "all"]',
        ('line 3: "wriet" is not an operation; use read, members, recall, groups, server, pause, history or all'),
    ),
    (
        '[[allow]]\nusers = ["U1"]\noperations = [\n  "read",\n  "recal"\n]',
        'line 5: "recal" is not an operation: did you mean "recall"?',
    ),
    ('[[allow]]\nusers = ["U1"]\noperations = []', "line 3: operations: nothing is listed: name at least one"),
    (RULE + "channels = []", "line 4: channels: nothing is listed: name at least one"),
    ("[[allow]]\nusers = []\noperations = ['all']", "line 2: users: nothing is listed: name at least one"),
    (RULE + "groups = []", "line 4: groups: nothing is listed: name at least one"),
    (RULE + "groups = ['']", "line 4: groups is empty: write something, or leave it out"),
    (RULE + "name = ''", "line 4: name is empty: write something, or leave it out"),
    (RULE + "name = 5", 'line 4: name: 5 is not text: put it in "double quotes"'),
    (RULE + "groups = 'Sales'", 'line 4: groups must be a list, even with one entry: write groups = ["Sales"]'),
    (RULE + "channels = 5", 'line 4: channels must be a list, even with one entry: write channels = ["C0123ABCD"]'),
    (
        '[[allow]]\nusers = ["U1"]\noperations = "all"',
        'line 3: operations must be a list, even with one entry: write operations = ["all"]',
    ),
    (
        RULE + 'channels = ["#sales"]',
        (
            'line 4: channels: "#sales" is not the ID of a channel. Names can change, so use the ID: '
            "write an id such as C0123ABCD (in Slack: channel name > View channel details, at the bottom)"
        ),
    ),
    (
        '[[allow]]\noperations = ["all"]\nusers = [\n  "U1", # an = and a [[\n\n  "W2",\n  "@ana",\n]',
        (
            'line 7: users: "@ana" is not the ID of a user. Names can change, so use the ID: '
            "write an id such as U0123ABCD (in Slack: profile > the three dots > Copy member ID)"
        ),
    ),
    (
        RULE + 'user_groups = ["C1"]',
        (
            'line 4: user_groups: "C1" is the id of a channel, which belongs in channels; here write an id such as '
            "S0123ABCD (Slack's usergroups.list names them)"
        ),
    ),
    (
        RULE + 'channels = ["https://acme.slack.com/archives/C024BE91L"]',
        'line 4: channels: "https://acme.slack.com/archives/C024BE91L" contains more than an ID: write "C024BE91L"',
    ),
    (
        'announce = "#phones"',
        (
            'line 1: announce: "#phones" is not the ID of a channel. Names can change, so use the ID: '
            "write an id such as C0123ABCD (in Slack: channel name > View channel details, at the bottom)"
        ),
    ),
    (
        f"{RULE}name = 'A'\n{RULE}\nname = 'A'\n{RULE}",
        'line 9: a rule above is also called "A": each rule needs its own name',
    ),
    (RULE + "members = 0", "line 4: members: 0 is not a whole number of 1 or more"),
    (RULE + 'members = "five"', 'line 4: members: "five" is not a whole number of 1 or more'),
    (RULE + "temporary = 4", 'line 4: temporary: 4 is not a duration: write, for example, "10m" or "4h"'),
    (
        RULE + 'temporary = "until noon"',
        (
            'line 4: temporary: "until noon" is not a duration: write, for example, "10m", "4h" or "3 days", '
            "a year at most"
        ),
    ),
    (
        RULE + 'hours = ["9 to 5"]',
        'line 4: hours: "9 to 5" cannot be read as hours: write, for example, "Mon-Fri 08:00-18:00 Europe/Berlin"',
    ),
    (
        RULE + 'hours = ["08:00-18:00 Mars/Olympus"]',
        'line 4: hours: "Mars/Olympus" is not a time zone: write, for example, Europe/Berlin',
    ),
    (
        RULE + 'emergency = "C1"',
        'line 1: who only looks waits for nobody: write the operations without "read" and "all"',
    ),
    (
        '[[allow]]\nusers = ["U1"]\noperations = ["recall"]\nemergency = "C1"\napprovers = ["S1"]',
        "line 1: approvers and emergency: in an emergency nobody waits; write two rules",
    ),
    (RULE + "approvals = 2", "line 1: approvals: name the approvers"),
    (
        '[[deny]]\noperations = ["recall"]\napprovers = ["S1"]',
        "line 3: approvers only works in [[allow]] rules: what is denied cannot be approved or made in an emergency",
    ),
    (
        "deny = 5",
        "line 1: deny must be a list of tables: start each with a line [[deny]], in double brackets",
    ),
    (
        f'{RULE}name = "A"\n[[deny]]\nname = "A"\noperations = ["all"]',
        'line 6: a rule above is also called "A": each rule needs its own name',
    ),
    (
        '[[example]]\nuser = "U1"\nline = "add 1001 to Sales"\nexpect = "maybe"',
        "line 4: expect: \"maybe\" must be one of 'allowed', 'approval', 'emergency' or 'refused'",
    ),
    (
        '[[example]]\nuser = "U1"\nexpect = "allowed"',
        'line 1: line is missing: write, for example, line = "add 1001 to Sales"',
    ),
    (
        RULE + 'users = ["E0123ABCD"]'.replace("users", "channels"),
        (
            'line 4: channels: "E0123ABCD" is the id of an Enterprise organisation; here write an id such as C0123ABCD '
            "(in Slack: channel name > View channel details, at the bottom)"
        ),
    ),
    (
        'allow = [\n  { users = ["U1"], operations = ["all"] },\n  { users = ["ana"], operations = ["all"] },\n]',
        (
            'line 3: users: "ana" is not the ID of a user. Names can change, so use the ID: '
            "write an id such as U0123ABCD (in Slack: profile > the three dots > Copy member ID)"
        ),
    ),
]


@pytest.mark.parametrize(("source", "complaint"), MISTAKES, ids=[complaint for _, complaint in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_what_to_write_instead(
    mistakes: Mistakes, source: str, complaint: str
) -> None:
    assert [text.rstrip() for text in mistakes(source)] == [complaint]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(mistakes: Mistakes) -> None:
    listed = mistakes('anounce = "C1"\n[[allow]]\nnam = "x"\nusers = "U1"\n[[allow]]\noperations = ["red"]\n')
    assert [text.partition(":")[0] for text in listed] == ["line 1", "line 2", "line 3", "line 4", "line 6"]


SYNTAX = [
    ('announce = "C1"\nusers = [U1]\n', "line 2: Invalid value", "users = [U1]"),
    ("x = 1\nx = 2\n", "line 2: Cannot overwrite a value", "x = 2"),
    (
        '[[allow]]\n\nusers = ["U1"\noperations = ["all"]\n',
        "line 4: Unclosed array, in the statement that starts on line 3",
        "oper",
    ),
    ('[[allow]]\nusers = [\n  "U1"\n\n# the end', "line 2: Unclosed array", "users = ["),
    ('[[allow]]\nname = """\nnever\nends\n', "line 2: Unterminated string", 'name = """'),
    ("[[allow]\nusers = ['U1']", "line 1: Expected ']]' at the end of an array declaration", "[[allow]"),
    ("[[allow]]\nname = “Ana”", "line 2: Invalid value", "name = “Ana”"),
    ("[[allow]]\nname =", "line 2: Invalid value", "name ="),
]


@pytest.mark.parametrize(("source", "place", "shown"), SYNTAX, ids=[place for _, place, _ in SYNTAX])
def test_what_is_not_toml_is_told_with_its_line_and_that_line_is_shown(
    mistakes: Mistakes, source: str, place: str, shown: str
) -> None:
    (listed,) = mistakes(source)
    assert listed.startswith(f"{place}: {shown}")
    assert "Each rule starts with [[allow]]" in listed


def test_a_kind_of_mistake_that_has_no_words_of_its_own_is_told_in_those_of_pydantic() -> None:
    listed = explain_error({"type": "new_in_pydantic", "loc": ("contact",), "msg": "Input should be nicer", "input": 1})
    assert listed == "contact: Input should be nicer"


def test_hundreds_of_names_in_place_of_ids_are_each_told_with_their_line(mistakes: Mistakes) -> None:
    names = "".join(f'  "name {number}",\n' for number in range(300))
    listed = mistakes(f'[[allow]]\noperations = ["all"]\nusers = [\n{names}]\n')
    assert [text.partition(":")[0] for text in listed] == [f"line {number}" for number in range(4, 304)]


def test_bytes_that_are_not_utf_8_are_told_with_their_line(mistakes: Mistakes) -> None:
    assert mistakes(b'# ok\nname = "Andr\xe9"\n') == ["line 2: is not UTF-8: save the file in UTF-8"]


def test_a_missing_file_is_told_with_an_example_to_paste(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(tmp_path / "none.toml")
    assert str(caught.value).startswith(f"{tmp_path / 'none.toml'}: there is no such file. Create it")
    assert MINIMAL in str(caught.value)


def test_a_directory_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="can't be read: Is a directory"):
        read_policy(tmp_path)


RULES_OF = '[[allow]]\nusers = ["U1"]\noperations = ["recall"]\n'
MEANT = [
    (RULES_OF + "emergency = true", 'emergency: true is not a Slack ID: write emergency = "C0123ABCD"'),
    ("announce = true\n" + RULE, 'announce: true is not a Slack ID: write announce = "C0123ABCD"'),
    (RULES_OF + "approvers = true", 'approvers must be a list, even with one entry: write approvers = ["U0123ABCD"]'),
    (RULES_OF + "approvers = [true]", 'approvers: true is not a Slack ID: write approvers = ["U0123ABCD"]'),
    ('[[allow]]\nusers = ["U1"]\noperations = ["members, recall"]', 'as in ["members", "recall"]'),
    ('[[allow]]\nusers = ["U1"]\noperations = "members, recall"', 'write operations = ["members", "recall"]'),
    ('[[allow]]\nusers = ["U1"]\noperations = ["read and recall"]', 'as in ["read", "recall"]'),
    ('[[allow]]\nusers = ["U0123ABCD, U0456EFGH"]\noperations = ["read"]', 'as in ["U0123ABCD", "U0456EFGH"]'),
    ('[[allow]]\nusers = "U1, U2"\noperations = ["read"]', 'write users = ["U1", "U2"]'),
    ('[[allow]]\nusers = ["U1" "U2"]\noperations = ["all"]', 'A comma is missing between "U1" and "U2"'),
    ('[[allow]]\nusers = [\n "U1" # Ana\n "U2",\n]\noperations = ["all"]', 'A comma is missing between "U1" and "U2"'),
    ("[[allow]]\nusers = ['U1']\noperations = ['read' 'recall']", "A comma is missing between 'read' and 'recall'"),
    (RULES_OF + 'groups = ["^Sales"]', '"^Sales" is a regular expression: only * and ? are special'),
    (RULES_OF + 'groups = ["Sales.*"]', '"Sales.*" is a regular expression'),
    (RULES_OF + 'groups = ["Sales|Support"]', '"Sales|Support" is a regular expression'),
    (RULES_OF + r"ring_groups = ['Desk \d']", r'"Desk \d" is a regular expression'),
    ("[[deny]]\noperations = ['all']\ngroups = ['(Board|CEO) desk']\n" + RULE, "is a regular expression"),
    (RULES_OF + "ring_groups = [6001]", "6001 is a number, but rules use names"),
    (RULES_OF + "groups = [1]", "1 is a number, but rules use names"),
    (RULES_OF + 'duration = "4h"', 'unknown key duration: use temporary instead: temporary = "4h"'),
    ('[[allow]]\nusers = ["U1"]\npermissions = ["read"]', "unknown key permissions: use operations instead"),
    (RULES_OF + 'members = ["U1"]', "To name people, use users"),
    ('[[rule]]\nusers = ["U1"]\noperations = ["all"]\n' + RULE, "a rule starts with [[allow]] or [[deny]]"),
    ('[[allow]]\nusers = ["U1"]\noperations = ["all"]\ngroups = ["S*"]', 'groups limit neither "server" nor "pause"'),
    ('[[allow]]\nusers = ["U1"]\noperations = ["read", "all"]\ngroups = ["S*"]', '"server" nor "pause"'),
    ("", "it has no [[allow]] rule"),
    ("# all gone", "it has no [[allow]] rule"),
    ('announce = "C1"\n[[deny]]\noperations = ["all"]', "it has no [[allow]] rule"),
]


@pytest.mark.parametrize(("source", "advice"), MEANT, ids=[advice for _, advice in MEANT])
def test_what_was_probably_meant_is_said(mistakes: Mistakes, source: str, advice: str) -> None:
    assert any(advice in text for text in mistakes(source))


@pytest.mark.parametrize("name", ["Sales (EMEA)", "R+D", "Dr. Smith*", "A/B", "[x]", "Sales | Support", "$1", "Sales?"])
def test_an_ordinary_name_is_no_regular_expression(read: Read, name: str) -> None:
    assert read(f"{RULES_OF}groups = ['{name}']").allow[0].groups == (name,)
