"""Documented limits of the API's values and of prompt files, checked before anything is sent.

Every check raises NotPossible with a text for the user.
"""

import io
import re
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import NotPossible
from bot.pbx.models import RecallTo
from bot.texts import limits as texts

EXTENSION_DIGITS = (3, 64)
"""Fewest and most digits of an extension number."""
NAME_CHARACTERS = (1, 64)
"""Fewest and most characters of a park group's name."""
RECALL_TIME_SECONDS = (60, 900)
"""Range of both recall times. The API's prose says 90 for the end of the second one, its schema 900."""
NEEDS_RING_GROUP = frozenset({RecallTo.USER_THEN_RING_GROUP, RecallTo.RING_GROUP})
"""Recall targets that are valid only with a `ring_group_id`."""
TIMERS = ("recall_time", "recall_ring_group_time")
"""The fields of the server's timers."""
MAX_PROMPT_BYTES = 10_000_000
"""Bytes of a prompt file: the most that a file input in Slack takes; over 100 seconds at the highest sample rate."""
SAMPLE_RATES = (16_000, 32_000, 48_000)
"""Sample rates of prompt files in Hz."""

_EXTENSION = re.compile("[0-9]{{{},{}}}".format(*EXTENSION_DIGITS))
_SAMPLE_BYTES = 2


def is_extension(text: str) -> bool:
    """Returns whether `text` is an extension number: ASCII digits and nothing else."""
    return _EXTENSION.fullmatch(text) is not None


def check_extension(number: str) -> None:
    """Checks that `number` has the form of an extension number; it may still be one that nobody has."""
    if not is_extension(number):
        low, high = EXTENSION_DIGITS
        raise NotPossible(texts.extension(number[:80], low, high))


def check_name(name: object) -> None:
    """Checks a park group's name."""
    low, high = NAME_CHARACTERS
    if not isinstance(name, str) or not name.strip() or not low <= len(name) <= high:
        length = len(name) if isinstance(name, str) and name.strip() else None
        raise NotPossible(texts.name(low, high, length))


def check_recall_time(seconds: object, timer: str = "recall_time") -> None:
    """Checks a recall time; `timer` is the field of the timer that it is for."""
    low, high = RECALL_TIME_SECONDS
    if type(seconds) is not int or not low <= seconds <= high:
        raise NotPossible(texts.recall_time(texts.TIMERS[timer], seconds, low, high))


def check_recall(settings: Mapping[str, Any]) -> None:
    """Checks that there is a ring group where the recall target needs one."""
    if settings.get("recall_to") in NEEDS_RING_GROUP and not settings.get("ring_group_id"):
        raise NotPossible(texts.RING_GROUP_MISSING)


def check_group(settings: Mapping[str, Any], *, new: bool = False) -> None:
    """Checks the settings of a park group; a new one needs a name."""
    if new or "name" in settings:
        check_name(settings.get("name"))
    check_recall(settings)


def check_server(settings: Mapping[str, Any]) -> None:
    """Checks the settings of the call park server; blank ones pass, since they are not sent."""
    if settings.get("extension_number"):
        check_extension(str(settings["extension_number"]))
    for timer in TIMERS:
        if settings.get(timer) is not None:
            check_recall_time(settings[timer], timer)
    check_recall(settings)


def check_wav(name: str, content: bytes) -> None:
    """Checks a prompt file; the error's notes name each mistake and its remedy."""
    check_size(name, len(content))
    audio = _parse_wav(content)
    mistakes = list(_mistakes(audio)) if audio else [texts.WRONG_FORMAT]
    if mistakes:
        raise NotPossible(texts.not_a_prompt(name), notes=tuple(mistakes))


def check_size(name: str, size: int) -> None:
    """Checks the size of a prompt file in bytes."""
    if size > MAX_PROMPT_BYTES:
        raise NotPossible(
            texts.too_large(name),
            notes=(texts.size(size / 1e6, MAX_PROMPT_BYTES / 1e6),),
        )


@dataclass(frozen=True, slots=True)
class _AudioFormat:
    channels: int
    sample_bytes: int
    rate: int
    complete: bool
    """Whether there are samples, and as many as the header says."""


def _parse_wav(content: bytes) -> _AudioFormat | None:
    try:
        with wave.open(io.BytesIO(content)) as audio:
            channels, sample_bytes, expected = audio.getnchannels(), audio.getsampwidth(), audio.getnframes()
            frames = len(audio.readframes(min(expected, len(content)))) // (channels * sample_bytes)
            return _AudioFormat(channels, sample_bytes, audio.getframerate(), 0 < expected == frames)
    except (wave.Error, EOFError, RuntimeError, ValueError, ArithmeticError):  # all that `wave` raises for broken files
        return None


def _mistakes(audio: _AudioFormat) -> Iterator[str]:
    if audio.channels != 1:
        yield texts.channels(texts.STEREO if audio.channels == 2 else texts.channel_count(audio.channels))
    if audio.sample_bytes != _SAMPLE_BYTES:
        yield texts.sample_size(8 * audio.sample_bytes)
    if audio.rate not in SAMPLE_RATES:
        yield texts.sample_rate(audio.rate / 1000)
    if not audio.complete:
        yield texts.INCOMPLETE
