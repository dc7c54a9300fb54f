"""Punctuation between the clauses of a line belongs to no name, in every operation and argument."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from bot.messages.text import Words, join_words, split_words
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse_unconfirmed
from bot.operations.syntax import CommandPattern, Field, Literal

EXAMPLES = [(one, example) for one in OPERATIONS for example in one.examples]


def separated(operation: type[Operation], example: str, mark: str) -> Iterator[tuple[str, str]]:
    """Yields the example in each way to type it, without and with a mark after each argument that a word follows."""
    meant = parse_unconfirmed(example)[0]
    found = next(_matches(operation, meant, split_words(example)), {})
    for pattern in operation.patterns():
        if found and pattern.fields == found.keys():
            line, marked = (_line(pattern, found, one) for one in ("", mark))
            if line != marked:
                yield line, marked


def _matches(operation: type[Operation], meant: Operation, words: Words) -> Iterator[dict[str, Words]]:
    for pattern in operation.patterns():
        for found in pattern.match(words):
            with suppress(ValueError):
                if operation.from_matches(found) == meant:
                    yield found


def _line(pattern: CommandPattern, found: dict[str, Words], mark: str) -> str:
    parts = list[str]()
    for part, following in zip(pattern.parts, (*pattern.parts[1:], None), strict=True):
        text = join_words(found[part.name]) if isinstance(part, Field) else part.spellings[0]
        is_followed = isinstance(part, Field) and isinstance(following, Literal)
        parts.append(text + mark if is_followed else text)
    return " ".join(parts)


@pytest.mark.parametrize("mark", [",", ";", ":", " -", " ,"])
def test_a_mark_before_the_next_clause_belongs_to_no_argument(mark: str) -> None:
    seen = set[str]()
    for operation, example in EXAMPLES:
        for line, marked in separated(operation, example, mark):
            assert parse_unconfirmed(marked) == parse_unconfirmed(line), marked
            seen.add(operation.operation_id)
    assert {"add", "remove", "move", "recall", "create", "rename"} <= seen


@pytest.mark.parametrize("name", ["Lobby,", "Desk:", "Night;", "Back -"])
def test_a_mark_in_quotes_is_part_of_the_name(name: str) -> None:
    assert parse_unconfirmed(f'recall "{name}" to Reception')[0].text() == f'recall "{name}" to Reception'


def test_the_colon_of_an_emoji_is_kept() -> None:
    assert ":star:" in parse_unconfirmed("recall Sales :star: to Reception")[0].text()


@pytest.mark.parametrize(
    "line", ["extend {}, for 1h", "extend {}, until 18:00", "end {}, at 18:00", "skip {}, tonight"]
)
@pytest.mark.parametrize("which", ["42", "Sales", '"Night Desk"'])
def test_a_comma_before_a_time_that_is_an_argument_belongs_to_no_name(line: str, which: str) -> None:
    typed = line.format(which)
    assert parse_unconfirmed(typed)[0] == parse_unconfirmed(typed.replace(",", ""))[0]
