"""Data of the Home tab, and a user's recent lines."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.changes.diff import setting_facts
from bot.changes.plan import Plan
from bot.changes.snapshot import Person
from bot.errors import JournalUnavailable, NotFound, PBXError, said
from bot.journal.models import Entry
from bot.messages.message import Fact, FormOffer, Offer, Row
from bot.messages.text import fold
from bot.operations.actions import form_offer, primary_actions
from bot.operations.arguments.types import Reference
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS, load
from bot.operations.groups import Group, group_summary
from bot.operations.members import Add
from bot.operations.panel import Waiting, more_button, waiting
from bot.operations.recall import RecallGroup
from bot.operations.recent import RecentChange, recent_changes
from bot.operations.schedule_list import coming
from bot.operations.temporary import temporary_by_group
from bot.pbx.directory import Directory
from bot.pbx.models import ParkGroup
from bot.planning.context import RequestContext
from bot.planning.meant_names import with_present_names
from bot.policy.descriptions import Right
from bot.policy.engine import decide
from bot.policy.model import Permission, Principal
from bot.policy.rules import Policy
from bot.texts import home

log = logging.getLogger(__name__)

GROUP_ACTIONS: tuple[type[Operation], ...] = (RecallGroup, Add, Group)
"""A group's row has a button for the first of these that the user may use."""
ROWS = 40
"""Groups on a page: a view holds at most 100 blocks (docs.slack.dev, views)."""
MAX_PENDING = 10
"""Pending changes that are listed; each takes two blocks."""
MAX_MEMBERS = 6
"""Members of a group that are named."""
MAX_READ = 20
"""Groups whose members are read for a page that shows them."""
RECENT = 5
"""Changes shown."""


class OverviewQuery(BaseModel):
    """Search text and page of the group list; pages count from 0."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    search: str = ""
    page: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRow:
    """A group: its settings, its members, what is temporary in it, and the button beside it."""

    name: str
    said: str
    members: str
    temporary: tuple[Row, ...]
    button: Offer | FormOffer | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The data of the Home tab; what the user may not read, or what can't be read now, is empty."""

    server: tuple[Fact, ...] = ()
    query: OverviewQuery
    """The query, with the page limited to those that exist."""
    fitting: int = 0
    """Number of groups that the user may see and that match the search."""
    groups: tuple[GroupRow, ...] = ()
    """The groups of this page."""
    actions: tuple[FormOffer, ...]
    """What the user may do from the Home tab: a few operations, and the button for all of them."""
    rights: tuple[Right, ...]
    """What the user may do in any channel."""
    denials: tuple[Right, ...]
    """What deny rules take from those rights."""
    whom_to_ask: Fact
    certain: bool
    """Whether the rights are complete, which depends on the user's groups being known."""
    sees: bool
    """Whether the user may read anything from the Home tab."""
    waiting: tuple[Row, ...] = ()
    """Changes that wait for the user's approval."""
    pending: tuple[Row, ...] = ()
    """What else is temporary, scheduled or waiting: the first `MAX_PENDING` with what waits for the user."""
    more_pending: int = 0
    """How many more there are."""
    coming: tuple[Row, ...] = ()
    """What schedules begin within a day."""
    recent: tuple[RecentChange, ...] = ()
    faults: tuple[str, ...] = ()
    """What can't be read now, in words."""
    unread: tuple[str, ...] = ()
    """Ids of groups on this page whose members are not cached."""


def overview(
    context: RequestContext,
    query: OverviewQuery,
    rights: tuple[Right, ...],
    *,
    denials: tuple[Right, ...],
    certain: bool,
) -> Overview:
    """Collects the data of the Home tab, from the PBX (two requests while names are cached) and from the journal."""
    permitted = (one for one in OPERATIONS if one.permission is not None and context.may(one.permission))
    allowed = [one for one in permitted if one.is_available(context)]
    faults = dict[str, None]()
    groups = _Groups(context, query, faults) if context.may(Permission.READ) else None
    known, soon, recent = _journaled(context, faults)
    return Overview(
        server=groups.server if groups else (),
        query=groups.query if groups else query,
        fitting=groups.found if groups else 0,
        groups=groups.rows() if groups else (),
        unread=groups.unread() if groups else (),
        actions=(*primary_actions(allowed), more_button()) if allowed else (),
        rights=rights,
        denials=denials,
        whom_to_ask=context.whom_to_ask,
        certain=certain,
        sees=groups is not None,
        waiting=tuple(row for row in known.rows if row.forms),
        pending=tuple(row for row in known.rows if not row.forms),
        more_pending=known.total - len(known.rows),
        coming=soon,
        recent=recent,
        faults=tuple(faults),
    )


def _journaled(
    context: RequestContext, faults: dict[str, None]
) -> tuple[Waiting, tuple[Row, ...], tuple[RecentChange, ...]]:
    """What is pending, what schedules begin soon, and recent changes."""
    try:
        known, soon = waiting(context, MAX_PENDING), coming(context)
        recent = tuple(recent_changes(context, RECENT))
    except JournalUnavailable as fault:
        log.warning("the Home tab is shown without the journal: %s", fault)
        faults[home.JOURNAL_AWAY] = None
        return Waiting((), 0), (), ()
    return known, soon, recent


class _Groups:
    """The groups that match a query, and the server's settings; nothing while the PBX is away."""

    def __init__(self, context: RequestContext, query: OverviewQuery, faults: dict[str, None]) -> None:
        self._context, self.server, self.found = context, tuple[Fact, ...](), 0
        self._page, self._texts = list[ParkGroup](), dict[str, str]()
        self.query = OverviewQuery(search=query.search)
        try:
            self.server = setting_facts(context.server(), context.ring_group_name)
            seen = context.visible_groups(query.search)
            page = max(0, min(query.page, (len(seen) - 1) // ROWS))
            shown = seen.part(page * ROWS, (page + 1) * ROWS)
            self._texts = {one.id: group_summary(context, one) for one in shown}
            self.found, self._page, self.query = len(seen), shown, OverviewQuery(search=query.search, page=page)
        except PBXError as fault:
            log.warning("the Home tab is shown without the PBX: %s", fault)
            context.pbx_answers = False
            faults[f"{home.PBX_AWAY} {said(fault)}"] = None

    def rows(self) -> tuple[GroupRow, ...]:
        """The groups of the page."""
        temporary = self._temporary() if self._page else {}
        return tuple(self._row(one, temporary.get(one.id, ())) for one in self._page)

    def unread(self) -> tuple[str, ...]:
        """Ids of the first groups of the page whose members are not cached."""
        directory = self._context.directory
        missing = [one.id for one in self._page if directory.member_count(one.id) is None]
        return tuple(missing[:MAX_READ])

    def _row(self, group: ParkGroup, temporary: Iterable[Row]) -> GroupRow:
        rows = tuple(temporary)
        members = self._context.directory.cached_members(group.id) or ()
        named = [str(Person.of(one)) for one in members[:MAX_MEMBERS]]
        ends = (offer for row in rows for offer in row.offers)
        return GroupRow(
            name=group.name,
            said=self._texts[group.id],
            members=home.members(named, len(members) - len(named)),
            temporary=rows,
            button=next(ends, None) or self._form(group.name),
        )

    def _form(self, group: str) -> FormOffer | None:
        may = self._context.may
        allowed = (one for one in GROUP_ACTIONS if one.permission is not None and may(one.permission, group))
        return next((form_offer(one, group) for one in allowed), None)

    def _temporary(self) -> dict[str, list[Row]]:
        """What is temporary in each group, by id; nothing while the journal can't be read."""
        try:
            return temporary_by_group(self._context, [one.id for one in self._page])
        except JournalUnavailable:
            return {}


MAX_REPEATABLE = 4
"""Buttons for recent lines: with more, typing is faster than choosing."""


def offers_again(
    entries: Iterable[Entry],
    policy: Policy,
    principal: Principal,
    directory: Directory,
    context_for: Callable[[Principal, Operation], RequestContext],
) -> tuple[Offer, ...]:
    """Buttons for the recent lines that the user may still use, each once, the latest first.

    Decided by the names at that time. A group is called by its present name, and a button acts on the same group when
    it has been renamed again; while the PBX is away, the names stay as they were.
    """
    offers: dict[str, Offer] = {}
    pbx_answers = True
    for entry in entries:
        operation = load(entry.operations[0])
        if not _may(operation, entry, policy, principal, directory):
            continue
        try:
            if pbx_answers:
                made, context = Plan.model_validate(entry.plan), context_for(principal, operation)
                operation = with_present_names(operation, made, entry.id, context)
        except NotFound:
            continue  # there is nothing to do again
        except PBXError as fault:
            log.warning("lines are offered again with the names of then: %s", fault)
            pbx_answers = False
        line = operation.text()
        offers.setdefault(line, Offer(label=home.again(line), line=line, meant=entry.id))
        if len(offers) == MAX_REPEATABLE:
            break
    return tuple(offers.values())


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
