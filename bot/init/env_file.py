"""`.env`: what is in it, and the same with other values; what else stands there stays as it is."""

import io
import re
from collections.abc import Mapping
from datetime import date

from dotenv import dotenv_values
from dotenv.parser import parse_stream

_BARE = re.compile(r"[\w.:/@%+,=~-]*", re.ASCII)
_BEGIN = "# Written by `python -m bot init`. It holds secrets: keep it to yourself.\n"


def values_in(text: str) -> dict[str, str]:
    """By name; what has no value is left out."""
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def merged(text: str, values: Mapping[str, str | None], comments: Mapping[str, str]) -> str:
    """`text` with these values in place of those it has; what is new goes to the end, None is taken out."""
    left, lines = dict(values), list[str]()
    for found in parse_stream(io.StringIO(text)):
        if found.key is None or found.key not in values:
            lines.append(_ended(found.original.string))
        elif (value := left.pop(found.key, None)) is not None:
            lines.append(f"{found.key}={quoted(value)}\n")
    begin = [] if text.strip() else [_BEGIN]
    new = [f"{comments.get(name, '')}{name}={quoted(value)}\n" for name, value in left.items() if value is not None]
    return "".join((*begin, *lines, *new))


def quoted(value: str) -> str:
    """As it is read back: in single quotes where it needs them, and no ${...} taken for a variable."""
    if _BARE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"


def read_only_comment(today: date) -> str:
    """What to know of PARK_READ_ONLY, above its line."""
    return (
        f"# As of {today}. true: questions and previews are answered, and nothing is changed, whoever asks.\n"
        "# To let Park make the changes that the policy allows, write false and start it again.\n"
    )


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n"
