"""All views that are open: a stack for each person, and their Home tabs."""

import threading

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.views.sheet import Sheet

DEEPEST = 3
"""Views that a modal may hold."""


class Sheets:
    """Read and changed under `changed`, which is notified of every change."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._stacks: dict[str, list[Sheet]] = {}
        self._homes: dict[str, Sheet] = {}

    def stack(self, user: str) -> list[Sheet]:
        """The person's modal, its root first."""
        with self._changed:
            return list(self._stacks.get(user, []))

    def home(self, user: str) -> Sheet | None:
        with self._changed:
            return self._homes.get(user)

    def find(self, view_id: object = None, *, external_id: object = None) -> Sheet | None:
        with self._changed:
            there = [*self._homes.values(), *(sheet for stack in self._stacks.values() for sheet in stack)]
        if view_id:
            return next((s for s in there if s.id == view_id), None)
        return next((s for s in there if external_id and s.content.get("external_id") == external_id), None)

    def open(self, user: str, content: Json, channel: str | None) -> Sheet:
        """A modal of one view, in the place of whatever modal the person had open."""
        self._own_external_id(content)
        with self._changed:
            sheet = Sheet(user=user, content=content, channel=channel)
            self._stacks[user] = [sheet]
            self._changed.notify_all()
        return sheet

    def push(self, below: Sheet | None, content: Json) -> Sheet:
        """A view on top of the modal that `below` is part of."""
        if below is None:
            raise SlackError("not_found")
        self._own_external_id(content)
        with self._changed:
            stack = self._stacks[below.user]
            if len(stack) >= DEEPEST:
                raise SlackError("push_limit_reached")
            top = stack[-1]
            sheet = Sheet(user=top.user, content=content, channel=top.channel, root=top.root, previous=top.id)
            stack.append(sheet)
            self._changed.notify_all()
        return sheet

    def replace(self, sheet: Sheet, content: Json) -> Sheet:
        self._own_external_id(content, sheet)
        with self._changed:
            sheet.replace(content)
            self._changed.notify_all()
        return sheet

    def publish(self, user: str, content: Json) -> Sheet:
        """The person's Home tab, which keeps its id from the first time on."""
        if old := self.home(user):
            return self.replace(old, content)
        self._own_external_id(content)
        with self._changed:
            self._homes[user] = Sheet(user=user, content=content)
            self._changed.notify_all()
            return self._homes[user]

    def remove(self, *sheets: Sheet) -> None:
        with self._changed:
            for sheet in sheets:
                if sheet in (stack := self._stacks.get(sheet.user, [])):
                    stack.remove(sheet)
            self._changed.notify_all()

    def _own_external_id(self, content: Json, sheet: Sheet | None = None) -> None:
        """Raise duplicate_external_id where another view has it: it is unique in the team."""
        if self.find(external_id=content.get("external_id")) not in (None, sheet):
            raise SlackError("duplicate_external_id")
