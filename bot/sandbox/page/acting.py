"""Gestures that come from the page, made in the workspace as its people make them."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.page.looking import Looking
from bot.sandbox.slack.model import Ack, Message
from bot.sandbox.slack.sight import look
from bot.sandbox.slack.views.seen import View
from bot.sandbox.stage import Stage

Asked = Mapping[str, Any]
Said = dict[str, Any]
"""What the page is told: `error` in words, or `options`."""
GONE = "That is not there any more."


class Acting:
    """Each gesture waits for the bot's acknowledgement, as in Slack; what it leads to is seen in the stream."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.slack = stage, stage.slack
        self._gestures: dict[str, Callable[[Looking, Asked], Ack | Said | None]] = {
            "write": self._write,
            "click": self._click,
            "fill": self._fill,
            "attach": self._attach,
            "suggest": self._suggest,
            "submit": lambda looking, _: self.slack.submit(looking.user(self.stage)),
            "close": self._close,
            "home": lambda looking, _: self.slack.open_home(looking.user(self.stage)),
            "shortcut": lambda looking, asked: self.slack.shortcut(looking.user(self.stage), asked["id"]),
            "message_shortcut": self._message_shortcut,
        }

    def do(self, gesture: str, looking: Looking, asked: Asked) -> Said:
        """KeyError for a gesture that there is none of."""
        act = self._gestures[gesture]
        try:
            done = act(looking, asked)
        except LookupError:
            return {"error": GONE}
        except ValueError as wrong:
            return {"error": str(wrong)}
        if isinstance(done, Ack):
            return {"error": _failed(done)} if done.error else {}
        return done or {}

    def _write(self, looking: Looking, asked: Asked) -> Ack | Said | None:
        text, thread = str(asked["text"]).strip(), asked.get("thread")
        user, channel = looking.user(self.stage), looking.channel(self.stage)
        if not text.startswith("/"):
            self.slack.say(user, channel, text, thread=thread)
            return None
        command, _, rest = text.partition(" ")
        if thread:
            return {"error": f"{command} can't be used in threads. Mention the bot instead: @Park {rest}".rstrip()}
        if command != "/park":
            return {"error": f"{command} is not a command that this workspace has. Type /park and a line."}
        return self.slack.slash(user, channel, rest.strip())

    def _where(self, looking: Looking, asked: Asked) -> Message | View:
        """The view or the message that the gesture was made in; LookupError."""
        user = looking.user(self.stage)
        if view := asked.get("view"):
            there = {one.id: one for one in (*self.slack.views_of(user), self.slack.home(user)) if one}
            return there[view]
        return self._message(asked)

    def _message(self, asked: Asked) -> Message:
        private = bool(asked.get("private"))
        post = self.slack.state.find(asked["channel"], asked["ts"], ephemeral=private)
        if post is None:
            raise LookupError(GONE)
        return look(self.slack.state, post)

    def _click(self, looking: Looking, asked: Asked) -> Ack:
        """On a button, or on an option of a menu by its value."""
        ids = {"block_id": asked["block"], "action_id": asked["action"]}
        where = self._where(looking, asked)
        return self.slack.click(looking.user(self.stage), where, value=asked.get("value"), **ids)

    def _fill(self, looking: Looking, asked: Asked) -> Ack | None:
        where = self._where(looking, asked)
        ids = {"block_id": asked["block"], "action_id": asked["action"]}
        return self.slack.fill(looking.user(self.stage), asked["value"], where=where, **ids)

    def _attach(self, looking: Looking, asked: Asked) -> Ack | None:
        """Files from the person's own machine, as base64."""
        user, where = looking.user(self.stage), self._where(looking, asked)
        files = [self.slack.add_file(user, str(one["name"]), b64decode(one["content"])) for one in asked["files"]]
        return self.slack.fill(user, files, where=where, block_id=asked["block"], action_id=asked["action"])

    def _suggest(self, looking: Looking, asked: Asked) -> Said:
        where = self._where(looking, asked)
        ids = {"block_id": asked["block"], "action_id": asked["action"]}
        offer = self.slack.suggest(looking.user(self.stage), str(asked["text"]), where=where, **ids)
        return {"options": list(offer)}

    def _close(self, looking: Looking, asked: Asked) -> None:
        user = looking.user(self.stage)
        if self.slack.views_of(user):
            self.slack.close(user, everything=bool(asked.get("everything")))

    def _message_shortcut(self, looking: Looking, asked: Asked) -> Ack:
        return self.slack.message_shortcut(looking.user(self.stage), self._message(asked), asked["id"])


def _failed(ack: Ack) -> str:
    """What Slack's own client says."""
    if ack.error == "not_submitted":
        return ""
    return f"Park did not answer: {ack.error}. Try again."
