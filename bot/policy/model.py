"""Permission, Principal, ActionAttributes, Approvers, Decision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal


class Permission(StrEnum):
    """A kind of operation."""

    READ = "read"
    MEMBERS = "members"
    RECALL = "recall"
    GROUPS = "groups"
    SERVER = "server"
    PAUSE = "pause"
    """To stop all changes, and to let them go on."""
    HISTORY = "history"


LOOKING = frozenset({Permission.READ, Permission.HISTORY})
"""Answered at once: there is nothing to wait for an approval with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """A person, and the channel of their gesture; ids only."""

    user: str
    team: str
    channel: str | None
    """None in a direct message or App Home."""
    user_groups: frozenset[str] | None
    """None when Slack could not say: rules that need them don't match."""
    guest: bool = False
    foreign: bool = False
    """From another workspace, through Slack Connect."""
    bot: bool = False

    @property
    def outsider(self) -> str | None:
        """What sets them apart from the workspace's people, in the plural; None for one of these."""
        if self.bot:
            return "bots"
        if self.foreign:
            return "people from other workspaces"
        return "guests" if self.guest else None


NOTHING_LASTS = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttributes:
    """Without figures: something that changes nothing, asked at no known time."""

    at: datetime | None = None
    """When it begins."""
    members: int = 0
    """How many people it puts in or takes out."""
    recall_time: timedelta | None = None
    """The longest recall time, or ring group time, that it sets; None: it sets none."""
    lasts: timedelta | None = NOTHING_LASTS
    """How long, from its beginning to its end, extensions included; None: it stays."""

    def at_most(
        self, *, members: int | None, recall_time: timedelta | None, lasts: timedelta | None
    ) -> "ActionAttributes":
        """The same with no figure over these; None is no bound."""
        return replace(
            self,
            members=self.members if members is None else min(self.members, members),
            recall_time=_least(self.recall_time, recall_time) if self.recall_time is not None else None,
            lasts=_least(self.lasts, lasts),
        )


def _least(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """None is the longest."""
    return min(one, other) if one is not None and other is not None else other if one is None else one


@dataclass(frozen=True, kw_only=True, slots=True)
class Approvers:
    """Who may approve, and how many of them have to; never the asker."""

    rule: str
    ids: tuple[str, ...]
    """Of users and user groups."""
    count: int
    within: timedelta = timedelta(days=1)
    """After that the request lapses."""
    channel: str | None = None
    """The id of one where they are asked too."""

    def include(self, who: Principal, asked_by: str) -> bool:
        """Whether somebody is one of them; only their own id counts for guests, bots and people from elsewhere."""
        if who.user == asked_by:
            return False
        in_group = not who.outsider and not (who.user_groups or frozenset()).isdisjoint(self.ids)
        return who.user in self.ids or in_group


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Yes with its rules, or no with what would help; every text is plain."""

    allowed: bool
    permission: Permission
    reason: str
    policy: str
    """The fingerprint of the policy that it is by."""
    grounds: tuple[tuple[str, str], ...] = ()
    """Each name asked for and the rule that allows it; the name is "" where none was asked for."""
    missing_groups: tuple[str, ...] = ()
    missing_ring_groups: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    """Names of the rules that forbid it."""
    approvers: tuple[Approvers, ...] = ()
    """Of each rule that would let it happen once others have approved: all of these have to be satisfied."""
    emergency: tuple[str, ...] = ()
    """Ids of the channels that hear the reason, where an emergency would let it happen."""
    by_approval: tuple[str, ...] = ()
    """Names of the rules that would let it happen once it is approved, those that need no approval included."""
    by_emergency: tuple[str, ...] = ()
    """The same for an emergency."""
    channels: tuple[str, ...] = ()
    """Ids of the channels in which the same asker would be allowed the same."""
    would: tuple[ActionAttributes, ...] = ()
    """What would be allowed here in its place: with smaller figures, or at another time."""
    grant: str | None = None
    """What a rule would have to hold, as in "channel C0123ABCD or user U0123ABCD"."""
    contact: str | None = None
    """Whom to ask, as the policy file has it."""

    @property
    def outcome(self) -> Literal["allowed", "approval", "emergency", "refused"]:
        """In a word."""
        if self.allowed:
            return "allowed"
        return "approval" if self.approvers else "emergency" if self.emergency else "refused"

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that allow it, each once."""
        return tuple(dict.fromkeys(rule for _, rule in self.grounds))

    @property
    def rule(self) -> str | None:
        """The same in one text, for the record."""
        return " and ".join(self.rules) or None
