"""The Bolt app with its acknowledgement metrics, and the interface of the two receivers."""

import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Protocol

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.messages.request import Source
from bot.runtime.metrics import ACKS, UNACKNOWLEDGED
from bot.slack.client import TIMEOUT, Identity
from bot.slack.outgoing import Outgoing
from bot.slack.reader_languages import ReaderLanguages

LISTENERS = 10
"""Listener threads; a listener waits for one commit at most."""
OTHER = "other"
"""The metrics label of an unknown payload."""
_SOURCES = {
    "view_submission": Source.FORM.value,
    "view_closed": Source.FORM.value,
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "block_suggestion": "typeahead",
    "app_mention": Source.MENTION.value,
    "message": Source.DIRECT.value,
    "app_home_opened": Source.HOME.value,
    "function_executed": Source.WORKFLOW.value,
}
_VIEW_SOURCES = {"modal": Source.FORM.value, "home": Source.HOME.value}


class Dispatches(Protocol):
    """What a receiver hands payloads to: the Bolt app of the only PBX, or what chooses among several."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Handles a payload; the returned response is the acknowledgement."""


class Receiver(Protocol):
    """Passes payloads from Slack to the Bolt app between `start` and `stop`."""

    def start(self) -> None:
        """Starts to receive; raises SlackFailure or SettingsError."""

    def stop(self) -> None:
        """Stops to receive, and returns when everything that was received is acknowledged."""

    @property
    def connected(self) -> bool:
        """Whether Slack can deliver payloads now."""

    @property
    def alive(self) -> bool:
        """Whether its thread runs or was not started yet; once it has ended, only a restart helps."""

    @property
    def problem(self) -> str | None:
        """Why Slack rejects its connections, with the remedy; None if it does not."""

    @property
    def where(self) -> str:
        """How Slack delivers payloads, for the start message."""


class MeasuredApp(App):
    """A Bolt app that measures the time to each acknowledgement, in its reader's language and marked with its PBX."""

    languages: ReaderLanguages | None = None
    """Chooses the language; without it that of the calling thread stays in force."""

    def __init__(self, outgoing: Outgoing, **options: Any) -> None:
        super().__init__(**options)
        self._outgoing = outgoing

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Runs the listeners; the returned response is the acknowledgement."""
        started = time.perf_counter()
        with self.languages.speaking_to(req.body) if self.languages is not None else nullcontext():
            response = self._outgoing.response(super().dispatch(req))
        source = source_of(req.body)
        if response.status == 200:
            ACKS.labels(source).observe(time.perf_counter() - started)
        else:
            UNACKNOWLEDGED.labels(source).inc()
        return response


def build_app(client: WebClient, me: Identity, outgoing: Outgoing | None = None) -> MeasuredApp:
    """Creates an app without listeners, whose requests need no auth.test: the bot's identity is known."""
    authorization = AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=client.token
    )

    def authorize(**_: Any) -> AuthorizeResult:
        return authorization

    logger = logging.getLogger("bot.slack.bolt")
    logger.setLevel(logging.ERROR)  # Bolt would warn that it ignores SLACK_BOT_TOKEN
    app = MeasuredApp(
        outgoing or Outgoing(),
        name="park",  # without a name Bolt takes that of the calling file, for which it reads the source of the stack
        logger=logger,
        client=WebClient(base_url=client.base_url, timeout=TIMEOUT, ssl=client.ssl),
        authorize=authorize,
        process_before_response=True,
        token_verification_enabled=False,
        request_verification_enabled=False,  # Socket Mode has no signatures, HTTP mode verifies them before Bolt
    )
    logger.setLevel(logging.WARNING)
    return app


def source_of(body: Mapping[str, Any]) -> str:
    """Returns the metrics label of a payload, out of a fixed set."""
    if "command" in body:
        return Source.SLASH.value
    kind = body.get("type")
    if kind == "event_callback":
        kind = (body.get("event") or {}).get("type")
    if kind == "block_actions":
        return _VIEW_SOURCES.get(str((body.get("view") or {}).get("type")), Source.BUTTON.value)
    return _SOURCES.get(str(kind), OTHER)
