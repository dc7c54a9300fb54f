"""The one memory of a workspace: everything in it is read and changed under `changed`."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bot.sandbox.slack.ids import Stamps, new_id
from bot.sandbox.slack.model import Call, Channel, File, Json, Person, Post, UserGroup
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views.sheets import Sheets

T = TypeVar("T")


class State:
    """People, channels, messages, views and calls; `changed` is notified of every change."""

    def __init__(self, name: str, scopes: frozenset[str], events: frozenset[str]) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.stopping = False
        self.new_link: Callable[[], str] = lambda: ""
        """Makes the address of a Socket Mode connection; the workspace puts it here."""
        self.name = name
        self.scopes = scopes
        self.events = events
        self.stamps = Stamps()
        self.team = new_id("T")
        self.app = new_id("A")
        self.bot_token = f"xoxb-{new_id('', 12)}-{new_id('', 24)}"
        self.app_token = f"xapp-1-{self.app}-{new_id('', 32)}"
        self.signing_secret = secrets.token_hex(16)
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.posts: list[Post] = []
        self.sheets = Sheets(self.changed)
        self.triggers = Triggers(self.team)
        self.files: dict[str, File] = {}
        self.base = ""
        """The address of the workspace's HTTP server; the workspace puts it here."""
        self.shortcuts: dict[str, str] = {}
        """callback_id -> global or message, as the manifest declares them."""
        self.home_tab = True
        self.calls: list[Call] = []
        self.bot = Person(id=new_id("U"), team=self.team, name="park", real_name="Park", bot_id=new_id("B"))
        self.people[self.bot.id] = self.bot
        self.people["USLACKBOT"] = Person(id="USLACKBOT", team=self.team, name="slackbot", real_name="Slackbot")

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    def wait(self, predicate: Callable[[], T], timeout: float) -> T | None:
        """The predicate's first true value, or None after `timeout` seconds or when the workspace stops."""
        until = time.monotonic() + timeout
        with self.changed:
            while not (value := predicate()) and not self.stopping:
                left = until - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    return predicate() or None
            return value or None

    def post(self, post: Post) -> Post:
        with self.changed:
            self.posts.append(post)
            self.changed.notify_all()
        return post

    def remove(self, post: Post) -> None:
        with self.changed:
            self.posts.remove(post)
            self.changed.notify_all()

    def find(self, channel: str, ts: str | None, *, ephemeral: bool = False) -> Post | None:
        """The message with that timestamp; ephemeral ones are found only when asked for."""
        with self.changed:
            found = (p for p in self.posts if p.channel == channel and p.ts == ts)
            return next((p for p in found if (p.only_for is not None) == ephemeral), None)

    def by_bot(self, channel: str, content: Json, only_for: str | None = None) -> Post:
        """Post as the bot: `content` has text, blocks, attachments, thread_ts, reply_broadcast."""
        return self.post(
            Post(
                channel=channel,
                ts=self.stamps.next(),
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

    def by_slackbot(self, channel: str, user: str, text: str) -> Post:
        """What Slack itself tells one person."""
        ts = self.stamps.next()
        return self.post(Post(channel=channel, ts=ts, user="USLACKBOT", text=text, only_for=user))

    def thread(self, post: Post) -> list[Post]:
        """The replies, oldest first."""
        with self.changed:
            replies = (p for p in self.posts if p.channel == post.channel and p.thread_ts == post.ts != p.ts)
            return [p for p in replies if p.only_for is None]
