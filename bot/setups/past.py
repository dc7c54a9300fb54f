"""Snapshots of the whole set-up, and how it was at a time: a snapshot, and what has changed between the two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.changes.change import Change, apply_to_snapshot
from bot.changes.snapshot import Person, Snapshot, Target
from bot.journal import setup_store
from bot.journal.models import Json
from bot.journal.reader import Reader
from bot.journal.storage import PromptStore
from bot.journal.tables import setup_files
from bot.pbx.client import PbxClient
from bot.pbx.models import RingGroup
from bot.setups.reading import PbxSetup, left_out, read_setup
from bot.setups.replaced import KnownObjects

SEARCHED = 200
"""Latest changes whose groups are known."""
PARTS = ("groups", "ring_groups")
"""Parts of a stored set-up whose items differ one by one."""
DAILY = "park"
"""Who takes the daily snapshots."""


@dataclass(frozen=True, slots=True)
class PastSetup:
    """How everything was at a time, with the ids of then."""

    at: datetime
    setup: PbxSetup
    taken_at: datetime | None = None
    """When the snapshot was taken from which it is computed; None if that is the present set-up."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot that was taken, and how many targets differ from the one before; None if it is the first one."""

    id: int
    groups: int
    differing: int | None
    left_out: tuple[str, ...] = ()
    """What of the set-up it does not hold."""


@dataclass(frozen=True, slots=True)
class SetupHistory:
    """Takes snapshots and tells how it was. Methods raise JournalUnavailable, and PBXError where they read the PBX."""

    journal: Reader
    pbx: PbxClient

    @property
    def files(self) -> PromptStore:
        """The set-up files that were applied last, or are to be."""
        return PromptStore(self.journal.database, setup_files)

    def take(self, by: str) -> Taken:
        """Reads the set-up and stores it as the difference to the last snapshot."""
        at = self.journal.now()  # before the reading: a change meanwhile is applied to it again, which does no harm
        setup = read_setup(self.pbx)
        new = as_json(setup)
        with self.journal.database.writing() as connection:
            last = setup_store.latest_snapshot(connection)
            old = patched(last.differences) if last else {}
            changed = difference(old, new)
            whole = last is None or len(last.differences) >= setup_store.WHOLE_EVERY
            base = None if whole or last is None else last.id
            id = setup_store.add_snapshot(connection, new if whole else changed, base=base, by=by, at=at)
        differing = len(changed.get("groups", ())) + ("server" in changed)
        return Taken(id, len(setup.groups), differing if last else None, left_out(setup))

    def known(self, number: int) -> KnownObjects:
        """Returns what was known of the PBX when a change was made or, before that, asked for."""
        entry = self.journal.get(number)
        made_at = entry.ended_at or entry.accepted_at
        with self.journal.database.reading() as connection:
            last = setup_store.latest_snapshot(connection, made_at)
        stored = patched(last.differences) if last else {}
        plans = [entry.plan for entry in self.journal.done(SEARCHED) if entry.plan and entry.id <= number]
        targets = [change["target"] for plan in plans for change in plan["changes"]]
        groups = {one["id"]: one["name"] for one in targets if one["id"]}
        groups |= {id: group["name"] for id, group in stored.get("groups", {}).items()}
        ring_groups = {id: (name, number) for id, (name, number) in stored.get("ring_groups", {}).items()}
        return KnownObjects(groups, ring_groups)

    def take_daily(self, since: datetime) -> None:
        """Takes a snapshot, unless one was taken since that time by this replica or another."""
        with self.journal.database.reading() as connection:
            last = setup_store.latest_snapshot(connection)
        if last is None or last.taken_at < since:
            self.take(DAILY)

    def at(self, moment: datetime, now: PbxSetup) -> PastSetup:
        """Returns how everything was at a time: from the snapshot before it or, if there is none, from a later one."""
        present = self.journal.now()
        with self.journal.database.reading() as connection:
            earlier = setup_store.latest_snapshot(connection, moment)
            later = None if earlier else setup_store.earliest_snapshot(connection, moment)
            if earlier is not None:
                between = setup_store.changes_between(connection, earlier.taken_at, moment)
            else:
                between = setup_store.changes_between(connection, moment, later.taken_at if later else present)
        changes = [Change.model_validate(change) for _, change in between]
        stored = earlier or later
        base = from_json(patched(stored.differences)) if stored else now
        steps = changes if earlier else [change.inverse for change in reversed(changes)]
        return PastSetup(moment, with_changes(base, steps), stored.taken_at if stored else None)

    def before(self, ended_at: datetime, now: PbxSetup) -> PastSetup:
        """Returns how everything was just before the change that ended at a time."""
        return self.at(ended_at - timedelta(microseconds=1), now)


def with_changes(setup: PbxSetup, changes: Iterable[Change]) -> PbxSetup:
    """Returns a set-up after changes, in their order."""
    server = setup.server
    groups = {target.key: snapshot for target, snapshot in setup.groups}
    for change in changes:
        if change.target.is_server:
            server = apply_to_snapshot(server, change) or server
            continue
        key = change.target.key if change.target.key in groups else _key_by_name(groups, change)
        after = apply_to_snapshot(groups.get(key), change)
        if after is None:
            groups.pop(key, None)
        else:
            groups[key] = after
    targets = tuple((Target(id=key, name=str(one.settings["name"])), one) for key, one in groups.items())
    return PbxSetup(server, targets, setup.ring_groups)


def _key_by_name(groups: Mapping[str, Snapshot], change: Change) -> str:
    same = (key for key, one in groups.items() if one.settings.get("name") == change.target.name)
    return change.target.id or next(same, change.target.key)


def as_json(setup: PbxSetup) -> Json:
    """Returns a set-up as it is stored: by ids, with the names of ring groups that are in use."""
    states = (setup.server, *(snapshot for _, snapshot in setup.groups))
    used = {id for state in states if (id := state.compared().get("ring_group_id"))}
    return {
        "server": setup.server.compared(),
        "groups": {str(target.id): _group_as_json(snapshot) for target, snapshot in setup.groups},
        "ring_groups": {
            id: [one.name, one.extension_number] for id in sorted(used) if (one := setup.ring_groups.get(id))
        },
    }


def _group_as_json(snapshot: Snapshot) -> Json:
    return {**snapshot.compared(), "members": [[one.number, one.name] for one in snapshot.members or ()]}


def from_json(stored: Json) -> PbxSetup:
    """Returns a set-up that was stored."""
    groups = tuple(
        (Target(id=id, name=one["name"]), _group_from_json(id, one)) for id, one in stored.get("groups", {}).items()
    )
    ring_groups = {
        id: RingGroup(id=id, name=name, extension_number=number)
        for id, (name, number) in stored.get("ring_groups", {}).items()
    }
    return PbxSetup(Snapshot(settings=stored.get("server", {})), groups, ring_groups)


def _group_from_json(id: str, stored: Json) -> Snapshot:
    members = tuple(Person(number=number, name=name) for number, name in stored["members"])
    settings = {key: value for key, value in stored.items() if key != "members"}
    return Snapshot(id=id, settings=settings, members=members)


def difference(old: Json, new: Json) -> Json:
    """Returns what differs: the server whole, and each group and ring group whole, or None where it is gone."""
    found: Json = {}
    if old.get("server") != new.get("server"):
        found["server"] = new.get("server")
    for part in PARTS:
        before, after = old.get(part, {}), new.get(part, {})
        gone = dict.fromkeys(key for key in before if key not in after)
        changed = {key: value for key, value in after.items() if before.get(key) != value}
        if gone or changed:
            found[part] = {**gone, **changed}
    return found


def patched(differences: Iterable[Json]) -> Json:
    """Returns the set-up that differences lead to, the first of which is a whole one."""
    whole: Json = {"server": {}, "groups": {}, "ring_groups": {}}
    for one in differences:
        whole["server"] = one.get("server", whole["server"])
        for part in PARTS:
            merged = {**whole[part], **one.get(part, {})}
            whole[part] = {key: value for key, value in merged.items() if value is not None}
    return whole
