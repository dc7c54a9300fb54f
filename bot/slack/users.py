"""Users, user groups and time zones as Slack knows them, cached for a minute."""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.planning.principals import AccountStatus
from bot.slack.client import translate_errors, with_private_channels
from bot.texts import delivery
from bot.texts.languages import ENGLISH, language_of
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
    """Caches the results of a function for a limited time.

    Threads that miss the same key at once share one call, its failure included. Errors are not cached.
    """

    def __init__(
        self,
        fetch: Callable[[K], V],
        *,
        seconds: float,
        stale_seconds: float = 0.0,
        max_entries: int = 5000,
        now: Clock = utc_now,
    ) -> None:
        """Caches what `fetch` returns.

        Args:
            stale_seconds: Age up to which the last known value is returned while fetching fails with SlackFailure.
        """
        self._fetch = fetch
        self._lifetime, self._stale_seconds = timedelta(seconds=seconds), stale_seconds
        self._max_entries, self._now = max_entries, now
        self._entries: dict[K, tuple[datetime, V]] = {}
        self._fetching: dict[K, Future[V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        """Returns the cached value, or fetches it."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and self._is_younger(entry[0], self._lifetime):
                return entry[1]
            shared = self._fetching.get(key)
            own = self._fetching[key] = Future() if shared is None else shared
        if shared is not None:
            return shared.result()
        try:
            value = self._fetch_or_recall(key)
        except BaseException as error:
            own.set_exception(error)
            raise
        else:
            own.set_result(value)
            return value
        finally:
            with self._lock:
                del self._fetching[key]

    def _is_younger(self, since: datetime, age: timedelta) -> bool:
        """Whether it was fetched less than `age` ago; what is of the future is of before the clock was set back."""
        return timedelta() <= self._now() - since < age

    def _fetch_or_recall(self, key: K) -> V:
        began = self._now()
        try:
            value = self._fetch(key)
        except SlackFailure as failure:
            known = self.recall(key, seconds=self._stale_seconds)
            if known is None:
                raise
            log.warning("What Slack said last is used, because it can't be asked: %s", failure)
            return known
        with self._lock:
            self._entries.pop(key, None)
            while len(self._entries) >= self._max_entries:
                self._entries.pop(next(iter(self._entries)))
            self._entries[key] = (began, value)
        return value

    def recall(self, key: K, *, seconds: float) -> V | None:
        """Returns a value that was fetched in the last `seconds`, even if it has expired; never fetches."""
        with self._lock:
            entry = self._entries.get(key)
        return entry[1] if entry is not None and self._is_younger(entry[0], timedelta(seconds=seconds)) else None


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


def _obstacle(channel: Mapping[str, Any]) -> str | None:
    """Returns why a channel can't be chosen for a card, as a clause; None if it can."""
    if channel.get("is_archived"):
        return delivery.ARCHIVED
    shared = channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")
    return delivery.SHARED_CHANNEL if shared else None


def _groups_of(user: str, groups: GroupMembers) -> frozenset[str]:
    return frozenset(group for group, users in groups.items() if user in users)


class SlackUserDirectory:
    """Looks up users; thread-safe. It waits for Slack, so before an acknowledgement use `remembered` instead."""

    def __init__(self, client: WebClient, *, seconds: float = _LIFETIME, now: Clock = utc_now) -> None:
        self._client, self.default_language = client, ENGLISH
        self._owns: Callable[[str], bool] = lambda channel: True
        stale = _STALE_LIFETIME
        self._user = TTLCache(self._fetch_user, seconds=seconds, stale_seconds=stale, now=now)
        self._groups = TTLCache(self._fetch_groups, seconds=seconds, stale_seconds=stale, now=now)
        self._channel_name = TTLCache(self._fetch_channel_name, seconds=_STALE_LIFETIME, now=now)
        self.remembered = CachedPeople(self._user, self._groups)
        self.groups_failure: SlackFailure | None = None
        """Why the user groups could not be fetched when they were asked for last."""

    def limited_to(self, owns: Callable[[str], bool], default_language: str = ENGLISH) -> "SlackUserDirectory":
        """Returns a directory that knows the same people, and posts only in the channels that belong to one PBX.

        Args:
            default_language: That of people whose language Park lacks, or does not know.
        """
        limited = copy(self)
        limited._owns, limited.default_language = owns, default_language
        return limited

    def account_status(self, user: str, team: str) -> AccountStatus:
        """Returns the kind of account of a user; raises SlackFailure where it is not known."""
        return account_status(self._user(user), team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Returns the ids of the user's groups, or None while Slack can't be asked; `groups_failure` says why."""
        try:
            groups = self._groups("all")
        except SlackFailure as failure:
            log.warning("User groups are not known: %s", failure)
            self.remembered.groups_unavailable, self.groups_failure = True, failure
            return None
        self.remembered.groups_unavailable, self.groups_failure = False, None
        return _groups_of(user, groups)

    def members_of(self, group: str) -> frozenset[str] | None:
        """Returns the ids of a user group's members, or None while Slack can't be asked."""
        try:
            return self._groups("all").get(group, frozenset())
        except SlackFailure:
            return None

    def name_of(self, id: str) -> str:
        """Returns the name of a user or a channel, as `Ana Ruiz` or `#phones`; empty where Slack does not show it."""
        try:
            return self.find_name(id)
        except SlackFailure as failure:
            log.warning("The name of a person or a channel is not known: %s", failure)
            return ""

    def find_name(self, id: str) -> str:
        """Returns what `name_of` does; raises SlackFailure where Slack does not answer."""
        return self._channel_name(id) if id[:1] in ("C", "D", "G") else self._user_name(id)

    def _user_name(self, id: str) -> str:
        user = self._user(id)
        profile: Mapping[str, str | None] = user.get("profile") or {}
        return profile.get("real_name") or user.get("real_name") or user.get("name") or ""

    def email(self, user: str) -> str | None:
        """Returns the user's address, or None where Slack shows none; raises SlackFailure."""
        profile: Mapping[str, str | None] = self._user(user).get("profile", {})
        return profile.get("email") or None

    def zone(self, user: str) -> str:
        """Returns the IANA name of the user's time zone, or UTC where it is not known."""
        try:
            return ZoneInfo(self._user(user).get("tz") or "UTC").key
        except SlackFailure as failure:
            log.warning("The zone of a person is not known: %s", failure)
        except (ValueError, OSError, KeyError):
            log.warning("The zone of a person is not among those of this machine")
        return "UTC"

    def known_language(self, user: str) -> str | None:
        """Returns the language of the texts that a user reads; None if Slack was not asked in the last hour."""
        found = self._user.recall(user, seconds=_STALE_LIFETIME)
        return None if found is None else language_of(found.get("locale")) or self.default_language

    def language(self, user: str) -> str:
        """Returns the language of the texts that a user reads, as of the last hour."""
        if (known := self.known_language(user)) is not None:
            return known
        try:
            return language_of(self._user(user).get("locale")) or self.default_language
        except SlackFailure as failure:
            log.warning("The language of a person is not known: %s", failure)
            return self.default_language

    def posting_obstacle(self, user: str, channel: str) -> str | None:
        """Returns why nothing can be posted in a channel for a user, as a clause; None where it can.

        Not cached. Slack shows a bot all public channels, and with groups:read the private ones that the bot is in.
        """
        for found in self._channels_of(user):
            if found["id"] == channel:
                return _obstacle(found)
        return delivery.NOT_IN_CHANNEL

    def usable_channels(self, user: str, among: Sequence[str]) -> tuple[str, ...]:
        """Returns those of the channels in which something can be posted for the user, in the given order."""
        usable = {found["id"] for found in self._channels_of(user) if _obstacle(found) is None}
        return tuple(channel for channel in among if channel in usable)

    def _channels_of(self, user: str) -> list[Mapping[str, Any]]:
        def fetch(types: str) -> list[Mapping[str, Any]]:
            pages = self._client.users_conversations(user=user, types=types, limit=_CHANNEL_PAGE)
            return [channel for page in pages for channel in page["channels"] if self._owns(channel["id"])]

        return with_private_channels(fetch)

    def _fetch_user(self, user: str) -> UserJson:
        try:
            with translate_errors():
                found: UserJson = self._client.users_info(user=user, include_locale=True)["user"]
        except SlackRefused as refusal:
            if str(refusal) in _UNSEEN_CODES:
                return {"is_stranger": True}
            raise
        return found

    def _fetch_channel_name(self, id: str) -> str:
        try:
            with translate_errors():
                name = self._client.conversations_info(channel=id)["channel"].get("name")
        except SlackRefused:
            return ""  # private, and the bot is not in it, or gone
        return f"#{name}" if name else ""

    def _fetch_groups(self, _: str) -> GroupMembers:
        try:
            with translate_errors():
                groups = self._client.usergroups_list(include_users=True)["usergroups"]
        except SlackRefused as refusal:
            if str(refusal) != "plan_upgrade_required":  # a free workspace has no user groups
                raise
            groups = []
        return {group["id"]: frozenset(group.get("users", ())) for group in groups}
