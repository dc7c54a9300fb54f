"""A mistake in the policy file, and the end of reading it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from bot.errors import PolicyError

MINIMAL = """\
[[allow]]
name = "Phone team"
channels = ["C0123ABCD"]
users = ["U0123ABCD"]
operations = ["all"]
"""


class Fault(NamedTuple):
    """One mistake; without a line it is about the file."""

    line: int | None
    text: str


def stop(path: Path, faults: Sequence[Fault]) -> NoReturn:
    """Raise PolicyError: each mistake by its line, then what to paste."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    listed = (f"{path}{f', line {line}' if line else ''}: {text}" for line, text in ordered)
    raise PolicyError("\n".join(listed) + f"\n\nA whole policy, to paste and change:\n\n{MINIMAL}") from None
