"""Differences, one change per kind, and who made them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.audit.drift.baseline import Sights, snapshot
from bot.audit.drift.scan import DriftScan
from bot.changes.change import RECALL, Change
from bot.changes.snapshot import SERVER, Snapshot, Target
from bot.journal.drift_store import BaselineRow
from bot.messages.text import fold
from bot.pbx.models import AuditLog


def parts(target: Target, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    """Of a target that was there and is; each holds what it moved, and all else as it is now."""
    if target.is_server:
        whole = Change(target=SERVER, before=before, after=now)
        yield from () if whole.already else (whole,)
        return
    bare = now.model_copy(update={"members": None})
    old, new = before.compared(), now.compared()
    if old.get("name") != new.get("name"):
        yield Change(target=target, before=bare.setting(name=old.get("name")), after=bare)
    if old.get("recall_to") and any(old.get(key) != new.get(key) for key in RECALL):
        was = {key: before.settings.get(key) for key in RECALL}
        yield Change(target=target, before=bare.setting(**was), after=bare)
    if before.members is not None and now.members is not None and before.numbers() != now.numbers():
        yield Change(target=target, before=now.with_members(before.members), after=now)


@dataclass(frozen=True, slots=True)
class Difference:
    """`anew`: the group was deleted, and is another one of the same name."""

    change: Change
    anew: bool = False


def differences(look: DriftScan, touched: Collection[str]) -> Iterator[Difference]:
    """But for the targets that Park's own changes were at meanwhile."""
    gone = {str(known.settings["name"]): key for key in sorted(look.gone) if (known := snapshot(look.sights[key]))}
    for id, now in look.readings.items():
        if is_touched(id, now, touched):
            continue
        key, target = look.named(id), _target(id, now)
        if key in look.sights:
            if (before := snapshot(look.sights[key])) is not None:
                yield from map(Difference, parts(target, before, now))
        elif look.watch.end and not target.is_server:
            yield from _new(look, target, now, gone.pop(str(target.name), None))
    for name, key in gone.items():
        known = snapshot(look.sights[key])
        if not is_touched(key, known, touched):
            yield Difference(Change(target=Target(id=_id(key), name=name), before=known, after=None))


def _new(look: DriftScan, target: Target, now: Snapshot, instead_of: str | None) -> Iterator[Difference]:
    before = snapshot(look.sights[instead_of]) if instead_of else None
    if before is None:
        yield Difference(Change(target=target, before=None, after=now))
        return
    moved = tuple(parts(target, before, now)) or (Change(target=target, before=now, after=now),)
    yield from (Difference(change, anew=True) for change in moved)


def seen(look: DriftScan, touched: Collection[str], at: datetime) -> Sights:
    """What is to be expected from now on; of what Park was at itself, what was expected before."""
    new = dict(look.sights)
    for key in look.gone:
        if not is_touched(key, snapshot(look.sights[key]), touched):
            del new[key]
    for id, now in look.readings.items():
        if is_touched(id, now, touched):
            continue
        old = new.pop(look.named(id), None)
        before = snapshot(old)
        if now.members is None and before is not None:
            now = now.model_copy(update={"members": before.members})
        read_at = at if id in look.asked else old.read_at if old else None
        new[id] = BaselineRow(seen=now.model_dump(mode="json"), read_at=read_at)
    return new


def is_touched(key: str, seen: Snapshot | None, touched: Collection[str]) -> bool:
    """By id, or by name while it has none."""
    return key in touched or (seen is not None and seen.settings.get("name") in touched)


def _target(id: str, now: Snapshot) -> Target:
    return SERVER if id == SERVER.key else Target(id=id, name=str(now.settings["name"]))


def _id(key: str) -> str | None:
    return None if key.startswith("new: ") else key


SKEW = timedelta(minutes=5)
"""By which the PBX's clock may be behind Park's."""


def attribute(logs: Iterable[AuditLog], change: Change, since: datetime, own: str | None) -> str | None:
    """All who changed that target since, but for Park's `own` account; None where nobody is named."""
    fitting = (one for one in logs if _is_about(one, change) and one.at and one.at >= since - SKEW)
    others = (one for one in fitting if one.user_name and not _is(one.user_name, own))
    named = (f"{one.user_name} ({one.source})" if one.source else str(one.user_name) for one in others)
    return ", ".join(dict.fromkeys(named)) or None


def _is_about(log: AuditLog, change: Change) -> bool:
    if change.target.is_server:
        return log.object_type == "CALL_PARK_SERVER"
    return log.object_type == "CALL_PARK_GROUP" and log.object_name in change.names


def _is(user: str, own: str | None) -> bool:
    """Whether the log's name is that account's, with its domain or without."""
    return own is not None and fold(user).partition("@")[0] == fold(own).partition("@")[0]
