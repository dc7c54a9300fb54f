"""Times that people write, in seconds."""

import re
from typing import Annotated

from bot.fields.noun import Noun
from bot.pbx.limits import TIME_SECONDS, check_time
from bot.words import Words

_TIME = re.compile(
    r"(?:([0-9]+)\s*h(?:ours?|rs?)?)?\s*(?:([0-9]+)\s*m(?:in(?:ute)?s?)?)?\s*(?:([0-9]+)\s*(?:s(?:ec(?:ond)?s?)?)?)?"
)


def _read_seconds(words: Words) -> int:
    text = " ".join(word.text for word in words).lower()
    match = _TIME.fullmatch(text)
    if not match or not text or len(text) > 20:
        raise ValueError(f"{text} is no time: type 5m, 90s or 1m30s.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if text.isdigit() and total < TIME_SECONDS[0]:
        raise ValueError(f"Is that minutes or seconds? Type {text}m or {text}s.")
    check_time(total)
    return total


def say_seconds(seconds: int) -> str:
    """90 as 1m30s, 300 as 5m."""
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest or not minutes else "")


HINT = "60 to 900 seconds, as in 5m, 90s or 1m30s; the PBX's default is 5m"
TIME = Noun(placeholder="<time>", label="Time", hint=HINT, read=_read_seconds, say=say_seconds)

Time = Annotated[int, TIME]
