"""Performs actions sent by the page as a user of the fake workspace."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.environment import Sandbox
from bot.sandbox.page.rendering import Viewpoint
from bot.sandbox.slack.elements import find_field
from bot.sandbox.slack.model import Ack, Message
from bot.sandbox.slack.rendering import View, render_message

ActionBody = Mapping[str, Any]
ActionResult = dict[str, Any]
"""JSON for the page: `error` as text, or `options`."""
MESSAGE_GONE = "That is not there any more."


class PageActions:
    """Dispatches actions by name; each waits for the bot's acknowledgement."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.slack = sandbox, sandbox.slack
        self._commands: dict[str, Callable[[Viewpoint, ActionBody], Ack | ActionResult | None]] = {
            "write": self._write,
            "click": self._click,
            "fill": self._fill,
            "attach": self._attach,
            "suggest": self._suggest,
            "submit": lambda viewpoint, _: self.slack.submit(viewpoint.user(self.sandbox)),
            "close": self._close,
            "home": lambda viewpoint, _: self.slack.open_home(viewpoint.user(self.sandbox)),
            "shortcut": lambda viewpoint, body: self.slack.shortcut(viewpoint.user(self.sandbox), body["id"]),
            "message_shortcut": self._message_shortcut,
        }

    def perform(self, gesture: str, viewpoint: Viewpoint, body: ActionBody) -> ActionResult:
        """Performs an action.

        Raises:
            KeyError: There is no action of that name.
        """
        act = self._commands[gesture]
        try:
            done = act(viewpoint, body)
        except LookupError:
            return {"error": MESSAGE_GONE}
        except ValueError as wrong:
            return {"error": str(wrong)}
        if isinstance(done, Ack):
            return {"error": _failure_text(done)} if done.error else {}
        return done or {}

    def _write(self, viewpoint: Viewpoint, body: ActionBody) -> Ack | ActionResult | None:
        text, thread = str(body["text"]).strip(), body.get("thread")
        user, channel = viewpoint.user(self.sandbox), viewpoint.channel(self.sandbox)
        if not text.startswith("/"):
            self.slack.say(user, channel, text, thread=thread)
            return None
        command, _, rest = text.partition(" ")
        if thread:
            return {"error": f"{command} can't be used in threads. Mention the bot instead: @Park {rest}".rstrip()}
        if command != "/park":
            return {"error": f"{command} is not a command that this workspace has. Type /park and a line."}
        return self.slack.slash(user, channel, rest.strip())

    def _where(self, viewpoint: Viewpoint, body: ActionBody) -> Message | View:
        """Returns the view or message that the action was made in, or raises LookupError."""
        user = viewpoint.user(self.sandbox)
        if view := body.get("view"):
            there = {one.id: one for one in (*self.slack.views_of(user), self.slack.home(user)) if one}
            return there[view]
        return self._message(body)

    def _message(self, body: ActionBody) -> Message:
        private = bool(body.get("private"))
        post = self.slack.state.find(body["channel"], body["ts"], ephemeral=private)
        if post is None:
            raise LookupError(MESSAGE_GONE)
        return render_message(self.slack.state, post)

    def _click(self, viewpoint: Viewpoint, body: ActionBody) -> Ack:
        """Clicks a button, or chooses an option of a menu by its value."""
        ids = {"block_id": body["block"], "action_id": body["action"]}
        where = self._where(viewpoint, body)
        return self.slack.click(viewpoint.user(self.sandbox), where, value=body.get("value"), **ids)

    def _fill(self, viewpoint: Viewpoint, body: ActionBody) -> Ack | None:
        where = self._where(viewpoint, body)
        ids = {"block_id": body["block"], "action_id": body["action"]}
        value = body["value"]
        if value and find_field(where.blocks, **ids)[1]["type"] == "datetimepicker":
            value = datetime.fromisoformat(value).replace(tzinfo=viewpoint.zone(self.sandbox))
        return self.slack.fill(viewpoint.user(self.sandbox), value, where=where, **ids)

    def _attach(self, viewpoint: Viewpoint, body: ActionBody) -> Ack | None:
        """Uploads base64-encoded files and puts them into a file input."""
        user, where = viewpoint.user(self.sandbox), self._where(viewpoint, body)
        files = [self.slack.add_file(user, str(one["name"]), b64decode(one["content"])) for one in body["files"]]
        return self.slack.fill(user, files, where=where, block_id=body["block"], action_id=body["action"])

    def _suggest(self, viewpoint: Viewpoint, body: ActionBody) -> ActionResult:
        where = self._where(viewpoint, body)
        ids = {"block_id": body["block"], "action_id": body["action"]}
        offer = self.slack.suggest(viewpoint.user(self.sandbox), str(body["text"]), where=where, **ids)
        return {"options": list(offer)}

    def _close(self, viewpoint: Viewpoint, body: ActionBody) -> None:
        user = viewpoint.user(self.sandbox)
        if self.slack.views_of(user):
            self.slack.close(user, everything=bool(body.get("everything")))

    def _message_shortcut(self, viewpoint: Viewpoint, body: ActionBody) -> Ack:
        return self.slack.message_shortcut(viewpoint.user(self.sandbox), self._message(body), body["id"])


def _failure_text(ack: Ack) -> str:
    """Returns the error text that Slack's client would show."""
    if ack.error == "not_submitted":
        return ""
    return f"Park did not answer: {ack.error}. Try again."
