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
    column: int | None = None


def stop(path: Path, faults: Sequence[Fault]) -> NoReturn:
    """Raise PolicyError: each mistake by its line, then what to paste."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    listed = (f"{path}{f', line {one.line}' if one.line else ''}: {one.text}" for one in ordered)
    broken = PolicyError("\n".join(listed) + f"\n\nA whole policy, to paste and change:\n\n{MINIMAL}")
    broken.faults = tuple((one.line, one.column, one.text) for one in ordered)
    raise broken from None
