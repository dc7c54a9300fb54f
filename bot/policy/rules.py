"""Rule, Deny, Policy: the file as pydantic models."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from bot.policy.field_types import (
    ApproverId,
    ChannelId,
    DurationField,
    HoursText,
    UserGroupId,
    UserId,
    hours,
    is_user_group,
)
from bot.policy.model import LOOKING, ActionAttributes, Permission


class Example(BaseModel):
    """Somebody types a line somewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    line: Annotated[str, Field(min_length=1)]
    """As it would be typed; groups and ring groups by their names."""
    user: UserId
    """Who types it."""
    user_groups: tuple[UserGroupId, ...] = ()
    """The user groups that they are in."""
    channel: ChannelId | None = None
    """Where. Left out: in a direct message."""
    at: datetime | None = None
    """When, with an offset. Left out: now."""
    expect: Literal["allowed", "approval", "emergency", "refused"]
    """What ought to come of it."""


Item = TypeVar("Item", bound=Sequence[object])


def _not_empty(items: Item) -> Item:
    if not items:
        raise ValueError("nothing is listed: name at least one")
    return items


def _spell_out_all(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    spelt = (tuple(Permission) if item == "all" else (item,) for item in value)
    return tuple(item for items in spelt for item in items)


_ANY_OF = {"type": "array", "items": {"enum": [*Permission, "all"]}, "minItems": 1}
Channels = Annotated[tuple[ChannelId, ...], AfterValidator(_not_empty)]
Users = Annotated[tuple[UserId, ...], AfterValidator(_not_empty)]
UserGroups = Annotated[tuple[UserGroupId, ...], AfterValidator(_not_empty)]
Operations = Annotated[
    tuple[Permission, ...], AfterValidator(_not_empty), BeforeValidator(_spell_out_all), WithJsonSchema(_ANY_OF)
]
Patterns = tuple[Annotated[str, Field(min_length=1)], ...]
SomePatterns = Annotated[Patterns, AfterValidator(_not_empty)]
EVERY = ("*",)


class Clause(BaseModel):
    """What rules of both kinds are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(min_length=1)] = "a rule without a name"
    """What refusals, confirmations and the history call the rule."""
    channels: Channels = ()
    """Where it is asked. Left out: anywhere, direct messages included."""
    users: Users = ()
    """Who asks: one of these, or somebody of `user_groups`. Both left out: anybody."""
    user_groups: UserGroups = ()
    """Who asks: somebody of these user groups, or one of `users`."""
    operations: Operations
    """Kinds of operation."""
    hours: Annotated[tuple[HoursText, ...], AfterValidator(_not_empty)] = ()
    """When the change begins, as in "Mon-Fri 08:00-18:00 Europe/Berlin". Left out: at any time."""
    members: Annotated[int, Field(ge=1)] | None = None
    """At most so many members put in or taken out at once."""
    recall_time: DurationField | None = None
    """The longest recall time, or ring group time, that may be set."""
    temporary: DurationField | None = None
    """Only for a time, which may be no longer than this, extensions included."""

    @property
    def limited(self) -> bool:
        """Whether it sets bounds to figures."""
        return not (self.members is None and self.recall_time is None and self.temporary is None)

    def within(self, attributes: ActionAttributes) -> bool:
        """Whether no figure of it is out of bounds."""
        return self.fitted(attributes) == attributes

    def fitted(self, attributes: ActionAttributes) -> ActionAttributes:
        """The same brought within bounds."""
        return attributes.at_most(members=self.members, recall_time=self.recall_time, lasts=self.temporary)

    def is_on(self, attributes: ActionAttributes) -> bool:
        """Whether its hours hold when that begins; at no known time none do."""
        return not self.hours or (
            attributes.at is not None and any(hours(text).hold(attributes.at) for text in self.hours)
        )


class Rule(Clause):
    """Under [[allow]]: whoever it is for may do its operations, as far as its limits go."""

    groups: SomePatterns = EVERY
    """Names of park groups, where * stands for any text and ? for one character. Left out: every one."""
    ring_groups: Patterns = EVERY
    """Names of the ring groups that a recall may be sent to, likewise. Empty: none."""
    approvers: Annotated[tuple[ApproverId, ...], AfterValidator(_not_empty)] = ()
    """Users and user groups of whom somebody else than the asker has to approve first."""
    approvals: Annotated[int, Field(ge=1)] = 1
    """How many of them."""
    approve_within: DurationField = timedelta(days=1)
    """After which time a request for approval lapses. Left out: a day."""
    ask_in: ChannelId | None = None
    """A channel in which approvers are asked too. Left out: only where the change was asked for."""
    emergency: ChannelId | None = None
    """Only for a stated reason, which is posted to this channel."""

    @property
    def plain(self) -> bool:
        """Whether what it allows is allowed as it stands."""
        return not self.approvers and self.emergency is None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not (self.channels or self.users or self.user_groups):
            raise ValueError("this rule would be for anybody, anywhere: give it channels, users or user_groups")
        if self.approvers and self.emergency:
            raise ValueError("approvers and emergency: in an emergency nobody waits; write two rules")
        if not self.plain and LOOKING.intersection(self.operations):
            raise ValueError('who only looks waits for nobody: write the operations without "read" and "all"')
        idle = self.model_fields_set & {"approvals", "approve_within", "ask_in"}
        if idle and not self.approvers:
            raise ValueError(f"{min(idle)}: name the approvers")
        return self


class Deny(Clause):
    """Under [[deny]]: nobody whom it is for may do its operations; with limits, nobody may go over them."""

    groups: SomePatterns | None = None
    """Only what touches a park group of such a name. Left out: whatever it touches."""
    ring_groups: SomePatterns | None = None
    """Only what sends recalls to a ring group of such a name. Left out: whatever it does."""

    def is_on(self, attributes: ActionAttributes) -> bool:
        return attributes.at is None or super().is_on(attributes)


class Policy(BaseModel):
    """Who may do what with Park."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    announce: ChannelId | None = None
    """Hears of changes made where nobody else can see them, and of a policy file that is broken."""
    drift: ChannelId | None = None
    """Hears of changes made outside Park, where these are looked for. Left out: `announce` does."""
    contact: Annotated[str, Field(min_length=1)] | None = None
    """Whom to ask for permission: the id of a user, user group or channel, or words."""
    allow: tuple[Rule, ...] = ()
    """Nothing is allowed but by one of these rules."""
    deny: tuple[Deny, ...] = ()
    """What one of these rules fits is refused, whatever the others allow."""
    example: tuple[Example, ...] = ()
    """What ought to come of it: held to it by `python -m bot policy test`."""

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same rules, whatever the comments beside them."""
        text = self.model_dump_json(exclude_defaults=True, exclude={"example"})
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def needs_user_groups(policy: Policy) -> bool:
    """Whether Slack must be asked for user groups at all."""
    approve = any(is_user_group(id) for rule in policy.allow for id in rule.approvers)
    return approve or any(rule.user_groups for rule in (*policy.allow, *policy.deny))


def channel_only_rules(policy: Policy) -> tuple[Rule, ...]:
    """Rules for whoever is in a channel: where that is public, for whoever cares to join it."""
    return tuple(rule for rule in policy.allow if not (rule.users or rule.user_groups))
