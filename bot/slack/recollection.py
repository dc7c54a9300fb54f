"""What Slack said of people before, for who can't wait for it to say it again."""

from collections.abc import Mapping
from typing import Any

from bot.askers import Standing
from bot.errors import SlackUnavailable
from bot.slack.remembered import Remembered

_SECONDS = 3600.0
"""After which it is of no use at all."""

Person = Mapping[str, Any]
Groups = Mapping[str, frozenset[str]]
"""The users of each user group."""


class Recollection:
    """Asks nobody: raises SlackUnavailable for what was not told lately."""

    def __init__(self, person: Remembered[str, Person], groups: Remembered[str, Groups]) -> None:
        self._person, self._groups = person, groups
        self.groups_unsaid = False
        """Whether Slack did not say when it was asked last: waiting for it would be in vain."""

    def standing(self, user: str, team: str) -> Standing:
        """As it was."""
        person = self._person.recall(user, seconds=_SECONDS)
        if person is None:
            raise SlackUnavailable("who that is was not asked lately")
        return standing_of(person, team)

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids of user groups; None where Slack did not say."""
        groups = self._groups.recall("all", seconds=_SECONDS)
        if groups is None and not self.groups_unsaid:
            raise SlackUnavailable("who is in which user group was not asked lately")
        return None if groups is None else groups_of(user, groups)


def standing_of(person: Person, team: str) -> Standing:
    """Of users.info."""
    return Standing(
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
