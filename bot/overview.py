"""What one person sees of the phone system at a glance: server, groups, their rights, and what changed lately."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.changes.diff import recall, settings
from bot.desk import Desk
from bot.journal import Entry
from bot.message import Fact
from bot.names import fold
from bot.operation import Operation
from bot.operations import OPERATIONS
from bot.operations.add import Add
from bot.operations.delete import Delete
from bot.operations.group import Group
from bot.operations.recall import RecallGroup
from bot.operations.remove import Remove
from bot.operations.rename import Rename
from bot.plan import Plan
from bot.policy import Permission

OF_A_GROUP: tuple[type[Operation], ...] = (Group, Add, Remove, RecallGroup, Rename, Delete)
"""What a group's menu offers, to whoever may."""


@dataclass(frozen=True, slots=True)
class Row:
    """A group, and what this person may do with it."""

    name: str
    said: str
    operations: tuple[type[Operation], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it; empty where they may look at nothing from here."""

    server: tuple[Fact, ...]
    groups: tuple[Row, ...]
    rights: tuple[type[Operation], ...]
    recent: tuple[str, ...]


def overview(desk: Desk, recent: Sequence[Entry], search: str = "") -> Overview:
    """Two requests while the names are fresh; raise PBXError."""
    rights = tuple(one for one in OPERATIONS if one.permission is not None and desk.may(one.permission))
    if not desk.may(Permission.READ):
        return Overview((), (), rights, ())
    wanted = fold(search)
    seen = sorted(
        (one for one in desk.directory.all_groups() if desk.may_see(one.name)), key=lambda one: fold(one.name)
    )
    rows = tuple(
        Row(one.name, _said(desk, one.id, recall(one.shown(), desk.ring_group_name)), _offered(desk, one.name))
        for one in seen
        if wanted in fold(one.name)
    )
    lately = tuple(
        f"{entry.request.line}: {entry.state}, change {entry.id}" for entry in recent if _may_see_all(desk, entry)
    )
    return Overview(settings(desk.server(), desk.ring_group_name), rows, rights, lately)


def _may_see_all(desk: Desk, entry: Entry) -> bool:
    """A line names groups: it is only for who may see each, under its names before and after."""
    if entry.plan is None:
        return False
    sides = ((change.before, change.after) for change in Plan.model_validate(entry.plan).changes)
    names = {side.settings["name"] for pair in sides for side in pair if side is not None and "name" in side.settings}
    return all(map(desk.may_see, names))


def _said(desk: Desk, id: str, target: str) -> str:
    count = desk.directory.member_count(id)
    return f"recall to {target}" + ("" if count is None else f", {count} member{'' if count == 1 else 's'}")


def _offered(desk: Desk, group: str) -> tuple[type[Operation], ...]:
    return tuple(one for one in OF_A_GROUP if one.permission is not None and desk.may(one.permission, group))
