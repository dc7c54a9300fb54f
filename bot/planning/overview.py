"""Data of the Home tab; recent lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import BaseModel, ConfigDict

from bot.changes.diff import settings
from bot.changes.plan import Plan
from bot.journal.models import Entry, State
from bot.messages.message import Fact
from bot.messages.text import fold
from bot.operations.arguments.types import Reference
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS, load
from bot.operations.groups import Delete, Group, Rename, group_summary, visible_groups
from bot.operations.members import Add, Remove
from bot.operations.recall import RecallGroup
from bot.pbx.directory import Directory
from bot.planning.context import RequestContext
from bot.policy.descriptions import Right
from bot.policy.engine import decide
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy

GROUP_MENU: tuple[type[Operation], ...] = (Group, Add, Remove, RecallGroup, Rename, Delete)
"""What a group's menu offers, to whoever may."""
ROWS = 40
"""Groups on a page: a view holds 100 blocks (docs.slack.dev, views)."""
RECENT = 5
"""Changes shown."""
OUTCOMES = {
    State.SCHEDULED: "scheduled",
    State.WAITING: "under way",
    State.RUNNING: "under way",
    State.DONE: "done",
    State.FAILED: "not done",
    State.EXPIRED: "not done in time",
    State.UNKNOWN: "unknown whether it stands",
}
"""What was refused, called off, or was so already, is no change."""


class OverviewQuery(BaseModel):
    """Which groups somebody looks at; pages from 0."""

    model_config = ConfigDict(frozen=True)

    search: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A group, and what this person may do with it."""

    name: str
    said: str
    operations: tuple[type[Operation], ...]


@dataclass(frozen=True, slots=True)
class RecentChange:
    """A change in one line: who asked, and how it stands since when; a scheduled one, when it is due."""

    user: str
    at: datetime
    line: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All of it; but for the rights, empty where they may look at nothing from here."""

    server: tuple[Fact, ...] = ()
    look: OverviewQuery
    """At a page that there is."""
    fitting: int = 0
    """Groups that they may see and that fit the search."""
    groups: tuple[Row, ...] = ()
    """Those of one page."""
    operations: tuple[type[Operation], ...]
    """What they may do from here."""
    rights: tuple[Right, ...]
    """What they may do from anywhere."""
    certain: bool
    """Whether these are all of their rights."""
    recent: tuple[RecentChange, ...] = ()

    @property
    def sees(self) -> bool:
        """Whether they may look at anything from here."""
        return bool(self.server)


def overview(
    context: RequestContext, look: OverviewQuery, rights: tuple[Right, ...], recent: Iterable[Entry], *, certain: bool
) -> Overview:
    """Two requests while the names are fresh; raise PBXError."""
    operations = _allowed(context, OPERATIONS)
    if not context.may(Permission.READ):
        return Overview(look=look, operations=operations, rights=rights, certain=certain)
    seen = visible_groups(context, context.directory.all_groups(), look.search)
    page = max(0, min(look.page, (len(seen) - 1) // ROWS))
    return Overview(
        server=settings(context.server(), context.ring_group_name),
        look=OverviewQuery(search=look.search, page=page),
        fitting=len(seen),
        groups=tuple(
            Row(group.name, group_summary(context, group), _allowed(context, GROUP_MENU, group.name))
            for group in seen[page * ROWS : (page + 1) * ROWS]
        ),
        operations=operations,
        rights=rights,
        certain=certain,
        recent=tuple(islice(_recent_changes(context, recent), RECENT)),
    )


def _allowed(
    context: RequestContext, operations: Iterable[type[Operation]], group: str | None = None
) -> tuple[type[Operation], ...]:
    return tuple(one for one in operations if one.permission is not None and context.may(one.permission, group))


def _recent_changes(context: RequestContext, recent: Iterable[Entry]) -> Iterator[RecentChange]:
    """In the words of Park, whatever was typed."""
    for entry in recent:
        if (
            entry.plan is not None
            and entry.state in OUTCOMES
            and _may_see_all(context, Plan.model_validate(entry.plan))
        ):
            at = entry.ended_at or entry.run_at
            yield RecentChange(entry.request.user, at, load(entry.asked[0]).text(), OUTCOMES[entry.state])


def _may_see_all(context: RequestContext, plan: Plan) -> bool:
    """A line names groups: it is only for who may see each, under its names before and after."""
    sides = [side for change in plan.changes for side in (change.before, change.after) if side is not None]
    return all(map(context.may_see, {side.settings["name"] for side in sides if "name" in side.settings}))


MOST = 4
"""Buttons that a person looks through before typing is sooner."""


def repeatable_lines(
    entries: Iterable[Entry], policy: Policy, principal: Principal, directory: Directory
) -> tuple[str, ...]:
    """Each line once, the latest first; decided by the names as they were, for the PBX is not asked."""
    lines: dict[str, None] = {}
    for entry in entries:
        operation = load(entry.asked[0])
        if _may(operation, entry, policy, principal, directory):
            lines[operation.text()] = None
        if len(lines) == MOST:
            break
    return tuple(lines)


def _may(operation: Operation, entry: Entry, policy: Policy, principal: Principal, directory: Directory) -> bool:
    if operation.permission is None or entry.plan is None:
        return False
    names = {name for change in Plan.model_validate(entry.plan).changes for name in change.names}
    ring_groups = tuple(_ring_groups(operation, directory))
    return decide(policy, principal, operation.permission, groups=names, ring_groups=ring_groups).allowed


def _ring_groups(operation: Operation, directory: Directory) -> Iterator[str]:
    """By name; as typed, which hardly a rule fits that names some, where none is remembered that is called so."""
    for _, argument_type, value in operation.said():
        if argument_type.reference is Reference.RECALL and value.ring_group is not None:
            known = directory.remembered_ring_groups()
            fitting = (one.name for one in known if value.ring_group == one.extension_number)
            named = (one.name for one in known if fold(value.ring_group) == fold(one.name))
            yield next(fitting, None) or next(named, value.ring_group)
