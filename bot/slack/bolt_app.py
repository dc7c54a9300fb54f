"""The Bolt app; ack metrics; Receiver interface."""

import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.messages.request import Source
from bot.runtime.metrics import ACKS, UNACKNOWLEDGED
from bot.slack.client import _TIMEOUT, Identity

_TYPES = {
    "view_submission": Source.FORM.value,
    "view_closed": Source.FORM.value,
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "block_suggestion": "typeahead",
    "app_mention": Source.MENTION.value,
    "app_home_opened": Source.HOME.value,
}
_VIEWS = {"modal": Source.FORM.value, "home": Source.HOME.value}
OTHER = "other"


class WatchedApp(App):
    """Whichever way Slack comes in, by socket or over HTTP: what this returns is the acknowledgement."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        began = time.perf_counter()
        response = super().dispatch(req)
        source = source_of(req.body)
        if response.status == 200:
            ACKS.labels(source).observe(time.perf_counter() - began)
        else:
            UNACKNOWLEDGED.labels(source).inc()
        return response


def source_of(body: Mapping[str, Any]) -> str:
    """In a word of a short list, whatever Slack sends."""
    if "command" in body:
        return Source.SLASH.value
    kind = body.get("type")
    if kind == "event_callback":
        kind = (body.get("event") or {}).get("type")
    if kind == "block_actions":
        return _VIEWS.get(str((body.get("view") or {}).get("type")), Source.BUTTON.value)
    return _TYPES.get(str(kind), OTHER)


log = logging.getLogger(__name__)


def build_app(client: WebClient, me: Identity) -> App:
    """An app without listeners: whose token it is, is known, so that no request waits for auth.test."""
    known = AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=client.token
    )

    def authorize(**_: Any) -> AuthorizeResult:
        return known

    bolts = logging.getLogger("bot.slack.bolt")
    bolts.setLevel(logging.ERROR)  # Bolt would warn at every start that it ignores SLACK_BOT_TOKEN, which Park has read
    app = WatchedApp(
        logger=bolts,
        client=WebClient(base_url=client.base_url, timeout=_TIMEOUT),
        authorize=authorize,
        process_before_response=True,
        token_verification_enabled=False,
        request_verification_enabled=False,  # Socket Mode carries no signatures; HTTP mode looks at them before Bolt
    )
    bolts.setLevel(logging.WARNING)
    return app


LISTENERS = 10
"""Listeners at work at once: each waits for one commit at most."""


class Receiver(Protocol):
    """What Slack hands over reaches Bolt's listeners between `start` and `stop`."""

    def start(self) -> None:
        """Let Slack in; raise SlackFailure or SettingsError."""

    def stop(self) -> None:
        """Take nothing new, and return when all that Slack handed over is finished and acknowledged."""

    @property
    def connected(self) -> bool:
        """Whether Slack can hand something over now."""

    @property
    def alive(self) -> bool:
        """Whether its thread, once started, still runs: without it nothing comes in again until a restart."""

    @property
    def where(self) -> str:
        """Said at the start: how Slack comes in."""
