"""The file as text and as data: what is wrong here is TOML's own business."""

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.policy.fault import Fault, stop
from bot.policy.locate import Statement, broken_from, statements

_ADVICE = 'Text stands in straight "double quotes", a list in [brackets], and each rule begins with [[allow]].'


def read_toml(path: Path) -> tuple[dict[str, Any], tuple[Statement, ...]]:
    """Raise PolicyError where the file is not there, or is not TOML."""
    source = _text(path)
    try:
        return tomllib.loads(source), tuple(statements(source))
    except tomllib.TOMLDecodeError as error:
        stop(path, [_syntax(source, str(error))])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        stop(path, [Fault(None, "there is no such file: write one, or let PARK_POLICY name the one you have")])
    except OSError as error:
        stop(path, [Fault(None, f"can't be read: {error.strerror}")])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        stop(path, [Fault(line, "is not UTF-8: save the file in that encoding")])


def _syntax(source: str, words: str) -> Fault:
    """tomllib gives the place only inside its text, and none for what never ends."""
    place, begun = re.search(r" \(at line (\d+), column (\d+)\)$", words), broken_from(source)
    line = int(place[1]) if place else begun
    what = words[: place.start()] if place else words.removesuffix(" (at end of document)")
    since = f", in what begins on line {begun}" if line and begun and begun < line else ""
    shown = source.split("\n")[line - 1].strip() if line else ""
    return Fault(line, f"{what}{since}: {shown}\n    {_ADVICE}", place and int(place[2]))
