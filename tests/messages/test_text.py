"""A line is split into words and quoted names, and a quoted name is read back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.text import Word, join_words, quote, split_words
from bot.operations.syntax import command_patterns

LINES = {
    "": [],
    "  add   1001  ": ["add", "1001"],
    'add "Ana Ruiz" to Sales': ["add", "Ana Ruiz", "to", "Sales"],
    "add 'Ana Ruiz', 1001": ["add", "Ana Ruiz", ",", "1001"],
    '"Ana Ruiz","Ben Ito"': ["Ana Ruiz", ",", "Ben Ito"],
    "Dave O'Neil's desk": ["Dave", "O'Neil's", "desk"],
    r'"The \"A\" team\\"': ['The "A" team\\'],
    "who is in Sales?": ["who", "is", "in", "Sales", "?"],
    "who is in Sales ? ": ["who", "is", "in", "Sales", "?"],
    'group "Any?"': ["group", "Any?"],
}


@pytest.mark.parametrize(("line", "words"), LINES.items())
def test_a_line_falls_into_words(line: str, words: list[str]) -> None:
    assert [word.text for word in split_words(line)] == words


@pytest.mark.parametrize("line", ['add "Ana', 'add Ana" to Sales', 'add "Ana Ruiz"x to Sales'])
def test_a_quote_without_its_partner_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="A quotation mark is missing"):
        split_words(line)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_name_is_read_back_as_it_was_said(name: str) -> None:
    assert [word.text for word in split_words(f"add {quote(name, always=True)} to Sales")] == [
        "add",
        name,
        "to",
        "Sales",
    ]
    quoted = quote(name)
    if quoted == name:
        assert join_words(split_words(name)) == name


def test_a_quoted_word_means_nothing_but_itself() -> None:
    assert Word("To").is_keyword("to", "in")
    assert not Word("to", quoted=True).is_keyword("to")
    assert str(Word("to", quoted=True)) == '"to"'


def test_a_phrase_is_every_way_to_leave_parts_of_it_out() -> None:
    ways = command_patterns("move|shift {who} [from {group}] to {to}")
    assert [len(way.parts) for way in ways] == [6, 4]
    assert [way.verb for way in ways] == ["move", "move"]
    assert [way.weight for way in ways] == [3, 2]


def test_a_phrase_matches_in_every_way_there_is_the_longest_first_field_first() -> None:
    (way,) = command_patterns("put {who} in {group}")
    cuts = [
        (join_words(slots["who"]), join_words(slots["group"])) for slots in way.match(split_words("put a in b in c"))
    ]
    assert cuts == [("a in b", "c"), ("a", "b in c")]
    assert not list(way.match(split_words("put a b")))
    assert [join_words(slots["group"]) for slots in way.match(split_words("put a b"), forgiving=True)] == ["b"]
    assert not list(way.match(split_words("puts a in b"), forgiving=True))
