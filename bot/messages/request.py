"""Request and Door: who asked for what, where."""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2s

from pydantic import BaseModel, ConfigDict, Field


class Source(StrEnum):
    """A way in."""

    SLASH = "slash command"
    MENTION = "mention"
    BUTTON = "button"
    FORM = "form"
    HOME = "App Home"
    CLOCK = "the clock"
    """The end of a temporary change: allowed with its beginning, and for nobody to refuse."""


class Request(BaseModel):
    """One line, asked once: a second delivery carries the same `key`."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Unique: what is stable about the delivery differs by door, always with the team. A click's ends in its user."""
    team: str
    user: str
    source: Source
    line: str
    """The plain text that was asked for, without the slash command or the mention."""
    channel: str | None = None
    """Where the gesture happened; None in a direct message or App Home."""
    thread: str | None = None
    """The `ts` of the thread that the gesture happened in."""
    at_top: bool = False
    """Made on the thread's first message, which may have no replies yet: who made it looks at the channel."""
    post_to: str | None = None
    """The channel chosen for the confirmation where the gesture has none: it is no place to be allowed from."""
    response_url: str | None = Field(default=None, repr=False)
    """Slack's way to answer this gesture: five answers within 30 minutes. A secret: whoever has it can answer."""
    asked_at: datetime
    """In UTC."""
    expects: str | None = None
    """Digest of the plan the asker was shown before a click."""

    @property
    def id(self) -> str:
        """What logs call it: the key may hold Slack's trigger_id, which opens forms while it is fresh."""
        return blake2s(self.key.encode(), digest_size=6).hexdigest()

    @property
    def button(self) -> str | None:
        """What everybody's clicks on the same button have in common: the beginning of their keys."""
        return self.key.removesuffix(self.user) if self.source is Source.BUTTON else None
