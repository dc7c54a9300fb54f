"""Reads the whole set-up from the PBX, and writes it by names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.changes.apply_stages import READERS
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.changes.target_io import read
from bot.errors import Missing
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.pbx.models import ParkGroup, RingGroup
from bot.runtime.threads import ThreadPool
from bot.setups.model import TARGETS, FileMember, GroupPart, RecallPart, ServerPart, SetupFile
from bot.texts import snapshots

RECALL_NAMES = {value: name for name, value in TARGETS.items()}
"""Names of recall targets in a file, by the PBX's own."""


@dataclass(frozen=True, slots=True)
class PbxSetup:
    """The set-up as it was read: the server, and each group with its members; ring groups by id."""

    server: Snapshot
    groups: tuple[tuple[Target, Snapshot], ...]
    ring_groups: Mapping[str, RingGroup] = field(default_factory=dict)


def read_setup(pbx: PbxClient) -> PbxSetup:
    """Reads everything, several groups at once; a group that is deleted meanwhile is left out. Raises PBXError."""
    server = read(pbx, SERVER)
    assert server is not None  # noqa: S101 - a PBX without a server answers an error
    with ThreadPool("set-up", READERS) as pool:
        found = list(pool.map(lambda group: _read_group(pbx, group), pbx.groups()))
    groups = sorted((one for one in found if one is not None), key=lambda one: (fold(one[0].title), one[0].title))
    return PbxSetup(server, tuple(groups), {one.id: one for one in pbx.ring_groups()})


def _read_group(pbx: PbxClient, group: ParkGroup) -> tuple[Target, Snapshot] | None:
    try:
        members = tuple(map(Person.of, pbx.members(group.id)))
    except Missing:
        return None
    settings = {key: value for key, value in group.sent_fields().items() if key != "id"}
    return Target(id=group.id, name=group.name), Snapshot(id=group.id, settings=settings, members=members)


def to_file(setup: PbxSetup, *, visible: Callable[[str], bool] = lambda _: True) -> SetupFile:
    """Returns the set-up by names, with the groups that are `visible`; only a whole one says to delete others."""
    shown = [(target, snapshot) for target, snapshot in setup.groups if visible(target.title)]
    return SetupFile(
        version=1,
        other_groups="delete" if len(shown) == len(setup.groups) else "keep",
        server=server_part(setup.server, setup.ring_groups),
        groups={target.title: group_part(snapshot, setup.ring_groups) for target, snapshot in shown},
    )


def left_out(setup: PbxSetup) -> tuple[str, ...]:
    """Returns what of a set-up neither a file nor a snapshot holds: the sound file that plays to parked calls."""
    name = setup.server.settings.get("prompt_file_name")
    return (snapshots.prompt_left_out(str(name)),) if name else ()


def server_part(server: Snapshot, ring_groups: Mapping[str, RingGroup]) -> ServerPart:
    """Returns the server by names."""
    values = server.compared()
    return ServerPart(
        enabled=values.get("enabled"),
        extension=values.get("extension_number"),
        recall=recall_part(values, ring_groups),
        recall_time=values.get("recall_time"),
        recall_ring_group_time=values.get("recall_ring_group_time"),
        notify_parker=values.get("send_notification_to_parker"),
    )


def group_part(group: Snapshot, ring_groups: Mapping[str, RingGroup]) -> GroupPart:
    """Returns a group by names."""
    return GroupPart(recall=recall_part(group.compared(), ring_groups), members=member_texts(group.members or ()))


def member_texts(members: Iterable[Person]) -> tuple[str, ...]:
    """Returns members as a file has them."""
    return tuple(str(FileMember(one.number, " ".join((one.name or "").split()))) for one in members)


def recall_part(values: Mapping[str, Any], ring_groups: Mapping[str, RingGroup]) -> RecallPart | None:
    """Returns a recall target by names; None where the PBX has none, or one that no file can name."""
    name = RECALL_NAMES.get(values.get("recall_to", ""))
    if name is None or name == "user":
        return None if name is None else RecallPart.model_validate({"to": name})
    found = ring_groups.get(values.get("ring_group_id", ""))
    if found is None:
        return None
    return RecallPart.model_validate({"to": name, "ring_group": found.name, "number": found.extension_number})
