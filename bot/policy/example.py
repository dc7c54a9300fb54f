"""What ought to come of a line, as the policy file says it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.policy.ids import ChannelId, UserGroupId, UserId


class Example(BaseModel):
    """Somebody types a line somewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    line: Annotated[str, Field(min_length=1)]
    """As it would be typed; groups and ring groups by their names."""
    user: UserId
    """Who types it."""
    user_groups: tuple[UserGroupId, ...] = ()
    """The user groups that they are in."""
    channel: ChannelId | None = None
    """Where. Left out: in a direct message."""
    at: datetime | None = None
    """When, with an offset. Left out: now."""
    expect: Literal["allowed", "approval", "emergency", "refused"]
    """What ought to come of it."""
