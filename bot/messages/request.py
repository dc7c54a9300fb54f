"""Requests: what a user asked for, where and how."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2s

from pydantic import BaseModel, ConfigDict, Field


class Source(StrEnum):
    """The kind of user interface, or timer, that a request comes from."""

    SLASH = "slash command"
    MENTION = "mention"
    DIRECT = "direct message"
    BUTTON = "button"
    FORM = "form"
    HOME = "App Home"
    TERMINAL = "command line"
    """The command `apply`, as the user whom it or a token names."""
    CLOCK = "the clock"
    """The end of a temporary change; it was authorized with the beginning."""
    SCHEDULE = "a schedule"
    """An occurrence of a recurring schedule; it is authorized as its holder."""
    WORKFLOW = "a workflow"
    """A step of Workflow Builder: nobody asks, so it reads what its channel may see, and only proposes changes."""


class Request(BaseModel):
    """One command line of one user; a redelivered request has the same key."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    key: str
    """Idempotency key of the gesture, the same in a redelivery; a click's key ends in its user."""
    team: str
    user: str
    source: Source
    line: str
    """The plain text of the command, without the slash command or the mention."""
    note: str = ""
    """The further lines of the message, which are shown on the card."""
    channel: str | None = None
    """Where the gesture happened; None in a direct message or App Home."""
    thread: str | None = None
    """Timestamp of the thread that the gesture happened in."""
    direct: str | None = None
    """Id of the direct conversation with Park in which it happened, and in whose thread it is answered."""
    on_thread_root: bool = False
    """Whether it happened on the first message of a thread, which the user may see in the channel."""
    post_to: str | None = None
    """Where the confirmation of a gesture without a channel is posted, `direct` included; the policy ignores it."""
    response_url: str | None = Field(default=None, repr=False)
    """Slack's URL for five answers within 30 minutes; a secret, because it needs no other credential."""
    asked_at: datetime
    """In UTC."""
    received_at: datetime | None = None
    """When a message that Slack may deliver late was received, by the clock of `asked_at`; None of other gestures."""
    expects: str | None = None
    """Digest of the plan that the user was shown before a click."""
    ends_change: int | None = None
    """Number of the temporary change that a click on "End #1 and do this" ends, or of the schedule that this one
    replaces; never typed."""
    token: str | None = None
    """Name of the token with which a pipeline acts as the user; None if there was none."""
    schedule: int | None = None
    """Number of the schedule that this is an occurrence of, or the end of one."""
    execution: str | None = None
    """Id of the execution of a workflow's step, by which Slack is told what came of it."""
    proposal: int | None = None
    """Number of the workflow's proposal that a click decides; never typed."""
    meant: int | None = None
    """Number of the change whose groups the names in a button's line stand for; never typed."""

    @property
    def is_written(self) -> bool:
        """Whether it is a message, whose time is that of its writing: Slack may deliver it much later."""
        return self.source in (Source.MENTION, Source.DIRECT)

    @property
    def age(self) -> timedelta:
        """How long before Park received it the gesture was made."""
        return self.received_at - self.asked_at if self.received_at is not None else timedelta(0)

    @property
    def id(self) -> str:
        """Identifier for logs; the key itself may hold Slack's trigger_id, which must not be logged."""
        return blake2s(self.key.encode(), digest_size=6).hexdigest()

    @property
    def card_channel(self) -> str | None:
        """The channel in which others see the change's card; None if only the requester sees it."""
        return self.channel or (self.post_to if self.post_to != self.direct else None)

    @property
    def button(self) -> str | None:
        """The part of the key that all clicks on the same button share; None if the request is not a click."""
        return self.key.removesuffix(self.user) if self.source is Source.BUTTON else None


def proposal_nonce(number: int) -> str:
    """Returns what the nonces of all buttons that decide a workflow's proposal begin with."""
    return f"proposal-{number}-"
