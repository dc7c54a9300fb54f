"""What the rooms below Slack need of it: somebody who says things where they belong."""

from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.message import Message
from bot.request import Request


class Posted(BaseModel):
    """Where a card stands; without `ts` Slack gives no way to change it later."""

    model_config = ConfigDict(frozen=True)

    how: Literal["channel", "response_url", "dm"]
    channel: str | None
    """The channel's id, or that of the direct conversation."""
    ts: str | None = None
    thread: str | None = None
    """The `ts` of the message that the trail hangs under."""
    told: str | None = None
    """What the card says when it doesn't stand where it was asked for."""
    replied: bool = False
    """Whether the reply under it was said."""
    copies: "tuple[Posted, ...]" = ()
    """The same card in other channels: where its approvers are asked."""
    alarmed: tuple[str, ...] = ()
    """Ids of the channels that heard of an emergency."""


class Voice(Protocol):
    """Falls back by itself where a channel can't be posted to; raises SlackFailure where nothing can."""

    def checking(self, request: Request, text: str) -> None:
        """In private, best effort: so that nobody types it again."""

    def answer(self, request: Request, message: Message) -> None:
        """In private."""

    def show(
        self, request: Request, change_id: int, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        """The card: posted, or brought up to date where it stands already."""

    def copy(
        self, channel: str, request: Request, change_id: int, message: Message, status: str, posted: Posted | None
    ) -> Posted:
        """The card once more, in that channel and nowhere else: posted, or brought up to date."""

    def trail(self, request: Request, posted: Posted, message: Message, mention: bool) -> None:
        """A reply under the card."""

    def post(self, channel: str, message: Message) -> None:
        """To a channel, of Park's own accord."""

    def announce(self, channel: str, request: Request, message: Message) -> None:
        """To the policy's channel, for what others could not see."""
