"""Data of the Home tab, and a user's recent lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import BaseModel, ConfigDict

from bot.changes.diff import setting_facts
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
"""Operations in a group's menu, as far as the user may use them."""
ROWS = 40
"""Groups on a page: a view holds at most 100 blocks (docs.slack.dev, views)."""
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
"""Words for the states that are shown; refused, cancelled and redundant requests are left out."""


class OverviewQuery(BaseModel):
    """Search text and page of the group list; pages count from 0."""

    model_config = ConfigDict(frozen=True)

    search: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group, with the operations that the user may use on it."""

    name: str
    said: str
    operations: tuple[type[Operation], ...]


@dataclass(frozen=True, slots=True)
class RecentChange:
    """A change, its outcome, and when that came about; for a scheduled change, its start."""

    user: str
    at: datetime
    line: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The data of the Home tab; all but the rights are empty for a user who may read nothing here."""

    server: tuple[Fact, ...] = ()
    query: OverviewQuery
    """The query, with the page limited to those that exist."""
    fitting: int = 0
    """Number of groups that the user may see and that match the search."""
    groups: tuple[GroupRow, ...] = ()
    """The groups of this page."""
    operations: tuple[type[Operation], ...]
    """What the user may do from the Home tab."""
    rights: tuple[Right, ...]
    """What the user may do in any channel."""
    denials: tuple[Right, ...] = ()
    """What deny rules take from those rights."""
    certain: bool
    """Whether the rights are complete, which depends on the user's groups being known."""
    recent: tuple[RecentChange, ...] = ()

    @property
    def sees(self) -> bool:
        """Whether the user may read anything from the Home tab."""
        return bool(self.server)


def overview(
    context: RequestContext,
    query: OverviewQuery,
    rights: tuple[Right, ...],
    recent: Iterable[Entry],
    *,
    denials: tuple[Right, ...],
    certain: bool,
) -> Overview:
    """Collects the data of the Home tab: two PBX requests while names are cached; raises PBXError."""
    operations = _allowed(context, OPERATIONS)
    if not context.may(Permission.READ):
        return Overview(query=query, operations=operations, rights=rights, denials=denials, certain=certain)
    seen = visible_groups(context, context.directory.all_groups(), query.search)
    page = max(0, min(query.page, (len(seen) - 1) // ROWS))
    return Overview(
        server=setting_facts(context.server(), context.ring_group_name),
        query=OverviewQuery(search=query.search, page=page),
        fitting=len(seen),
        groups=tuple(
            GroupRow(group.name, group_summary(context, group), _allowed(context, GROUP_MENU, group.name))
            for group in seen[page * ROWS : (page + 1) * ROWS]
        ),
        operations=operations,
        rights=rights,
        denials=denials,
        certain=certain,
        recent=tuple(islice(_recent_changes(context, recent), RECENT)),
    )


def _allowed(
    context: RequestContext, operations: Iterable[type[Operation]], group: str | None = None
) -> tuple[type[Operation], ...]:
    return tuple(one for one in operations if one.permission is not None and context.may(one.permission, group))


def _recent_changes(context: RequestContext, recent: Iterable[Entry]) -> Iterator[RecentChange]:
    """Recent changes of groups that the user may see, as canonical lines."""
    for entry in recent:
        if (
            entry.plan is not None
            and entry.state in OUTCOMES
            and _may_see_all(context, Plan.model_validate(entry.plan))
        ):
            at = entry.ended_at or entry.run_at
            yield RecentChange(entry.request.user, at, load(entry.operations[0]).text(), OUTCOMES[entry.state])


def _may_see_all(context: RequestContext, plan: Plan) -> bool:
    """Whether the user may see each group under its names before and after the change."""
    sides = [side for change in plan.changes for side in (change.before, change.after) if side is not None]
    return all(map(context.may_see, {side.settings["name"] for side in sides if "name" in side.settings}))


MAX_REPEATABLE = 4
"""Buttons for recent lines: with more, typing is faster than choosing."""


def repeatable_lines(
    entries: Iterable[Entry], policy: Policy, principal: Principal, directory: Directory
) -> tuple[str, ...]:
    """Recent lines that the user may still use, each once, the latest first.

    Decided by the names at that time, without a PBX request.
    """
    lines: dict[str, None] = {}
    for entry in entries:
        operation = load(entry.operations[0])
        if _may(operation, entry, policy, principal, directory):
            lines[operation.text()] = None
        if len(lines) == MAX_REPEATABLE:
            break
    return tuple(lines)


def _may(operation: Operation, entry: Entry, policy: Policy, principal: Principal, directory: Directory) -> bool:
    if operation.permission is None or entry.plan is None:
        return False
    names = {name for change in Plan.model_validate(entry.plan).changes for name in change.names}
    ring_groups = tuple(_ring_groups(operation, directory))
    return decide(policy, principal, operation.permission, groups=names, ring_groups=ring_groups).allowed


def _ring_groups(operation: Operation, directory: Directory) -> Iterator[str]:
    """Names of ring groups from the cache; as typed where they are not cached."""
    for text in filter(None, (recall.ring_group for recall in operation.references(Reference.RECALL))):
        known = directory.cached_ring_groups()
        with_number = (one.name for one in known if text == one.extension_number)
        with_name = (one.name for one in known if fold(text) == fold(one.name))
        yield next(with_number, None) or next(with_name, text)
