"""Messages as data, independent of Slack, and the interface that delivers them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from bot.messages.request import Request
from bot.messages.text import shorten
from bot.texts import lines as line_texts

_MAX_LEFT_OUT = 40
"""Characters of what a button leaves out that its label shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A button with a label that submits a command line on behalf of the user who clicks it."""

    label: str
    line: str
    style: Literal["primary", "danger"] | None = None
    expects: str | None = None
    """Digest of the plan that the user was shown; a different plan is shown again instead of applied."""
    ends_change: int | None = None
    """Number of the temporary change that the click ends before the line is done; no line can say that."""
    note: str = ""
    """The further lines of the message that it answers."""
    post_to: str | None = None
    """Where the confirmation is posted, if that was asked; see `Request.post_to`."""
    leaves_out: bool = False
    """Whether it does less than what was typed."""
    proposal: int | None = None
    """Number of the workflow's proposal that the click decides."""
    meant: int | None = None
    """Number of the change whose groups the names in the line stand for, whatever they are called by then."""


def leaving_out(words: str, label: str) -> str:
    """The label of a button that does less than was typed; what it leaves out comes first, as labels may be cut."""
    return line_texts.without(shorten(words, _MAX_LEFT_OUT), label)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormOffer:
    """A button that opens an operation's form, filled in with what was understood of a command line."""

    label: str
    operation: str
    """The operation's id."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """Values as JSON, by field name."""
    whole: bool = False
    """Whether the form holds everything that was typed, so that it may be opened without a click."""
    replaces: int | None = None
    """Number of the schedule that the form is filled from, and that its submission replaces."""
    note: str = ""
    """The further lines of the message that it answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A labelled value; with `before`, a value that changes."""

    label: str
    value: str
    before: str | None = None
    ids: tuple[str, ...] = ()
    """Slack ids of channels, users or user groups, shown after the value, as links if possible."""
    at: datetime | None = None
    """An instant, shown after the value in the reader's time zone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell of a table that refers to something: Slack ids, an instant, or a URL behind its text."""

    text: str = ""
    ids: tuple[str, ...] = ()
    at: datetime | None = None
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of text with buttons of its own."""

    text: str
    ids: tuple[str, ...] = ()
    """Slack ids shown after the text, as those of a fact."""
    offers: tuple[Offer, ...] = ()
    forms: tuple[FormOffer, ...] = ()
    link: str = ""
    """URL of what it is about, shown last."""
    cells: tuple[str | Cell, ...] = ()
    """The same as a row of a table, where its list can be asked for as one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityItem:
    """An item of the history; its time is shown in the reader's time zone, its user and channel as links."""

    number: str
    """The number of the change: `#42`."""
    what: str
    """What the user requested."""
    state: str
    """What became of it, as of now."""
    by: str
    """Id of the user."""
    at: datetime
    channel: str | None = None
    detail: str = ""
    """What changed from what to what, or why nothing did."""
    source: str = ""
    link: str = ""
    """URL of its card."""
    offers: tuple[Offer, ...] = ()

    def __str__(self) -> str:
        return f"{self.number} {self.what}: {self.state}. {self.at:%Y-%m-%d %H:%M} UTC {self.by} {self.detail}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A list with columns; the first column names what a row is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that is sent to the requester only."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The content of a message, in the order in which it is shown."""

    title: str
    facts: tuple[Fact, ...] = ()
    items: tuple[str | ActivityItem, ...] = ()
    """A list of any length; where it is too long it is paged or folded, never cut silently."""
    table: Table | None = None
    """The same list as `items` and `rows`, or without either the same as `facts`, for where tables can be shown.

    A table has no buttons beside its rows, because its cells hold only text.
    """
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    """Commands to type, without the slash command itself."""
    notes: tuple[str, ...] = ()
    snippet: tuple[str, ...] = ()
    """Lines of text to copy, such as a rule for the policy file."""
    offers: tuple[Offer, ...] = ()
    forms: tuple[FormOffer, ...] = ()
    file: Attachment | None = None


def with_note(message: Message, note: str) -> Message:
    """The message with buttons that carry the further lines of what was typed."""
    if not note:
        return message
    offers = tuple(replace(offer, note=note) for offer in message.offers)
    return replace(message, offers=offers, forms=tuple(replace(form, note=note) for form in message.forms))


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """What the step of a workflow gives to the steps after it, or the mistake in it that ends the workflow."""

    outputs: dict[str, str | int] = field(default_factory=dict)
    """Values by the names of the step's outputs."""
    mistake: str = ""
    """What is wrong with the step, and what to write instead; empty where nothing is."""


class Posted(BaseModel):
    """Where a change's card was posted, and which messages followed; stored in the journal."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    how: Literal["channel", "response_url", "dm", "nowhere"]
    channel: str | None
    """Id of the channel or of the direct conversation."""
    ts: str | None = None
    """The message's timestamp; None if Slack gives no means to update the message."""
    thread: str | None = None
    """Timestamp of the message whose thread holds the replies."""
    told: str | None = None
    """Notice on a card that could not be posted where the change was requested."""
    replied: bool = False
    """Whether the reply in the thread was posted."""
    copies: "tuple[Posted, ...]" = ()
    """Copies of the card: for approvers, in the channels told of emergencies, and where changes are announced."""
    link: str = ""
    """Of a copy: the address of the first card, if people can open it there."""
    held: bool = False
    """Whether the card still has to be posted, because Slack rejects the app or no destination took it."""
    shared: bool = False
    """Whether the card is that of an earlier change, in whose thread this one was told."""
    steps: tuple[str, ...] = ()
    """Names of the further messages that were posted, so that a retry doesn't repeat them."""


class Messenger(Protocol):
    """Delivers messages, elsewhere if a channel is unavailable; raises SlackFailure if nothing works."""

    def send_progress(self, request: Request, text: str) -> None:
        """Sends a private progress message, so that users don't retry; failures are ignored."""

    def clear_progress(self, request: Request) -> None:
        """Removes the progress message about a request that is finished; failures are ignored."""

    def clear_left_over(self) -> None:
        """Removes the progress messages of processes that were killed; failures are ignored."""

    def answer(self, request: Request, message: Message) -> None:
        """Sends a private answer."""

    def answer_directly(self, request: Request, message: Message) -> None:
        """Sends a private answer as a direct message, wherever the request was made."""

    def show(
        self, request: Request, number: int | None, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        """Posts a change's card, or updates the one that was posted."""

    def copy(
        self,
        channel: str,
        request: Request,
        number: int | None,
        message: Message,
        status: str,
        posted: Posted | None,
        root: Posted | None = None,
    ) -> Posted:
        """Posts or updates a copy of a change's card in the given channel, and in no other.

        Args:
            root: Where the first card is, for a link to it.
        """

    def reply_in_thread(self, request: Request, posted: Posted, message: Message, mention: bool) -> None:
        """Posts a reply in the card's thread."""

    def post(self, channel: str, message: Message) -> None:
        """Posts a message to a channel that nobody requested."""

    def report_step(self, execution: str, result: StepResult) -> None:
        """Tells Slack what came of a workflow's step; what Slack knows already counts as told."""

    def announce(self, channel: str, request: Request, message: Message) -> None:
        """Posts a change to the policy's channel because others could not see it."""
