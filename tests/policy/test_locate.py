"""The line reported for a mistake is never a wrong one."""

import tomllib
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.loading import Location, find_line, first_broken_line, split_statements

AWKWARD = '''\
# name = "not this"
title = "a = [[allow]]" # [[allow]]

[[allow]]
name = """
[[allow]]
users = ["U1"]
"""
users = [ # a list over several lines: ] is not its end
  "U1", "U2",

  # "U3",
  "]", 'a = 1', """two
lines""", "after",
  "last" ]
"groups" = ["x"]
  [[allow]] # indented
users = ["U9",
"U8"]
[allow.deep]
x.y = 1
[[allow.list]]
z = { a = 1, b = [
  1,
] }
  [[ allow ]]
'operations' = []
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("allow",), 4),
        (("allow", 0), 4),
        (("allow", 0, "name"), 5),
        (("allow", 0, "missing"), 4),
        (("allow", 0, "users"), 9),
        (("allow", 0, "users", 0), 10),
        (("allow", 0, "users", 1), 10),
        (("allow", 0, "users", 2), 9),  # its line ends within another item: the list is named
        (("allow", 0, "users", 3), 9),
        (("allow", 0, "users", 4), 9),
        (("allow", 0, "users", 6), 15),
        (("allow", 0, "users", 99), 9),
        (("allow", 0, "groups", 0), 16),
        (("allow", 1), 17),
        (("allow", 1, "users", 0), 18),
        (("allow", 1, "users", 1), 19),
        (("allow", 1, "deep", "x", "y"), 21),
        (("allow", 1, "list", 0), 22),
        (("allow", 1, "list", 0, "z", "b"), 23),
        (("allow", 2, "operations"), 27),
        (("allow", 3), None),
        (("nowhere",), None),
        ((), 2),
    ],
)
def test_a_place_in_an_awkward_file_is_found(path: Location, line: int | None) -> None:
    tomllib.loads(AWKWARD)
    assert find_line(tuple(split_statements(AWKWARD)), path) == line


def test_in_a_broken_text_the_statement_that_breaks_it_is_found() -> None:
    assert first_broken_line("a = 1\nb = [\n1\nc = 2\n") == 2
    assert first_broken_line(AWKWARD) is None


class Piece(NamedTuple):
    """Some lines of TOML, and the offset of their statement from the first."""

    text: str
    after: int


BEFORE = st.sampled_from(["", "\n", "# a = 1\n", "# [[allow]]\n\n", "   \t\n", '# """\n'])
END = st.sampled_from(["", " ", " # [[allow]]", ' # "', "\t# ]"])
KEYS = st.sampled_from(["{}", '"{}"', "'{}'", "  {}"])
VALUES = st.sampled_from(
    [
        "1",
        '"="',
        '"[[allow]]"',
        "'\\'",
        '"\\""',
        '"""\n[[allow]]\nk0 = 1"""',
        "'''\n\"\"\"\n'''",
        '[\n"]", # ]\n]',
        "[]",
        "{ a = 1 }",
        "{ a = [\n1 ] }",
        '["#", """\n]"""\n, 2]',
        "2026-01-01",
    ]
)


@given(
    st.lists(st.lists(st.tuples(BEFORE, KEYS, VALUES, END), max_size=4), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_table_and_key_of_any_file_is_found_on_the_line_where_it_was_written(
    tables: list[list[tuple[str, str, str, str]]], newline: str
) -> None:
    source, expected = "", dict[Location, int]()
    for index, rows in enumerate(tables):
        expected["allow", index] = source.count("\n") + 1
        source += "[[allow]]\n"
        for number, (before, key, value, end) in enumerate(rows):
            source += before
            expected["allow", index, f"k{number}"] = source.count("\n") + 1
            source += f"{key.format(f'k{number}')} = {value}{end}\n"
    found = tuple(split_statements(source.replace("\n", newline)))
    assert {path: find_line(found, path) for path in expected} == expected


@given(st.lists(st.tuples(st.sampled_from(['"x"', "'#]'", "1", '"[["']), st.sampled_from([", ", ",\n", " ,# ]\n\n"]))))
def test_every_item_of_any_list_is_found_on_the_line_where_it_was_written(items: list[tuple[str, str]]) -> None:
    source, expected = "# first\nk = [ ", []
    for item, separator in items:
        expected.append(source.count("\n") + 1)
        source += item + separator
    found = tuple(split_statements(source + "]\n"))
    assert [find_line(found, ("k", index)) for index in range(len(items))] == expected
