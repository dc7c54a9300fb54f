"""Tables of members as CSV."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotPossible
from bot.pbx.client import PbxClient
from bot.sandbox.pbx.dataset import add_group
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.setups.comparing import differences
from bot.setups.csv_file import members_as_csv, parse
from bot.setups.files import read_file
from bot.setups.model import FileMistakes
from bot.setups.reading import read_setup
from tests.setups.strategies import client_of


@pytest.fixture(scope="module")
def pbx() -> Iterator[PbxClient]:
    with FakePbx() as running:
        for order, name in enumerate(("=1+1", "a,=b", "+49", "'quoted'"), 100):
            add_group(running.state, order, name, "USER_ONLY", None)
        client = client_of(running)
        yield client
        client.close()


def told(pbx: PbxClient, content: bytes, name: str = "members.csv") -> dict[str, list[str]]:
    """The members that each group gains, and those that it loses with a minus sign."""
    now = read_setup(pbx)
    found = differences(now, read_file(name, content).resolve(now, pbx).wanted)
    return {
        one.target.title: [*(each.number for each in one.added), *(f"-{each.number}" for each in one.removed)]
        for one in found
    }


MOVES = {"Sales": ["-1002"], 'Café "Süd"': ["1002"]}


@pytest.mark.parametrize(
    "content",
    [
        'extension,group\n1002,"Café ""Süd"""\n'.encode(),
        'group;extension\r\n"Café ""Süd""";1002\r\n'.encode("cp1252"),
        '\ufeffExt.\tName\tPark group\r\n1002\tBjørn\t"Café ""Süd"""\r\n'.encode("utf-8"),
        'Ext\tGroup\r\n1002\t"Café ""Süd"""\r\n'.encode("utf-16"),
        'sep=;\nNebenstelle;Gruppe\n="1002";"café ""süd"""\n'.encode(),
        '\'1002|Café "Süd"\n'.encode(),
        '\n\n"1002.0", "Café ""Süd"""\n\n'.encode(),
        'Team group,phone no\n"Café ""Süd""",1 002\n'.encode(),
        'EXTENSION_NUMBER,GROUP_NAME\n1002,"Café ""Süd"""\n1002,"Café ""Süd"""\n'.encode(),
    ],
)
def test_the_same_table_in_whatever_form_is_read_alike(pbx: PbxClient, content: bytes) -> None:
    assert told(pbx, content) == MOVES


def test_without_a_group_somebody_is_to_be_in_none(pbx: PbxClient) -> None:
    assert told(pbx, b"extension,group\n1002,\n1007,\n") == {"Sales": ["-1002", "-1007"]}


def test_each_mistake_is_told_with_its_line_and_a_remedy(pbx: PbxClient) -> None:
    table = 'extension,group\n9999,Sales\nabc,Sales\n\n1003,"Slaes"\n1003,Sales\n1003,Support\n6001,Sales\n'
    with pytest.raises(FileMistakes) as raised:
        told(pbx, table.encode())
    assert [(one.line, one.text.split(":")[0]) for one in raised.value.mistakes] == [
        (2, "9999"),
        (3, "“abc” is not an extension"),
        (5, "the PBX has no group “Slaes”"),
        (7, "1003 is in another line with another group"),
        (8, "6001"),
    ]
    assert "did you mean “Sales”?" in str(raised.value.mistakes[2])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"name,colour\nAna,red\n", b"1001\n1002\n"])
def test_a_table_without_the_two_columns_says_so(pbx: PbxClient, content: bytes) -> None:
    with pytest.raises(FileMistakes):
        told(pbx, content)


def test_what_is_exported_is_safe_in_a_spreadsheet_and_changes_nothing_when_applied(pbx: PbxClient) -> None:
    now = read_setup(pbx)
    free = iter(("1001", "1004", "1005", "1006"))
    for target, _ in now.groups:
        if target.title in ("=1+1", "a,=b", "+49", "'quoted'"):
            pbx.add_member(str(target.id), next(free))
    text = members_as_csv(read_setup(pbx))
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@"]
    assert told(pbx, text.encode()) == {}


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_is_read_or_refused_with_words(pbx: PbxClient, text: str) -> None:
    for name in ("x.csv", "x.yaml", "x.txt"):
        with suppress(NotPossible):
            read_file(name, text.encode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("ext,name,group\n1001,Ana\n", 2, "it has 2 cells, and the first line has 3"),
        ("ext,group\n1001,Sales\n1002\n", 3, "it has 1 cell, and the first line has 2"),
        ("ext,group\n1001,Sales, EMEA\n", 2, "put a name that holds the separator into quotes"),
        ("1001,Sales\n1002,Sales,x\n", 2, "put a name that holds the separator into quotes"),
        ("ext,group\n", None, ""),
        ("Members of all groups\next,group\n1001,Sales\n", 1, "no column of extensions beside one of groups"),
    ],
)
def test_a_line_with_too_few_or_too_many_cells_is_a_mistake(text: str, line: int | None, says: str) -> None:
    with pytest.raises(FileMistakes) as raised:
        parse("people.csv", text)
    (mistake,) = raised.value.mistakes
    assert mistake.line == line
    assert says in mistake.text


def test_a_line_with_an_empty_group_or_empty_cells_at_its_end_is_none() -> None:
    rows = parse("people.csv", "ext,group\n1001,\n1002,Sales,,\n").rows
    assert [(row.number, row.group) for row in rows] == [("1001", ""), ("1002", "Sales")]
