"""What is said, before Slack shapes it: plain text in a fixed structure, so that every name in it stays data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


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
class Deed:
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
    items: tuple[str | Deed, ...] = ()
    """A list of any length: paged or folded where it is shown, never cut in silence."""
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    """Commands to type, without the slash command itself."""
    notes: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    forms: tuple[FormOffer, ...] = ()
    file: Attachment | None = None
