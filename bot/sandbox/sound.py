"""Sounds to try things with: a tone, as a WAV file of any kind."""

import io
import math
import wave
from functools import cache


@cache
def tone(seconds: float = 1.0, *, rate: int = 16_000, channels: int = 1, width: int = 2, pitch: int = 440) -> bytes:
    """A WAV file; `width` is the bytes of a sample, 16 bit being 2."""
    loud = 2 ** (8 * width - 3)
    middle = 128 if width == 1 else 0  # 8 bit has no sign
    one = (
        int(middle + loud * math.sin(math.tau * pitch * at / rate)).to_bytes(width, "little", signed=width > 1)
        for at in range(int(seconds * rate))
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(b"".join(sample * channels for sample in one))
    return file.getvalue()
