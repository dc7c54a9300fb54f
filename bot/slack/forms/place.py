"""What a form carries with it: which operation, what was typed so far, and where its confirmation goes."""

from secrets import token_urlsafe
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NOTHING, NotPossible

LIMIT = 3000
"""Characters of private_metadata; docs.slack.dev, views."""


class TooMuch(NotPossible):
    """More than a form can carry with it."""


class Place(BaseModel):
    """A form's private metadata; the nonce is of its drawing, so that a second submission is known."""

    model_config = ConfigDict(frozen=True)

    operation: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    present: dict[str, Any] = Field(default_factory=dict)
    """What stood on the PBX when the form was filled."""
    groups: tuple[str, ...] = ()
    """Those that this person may do it to, of the groups that the form names: its pickers may go by their members."""
    turns: dict[str, int] = Field(default_factory=dict)
    """How often an input was given another value, by its name."""
    channel: str | None = None
    thread: str | None = None
    at_top: bool = False
    post_to: str | None = None
    """The channel chosen for the confirmation, where `channel` is none."""
    expects: str | None = None
    nonce: str = Field(default_factory=lambda: token_urlsafe(9))

    def redrawn(self, **changed: Any) -> "Place":
        """The same form, drawn anew."""
        return self.model_copy(update={"nonce": token_urlsafe(9), **changed})

    def packed(self) -> str:
        """Raise TooMuch where it is more than a form can carry."""
        text = self.model_dump_json(exclude_none=True, exclude_defaults=True)
        if len(text) > LIMIT:
            raise TooMuch(f"That is more than one form can carry: name fewer at once. {NOTHING}")
        return text
