"""The connection to Slack: signs in, however long Slack is away, starts the receiver, and notices repairs."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from slack_sdk import WebClient

from bot.errors import SettingsError, SlackAppRefused, SlackFailure, SlackRefused, SlackUnavailable
from bot.runtime.threads import PeriodicTask
from bot.slack.app_config import fetch_granted_scopes
from bot.slack.bolt_app import Receiver
from bot.slack.client import Identity, sign_in
from bot.slack.posting import PostingState
from bot.texts import delivery
from bot.times.model import Clock

log = logging.getLogger(__name__)

CHECK_INTERVAL = timedelta(seconds=15)
"""Interval at which a sign-in that failed is repeated, and at which it is checked whether Park can post again."""


class Connection(Protocol):
    """Keeps Park signed in to one workspace, or to each that the app is installed in."""

    @property
    def identity(self) -> Identity | None:
        """Who the bot is, in the first workspace; None until Park has signed in."""

    @property
    def receiver(self) -> Receiver | None:
        """What receives payloads; None until there is one."""

    @property
    def connected(self) -> bool:
        """Whether Slack can deliver payloads now."""

    @property
    def running(self) -> bool:
        """Whether its threads run or were not started yet."""

    @property
    def problem(self) -> str | None:
        """Why Park is not connected, if that is known."""

    def start(self) -> None:
        """Signs in, and goes on trying; raises SettingsError where only somebody can help."""

    def stop(self) -> None:
        """Stops signing in, and the receiver."""

    def wake(self) -> None:
        """Looks at once whether something has changed."""


class SlackConnection(PeriodicTask):
    """Keeps Park signed in; everything that needs no Slack runs meanwhile, such as the ends of temporary changes."""

    def __init__(
        self,
        client: WebClient,
        posting: PostingState,
        build: Callable[[Identity], Receiver],
        *,
        has_work: Callable[[], bool],
        now: Clock | None = None,
    ) -> None:
        """Prepares the connection.

        Args:
            build: Builds the receiver with its listeners, once it is known who the bot is.
            has_work: Whether there is something to do without Slack, for which Park starts although Slack rejects it.
        """
        super().__init__("slack-connection", now, fault_delay=CHECK_INTERVAL)
        self._client, self._posting, self._build, self._has_work = client, posting, build, has_work
        self.identity: Identity | None = None
        """The bot's identity; None until Park has signed in."""
        self.receiver: Receiver | None = None
        """What receives payloads; None until Park has signed in."""

    def start(self) -> None:
        """Signs in and starts the receiver; goes on trying while Slack is away.

        Raises:
            SettingsError: Slack rejects a token or the app, and there is nothing to do without Slack.
        """
        try:
            self._connect()
        except SlackUnavailable as failure:
            log.warning("Park starts without Slack, which can't be reached: %s", failure)
        except SlackRefused as refusal:
            text = self._refused_text(refusal)
            if not self._has_work():
                raise SettingsError(text) from refusal
            log.error("Park starts without Slack, for the changes that are due. %s", text)  # noqa: TRY400
        super().start()

    def stop(self) -> None:
        """Stops signing in, and the receiver."""
        super().stop()
        if self.receiver is not None:
            self.receiver.stop()

    def turn(self) -> datetime:
        """Signs in if that has failed so far; else checks whether Park can post again where it could not."""
        try:
            if self.receiver is None:
                self._connect()
                log.warning("Park is signed in to Slack now")
            elif self._posting.failing:
                self._check_posting()
        except SlackFailure as failure:
            log.warning("Slack is tried again in %d s: %s", CHECK_INTERVAL.total_seconds(), failure)
        return self.now() + CHECK_INTERVAL

    @property
    def connected(self) -> bool:
        """Whether Slack can deliver payloads now."""
        return self.receiver is not None and self.receiver.connected

    @property
    def running(self) -> bool:
        """Whether its threads run or were not started yet."""
        return self.alive and (self.receiver is None or self.receiver.alive)

    @property
    def problem(self) -> str | None:
        """Why Park is not connected, if that is known."""
        if self.receiver is None:
            return self._posting.problem or delivery.NOT_SIGNED_IN
        return self.receiver.problem

    def _connect(self) -> None:
        identity = sign_in(self._client)
        receiver = self._build(identity)
        self.identity, self.receiver = identity, receiver
        receiver.start()

    def _check_posting(self) -> None:
        """Asks Slack who Park is, which reads a replaced token again, and whether it may write."""
        granted = fetch_granted_scopes(self._client)
        if granted.scopes is None or "chat:write" in granted.scopes:
            self._posting.signed_in()

    def _refused_text(self, refusal: SlackRefused) -> str:
        if self.receiver is not None and self.receiver.problem is not None:
            return self.receiver.problem
        scope = refusal.scope if isinstance(refusal, SlackAppRefused) else None
        return f"Slack rejects Park ({refusal}). {delivery.remedy(str(refusal), scope)}"
