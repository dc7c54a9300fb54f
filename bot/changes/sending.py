"""A prompt's file on its way to the PBX: nothing is changed by it yet, so it may be sent twice."""

from collections.abc import Callable

from bot.changes.prompt import UNNAMED, Prompt
from bot.errors import NotPossible
from bot.pbx.client import PBX

Content = Callable[[str], bytes | None]
"""A file by the SHA-256 of its content; None where it is not kept."""


def nothing_kept(_: str) -> None:
    """No file at all."""


def send(pbx: PBX, prompt: Prompt, content: Content) -> str | None:
    """The id that the PBX gives the file; None for no prompt. Raise NotPossible where it is not kept, or PBXError."""
    if not prompt.exists:
        return None
    kept = content(prompt.sha256) if prompt.sha256 else None
    if kept is None:
        raise NotPossible(f"The prompt {prompt} is no longer kept, so it can't be put back.")
    return pbx.upload(prompt.name or UNNAMED, kept)
