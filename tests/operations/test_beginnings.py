"""A line that breaks off, or goes on with something strange, is answered in words for people."""

import pytest

from bot.errors import NotUnderstood
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse

TAILS = (
    "",
    "now",
    "for 2h",
    "every night 22 to 6",
    "42",
    "-1",
    "9" * 80,
    "because",
    "to",
    "<@U1>",
    '""',
    "anyway",
    "#",
)
INTERNAL = ("validation error", "input_value", "Value error", "Traceback", "pydantic")
"""What only a programmer would understand."""


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.examples], ids=lambda one: str(one.operation_id)
)
def test_no_beginning_of_an_example_is_answered_with_an_internal_error(operation: type[Operation]) -> None:
    for example in operation.examples:
        words = example.split()
        for length in range(1, len(words) + 1):
            for tail in TAILS:
                line = " ".join((*words[:length], tail)).strip()
                try:
                    parse(line)
                except NotUnderstood as fault:
                    said = f"{fault} {' '.join(fault.message.notes)}"
                    assert not any(word in said for word in INTERNAL), f"{line}: {said}"


def test_a_restore_without_a_time_says_what_to_type() -> None:
    with pytest.raises(NotUnderstood, match=r"^Type a time in the past\. Try: Friday 18:00"):
        parse("restore Sales to")
