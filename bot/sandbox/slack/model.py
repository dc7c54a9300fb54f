"""Records of the workspace, what is visible from outside, errors, ids and timestamps."""

import secrets
import string
import threading
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True)
class User:
    """A member of the workspace, a guest, or with `bot_id` a bot."""

    id: str
    team: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    guest: bool = False
    admin: bool = False
    deleted: bool = False
    bot_id: str | None = None


@dataclass(kw_only=True)
class Channel:
    """A channel, or with `direct` the conversation of exactly these members (D...)."""

    id: str
    name: str
    members: list[str]
    private: bool = False
    archived: bool = False
    direct: bool = False


@dataclass(kw_only=True)
class UserGroup:
    """A user group, mentioned by its handle."""

    id: str
    handle: str
    name: str
    members: list[str]


@dataclass(kw_only=True)
class Post:
    """A stored message; with `only_for` an ephemeral one."""

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
    """A file; `content` is None before the upload, `channel` None before it is shared and "" if shared with nobody."""

    id: str
    name: str
    length: int
    url: str
    """Address of the upload, later of the download."""
    title: str = ""
    content: bytes | None = None
    channel: str | None = None
    user: str = ""
    """Id of the owner."""
    given: bool = False
    """Chosen in a form of the app, which may read it from then on."""
    moved_to: str | None = None
    """Address to which downloads are redirected."""


@dataclass(kw_only=True)
class StepExecution:
    """One execution of an app's step in a workflow; `status` is running, completed or failed."""

    id: str
    callback_id: str
    status: str = "running"
    outputs: Json = field(default_factory=dict)
    error: str = ""

    @property
    def said(self) -> str:
        """What it gives to the steps after it, or what is wrong with it, for people."""
        return self.error or ", ".join(f"{name}: {value}" for name, value in self.outputs.items())


@dataclass(kw_only=True)
class WorkflowSteps:
    """The app's steps for Workflow Builder by callback_id, as the manifest declares them, and their executions."""

    declared: dict[str, Json] = field(default_factory=dict)
    executions: dict[str, StepExecution] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as users see it at one moment."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread_ts: str | None
    edited: bool
    reply_count: int
    plain: str
    """Readable text of the blocks, or else of `text`, with names for ids."""
    only_for: str | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether only one user sees the message."""
        return self.only_for is not None


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One request to the Web API; `answer` is None where the connection was dropped."""

    method: str
    args: Json
    answer: Json | None
    token: str
    """One of: bot, app, none, unknown."""


@dataclass(frozen=True, kw_only=True)
class Ack:
    """How the app acknowledged a payload; `error` is what the user was told, None in case of success."""

    ok: bool
    seconds: float
    payload: Json | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to deliver an envelope."""

    envelope: Json
    ack: Ack


class SlackError(Exception):
    """An error response: HTTP 200 with `{"ok": false, "error": code}` and `more`."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """Returns `prefix` and random capitals and digits, such as C07A1B2C3D4."""
    return prefix + "".join(_ALPHABET[one % len(_ALPHABET)] for one in secrets.token_bytes(length))


def new_trigger_id(team: str) -> str:
    """Returns a unique trigger_id of three parts with dots between."""
    return f"{secrets.randbelow(10**13)}.{int(team[1:], 36) % 10**12}.{secrets.token_hex(16)}"


class TimestampSource:
    """Unique increasing message timestamps (`1712345678.000100`), which identify a message in its channel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self.ahead = 0.0
        """Seconds that this clock is ahead of the machine's."""

    def time(self) -> float:
        """Returns the workspace's time in seconds since 1970."""
        return time.time() + self.ahead

    def next(self) -> str:
        """Returns the next timestamp."""
        with self._lock:
            self._last = max(self._last + 1, int(self.time() * 10**6))
            return f"{self._last // 10**6}.{self._last % 10**6:06d}"
