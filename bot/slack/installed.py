"""The workspaces that the app is installed in: signs in to each, and hands each one's payloads to its listeners."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from bot.errors import JournalUnavailable, SettingsError, SlackAppRefused, SlackFailure, SlackRefused
from bot.runtime import logs
from bot.runtime.threads import PeriodicTask
from bot.slack.app_config import fetch_granted_scopes
from bot.slack.bolt_app import Dispatches, Receiver
from bot.slack.client import Identity, SlackClient, sign_in, translate_errors
from bot.slack.connection import CHECK_INTERVAL
from bot.slack.failures import is_token_fault
from bot.slack.installations import Installations, InstalledApp
from bot.texts import installing as texts
from bot.times.model import Clock

log = logging.getLogger(__name__)
ENDS = frozenset({"app_uninstalled", "tokens_revoked"})
"""Events after which a token may not be valid any more: docs.slack.dev, Events API."""
_ENDED = frozenset({"account_inactive", "token_revoked"})
"""Codes with which Slack rejects the token of an app that was uninstalled: docs.slack.dev, auth.test."""
_DELIVER_AGAIN = BoltResponse(status=503)


@dataclass(slots=True)
class _Place:
    """A workspace that a PBX belongs to: with its client, and once Park is signed in, with its listeners."""

    wanted: str | None
    """Its id; None for the only one that the app is installed in."""
    client: SlackClient
    problem: str | None = None
    app: InstalledApp | None = None
    identity: Identity | None = None
    listeners: Dispatches | None = None


class InstalledWorkspaces(PeriodicTask):
    """Keeps Park signed in wherever it is installed. What comes from anywhere else is not handled.

    An installation that is made, replaced or removed, here or by another replica, is noticed within `CHECK_INTERVAL`.
    """

    oauth_flow: None = None
    """Asked for by Bolt's adapter for HTTP: the pages of the installation are answered before it."""

    def __init__(
        self,
        installations: Installations,
        clients: Mapping[str | None, SlackClient],
        connect: Callable[[str | None, Identity], Dispatches],
        now: Clock | None = None,
        *,
        allowed: Collection[str],
    ) -> None:
        """Prepares the connection.

        Args:
            allowed: Ids of workspaces and organizations; an installation in any other one is not used.
            clients: By the id of a workspace, which is None for the only one.
            connect: Builds the listeners for a workspace, once it is known who the bot is there.
        """
        super().__init__("slack-connection", now, fault_delay=CHECK_INTERVAL)
        self._installations, self._connect, self._allowed = installations, connect, frozenset(allowed)
        self._places = [_Place(wanted, client) for wanted, client in clients.items()]
        self._suspects: set[str] = set()
        self._by_team: dict[str, _Place] = {}
        self.receiver: Receiver | None = None
        """What receives payloads; None until it was started."""

    def receive_with(self, receiver: Receiver) -> None:
        """Sets what receives the payloads, before the start."""
        self.receiver = receiver

    def start(self) -> None:
        """Starts the receiver, as people install the app through it, and signs in wherever the app is installed.

        Raises:
            SettingsError: An address can't be listened on, or Slack rejects the app-level token.
        """
        assert self.receiver is not None  # noqa: S101 - set by whoever has built both
        try:
            self.receiver.start()
        except SlackRefused as refusal:
            raise SettingsError(self.receiver.problem or f"Slack rejects Park ({refusal})") from refusal
        self.turn()
        super().start()

    def stop(self) -> None:
        """Stops signing in, and the receiver."""
        super().stop()
        if self.receiver is not None:
            self.receiver.stop()

    def turn(self) -> datetime:
        """Signs in where that is needed, and checks what may have ended."""
        suspects, self._suspects = self._suspects, set()
        try:
            stored = self._installations.all()
        except JournalUnavailable as fault:
            log.warning("the installations can't be read: %s", fault)
            self._suspects |= suspects
            return self.now() + CHECK_INTERVAL
        apps = [one for one in stored if self._allowed & {one.team, one.enterprise}]
        barred = [one.id for one in stored if one not in apps]
        for place in self._places:
            if self._stays(place, apps, suspects):
                self._check_posting(place)
                continue
            try:
                problem = self._enter(place, apps, barred)
            except (SlackFailure, SettingsError, JournalUnavailable) as failure:
                problem = str(failure)
            if problem is not None:
                self._leave(place, problem)
        return self.now() + CHECK_INTERVAL

    def _stays(self, place: _Place, apps: list[InstalledApp], suspects: set[str]) -> bool:
        """Returns whether Park is signed in with a token that is still the stored one, and valid as far as is known."""
        if place.identity is None or place.app not in apps or (place.wanted is None and len(apps) > 1):
            return False
        if place.app.id not in suspects:
            return True
        try:  # an event may be about an earlier installation: Slack delivers some late
            with translate_errors():
                place.client.auth_test()
        except SlackFailure as failure:
            if is_token_fault(failure):
                return False
            self._suspects.add(place.app.id)
        return True

    def _enter(self, place: _Place, apps: list[InstalledApp], barred: list[str]) -> str | None:
        """Signs in to a workspace; returns why not if the app is not installed there, or may not be (`barred`).

        Raises:
            SlackFailure: Slack rejects the token, or is unavailable.
            SettingsError: The token can't be decrypted.
        """
        app, team = self._find(place, apps)
        if app is None:
            for id in barred:
                if id == place.wanted or id.startswith("E") or not (place.wanted or apps):
                    return texts.not_allowed(id)
            return texts.not_installed_yet(place.wanted, len(apps))
        token = self._installations.token(app.id)
        logs.redact_also(frozenset({token or ""}) - {""})
        place.client.use(token or "", team if app.team is None else None)
        try:
            identity = sign_in(place.client, team)
        except SlackAppRefused as refusal:
            if is_token_fault(refusal) and str(refusal) in _ENDED:
                self._installations.remove(app.id)
                log.warning("the app was uninstalled from %s (%s): its token is deleted", app.name, app.id)
            raise
        place.listeners = self._connect(place.wanted, identity)
        place.app, place.identity, place.problem = app, identity, None
        others = {id: one for id, one in self._by_team.items() if one is not place}
        self._by_team = {**others, identity.team: place}
        place.client.posting.signed_in()
        log.info("Park is signed in to %s (%s)", identity.team_name, identity.team)
        return None

    def _find(self, place: _Place, apps: list[InstalledApp]) -> tuple[InstalledApp | None, str | None]:
        """Returns the installation for a workspace, and the id of the workspace."""
        if place.wanted is None:
            if len(apps) != 1:
                return None, None
            teams = [apps[0].team] if apps[0].team else self._teams_of(place, apps[0])
            return (apps[0], teams[0]) if len(teams) == 1 else (None, None)
        for app in apps:
            if place.wanted == app.team or (app.team is None and place.wanted in self._teams_of(place, app)):
                return app, place.wanted
        return None, place.wanted

    def _teams_of(self, place: _Place, app: InstalledApp) -> list[str]:
        """Returns the workspaces of an organization in which the app may be used: docs.slack.dev, auth.teams.list."""
        place.client.use(self._installations.token(app.id) or "", None)
        with translate_errors():
            return [one["id"] for one in place.client.auth_teams_list(limit=1000)["teams"]]

    def _leave(self, place: _Place, problem: str) -> None:
        if place.identity is not None:
            self._by_team = {team: one for team, one in self._by_team.items() if one is not place}
            log.warning("Park is signed out of %s (%s)", place.identity.team_name, place.identity.team)
        place.app = place.identity = place.listeners = None
        place.client.use("", None)
        if problem != place.problem:
            log.warning("Park is not signed in to %s: %s", place.wanted or "the workspace", problem)
        place.problem = problem

    def _check_posting(self, place: _Place) -> None:
        """Asks Slack whether Park may write where it could not."""
        if not place.client.posting.failing:
            return
        try:
            granted = fetch_granted_scopes(place.client)
        except SlackFailure as failure:
            log.warning("Slack is tried again in %d s: %s", CHECK_INTERVAL.total_seconds(), failure)
            if is_token_fault(failure) and place.app is not None:
                self._suspects.add(place.app.id)
            return
        if granted.scopes is None or "chat:write" in granted.scopes:
            place.client.posting.signed_in()

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Hands a payload to the listeners of its workspace; the response is the acknowledgement."""
        body: Mapping[str, Any] = req.body
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body=str(body.get("challenge")))
        team = team_of(body)
        if (body.get("event") or {}).get("type") in ENDS:
            self._suspects |= {str(one) for one in (team, body.get("team_id"), body.get("enterprise_id")) if one}
            self.wake()
            return BoltResponse(status=200)
        place = self._by_team.get(team)
        if place is not None and place.listeners is not None:
            return place.listeners.dispatch(req)
        return self._elsewhere(body, team)

    def _elsewhere(self, body: Mapping[str, Any], team: str) -> BoltResponse:
        """Answers what comes from a workspace that Park is not signed in to."""
        awaited = [place for place in self._places if place.identity is None and place.wanted in (team, None)]
        if "command" in body:
            text = texts.STARTING if any(place.problem is None for place in awaited) else texts.NOT_SERVED
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
        return _DELIVER_AGAIN if awaited and body.get("type") == "event_callback" else BoltResponse(status=200)

    def is_signed_in(self, team: str) -> bool:
        """Returns whether Park is signed in to a workspace."""
        return team in self._by_team

    @property
    def identity(self) -> Identity | None:
        """Who the bot is, in the first workspace that Park is signed in to."""
        return next((place.identity for place in self._places if place.identity is not None), None)

    @property
    def connected(self) -> bool:
        """Whether Slack can deliver payloads now, from each workspace that a PBX belongs to."""
        receives = self.receiver is not None and self.receiver.connected
        return receives and all(place.identity is not None for place in self._places)

    @property
    def running(self) -> bool:
        """Whether its threads run or were not started yet."""
        return self.alive and (self.receiver is None or self.receiver.alive)

    @property
    def problem(self) -> str | None:
        """Why Park is not connected, if that is known."""
        for place in self._places:
            if place.identity is None:
                return place.problem or texts.NOT_YET
        return self.receiver.problem if self.receiver is not None else None


def team_of(body: Mapping[str, Any]) -> str:
    """Returns the id of the workspace in which the app got a payload; empty if there is none in it."""
    for one in body.get("authorizations") or ():
        if one.get("team_id"):
            return str(one["team_id"])
    team = body.get("team_id") or (body.get("team") or {}).get("id") or body.get("context_team_id")
    user = body.get("user")
    return str(team or (user.get("team_id") if isinstance(user, Mapping) else "") or "")
