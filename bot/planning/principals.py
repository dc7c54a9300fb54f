"""Builds the policy principal of a requester from what Slack knows about users and user groups."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bot.errors import SlackFailure, SlackUnavailable
from bot.messages.request import Request
from bot.planning.denials import deactivated_account
from bot.policy.field_types import is_user_group
from bot.policy.matching import includes_principal
from bot.policy.model import Principal
from bot.policy.rules import Policy, Rule, needs_user_groups
from bot.texts import delivery


class AccountStatus(BaseModel):
    """What the policy considers about a Slack user besides the id."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    guest: bool
    foreign: bool
    """From another workspace (Slack Connect), or a user that the bot can't see."""
    bot: bool
    deactivated: bool = False


class CachedUserDirectory(Protocol):
    """Slack users as the policy needs them; raises SlackFailure for a user that is not known."""

    def account_status(self, user: str, team: str) -> AccountStatus:
        """Whether the user is a guest, from another workspace, or a bot."""

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids of the user's groups; None if they are not known now."""

    def members_of(self, group: str) -> frozenset[str] | None:
        """Ids of the members of a user group; None if they are not known now."""


def groups_unknown(users: object) -> SlackFailure:
    """Returns the failure to raise instead of a denial that the unknown user groups may have caused."""
    failure = getattr(users, "groups_failure", None)
    return failure if isinstance(failure, SlackFailure) else SlackUnavailable(delivery.UNKNOWN_USER_GROUPS)


class UserDirectory(CachedUserDirectory, Protocol):
    """Slack users, requested from Slack where they are not cached."""

    @property
    def remembered(self) -> CachedUserDirectory:
        """Users from the cache only. At most an hour old, so only pickers use it, no decision."""

    def language(self, user: str) -> str:
        """The language of the texts that the user reads; that of the setting if Park lacks it, or does not know."""

    def zone(self, user: str) -> str:
        """The user's IANA time zone; UTC if it is not known."""

    def name_of(self, id: str) -> str:
        """The name of a user or a channel; empty if Slack does not show it."""

    def usable_channels(self, user: str, among: Sequence[str]) -> tuple[str, ...]:
        """Those of the channels where the user can be shown something; raises SlackFailure if that is not known."""

    def email(self, user: str) -> str | None:
        """The user's e-mail address; None if Slack does not show it."""


def resolve_principal(request: Request, users: CachedUserDirectory, policy: Policy) -> Principal:
    """Builds the policy principal from the request and the Slack user record.

    User groups are requested only if a rule of the policy depends on them. Raises NotAllowed if the account is
    deactivated, and SlackFailure: what Slack can't or won't say now is not a "no".
    """
    status = users.account_status(request.user, request.team)
    if status.deactivated:
        raise deactivated_account(policy)
    principal = Principal(
        user=request.user,
        team=request.team,
        channel=request.channel,
        user_groups=users.user_groups_of(request.user) if needs_user_groups(policy) else frozenset(),
        guest=status.guest,
        foreign=status.foreign,
        bot=status.bot,
    )
    return replace(principal, only_approver_of=_only_approver_of(principal, users, policy))


def _only_approver_of(principal: Principal, users: CachedUserDirectory, policy: Policy) -> frozenset[str]:
    waiting = (rule for rule in policy.allow if rule.approvers and includes_principal(rule, principal))
    return frozenset(rule.name for rule in waiting if not _others_can_approve(rule, principal.user, users))


def _others_can_approve(rule: Rule, user: str, users: CachedUserDirectory) -> bool:
    """Whether enough others may approve under a rule; true if the members of a user group are not known."""
    others = {one for one in rule.approvers if not is_user_group(one)}
    for group in filter(is_user_group, rule.approvers):
        if (members := users.members_of(group)) is None:
            return True
        others |= members
    return len(others - {user}) >= rule.approvals
