"""The policy file as pydantic models: allow rules, deny rules, examples and the policy itself."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from bot.policy.field_types import (
    ApproverId,
    ChannelId,
    DurationField,
    HoursText,
    UserGroupId,
    UserId,
    as_toml_list,
    is_user_group,
    parse_hours,
)
from bot.policy.model import NO_DURATION, READ_PERMISSIONS, ActionAttributes, Permission
from bot.policy.workflow_settings import Workflows
from bot.recurrence.calendars import CalendarName, CalendarSource
from bot.texts import calendars as calendar_texts


class Example(BaseModel):
    """A request and its expected decision, checked by `python -m bot policy test`."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    line: Annotated[str, Field(min_length=1)]
    """The command line as a user would type it; groups and ring groups by name."""
    user: UserId | None = None
    """Id of the user who types it. Left out: only with `workflow`."""
    workflow: bool = False
    """Whether a step of Workflow Builder proposes it, or shows it, in the channel."""
    user_groups: tuple[UserGroupId, ...] = ()
    """Ids of the user groups that they belong to."""
    channel: ChannelId | None = None
    """Id of the channel it is typed in. Left out: a direct message."""
    at: datetime | None = None
    """When it is typed, with a UTC offset. Left out: now."""
    expect: Literal["allowed", "approval", "emergency", "refused"]
    """The expected decision."""

    @model_validator(mode="after")
    def _is_asked_by_somebody(self) -> Self:
        if self.workflow == (self.user is not None):
            raise ValueError("an example is of a user or of a workflow: write either user or workflow = true")
        if self.workflow and self.channel is None:
            raise ValueError("a step of a workflow names a channel: write channel")
        return self


Item = TypeVar("Item", bound=Sequence[object])


def _not_empty(items: Item) -> Item:
    if not items:
        raise ValueError("nothing is listed: name at least one")
    return items


def _spell_out_all(value: object) -> object:
    """Replaces the item "all" with every permission."""
    if not isinstance(value, list | tuple):
        return value
    spelt = (tuple(Permission) if item == "all" else (item,) for item in value)
    return tuple(item for items in spelt for item in items)


UNGROUPED = frozenset({Permission.SERVER, Permission.PAUSE})
"""Permissions that no name of a park group limits."""
_REGEX = re.compile(r"^\^|\w\$$|\w?\.[*+]|\\[dswbDSWB.+]|\([^)]*\|[^)]*\)|\w\|\w")
"""What shows that a pattern was meant as a regular expression."""


def _check_pattern(text: str) -> str:
    if found := _REGEX.search(text):
        raise ValueError(
            f'"{text}" is a regular expression: only * and ? are special here, as in "Sales*" for whatever begins with'
            f" Sales. List several names apart. If the name itself contains {found[0]}, write ? for each such character"
        )
    return text


_ANY_OF = {"type": "array", "items": {"enum": [*Permission, "all"]}, "minItems": 1}
Channels = Annotated[tuple[ChannelId, ...], AfterValidator(_not_empty)]
Users = Annotated[tuple[UserId, ...], AfterValidator(_not_empty)]
UserGroups = Annotated[tuple[UserGroupId, ...], AfterValidator(_not_empty)]
Operations = Annotated[
    tuple[Permission, ...], AfterValidator(_not_empty), BeforeValidator(_spell_out_all), WithJsonSchema(_ANY_OF)
]
Patterns = tuple[Annotated[str, Field(min_length=1), AfterValidator(_check_pattern)], ...]
NonEmptyPatterns = Annotated[Patterns, AfterValidator(_not_empty)]
MATCH_ALL = ("*",)
"""The patterns of a rule that covers every name."""


class BaseRule(BaseModel):
    """The conditions and limits that allow rules and deny rules have in common."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)] = "a rule without a name"
    """Name of the rule in refusals, confirmations and the history."""
    channels: Channels = ()
    """Ids of the channels in which the rule applies. Left out: everywhere, direct messages included."""
    users: Users = ()
    """Ids of users to whom the rule applies, besides members of `user_groups`. Both left out: everybody."""
    user_groups: UserGroups = ()
    """Ids of user groups to whose members the rule applies, besides `users`."""
    operations: Operations
    """Kinds of operation."""
    hours: Annotated[tuple[HoursText, ...], AfterValidator(_not_empty)] = ()
    """When the change begins, as in "Mon-Fri 08:00-18:00 Europe/Berlin". Left out: at any time."""
    members: Annotated[int, Field(ge=1)] | None = None
    """The most members added or removed at once."""
    recall_time: DurationField | None = None
    """The longest recall time or ring group time that may be set."""
    temporary: DurationField | None = None
    """Only temporary changes, no longer than this, extensions included."""

    @property
    def longest_schedule(self) -> timedelta | None:
        """The longest time that a schedule may run; None without a limit."""
        return None

    @property
    def has_limits(self) -> bool:
        """Whether the rule limits any amount."""
        return not (self.members is None and self.recall_time is None and self.temporary is None)

    def is_within_limits(self, attributes: ActionAttributes) -> bool:
        """Whether all amounts are within the rule's limits."""
        return self.limit(attributes) == attributes

    def limit(self, attributes: ActionAttributes) -> ActionAttributes:
        """Returns the attributes with their amounts reduced to the rule's limits."""
        return attributes.at_most(
            members=self.members,
            recall_time=self.recall_time,
            duration=self.temporary,
            recurring=self.longest_schedule,
        )

    def is_within_hours(self, attributes: ActionAttributes) -> bool:
        """Whether the change begins within the rule's hours, if it has any; false if the time is unknown."""
        return not self.hours or (
            attributes.at is not None and any(parse_hours(text).contain(attributes.at) for text in self.hours)
        )


class Rule(BaseRule):
    """Under [[allow]]: allows its operations to its users, within its limits."""

    groups: NonEmptyPatterns = MATCH_ALL
    """Names of park groups, where * matches any text and ? one character. Left out: every group."""
    ring_groups: Patterns = MATCH_ALL
    """Names of the ring groups that recalls may be sent to, with the same wildcards. Empty: none."""
    recurring: bool | DurationField = False
    """Whether changes may be repeated on a schedule, or for how long a schedule may run. Left out: they may not."""
    approvers: Annotated[tuple[ApproverId, ...], AfterValidator(_not_empty)] = ()
    """Ids of the users and user groups who have to approve first; nobody approves their own change."""
    approvals: Annotated[int, Field(ge=1)] = 1
    """How many of them have to approve."""
    approve_within: DurationField = timedelta(days=1)
    """Time after which a request for approval expires. Left out: a day."""
    ask_in: ChannelId | None = None
    """Id of a channel in which approvers are asked too. Left out: only where the change was requested."""
    emergency: ChannelId | None = None
    """Only with a stated reason, which is posted to the channel with this id."""

    @property
    def longest_schedule(self) -> timedelta | None:
        if isinstance(self.recurring, bool):
            return None if self.recurring else NO_DURATION
        return self.recurring

    @property
    def unconditional(self) -> bool:
        """Whether the rule allows without an approval or an emergency."""
        return not self.approvers and self.emergency is None

    @model_validator(mode="before")
    @classmethod
    def _all_is_not_limited_by_groups(cls, data: Any) -> Any:
        groups, operations = ([], []) if not isinstance(data, dict) else (data.get("groups"), data.get("operations"))
        if not isinstance(groups, list | tuple) or not isinstance(operations, list | tuple):
            return data
        if any(groups) and MATCH_ALL[0] not in groups and "all" in operations:
            raise ValueError(
                'groups limit neither "server" nor "pause", which "all" includes: write'
                f" operations = {as_toml_list(one for one in Permission if one not in UNGROUPED)},"
                " and what else is meant in a rule without groups"
            )
        return data

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not (self.channels or self.users or self.user_groups):
            raise ValueError("this rule would be for anybody, anywhere: give it channels, users or user_groups")
        if self.recurring and READ_PERMISSIONS.issuperset(self.operations):
            raise ValueError("recurring: who only looks changes nothing; leave it out")
        if self.recurring and self.emergency:
            raise ValueError("recurring and emergency: an emergency is not planned ahead; write two rules")
        if self.approvers and self.emergency:
            raise ValueError("approvers and emergency: in an emergency nobody waits; write two rules")
        if not self.unconditional and READ_PERMISSIONS.intersection(self.operations):
            raise ValueError('who only looks waits for nobody: write the operations without "read" and "all"')
        idle = self.model_fields_set & {"approvals", "approve_within", "ask_in"}
        if idle and not self.approvers:
            raise ValueError(f"{min(idle)}: name the approvers")
        return self


class Deny(BaseRule):
    """Under [[deny]]: denies its operations to its users; with limits, denies only what exceeds them."""

    groups: NonEmptyPatterns | None = None
    """Only operations on park groups with such names. Left out: on anything."""
    ring_groups: NonEmptyPatterns | None = None
    """Only operations that send recalls to ring groups with such names. Left out: any operation."""

    def is_within_hours(self, attributes: ActionAttributes) -> bool:
        """Whether the change begins within the rule's hours; true if the time is unknown."""
        return attributes.at is None or super().is_within_hours(attributes)


class Policy(BaseModel):
    """Who may do what with Park."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    announce: ChannelId | None = None
    """Id of the channel for changes made where nobody else sees them, and for mistakes in this file."""
    drift: ChannelId | None = None
    """Id of the channel for changes made outside Park, if these are looked for. Left out: `announce`."""
    contact: Annotated[str, Field(min_length=1)] | None = None
    """Whom to ask for permission: the id of a user, user group or channel, or a text."""
    calendar_hosts: tuple[str, ...] = ()
    """Hosts that calendars may be read from, such as "calendar.example.com". Left out: none."""
    workflows: Workflows | None = None
    """Where steps of Workflow Builder may show groups and propose changes. Left out: nowhere."""
    calendars: dict[CalendarName, CalendarSource] = Field(default_factory=dict)
    """Holiday calendars by name: `on holidays` in a line means the one called holidays, or the only one."""
    allow: tuple[Rule, ...] = ()
    """Rules that allow; nothing is allowed without one."""
    deny: tuple[Deny, ...] = ()
    """Rules that deny; what one of them matches is denied, whatever the others allow."""
    example: tuple[Example, ...] = ()
    """Requests with their expected decisions, checked by `python -m bot policy test`."""

    @field_validator("calendars")
    @classmethod
    def _are_on_listed_hosts(
        cls, calendars: dict[str, CalendarSource], read: ValidationInfo
    ) -> dict[str, CalendarSource]:
        for name, source in calendars.items():
            if source.host is not None and source.host not in read.data.get("calendar_hosts", ()):
                raise ValueError(calendar_texts.host_not_allowed(name, source.host))
        return calendars

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the rules that comments and examples in the file don't affect."""
        text = self.model_dump_json(exclude_defaults=True, exclude={"example", "calendars", "calendar_hosts"})
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def needs_user_groups(policy: Policy) -> bool:
    """Whether any rule depends on the user groups of a principal or approver."""
    approve = any(is_user_group(id) for rule in policy.allow for id in rule.approvers)
    return approve or any(rule.user_groups for rule in (*policy.allow, *policy.deny))


def channel_only_rules(policy: Policy) -> tuple[Rule, ...]:
    """Allow rules of changes that name channels but no people: they hold for whoever joins a public channel."""
    changing = (rule for rule in policy.allow if {*rule.operations} != {Permission.READ})
    return tuple(rule for rule in changing if not (rule.users or rule.user_groups))
