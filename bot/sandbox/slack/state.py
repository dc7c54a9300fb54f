"""The state of the workspace, shared by all its parts, and trigger ids."""

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.sandbox.slack.model import (
    ApiCall,
    Channel,
    File,
    Json,
    Post,
    SlackError,
    TimestampSource,
    User,
    UserGroup,
    WorkflowSteps,
    new_id,
    new_trigger_id,
)
from bot.sandbox.slack.views import ViewStore

_FORM = re.compile(r"\d+\.\d+\.\w+")


@dataclass(kw_only=True)
class Trigger:
    """`channel` is where the user was, `view` the id of the view the interaction came from."""

    user: str
    channel: str | None
    view: str | None
    made: float = field(default_factory=time.monotonic)
    used: bool = False


class Triggers:
    """Issued trigger_ids, each usable once and for a few seconds."""

    def __init__(self, team: str) -> None:
        self._team = team
        self.lifetime = 3.0
        """Seconds that a trigger_id can be used."""
        self._issued: dict[str, Trigger] = {}

    def new(self, user: str, *, channel: str | None = None, view: str | None = None, id: str | None = None) -> str:
        """Issues a trigger_id."""
        key = id or new_trigger_id(self._team)
        self._issued[key] = Trigger(user=user, channel=channel, view=view)
        return key

    def find(self, key: object) -> Trigger:
        """Returns a usable trigger.

        Raises:
            SlackError: The id is invalid, used or expired.
        """
        trigger = self._issued.get(str(key))
        if trigger is None or not _FORM.fullmatch(str(key)):
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.made > self.lifetime:
            raise SlackError("expired_trigger_id")
        return trigger

    def expire(self) -> None:
        """Expires all trigger_ids issued so far."""
        for trigger in self._issued.values():
            trigger.made -= self.lifetime


T = TypeVar("T")


@dataclass(kw_only=True)
class Credentials:
    """What the app's workspaces share: its credentials, the workspaces, and codes that were not exchanged yet."""

    client_id: str = "1.2"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    workspaces: "list[SlackState]" = field(default_factory=list)
    codes: "dict[str, SlackState]" = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    """Tokens that are not valid any more."""

    def workspace_of(self, token: object) -> "SlackState | None":
        """Returns the workspace that a bot token belongs to."""
        return next((one for one in self.workspaces if token is not None and token == one.bot_token), None)


class SlackState:
    """Users, channels, messages, views, files and calls.

    Everything is read and changed under the condition `changed`, which is notified of every change.
    """

    def __init__(self, name: str, scopes: frozenset[str], events: frozenset[str]) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.stopping = False
        self.new_link: Callable[[], str] = lambda: ""
        """Returns a new Socket Mode address; set by the workspace."""
        self.name = name
        self.scopes = scopes
        self.events = events
        self.timestamps = TimestampSource()
        self.team, self.app = new_id("T"), new_id("A")
        self.command = "/park"
        """The slash command that the app declares."""
        self.bot_token = f"xoxb-{new_id('', 12)}-{new_id('', 24)}"
        self.app_token = f"xapp-1-{self.app}-{new_id('', 32)}"
        self.config_token = f"xoxe.xoxp-1-{new_id('', 32)}"
        self.created_apps: list[Json] = []
        """Manifests of apps that were created with the configuration token."""
        self.signing_secret = secrets.token_hex(16)
        self.credentials = Credentials(workspaces=[self])
        """What the app's workspaces share; the tokens above belong to this one."""
        self.installed = True
        self.enterprise: str | None = None
        """Id of the organization that the workspace belongs to."""
        self.org_wide = False
        """Whether the app is installed for the whole organization."""
        self.people: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.posts: list[Post] = []
        self.views = ViewStore(self.changed)
        self.triggers = Triggers(self.team)
        self.files: dict[str, File] = {}
        self.base = ""
        """Base URL of the HTTP server; set by the workspace."""
        self.shortcuts: dict[str, str] = {}
        """callback_id -> "global" or "message", as the manifest declares them."""
        self.workflows, self.home_tab = WorkflowSteps(), True
        self.prompts: dict[str, dict[str, str]] = {}
        """Suggested prompts by conversation: what each sends, by its title."""
        self.statuses: dict[tuple[str, str], str] = {}
        """What the app says it does, by channel and thread."""
        self.calls: list[ApiCall] = []
        self.bot = User(id=new_id("U"), team=self.team, name="park", real_name="Park", bot_id=new_id("B"))
        self.people[self.bot.id] = self.bot
        self.people["USLACKBOT"] = User(id="USLACKBOT", team=self.team, name="slackbot", real_name="Slackbot")

    def join(self, other: "SlackState") -> None:
        """Makes this one more workspace in which the app of another one can be installed; it is not yet."""
        self.app, self.app_token, self.signing_secret = other.app, other.app_token, other.signing_secret
        self.credentials, self.command, self.installed = other.credentials, other.command, False
        self.credentials.workspaces.append(self)

    @property
    def domain(self) -> str:
        """The workspace's subdomain of slack.com."""
        return self.name.lower().replace(" ", "-")

    def wait(self, predicate: Callable[[], T], timeout: float) -> T | None:
        """Returns the predicate's first true value, or None after `timeout` seconds or when the workspace stops."""
        until = time.monotonic() + timeout
        with self.changed:
            while not (value := predicate()) and not self.stopping:
                left = until - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    return predicate() or None
            return value or None

    def post(self, post: Post) -> Post:
        """Adds a message."""
        with self.changed:
            self.posts.append(post)
            self.changed.notify_all()
        return post

    def remove(self, post: Post) -> None:
        """Deletes a message."""
        with self.changed:
            self.posts.remove(post)
            self.changed.notify_all()

    def find(self, channel: str, ts: str | None, *, ephemeral: bool = False) -> Post | None:
        """Returns the message with that timestamp; ephemeral ones only with `ephemeral`."""
        with self.changed:
            found = (p for p in self.posts if p.channel == channel and p.ts == ts)
            return next((p for p in found if (p.only_for is not None) == ephemeral), None)

    def post_as_bot(self, channel: str, content: Json, only_for: str | None = None) -> Post:
        """Posts as the bot; `content` is that of `parse_content`. A status in that thread ends."""
        self.set_status(channel, content.get("thread_ts") or "", "")
        return self.post(
            Post(
                channel=channel,
                ts=self.timestamps.next(),
                user=self.bot.id,
                bot_id=self.bot.bot_id,
                text=content.get("text") or "",
                blocks=content.get("blocks") or [],
                attachments=content.get("attachments") or [],
                thread_ts=content.get("thread_ts"),
                broadcast=bool(content.get("reply_broadcast")),
                only_for=only_for,
            )
        )

    def set_status(self, channel: str, thread: str, status: str) -> None:
        """Sets what the app says it does in a thread; an empty text ends it."""
        with self.changed:
            self.statuses.pop((channel, thread), None)
            if status:
                self.statuses[channel, thread] = status
            self.changed.notify_all()

    def post_as_slackbot(self, channel: str, user: str, text: str) -> Post:
        """Posts an ephemeral message of Slackbot."""
        ts = self.timestamps.next()
        return self.post(Post(channel=channel, ts=ts, user="USLACKBOT", text=text, only_for=user))

    def thread(self, post: Post) -> list[Post]:
        """Returns the replies, oldest first."""
        with self.changed:
            replies = (p for p in self.posts if p.channel == post.channel and p.thread_ts == post.ts != p.ts)
            return [p for p in replies if p.only_for is None]
