"""A sound file: one in Slack, or one that Park has kept."""

import re
from typing import Annotated

from bot.fields.noun import Noun, Refers
from bot.pbx.wav import WANTED
from bot.words import Words

SLACK_ID = re.compile(r"F[A-Z0-9]{7,14}")
_KEPT = re.compile(r"[0-9a-f]{16}")
_LINK = re.compile(r"https?://\S+/files/\w+/(F[A-Z0-9]{7,14})/\S*")


def _read_file(words: Words) -> str:
    """A link to a file in Slack stands for its id."""
    text = " ".join(word.text for word in words)
    linked = _LINK.fullmatch(text)
    id = linked[1] if linked else text
    if SLACK_ID.fullmatch(id) or _KEPT.fullmatch(id):
        return id
    raise ValueError("Choose the file in the form, or paste the link that Slack gives for it (Copy link to file).")


FILE = Noun(
    placeholder="<file>",
    label="Sound file",
    hint=f"{WANTED[0].upper()}{WANTED[1:]}; 10 MB at most",
    read=_read_file,
    say=str,
    refers=Refers.FILE,
)

SoundFile = Annotated[str, FILE]
