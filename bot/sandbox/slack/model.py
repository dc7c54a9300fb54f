"""What a workspace is made of, and what is seen of it from outside."""

import secrets
import string
import threading
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True)
class User:
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
class ApiCall:
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


class SlackError(Exception):
    """Answered as HTTP 200 with `{"ok": false, "error": code}` and what `more` holds."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """`prefix` and random capitals and digits, as in C07A1B2C3D4."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_trigger_id(team: str) -> str:
    """Three parts with dots between, unlike for every gesture."""
    return f"{secrets.randbelow(10**13)}.{int(team[1:], 36) % 10**12}.{secrets.token_hex(16)}"


class TimestampSource:
    """Timestamps that are a message's identity in its channel: unique and increasing, `1712345678.000100`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self.ahead = 0.0
        """Seconds that this clock is before the machine's."""

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000 + int(self.ahead * 10**6))
            return f"{self._last // 10**6}.{self._last % 10**6:06d}"
