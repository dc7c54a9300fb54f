"""What a look has found: each difference as a drift, and each target as it is to be expected from now on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.changes import SERVER, Change, Snapshot, Target
from bot.drift.expected import Sights, snapshot
from bot.drift.look import Look
from bot.drift.parts import parts
from bot.journal.watch import Sight


@dataclass(frozen=True, slots=True)
class Difference:
    """`anew`: the group was deleted, and is another one of the same name."""

    change: Change
    anew: bool = False


def differences(look: Look, touched: Collection[str]) -> Iterator[Difference]:
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


def _new(look: Look, target: Target, now: Snapshot, instead_of: str | None) -> Iterator[Difference]:
    before = snapshot(look.sights[instead_of]) if instead_of else None
    if before is None:
        yield Difference(Change(target=target, before=None, after=now))
        return
    moved = tuple(parts(target, before, now)) or (Change(target=target, before=now, after=now),)
    yield from (Difference(change, anew=True) for change in moved)


def seen(look: Look, touched: Collection[str], at: datetime) -> Sights:
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
        new[id] = Sight(seen=now.model_dump(mode="json"), read_at=read_at)
    return new


def is_touched(key: str, seen: Snapshot | None, touched: Collection[str]) -> bool:
    """By id, or by name while it has none."""
    return key in touched or (seen is not None and seen.settings.get("name") in touched)


def _target(id: str, now: Snapshot) -> Target:
    return SERVER if id == SERVER.key else Target(id=id, name=str(now.settings["name"]))


def _id(key: str) -> str | None:
    return None if key.startswith("new: ") else key
