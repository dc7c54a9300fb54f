"""Users, user groups and time zones as Slack knows them, cached for a minute."""

import logging
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.planning.principals import AccountStatus
from bot.slack.client import translate_errors
from bot.times.model import Clock, utc_now

log = logging.getLogger(__name__)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
UserJson = Mapping[str, Any]
"""A user object of users.info."""
GroupMembers = Mapping[str, frozenset[str]]
"""Ids of the users in each user group."""

_LIFETIME = 60.0
"""Seconds after which a user or the user groups are fetched again."""
_STALE_LIFETIME = 3600.0
"""Seconds for which cached data may be used where fetching is not possible."""
_CHANNEL_PAGE = 999
"""Channels in a page; docs.slack.dev, users.conversations."""
_UNSEEN_CODES = frozenset({"user_not_found", "user_not_visible"})


class TTLCache(Generic[K, V]):
    """Caches the results of a function for a limited time; errors are not cached.

    Two threads that miss the same key at once may both call the function.
    """

    def __init__(
        self, fetch: Callable[[K], V], *, seconds: float, max_entries: int = 5000, now: Clock = utc_now
    ) -> None:
        self._fetch = fetch
        self._lifetime = timedelta(seconds=seconds)
        self._max_entries, self._now = max_entries, now
        self._entries: dict[K, tuple[datetime, V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        """Returns the cached value, or fetches it."""
        with self._lock:
            entry = self._entries.get(key)
        if entry is not None and self._now() < entry[0] + self._lifetime:
            return entry[1]
        value = self._fetch(key)
        with self._lock:
            self._entries.pop(key, None)
            while len(self._entries) >= self._max_entries:
                self._entries.pop(next(iter(self._entries)))
            self._entries[key] = (self._now(), value)
        return value

    def recall(self, key: K, *, seconds: float) -> V | None:
        """Returns a value that was fetched in the last `seconds`, even if it has expired; never fetches."""
        with self._lock:
            entry = self._entries.get(key)
        return None if entry is None or self._now() >= entry[0] + timedelta(seconds=seconds) else entry[1]


class CachedPeople:
    """Answers from the cache alone; raises SlackUnavailable for what was not fetched within the hour."""

    def __init__(self, user: TTLCache[str, UserJson], groups: TTLCache[str, GroupMembers]) -> None:
        self._user, self._groups = user, groups
        self.groups_unavailable = False
        """Whether the last attempt to fetch the user groups failed, so that waiting for them is useless."""

    def account_status(self, user: str, team: str) -> AccountStatus:
        """Returns the kind of account that a user had."""
        found = self._user.recall(user, seconds=_STALE_LIFETIME)
        if found is None:
            raise SlackUnavailable("who that is was not asked lately")
        return account_status(found, team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Returns the ids of the user's groups, or None where Slack did not return them."""
        groups = self._groups.recall("all", seconds=_STALE_LIFETIME)
        if groups is None and not self.groups_unavailable:
            raise SlackUnavailable("who is in which user group was not asked lately")
        return None if groups is None else _groups_of(user, groups)

    def members_of(self, group: str) -> frozenset[str] | None:
        """Returns the ids of the members that a user group had, or None where they are not known."""
        groups = self._groups.recall("all", seconds=_STALE_LIFETIME)
        return None if groups is None else groups.get(group, frozenset())


def account_status(user: UserJson, team: str) -> AccountStatus:
    """Returns the kind of account of a user object, seen from a workspace."""
    # On Enterprise Grid one user belongs to several workspaces.
    in_team = team == user.get("team_id") or team in user.get("enterprise_user", {}).get("teams", ())
    return AccountStatus(
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        foreign=bool(user.get("is_stranger")) or not in_team,
        bot=bool(user.get("is_bot")),
        deactivated=bool(user.get("deleted")),
    )


def _groups_of(user: str, groups: GroupMembers) -> frozenset[str]:
    return frozenset(group for group, users in groups.items() if user in users)


class SlackUserDirectory:
    """Looks up users; thread-safe. It waits for Slack, so before an acknowledgement use `remembered` instead."""

    def __init__(self, client: WebClient, *, seconds: float = _LIFETIME, now: Clock = utc_now) -> None:
        self._client = client
        self._user = TTLCache(self._fetch_user, seconds=seconds, now=now)
        self._groups = TTLCache(self._fetch_groups, seconds=seconds, now=now)
        self.remembered = CachedPeople(self._user, self._groups)

    def account_status(self, user: str, team: str) -> AccountStatus:
        """Returns the kind of account of a user; raises SlackFailure where it is not known."""
        return account_status(self._user(user), team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Returns the ids of the user's groups, or None when Slack is unavailable or the scope is missing."""
        try:
            groups = self._groups("all")
        except SlackFailure as failure:
            log.warning("User groups are not known: %s", failure)
            self.remembered.groups_unavailable = True
            return None
        self.remembered.groups_unavailable = False
        return _groups_of(user, groups)

    def members_of(self, group: str) -> frozenset[str] | None:
        """Returns the ids of a user group's members, or None when Slack is unavailable or the scope is missing."""
        try:
            return self._groups("all").get(group, frozenset())
        except SlackFailure:
            return None

    def email(self, user: str) -> str | None:
        """Returns the user's address, or None where Slack shows none; raises SlackFailure."""
        profile: Mapping[str, str | None] = self._user(user).get("profile", {})
        return profile.get("email") or None

    def name(self, user: str) -> str:
        """Returns a user's full name; empty where it is not known."""
        try:
            return str(self._user(user).get("real_name") or "")
        except SlackFailure as failure:
            log.warning("The name of a person is not known: %s", failure)
            return ""

    def zone(self, user: str) -> str:
        """Returns the IANA name of the user's time zone, or UTC where it is not known."""
        try:
            return ZoneInfo(self._user(user).get("tz") or "UTC").key
        except SlackFailure as failure:
            log.warning("The zone of a person is not known: %s", failure)
        except (ValueError, OSError, KeyError):
            log.warning("The zone of a person is not among those of this machine")
        return "UTC"

    def posting_obstacle(self, user: str, channel: str) -> str | None:
        """Returns why nothing can be posted in a channel for a user, as a clause; None where it can.

        Not cached. Slack shows a bot all public channels, and the private ones that the bot is in.
        """
        for found in self._channels_of(user):
            if found["id"] == channel:
                return "it is archived" if found.get("is_archived") else None
        return "you are not in it, or it is private and Park is not in it"

    def _channels_of(self, user: str) -> Iterator[Mapping[str, Any]]:
        cursor = None
        while cursor != "":
            with translate_errors():
                response = self._client.users_conversations(
                    user=user, types="public_channel,private_channel", limit=_CHANNEL_PAGE, cursor=cursor
                )
            yield from response["channels"]
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""

    def _fetch_user(self, user: str) -> UserJson:
        try:
            with translate_errors():
                found: UserJson = self._client.users_info(user=user)["user"]
        except SlackRefused as refusal:
            if str(refusal) in _UNSEEN_CODES:
                return {"is_stranger": True}
            raise
        return found

    def _fetch_groups(self, _: str) -> GroupMembers:
        with translate_errors():
            groups = self._client.usergroups_list(include_users=True)["usergroups"]
        return {group["id"]: frozenset(group.get("users", ())) for group in groups}
