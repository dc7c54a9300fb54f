"""The policy's vocabulary: permission, principal, attributes of an action, approvers and decision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal


class Permission(StrEnum):
    """A kind of operation that rules allow or deny."""

    READ = "read"
    MEMBERS = "members"
    RECALL = "recall"
    GROUPS = "groups"
    SERVER = "server"
    PAUSE = "pause"
    """To pause all changes and to resume them."""
    HISTORY = "history"


READ_PERMISSIONS = frozenset({Permission.READ, Permission.HISTORY})
"""Permissions of operations that are answered at once and can wait for no approval."""
RECALL_PERMISSIONS = frozenset({Permission.RECALL, Permission.GROUPS, Permission.SERVER})
"""Permissions of operations that may send recalls to a ring group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """The person, guest or bot that makes a request, and the channel they make it in; ids only."""

    user: str
    team: str
    channel: str | None
    """None in a direct message or App Home."""
    user_groups: frozenset[str] | None
    """None if Slack could not list them: allow rules by user group then don't match."""
    guest: bool = False
    foreign: bool = False
    """From another workspace, through Slack Connect."""
    bot: bool = False
    only_approver_of: frozenset[str] = frozenset()
    """Names of the rules whose approvals nobody else could give."""
    anybody: bool = False
    """Nobody in particular, such as a workflow: rules that allow apply if they name no people, those that deny in any
    case."""

    @property
    def outsider_kind(self) -> str | None:
        """The kind of outsider, as the catalogue of texts knows it; None for a full member of the workspace."""
        if self.bot:
            return "bot"
        if self.foreign:
            return "foreign"
        return "guest" if self.guest else None


OWN_CHANGE = "people may always undo their own changes"
"""What allows an undo where no rule has to, as the journal stores it."""
NO_DURATION = timedelta(0)
"""Duration of an action that changes nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttributes:
    """Amounts and times of an action that rules limit; by default of one that changes nothing."""

    at: datetime | None = None
    """When the change begins."""
    members: int = 0
    """How many people it adds or removes."""
    recall_time: timedelta | None = None
    """The longest recall time or ring group time that it sets; None if it sets none."""
    duration: timedelta | None = NO_DURATION
    """From beginning to end, extensions included; None if the change is permanent."""
    recurring: timedelta | None = NO_DURATION
    """How long a schedule runs that repeats the change; None if it has no end."""

    def at_most(
        self,
        *,
        members: int | None,
        recall_time: timedelta | None,
        duration: timedelta | None,
        recurring: timedelta | None = None,
    ) -> "ActionAttributes":
        """Returns the same attributes with each amount reduced to the limit given for it; None is no limit."""
        return replace(
            self,
            members=self.members if members is None else min(self.members, members),
            recall_time=_least(self.recall_time, recall_time) if self.recall_time is not None else None,
            duration=_least(self.duration, duration),
            recurring=_least(self.recurring, recurring),
        )


def _least(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """The shorter duration, where None is unlimited."""
    return min(one, other) if one is not None and other is not None else other if one is None else one


@dataclass(frozen=True, kw_only=True, slots=True)
class Approvers:
    """Users and user groups who may approve under one rule; the requester never may."""

    rule: str
    ids: tuple[str, ...]
    """Ids of users and user groups."""
    count: int
    """How many of them have to approve."""
    within: timedelta = timedelta(days=1)
    """The time after which the request for approval expires."""
    channel: str | None = None
    """Id of a channel in which they are asked too."""

    def include(self, principal: Principal, asked_by: str) -> bool:
        """Whether a principal may approve a request of `asked_by`; outsiders only by their own id."""
        if principal.user == asked_by:
            return False
        in_group = not principal.outsider_kind and not (principal.user_groups or frozenset()).isdisjoint(self.ids)
        return principal.user in self.ids or in_group


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whether a request is allowed, by which rules, or what would be allowed instead."""

    allowed: bool
    permission: Permission
    reason: str
    policy: str
    """Fingerprint of the policy that decided."""
    rules_by_name: tuple[tuple[str, str], ...] = ()
    """Pairs of a requested name and the rule that allows it; the name is "" where the request named none."""
    missing_groups: tuple[str, ...] = ()
    missing_ring_groups: tuple[str, ...] = ()
    uncertain: bool = False
    """Whether it might be allowed if it were known which user groups the principal is in."""
    denied: tuple[str, ...] = ()
    """Names of the deny rules that match."""
    approvers: tuple[Approvers, ...] = ()
    """Approvers of each rule that would allow it after approval; every one of them has to be satisfied."""
    emergency: tuple[str, ...] = ()
    """Ids of the channels that the reason is posted to, if it would be allowed in an emergency."""
    by_approval: tuple[str, ...] = ()
    """Names of the rules that would allow it after approval, those that need none included."""
    by_emergency: tuple[str, ...] = ()
    """Names of the rules that would allow it in an emergency, those that need none included."""
    channels: tuple[str, ...] = ()
    """Ids of the channels in which the same principal would be allowed the same."""
    alternatives: tuple[ActionAttributes, ...] = ()
    """What would be allowed here instead: with smaller amounts, or at another time."""
    approval_alternatives: tuple[ActionAttributes, ...] = ()
    """What would be allowed here instead after approval, if the request as it is would not be."""
    emergency_alternatives: tuple[ActionAttributes, ...] = ()
    """What would be allowed here instead in an emergency, if the request as it is would not be."""
    grant: tuple[str, ...] = ()
    """Ids of the channel and the user one of which a rule would have to name to allow it."""
    contact: str | None = None
    """Whom to ask for permission, as the policy file has it."""

    @property
    def outcome(self) -> Literal["allowed", "approval", "emergency", "refused"]:
        """The decision in one word."""
        if self.allowed:
            return "allowed"
        return "approval" if self.approvers else "emergency" if self.emergency else "refused"

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that allow it, without duplicates."""
        return tuple(dict.fromkeys(rule for _, rule in self.rules_by_name))

    @property
    def rule(self) -> str | None:
        """Names of the rules that allow it, joined for the journal; None if there is none."""
        return " and ".join(self.rules) or None
