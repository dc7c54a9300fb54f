"""Stored views: the stack of each user's modal, and the Home tabs."""

import secrets
import threading
import time
from dataclasses import dataclass, field

from bot.sandbox.slack.elements import Values, initial_values, merge_values, with_ids
from bot.sandbox.slack.model import Json, SlackError, new_id


def new_view_hash() -> str:
    """Returns a new hash, by which an app detects concurrent updates."""
    return f"{int(time.time())}.{secrets.token_hex(4)}"


@dataclass(kw_only=True, eq=False)
class StoredView:
    """`content` is the app's view, `values` the user's entries, `trouble` the error text above the view."""

    user: str
    content: Json
    channel: str | None = None
    root: str = ""
    previous: str | None = None
    id: str = field(default_factory=lambda: new_id("V"))
    hash: str = field(default_factory=new_view_hash)
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None

    def __post_init__(self) -> None:
        self.root = self.root or self.id
        self.content = {**self.content, "blocks": [with_ids(block) for block in self.content["blocks"]]}
        self.values = initial_values(self.blocks, self.channel)

    @property
    def blocks(self) -> list[Json]:
        return list(self.content["blocks"])

    def replace(self, content: Json) -> None:
        """Replaces the content; values stay in fields whose ids stay."""
        self.content = {**content, "blocks": [with_ids(block) for block in content["blocks"]]}
        self.values = merge_values(self.values, self.blocks, self.channel)
        self.hash, self.errors, self.trouble = new_view_hash(), {}, None


MAX_STACKED_VIEWS = 3
"""Views of one modal, as documented."""


class ViewStore:
    """All open views; read and changed under `changed`, which is notified of every change."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._stacks: dict[str, list[StoredView]] = {}
        self._homes: dict[str, StoredView] = {}

    def stack(self, user: str) -> list[StoredView]:
        """Returns the user's modal, its root first."""
        with self._changed:
            return list(self._stacks.get(user, []))

    def home(self, user: str) -> StoredView | None:
        """Returns the user's Home tab."""
        with self._changed:
            return self._homes.get(user)

    def find(self, view_id: object = None, *, external_id: object = None) -> StoredView | None:
        """Returns the view with that id or external_id, or None."""
        with self._changed:
            there = [*self._homes.values(), *(stored_view for stack in self._stacks.values() for stored_view in stack)]
        if view_id:
            return next((s for s in there if s.id == view_id), None)
        return next((s for s in there if external_id and s.content.get("external_id") == external_id), None)

    def open(self, user: str, content: Json, channel: str | None) -> StoredView:
        """Opens a modal in the place of the user's previous one."""
        self._own_external_id(content)
        with self._changed:
            stored_view = StoredView(user=user, content=content, channel=channel)
            self._stacks[user] = [stored_view]
            self._changed.notify_all()
        return stored_view

    def push(self, below: StoredView | None, content: Json) -> StoredView:
        """Adds a view on top of the modal that `below` belongs to."""
        if below is None:
            raise SlackError("not_found")
        self._own_external_id(content)
        with self._changed:
            stack = self._stacks[below.user]
            if len(stack) >= MAX_STACKED_VIEWS:
                raise SlackError("push_limit_reached")
            top = stack[-1]
            stored_view = StoredView(
                user=top.user, content=content, channel=top.channel, root=top.root, previous=top.id
            )
            stack.append(stored_view)
            self._changed.notify_all()
        return stored_view

    def replace(self, stored_view: StoredView, content: Json) -> StoredView:
        """Replaces a view's content."""
        self._own_external_id(content, stored_view)
        with self._changed:
            stored_view.replace(content)
            self._changed.notify_all()
        return stored_view

    def publish(self, user: str, content: Json) -> StoredView:
        """Publishes the user's Home tab, which keeps its id."""
        if old := self.home(user):
            return self.replace(old, content)
        self._own_external_id(content)
        with self._changed:
            self._homes[user] = StoredView(user=user, content=content)
            self._changed.notify_all()
            return self._homes[user]

    def remove(self, *sheets: StoredView) -> None:
        """Closes views."""
        with self._changed:
            for stored_view in sheets:
                if stored_view in (stack := self._stacks.get(stored_view.user, [])):
                    stack.remove(stored_view)
            self._changed.notify_all()

    def _own_external_id(self, content: Json, stored_view: StoredView | None = None) -> None:
        """Raises duplicate_external_id if another view has it."""
        if self.find(external_id=content.get("external_id")) not in (None, stored_view):
            raise SlackError("duplicate_external_id")
