"""Users, user groups, time zones; cached."""

import logging
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.planning.authorizer import AccountStatus
from bot.slack.client import translated
from bot.times.model import Now, utc_now

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TTLCache(Generic[K, V]):
    """Asks once per key and lifetime; two threads that ask at the same moment may both do it. Errors are not kept."""

    def __init__(self, ask: Callable[[K], V], *, seconds: float, most: int = 5000, now: Now = utc_now) -> None:
        self._ask = ask
        self._lifetime = timedelta(seconds=seconds)
        self._most, self._now = most, now
        self._known: dict[K, tuple[datetime, V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        with self._lock:
            known = self._known.get(key)
        if known is not None and self._now() < known[0]:
            return known[1]
        fresh = self._ask(key)
        self._keep(key, fresh)
        return fresh

    def recall(self, key: K, *, seconds: float) -> V | None:
        """What was told in the last `seconds`, out of date or not; asks for nothing."""
        with self._lock:
            known = self._known.get(key)
        if known is None or self._now() >= known[0] - self._lifetime + timedelta(seconds=seconds):
            return None
        return known[1]

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._known.pop(key, None)
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[key] = (self._now() + self._lifetime, value)


_USABLE_SECONDS = 3600.0
"""After which it is of no use at all."""

Person = Mapping[str, Any]
Groups = Mapping[str, frozenset[str]]
"""The users of each user group."""


class CachedPeople:
    """Asks nobody: raises SlackUnavailable for what was not told lately."""

    def __init__(self, person: TTLCache[str, Person], groups: TTLCache[str, Groups]) -> None:
        self._person, self._groups = person, groups
        self.groups_unsaid = False
        """Whether Slack did not say when it was asked last: waiting for it would be in vain."""

    def standing(self, user: str, team: str) -> AccountStatus:
        """As it was."""
        person = self._person.recall(user, seconds=_USABLE_SECONDS)
        if person is None:
            raise SlackUnavailable("who that is was not asked lately")
        return account_status(person, team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids of user groups; None where Slack did not say."""
        groups = self._groups.recall("all", seconds=_USABLE_SECONDS)
        if groups is None and not self.groups_unsaid:
            raise SlackUnavailable("who is in which user group was not asked lately")
        return None if groups is None else groups_of(user, groups)


def account_status(person: Person, team: str) -> AccountStatus:
    """Of users.info."""
    return AccountStatus(
        guest=bool(person.get("is_restricted") or person.get("is_ultra_restricted")),
        foreign=bool(person.get("is_stranger")) or not _is_of(person, team),
        bot=bool(person.get("is_bot")),
    )


def groups_of(user: str, groups: Groups) -> frozenset[str]:
    """Ids of those that they are in."""
    return frozenset(group for group, users in groups.items() if user in users)


def _is_of(person: Person, team: str) -> bool:
    """In an Enterprise organisation a person is of several workspaces."""
    return team == person.get("team_id") or team in person.get("enterprise_user", {}).get("teams", ())


log = logging.getLogger(__name__)
_SECONDS = 60.0
_PLACES = 999  # a page of somebody's channels at most; docs.slack.dev, users.conversations
_UNSEEN = frozenset({"user_not_found", "user_not_visible"})


class SlackUserDirectory:
    """Safe for threads; waits for Slack, so never before an ack: `remembered` is for those who can't."""

    def __init__(self, client: WebClient, *, seconds: float = _SECONDS, now: Now = utc_now) -> None:
        self._client = client
        self._person = TTLCache(self._ask_person, seconds=seconds, now=now)
        self._groups = TTLCache(self._ask_groups, seconds=seconds, now=now)
        self.remembered = CachedPeople(self._person, self._groups)

    def standing(self, user: str, team: str) -> AccountStatus:
        """Raise SlackFailure when Slack can't be asked: nobody is taken for a member unseen."""
        return account_status(self._person(user), team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids of user groups; None when they can't be known now: the scope is missing, or Slack is away."""
        try:
            groups = self._groups("all")
        except SlackFailure as failure:
            log.warning("User groups are not known: %s", failure)
            self.remembered.groups_unsaid = True
            return None
        self.remembered.groups_unsaid = False
        return groups_of(user, groups)

    def email(self, user: str) -> str | None:
        """None where Slack shows none; raise SlackFailure when it can't be asked."""
        profile: Mapping[str, str | None] = self._person(user).get("profile", {})
        return profile.get("email") or None

    def zone(self, user: str) -> str:
        """An IANA name; UTC where Slack says none that is known here."""
        try:
            return ZoneInfo(self._person(user).get("tz") or "UTC").key
        except SlackFailure as failure:
            log.warning("The zone of a person is not known: %s", failure)
        except (ValueError, OSError, KeyError):
            log.warning("The zone of a person is not among those of this machine")
        return "UTC"

    def why_not_in(self, user: str, channel: str) -> str | None:
        """Why that person can't have something posted there, to go after "because"; None where they can.

        Asked anew each time. Slack tells a bot of all public channels, and of the private ones that it is in itself.
        """
        for place in self._places(user):
            if place["id"] == channel:
                return "it is archived" if place.get("is_archived") else None
        return "you are not in it, or it is private and Park is not in it"

    def _places(self, user: str) -> Iterator[Mapping[str, Any]]:
        cursor = None
        while cursor != "":
            with translated():
                answer = self._client.users_conversations(
                    user=user, types="public_channel,private_channel", limit=_PLACES, cursor=cursor
                )
            yield from answer["channels"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""

    def _ask_person(self, user: str) -> Person:
        try:
            with translated():
                person: Person = self._client.users_info(user=user)["user"]
        except SlackRefused as refusal:
            if str(refusal) in _UNSEEN:
                return {"is_stranger": True}
            raise
        return person

    def _ask_groups(self, _: str) -> Groups:
        with translated():
            groups = self._client.usergroups_list(include_users=True)["usergroups"]
        return {group["id"]: frozenset(group.get("users", ())) for group in groups}
