"""Answers of Park's that no PBX gives: what can't be attributed, and the question which PBX is meant."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import BoltResponse

from bot.errors import SlackFailure
from bot.messages.message import Message
from bot.runtime.threads import ThreadPool
from bot.slack.blocks import Payload, render
from bot.slack.parts import Workspace
from bot.slack.reader_languages import ReaderLanguages
from bot.slack.web_api import ChatApi, ViewsApi
from bot.tenants.origin import Kind, Origin
from bot.tenants.questions import home_tab, modal

log = logging.getLogger(__name__)
THREADS = 4
"""Answers sent to Slack at once."""


class Answers:
    """Sends answers where a gesture was made: with the acknowledgement where Slack takes it there, else after it."""

    def __init__(self, workspace: Workspace, default_language: str) -> None:
        """Prepares the answers.

        Args:
            default_language: That of people whose language Park lacks.
        """
        self._chat, self._views = ChatApi(workspace.client), ViewsApi(workspace.client)
        self._pool = ThreadPool("unattributed", THREADS)
        users = workspace.users.limited_to(lambda channel: False, default_language)
        self.languages = ReaderLanguages(users, self._pool)
        """Chooses the language of what no PBX answers."""

    def close(self) -> None:
        """Waits for what is being sent."""
        self._pool.shutdown()

    @property
    def idle(self) -> bool:
        """Whether nothing is being sent."""
        return self._pool.idle

    def send(self, origin: Origin, body: Mapping[str, Any], message: Message) -> BoltResponse:
        """Answers a gesture with a message; returns the acknowledgement."""
        (payload,) = render(message)
        return self.send_payload(origin, body, payload)

    def send_payload(self, origin: Origin, body: Mapping[str, Any], payload: Payload) -> BoltResponse:
        """Answers a gesture; returns the acknowledgement."""
        match origin.kind:
            case Kind.SLASH:
                return BoltResponse(status=200, body={"response_type": "ephemeral", **payload})
            case Kind.OPTIONS:
                return BoltResponse(status=200, body={"options": []})
            case Kind.VIEW if body.get("type") == "view_submission":
                return BoltResponse(status=200, body={"response_action": "update", "view": modal(payload)})
            case Kind.VIEW if body.get("type") == "view_closed":
                return BoltResponse(status=200)
        self._pool.submit(_logged, partial(self._send_later, origin, body, payload))
        return BoltResponse(status=200)

    def replace(self, origin: Origin, body: Mapping[str, Any], message: Message) -> None:
        """Replaces the question that was answered by a click, after the acknowledgement."""
        (payload,) = render(message)
        container = body.get("container") or {}
        channel, ts = container.get("channel_id"), container.get("message_ts")
        if channel and ts and not container.get("is_ephemeral"):
            self._pool.submit(_logged, partial(self._chat.update, channel, ts, payload))

    def _send_later(self, origin: Origin, body: Mapping[str, Any], payload: Payload) -> None:
        view = body.get("view") or {}
        match origin.kind:
            case Kind.MESSAGE:
                self._reply(origin, body["event"], payload)
            case Kind.HOME if body["event"].get("tab", "home") == "home":
                self._views.publish(origin.user, home_tab(payload))
            case Kind.STEP:
                self._chat.fail_step(body["event"]["function_execution_id"], payload["text"])
            case Kind.BUTTON:
                self._chat.respond(body["response_url"], payload, to_all=False, channel=origin.channel)
            case Kind.SHORTCUT:
                self._views.open(body["trigger_id"], modal(payload))
            case Kind.VIEW if view.get("type") == "home":
                self._views.publish(origin.user, home_tab(payload))
            case Kind.VIEW:
                self._views.update(view["id"], modal(payload))

    def _reply(self, origin: Origin, event: Mapping[str, Any], payload: Payload) -> None:
        """Answers a mention so that only its writer sees it, and a direct message in its thread."""
        thread = event.get("thread_ts")
        if origin.channel is not None:
            self._chat.post_ephemeral(origin.channel, origin.user, payload, thread)
        else:
            self._chat.post(event["channel"], payload, thread or event.get("ts"))


def _logged(send: Callable[[], object]) -> None:
    try:
        send()
    except SlackFailure as failure:
        log.warning("an answer about the PBX that was meant could not be sent: %s", failure)
    except Exception:  # an exception in a pool's thread would be lost
        log.exception("an answer about the PBX that was meant met a fault in Park")
