"""A target as it is on the PBX now."""

from collections.abc import Iterable

from bot.changes.snapshot import Person, Snapshot
from bot.changes.target import Target
from bot.errors import Missing, Rejected
from bot.pbx.call import Throttled
from bot.pbx.client import PBX
from bot.pbx.models import ParkGroup


def read(pbx: PBX, target: Target, *, members: bool = True) -> Snapshot | None:
    """None where there is no such group; raise PBXError."""
    if target.is_server:
        return Snapshot(settings=pbx.server().shown())
    id = target.id or locate(pbx, target.name or "")
    if id is None:
        return None
    try:
        shown = pbx.group(id).shown()
        people = tuple(map(Person.of, pbx.members(id))) if members else None
    except Missing:
        return None
    return Snapshot(settings={key: value for key, value in shown.items() if key != "id"}, members=people)


def locate(pbx: PBX, name: str) -> str | None:
    """The id of the group of exactly this name; which fields can be filtered is undocumented, so a no is no answer."""
    literal = name.replace("'", "''")
    try:
        return _called(name, pbx.groups(filter=f"name eq '{literal}'"))
    except Throttled:
        raise
    except Rejected:
        return _called(name, pbx.groups())


def _called(name: str, groups: Iterable[ParkGroup]) -> str | None:
    return next((group.id for group in groups if group.name == name), None)
