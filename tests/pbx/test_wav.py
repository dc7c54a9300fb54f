"""Prompt files are checked against what the PBX accepts, and each mistake is explained with its remedy."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotPossible
from bot.pbx.limits import MAX_PROMPT_BYTES, check_wav
from bot.sandbox.pbx.dataset import tone
from bot.texts import wording

WHOLE = tone(0.1)
FLOATS = WHOLE[:20] + struct.pack("<H", 3) + WHOLE[22:]
"""WHOLE with a header that declares floating-point samples."""


def mistakes(content: bytes) -> tuple[str, ...]:
    """Returns the notes of the refusal of a file."""
    with pytest.raises(NotPossible) as refused:
        check_wav("hold.wav", content)
    assert "“hold.wav”" in str(refused.value)
    assert wording.NOTHING_CHANGED in str(refused.value)
    return refused.value.message.notes


@pytest.mark.parametrize("rate", [16_000, 32_000, 48_000])
def test_what_the_pbx_takes_passes(rate: int) -> None:
    check_wav("hold.wav", tone(0.1, rate=rate))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tone(0.1, channels=2), "It is stereo: save it as mono."),
        (tone(0.1, channels=6), "It is recorded in 6 channels: save it as mono."),
        (tone(0.1, width=3), "It has 24 bits per sample: save it with 16 bits."),
        (tone(0.1, width=1), "It has 8 bits per sample: save it with 16 bits."),
        (tone(0.1, rate=44_100), "Its sample rate is 44.1 kHz: save it with 16, 32 or 48 kHz."),
        (tone(0.1, rate=8_000), "Its sample rate is 8 kHz: save it with 16, 32 or 48 kHz."),
        (tone(0.0), "It is empty or incomplete: save or upload it again."),
        (WHOLE[:-100], "It is empty or incomplete: save or upload it again."),
        (b"", "Another format: save it as a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz."),
        (
            b"ID3\x04" + bytes(2000),
            "Another format: save it as a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz.",
        ),
        (
            b"<!DOCTYPE html><html>",
            "Another format: save it as a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz.",
        ),
        (FLOATS, "Another format: save it as a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(content: bytes, said: str) -> None:
    assert mistakes(content) == (said,)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert mistakes(tone(0.1, channels=2, rate=44_100, width=3)) == (
        "It is stereo: save it as mono.",
        "It has 24 bits per sample: save it with 16 bits.",
        "Its sample rate is 44.1 kHz: save it with 16, 32 or 48 kHz.",
    )


def test_what_is_too_large_is_not_even_looked_at() -> None:
    assert mistakes(bytes(MAX_PROMPT_BYTES + 1)) == ("It has 10.0 MB; at most 10 MB are possible. Make it shorter.",)


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 60))
def test_no_file_is_too_broken_to_be_refused_in_words(noise: bytes, start: int, end: int) -> None:
    spoilt = WHOLE[:start] + noise + WHOLE[start + end :]
    with suppress(NotPossible):
        check_wav("hold.wav", spoilt)
