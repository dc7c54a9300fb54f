"""Message, Fact, Offer, ...: what is said, independent of Slack; the Messenger interface."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.messages.request import Request


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A button that says `label` and asks for `line`, as if the person who clicks had typed it."""

    label: str
    line: str
    style: Literal["primary", "danger"] | None = None
    expects: str | None = None
    """Digest of the plan the person was shown: if the PBX has moved since, they are shown it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormOffer:
    """A button that opens an operation's form, filled with what was understood of a line."""

    label: str
    operation: str
    """Its key: the name of its file."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """As JSON has them, by field."""
    whole: bool = False
    """Nothing that was typed is left out: a door that can open forms opens it without asking."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One labelled value; with `before`, a value that changes."""

    label: str
    value: str
    before: str | None = None
    ids: tuple[str, ...] = ()
    """Slack ids of channels, users or user groups, after the value: shown as links where they can be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One of several things that have buttons of their own."""

    text: str
    ids: tuple[str, ...] = ()
    """As a fact's."""
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityItem:
    """One item of a history: when, in the reader's own zone; who and where, as links; what, and how it went."""

    at: datetime
    by: str
    """A user's id."""
    what: str
    how: str
    channel: str | None = None

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC {self.by}: {self.what} ({self.how})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file, which goes to the asker directly."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A title, then whatever of the rest there is, in this order."""

    title: str
    facts: tuple[Fact, ...] = ()
    items: tuple[str | ActivityItem, ...] = ()
    """A list of any length: paged or folded where it is shown, never cut in silence."""
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    """Commands to type, without the slash command itself."""
    notes: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    forms: tuple[FormOffer, ...] = ()
    file: Attachment | None = None


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


class Messenger(Protocol):
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
