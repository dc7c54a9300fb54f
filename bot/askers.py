"""Whoever asks, put together from the request and from what Slack knows of them."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bot.errors import NOTHING, NotAllowed, SlackRefused
from bot.policy import Asker, Policy, needs_user_groups
from bot.request import Request


class Standing(BaseModel):
    """What a policy asks of a person beyond their id."""

    model_config = ConfigDict(frozen=True)

    guest: bool
    foreign: bool
    """Of another workspace (Slack Connect), or nobody that the bot may see."""
    bot: bool


class Known(Protocol):
    """What a policy goes by; raises SlackFailure where it can't be told: nobody is taken for a member unseen."""

    def standing(self, user: str, team: str) -> Standing:
        """Guest, from elsewhere, or a bot."""

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids; None where they can't be known now."""


class People(Known, Protocol):
    """What Slack knows; waits for it."""

    @property
    def remembered(self) -> Known:
        """What it said within the hour, without asking it: may be out of date, so nothing is decided by it."""

    def zone(self, user: str) -> str:
        """An IANA name; UTC where it is not known."""

    def email(self, user: str) -> str | None:
        """None where Slack does not show it."""


def asker(request: Request, people: Known, policy: Policy) -> Asker:
    """User groups are only asked for where a rule goes by them; raise NotAllowed where Slack won't say who it is."""
    try:
        standing = people.standing(request.user, request.team)
    except SlackRefused as refusal:
        raise NotAllowed(
            f"Slack does not tell Park who you are ({refusal}), so nothing is allowed. {NOTHING}"
        ) from refusal
    return Asker(
        user=request.user,
        team=request.team,
        channel=request.channel,
        user_groups=people.user_groups_of(request.user) if needs_user_groups(policy) else frozenset(),
        guest=standing.guest,
        foreign=standing.foreign,
        bot=standing.bot,
    )
