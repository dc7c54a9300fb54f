"""What a workspace is made of, and what is seen of it from outside."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True)
class Person:
    id: str
    team: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/Berlin"
    guest: bool = False
    admin: bool = False
    deleted: bool = False
    bot_id: str | None = None


@dataclass(kw_only=True)
class Channel:
    """A channel, or with `direct` the conversation of exactly those members (D...)."""

    id: str
    name: str
    members: list[str]
    private: bool = False
    archived: bool = False
    direct: bool = False


@dataclass(kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    members: list[str]


@dataclass(kw_only=True)
class Post:
    """A message as the workspace keeps it; with `only_for`, an ephemeral one."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    bot_id: str | None = None
    edited: Json | None = None
    only_for: str | None = None


@dataclass(kw_only=True)
class File:
    """`content` is None until the bytes came; `channel` until it was shared, and "" where it was with nobody."""

    id: str
    name: str
    length: int
    url: str
    """Where the bytes go while they come, and where they are once they are there."""
    title: str = ""
    content: bytes | None = None
    channel: str | None = None
    user: str = ""
    """Whose it is."""
    given: bool = False
    """Chosen in one of the app's forms: from then on the app may see it."""
    moved_to: str | None = None
    """A download is sent there instead."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as people see it at one moment."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread_ts: str | None
    edited: bool
    reply_count: int
    plain: str
    """The readable text: that of the blocks where there are any, else `text`; names for ids."""
    only_for: str | None = None

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to the Web API; `answer` is None where none was sent."""

    method: str
    args: Json
    answer: Json | None
    token: str
    """One of: bot, app, none, unknown."""


@dataclass(frozen=True, kw_only=True)
class Ack:
    """How the bot took a gesture: `error` is what the person was told, None when acknowledged in time."""

    ok: bool
    seconds: float
    payload: Json | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to give the bot an envelope."""

    envelope: Json
    ack: Ack
