"""Documented limits of the API and of prompt files."""

import io
import re
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import NOTHING, NotPossible
from bot.pbx.models import RecallTo

EXTENSION_DIGITS = (3, 64)
NAME_CHARACTERS = (1, 64)
TIME_SECONDS = (60, 900)
"""The prose says 90 for the second timer's end, the schema 900: the schema is what the PBX was generated from."""
NEEDS_RING_GROUP = frozenset({RecallTo.USER_THEN_RING_GROUP, RecallTo.RING_GROUP})
TIMERS = {"recall_time": "recall time", "recall_ring_group_time": "recall ring group time"}

_EXTENSION = re.compile("[0-9]{{{},{}}}".format(*EXTENSION_DIGITS))


def is_extension(text: str) -> bool:
    """ASCII digits, and the whole string."""
    return _EXTENSION.fullmatch(text) is not None


def check_extension(number: str) -> None:
    """A number that could be one; whether anything answers it, the PBX knows."""
    if not is_extension(number):
        low, high = EXTENSION_DIGITS
        raise NotPossible(f"An extension number has {low} to {high} digits and nothing else; “{number[:80]}” hasn't.")


def check_name(name: object) -> None:
    """A park group's name."""
    low, high = NAME_CHARACTERS
    if not isinstance(name, str) or not name.strip() or not low <= len(name) <= high:
        length = f"; this one has {len(name)}" if isinstance(name, str) and name.strip() else ""
        raise NotPossible(f"A group's name has {low} to {high} characters{length}.")


def check_time(seconds: object, what: str = "recall time") -> None:
    """One of the server's two timers."""
    low, high = TIME_SECONDS
    if type(seconds) is not int or not low <= seconds <= high:
        raise NotPossible(f"The {what} can be {low} to {high} seconds (1 to 15 minutes); {seconds} can't be set.")


def check_recall(settings: Mapping[str, Any]) -> None:
    """A ring group wherever the recall target needs one."""
    if settings.get("recall_to") in NEEDS_RING_GROUP and not settings.get("ring_group_id"):
        raise NotPossible("Recalls can go to a ring group only when it is said which one.")


def check_group(settings: Mapping[str, Any], *, new: bool = False) -> None:
    """What may be sent for a park group; a new one needs a name."""
    if new or "name" in settings:
        check_name(settings.get("name"))
    check_recall(settings)


def check_server(settings: Mapping[str, Any]) -> None:
    """What may be sent for the park server; blanks are left out when sending, so they pass."""
    if settings.get("extension_number"):
        check_extension(str(settings["extension_number"]))
    for timer, what in TIMERS.items():
        if settings.get(timer) is not None:
            check_time(settings[timer], what)
    check_recall(settings)


LARGEST = 10_000_000
"""Bytes: what Slack takes in a form, and more than a minute and a half at the highest rate."""
RATES = (16_000, 32_000, 48_000)
WANTED = "a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz"
_WIDTH = 2  # bytes of 16 bit
_SAID = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class _Shape:
    channels: int
    width: int
    rate: int
    whole: bool
    """As many samples as its header tells of."""


def check_wav(name: str, content: bytes) -> None:
    """Raise NotPossible with everything that is wrong with it, and what to do about each."""
    check_size(name, len(content))
    shape = _shape(content)
    wrong = list(_wrong(shape)) if shape else [f"It is no such file: save it as {WANTED}."]
    if wrong:
        raise NotPossible(f"“{name}” can't be the prompt. {NOTHING}", notes=tuple(wrong))


def check_size(name: str, size: int) -> None:
    """Raise NotPossible for what is too large to be looked at."""
    if size > LARGEST:
        raise NotPossible(
            f"“{name}” is too large to be a prompt. {NOTHING}",
            notes=(f"It has {size / 1e6:.1f} MB, and {LARGEST / 1e6:g} MB are the most: make it shorter.",),
        )


def _shape(content: bytes) -> _Shape | None:
    try:
        with wave.open(io.BytesIO(content)) as sound:
            told = sound.getnframes()
            read = len(sound.readframes(min(told, len(content)))) // (sound.getnchannels() * sound.getsampwidth())
            return _Shape(sound.getnchannels(), sound.getsampwidth(), sound.getframerate(), 0 < told == read)
    except (wave.Error, EOFError, RuntimeError, ValueError, ArithmeticError):  # what it raises for broken files
        return None


def _wrong(shape: _Shape) -> Iterator[str]:
    if shape.channels != 1:
        yield f"It is {_SAID.get(shape.channels, f'made of {shape.channels} channels')}: save it as mono."
    if shape.width != _WIDTH:
        yield f"Its samples have {8 * shape.width} bit: save it with 16 bit."
    if shape.rate not in RATES:
        yield f"It has {shape.rate / 1000:g} kHz: save it with 16, 32 or 48 kHz."
    if not shape.whole:
        yield "It is empty, or was cut off: save it, or upload it, once more."
