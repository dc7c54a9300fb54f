"""What one person sees of the phone system at a glance: server, groups, their rights, and what changed lately."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import BaseModel, ConfigDict

from bot.changes.diff import recall, settings
from bot.desk import Desk
from bot.journal import Entry, State
from bot.message import Fact
from bot.names import fold
from bot.operation import Operation
from bot.operations import OPERATIONS, load
from bot.operations.add import Add
from bot.operations.delete import Delete
from bot.operations.group import Group
from bot.operations.recall import RecallGroup
from bot.operations.remove import Remove
from bot.operations.rename import Rename
from bot.pbx.models import ParkGroup
from bot.plan import Plan
from bot.policy import Permission
from bot.policy.rights import Right

OF_A_GROUP: tuple[type[Operation], ...] = (Group, Add, Remove, RecallGroup, Rename, Delete)
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
    State.LATE: "not done in time",
    State.UNSETTLED: "unknown whether it stands",
}
"""What was refused, called off, or was so already, is no change."""


class Look(BaseModel):
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
class Happened:
    """A change in one line: who asked, and how it stands since when; a scheduled one, when it is due."""

    user: str
    at: datetime
    line: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All of it; but for the rights, empty where they may look at nothing from here."""

    server: tuple[Fact, ...] = ()
    look: Look
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
    recent: tuple[Happened, ...] = ()

    @property
    def sees(self) -> bool:
        """Whether they may look at anything from here."""
        return bool(self.server)


def overview(desk: Desk, look: Look, rights: tuple[Right, ...], recent: Iterable[Entry], *, certain: bool) -> Overview:
    """Two requests while the names are fresh; raise PBXError."""
    operations = tuple(one for one in OPERATIONS if one.permission is not None and desk.may(one.permission))
    if not desk.may(Permission.READ):
        return Overview(look=look, operations=operations, rights=rights, certain=certain)
    seen = _seen(desk, look.search)
    page = max(0, min(look.page, (len(seen) - 1) // ROWS))
    return Overview(
        server=settings(desk.server(), desk.ring_group_name),
        look=Look(search=look.search, page=page),
        fitting=len(seen),
        groups=tuple(_row(desk, group) for group in seen[page * ROWS : (page + 1) * ROWS]),
        operations=operations,
        rights=rights,
        certain=certain,
        recent=tuple(islice(_happened(desk, recent), RECENT)),
    )


def _seen(desk: Desk, search: str) -> list[ParkGroup]:
    wanted = fold(search)
    fitting = [group for group in desk.directory.all_groups() if wanted in fold(group.name)]
    return sorted((group for group in fitting if desk.may_see(group.name)), key=lambda group: fold(group.name))


def _row(desk: Desk, group: ParkGroup) -> Row:
    count = desk.directory.member_count(group.id)
    members = "" if count is None else f", {count} member{'' if count == 1 else 's'}"
    said = f"recall to {recall(group.shown(), desk.ring_group_name)}{members}"
    return Row(group.name, said, _offered(desk, group.name))


def _offered(desk: Desk, group: str) -> tuple[type[Operation], ...]:
    return tuple(one for one in OF_A_GROUP if one.permission is not None and desk.may(one.permission, group))


def _happened(desk: Desk, recent: Iterable[Entry]) -> Iterator[Happened]:
    """In the words of Park, whatever was typed."""
    for entry in recent:
        if entry.plan is not None and entry.state in OUTCOMES and _may_see_all(desk, Plan.model_validate(entry.plan)):
            at = entry.ended_at or entry.run_at
            yield Happened(entry.request.user, at, load(entry.asked[0]).text(), OUTCOMES[entry.state])


def _may_see_all(desk: Desk, plan: Plan) -> bool:
    """A line names groups: it is only for who may see each, under its names before and after."""
    sides = [side for change in plan.changes for side in (change.before, change.after) if side is not None]
    return all(map(desk.may_see, {side.settings["name"] for side in sides if "name" in side.settings}))
