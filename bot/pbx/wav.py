"""What the PBX takes for a prompt: a WAV file, PCM, 16 bit, mono, at one of three rates. Nothing here asks the PBX."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import NOTHING, NotPossible

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
