"""What a policy is made of. Every rule allows; what no rule allows is refused."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.policy.ids import ChannelId, UserGroupId, UserId


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


Channels = Annotated[tuple[ChannelId, ...], AfterValidator(_not_empty)]
Users = Annotated[tuple[UserId, ...], AfterValidator(_not_empty)]
UserGroups = Annotated[tuple[UserGroupId, ...], AfterValidator(_not_empty)]
Operations = Annotated[tuple[Permission, ...], AfterValidator(_not_empty), BeforeValidator(_spell_out_all)]
Patterns = tuple[Annotated[str, Field(min_length=1)], ...]
EVERY = ("*",)


class Rule(BaseModel):
    """Whoever asks from one of `channels`, and is one of `users` or in one of `user_groups`, may do `operations`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)] = "a rule without a name"
    channels: Channels = ()
    """Empty: any, and none (a direct message)."""
    users: Users = ()
    user_groups: UserGroups = ()
    """With `users` and this both empty: anybody, but no guest, bot or person from another workspace."""
    operations: Operations
    groups: Annotated[Patterns, AfterValidator(_not_empty)] = EVERY
    """Names of park groups, where * stands for any text and ? for one character."""
    ring_groups: Patterns = EVERY
    """Names of the ring groups that a recall may be sent to, likewise; empty: none."""

    @model_validator(mode="after")
    def _is_for_somebody(self) -> Self:
        if not (self.channels or self.users or self.user_groups):
            raise ValueError("this rule would be for anybody, anywhere: give it channels, users or user_groups")
        return self


class Policy(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    announce: ChannelId | None = None
    """Hears of changes made where nobody else can see them."""
    contact: Annotated[str, Field(min_length=1)] | None = None
    """Whom to ask for permission: the id of a user, user group or channel, or words."""
    allow: tuple[Rule, ...] = ()


def needs_user_groups(policy: Policy) -> bool:
    """Whether Slack must be asked for user groups at all."""
    return any(rule.user_groups for rule in policy.allow)


def channel_only_rules(policy: Policy) -> tuple[Rule, ...]:
    """Rules for whoever is in a channel: where that is public, for whoever cares to join it."""
    return tuple(rule for rule in policy.allow if not (rule.users or rule.user_groups))
