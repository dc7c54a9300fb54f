"""Who people are in Slack, remembered for a minute: one command asks once, and what changes there is seen soon."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.askers import Standing
from bot.clock import Now, utc_now
from bot.errors import SlackFailure, SlackRefused
from bot.slack.failures import translated
from bot.slack.recollection import Groups, Person, Recollection, groups_of, standing_of
from bot.slack.remembered import Remembered

log = logging.getLogger(__name__)
_SECONDS = 60.0
_PLACES = 999  # a page of somebody's channels at most; docs.slack.dev, users.conversations
_UNSEEN = frozenset({"user_not_found", "user_not_visible"})


class People:
    """Safe for threads; waits for Slack, so never before an ack: `remembered` is for those who can't."""

    def __init__(self, client: WebClient, *, seconds: float = _SECONDS, now: Now = utc_now) -> None:
        self._client = client
        self._person = Remembered(self._ask_person, seconds=seconds, now=now)
        self._groups = Remembered(self._ask_groups, seconds=seconds, now=now)
        self.remembered = Recollection(self._person, self._groups)

    def standing(self, user: str, team: str) -> Standing:
        """Raise SlackFailure when Slack can't be asked: nobody is taken for a member unseen."""
        return standing_of(self._person(user), team)

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
