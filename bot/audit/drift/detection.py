"""Differences between a scan and the baseline, as changes; and which users made them, by the PBX's audit log."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.audit.drift.baseline import PENDING, Baseline, snapshot_of
from bot.audit.drift.scan import DriftScan
from bot.changes.change import RECALL_SETTINGS, Change
from bot.changes.snapshot import SERVER, Snapshot, Target
from bot.journal.drift_store import BaselineRow
from bot.messages.text import fold
from bot.pbx.models import AuditLog

_CLOCK_SKEW = timedelta(minutes=5)  # by which the PBX's clock may be behind Park's


@dataclass(frozen=True, slots=True)
class Difference:
    """A change made outside Park; `recreated` if the group was deleted and one with the same name was created."""

    change: Change
    recreated: bool = False


def find_differences(scan: DriftScan, own_targets: Collection[str]) -> Iterator[Difference]:
    """Yields the differences between scan and baseline.

    Args:
        own_targets: keys and names of targets that Park itself may have changed during the scan; they are left out.
    """
    deleted = {
        str(known.settings["name"]): key
        for key in sorted(scan.deleted)
        if (known := snapshot_of(scan.baseline[key])) is not None
    }
    for id, now in scan.snapshots.items():
        if _is_own(id, now, own_targets):
            continue
        key, target = scan.key_of_id(id), _target(id, now)
        if key in scan.baseline:
            if (before := snapshot_of(scan.baseline[key])) is not None:
                yield from map(Difference, _split(target, before, now))
        elif scan.state.all_listed and not target.is_server:
            yield from _created(scan, target, now, deleted.pop(str(target.name), None))
    for name, key in deleted.items():
        known = snapshot_of(scan.baseline[key])
        if not _is_own(key, known, own_targets):
            id_of_deleted = None if key.startswith(PENDING) else key
            yield Difference(Change(target=Target(id=id_of_deleted, name=name), before=known, after=None))


def _split(target: Target, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    """Yields one change each for the name, the recall target and the members, with everything else as it is now."""
    if target.is_server:
        whole = Change(target=SERVER, before=before, after=now)
        yield from () if whole.is_noop else (whole,)
        return
    settings = now.model_copy(update={"members": None})
    old, new = before.compared(), now.compared()
    if old.get("name") != new.get("name"):
        yield Change(target=target, before=settings.with_settings(name=old.get("name")), after=settings)
    if old.get("recall_to") and any(old.get(key) != new.get(key) for key in RECALL_SETTINGS):
        recall = {key: before.settings.get(key) for key in RECALL_SETTINGS}
        yield Change(target=target, before=settings.with_settings(**recall), after=settings)
    if before.members is not None and now.members is not None and before.numbers() != now.numbers():
        yield Change(target=target, before=now.with_members(before.members), after=now)


def _created(scan: DriftScan, target: Target, now: Snapshot, deleted_key: str | None) -> Iterator[Difference]:
    """Yields a creation; the differences to the deleted group of the same name, if there is one."""
    before = snapshot_of(scan.baseline[deleted_key]) if deleted_key else None
    if before is None:
        yield Difference(Change(target=target, before=None, after=now))
        return
    changes = tuple(_split(target, before, now)) or (Change(target=target, before=now, after=now),)
    yield from (Difference(change, recreated=True) for change in changes)


def new_baseline(scan: DriftScan, own_targets: Collection[str], at: datetime) -> Baseline:
    """Returns the baseline after a scan that began at `at`; targets that Park may have changed keep their rows."""
    new = dict(scan.baseline)
    for key in scan.deleted:
        if not _is_own(key, snapshot_of(scan.baseline[key]), own_targets):
            del new[key]
    for id, now in scan.snapshots.items():
        if _is_own(id, now, own_targets):
            continue
        old = new.pop(scan.key_of_id(id), None)
        before = snapshot_of(old)
        if now.members is None and before is not None:
            now = now.model_copy(update={"members": before.members})
        members_read_at = at if id in scan.members_read else old.members_read_at if old else None
        new[id] = BaselineRow(snapshot=now.model_dump(mode="json"), members_read_at=members_read_at)
    return new


def _is_own(key: str, snapshot: Snapshot | None, own_targets: Collection[str]) -> bool:
    return key in own_targets or (snapshot is not None and snapshot.settings.get("name") in own_targets)


def _target(id: str, now: Snapshot) -> Target:
    return SERVER if id == SERVER.key else Target(id=id, name=str(now.settings["name"]))


def attribute(logs: Iterable[AuditLog], change: Change, since: datetime, own: str | None) -> str | None:
    """Returns the users who changed the target since then, by the audit log; None if it names nobody.

    Args:
        own: name of Park's own account on the PBX, which is left out.
    """
    fitting = (log for log in logs if _is_about(log, change) and log.at and log.at >= since - _CLOCK_SKEW)
    others = (log for log in fitting if log.user_name and not _is_same_account(log.user_name, own))
    names = (f"{log.user_name} ({log.source})" if log.source else str(log.user_name) for log in others)
    return ", ".join(dict.fromkeys(names)) or None


def _is_about(log: AuditLog, change: Change) -> bool:
    if change.target.is_server:
        return log.object_type == "CALL_PARK_SERVER"
    return log.object_type == "CALL_PARK_GROUP" and log.object_name in change.names


def _is_same_account(user: str, own: str | None) -> bool:
    """Compares account names without their domains, which the log may leave out."""
    return own is not None and fold(user).partition("@")[0] == fold(own).partition("@")[0]
