"""Change, its inverse, revert and merge; why a change stopped."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.changes.snapshot import COMPARED, Person, Snapshot, Target
from bot.errors import NotPossible, ParkError, Rejected


class Change(BaseModel):
    """What `apply` makes of it: the PBX's target equal to `after`, if it still equals `before`."""

    model_config = ConfigDict(frozen=True)

    target: Target
    before: Snapshot | None
    after: Snapshot | None

    @property
    def inverse(self) -> Self:
        """The change that takes this one back."""
        return self.model_copy(update={"before": self.after, "after": self.before})

    @property
    def already(self) -> bool:
        """Whether there is nothing to do."""
        return same(self.before, self.after)

    @property
    def added(self) -> tuple[Person, ...]:
        """Members that it adds, in the order asked for: *58 hunts in that order."""
        return _new(self.before, self.after)

    @property
    def removed(self) -> tuple[Person, ...]:
        """Members that it removes."""
        return _new(self.after, self.before)

    @property
    def names(self) -> frozenset[str]:
        """What the group is called before and after; empty for the server."""
        sides = (side.settings.get("name") for side in (self.before, self.after) if side)
        return frozenset() if self.target.is_server else frozenset(map(str, sides))

    @property
    def with_members(self) -> bool:
        """Whether it is about members too."""
        return any(side and side.members is not None for side in (self.before, self.after))

    @property
    def with_prompt(self) -> bool:
        """Whether it is about the server's prompt too."""
        return any(side and side.prompt is not None for side in (self.before, self.after))

    def digest(self) -> str:
        """The same for the same target, before and after, whatever the order of members."""
        text = json.dumps([self.target.id, *map(_counts, (self.before, self.after))], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Equal in all that counts; nothing equals nothing."""
    return one is other if one is None else one.same(other)


def between(now: Snapshot | None, change: Change) -> bool:
    """Whether `now` is what a change of ours, cut off on its way, could have left."""
    before, after = change.before, change.after
    if now is None or before is None or after is None:
        return _on_the_way(now, before, after)
    settled = now.same_settings(before) or now.same_settings(after)
    ends = before.numbers(), after.numbers()
    return settled and (ends[0] & ends[1]) <= now.numbers() <= (ends[0] | ends[1])


def _counts(side: Snapshot | None) -> list[Any] | None:
    if side is None:
        return None
    prompt = [] if side.prompt is None else [side.prompt.model_dump(mode="json")]
    return [side.compared(), sorted(side.numbers()), *prompt]


def _on_the_way(now: Snapshot | None, before: Snapshot | None, after: Snapshot | None) -> bool:
    if now is None:
        return before is None or after is None
    whole = after or before
    return whole is not None and now.compared() == whole.compared() and now.numbers() <= whole.numbers()


def _new(before: Snapshot | None, after: Snapshot | None) -> tuple[Person, ...]:
    had = before.numbers() if before else frozenset()
    return tuple(member for member in (after.members if after else None) or () if member.number not in had)


RECALL = ("recall_to", "ring_group_id")
"""Where recalls go takes two settings, which mean something together only."""


class ChangedSince(ParkError):
    """What the change had made of its target has been changed since: `now`, None where the target is gone."""

    def __init__(self, change: Change, now: Snapshot | None) -> None:
        super().__init__("the target has moved since")
        self.change, self.now = change, now


def revert(change: Change, now: Snapshot | None, *, anyway: bool = False) -> Change:
    """From `now` to what was before, in all that the change moved; raise Overtaken unless `anyway`.

    A change of what is gone can't be taken back at all; one that is back already is `already` so.
    """
    if change.before is None or change.after is None:
        return _whole(change, now, anyway=anyway)
    if now is None:
        raise ChangedSince(change, now)
    moved = [unit for unit in _units(change.before, change.after) if not _agrees(unit, now, change.before)]
    if not anyway and (any(not _agrees(unit, now, change.after) for unit in moved) or _other_prompt(change, now)):
        raise ChangedSince(change, now)
    after = now.setting(**{key: change.before.settings.get(key) for unit in moved for key in unit})
    if change.before.members is not None and now.members is not None:
        after = after.with_members(_members(change, now))
    if change.before.prompt is not None:
        after = after.with_prompt(change.before.prompt)
    return change.model_copy(update={"before": now, "after": after})


def made_of(now: Snapshot | None, change: Change) -> Snapshot | None:
    """What the change makes of its target, if others have moved it too: what the change moves, and nothing else."""
    if now is None or change.before is None or change.after is None:
        return change.after
    if now.members is None:
        now = now.model_copy(update={"members": change.after.members})
    return revert(change.inverse, now, anyway=True).after


def joined(first: Change, second: Change) -> Change:
    """Both as one change of the same target: taken back, it goes to where the first began."""
    if first.before is None or second.after is None or second.before is None:
        return second.model_copy(update={"before": first.before})
    moved = [key for unit in _units(first.before, first.after) for key in unit]
    before = second.before.setting(**{key: first.before.settings.get(key) for key in moved})
    if first.before.prompt is not None and second.before.prompt is not None:
        before = before.with_prompt(first.before.prompt)
    return second.model_copy(update={"before": before})


def moved_by(change: Change) -> frozenset[str]:
    """What of its target the change moves: settings by name, members by number, or all of it as *."""
    if change.before is None or change.after is None:
        return frozenset() if change.already else frozenset(["*"])
    people = {f"member {one.number}" for one in (*change.added, *change.removed)}
    prompt = {"prompt"} if _moves_prompt(change.before, change.after) else set()
    return frozenset({unit[0] for unit in _units(change.before, change.after)} | people | prompt)


def _whole(change: Change, now: Snapshot | None, *, anyway: bool) -> Change:
    """One that was made goes again, one that was deleted comes again: with another id, so only its name is left."""
    if change.before is None:
        if now is not None and not anyway and not same(now, change.after):
            raise ChangedSince(change, now)
        return change.model_copy(update={"before": now, "after": None})
    if now is not None:
        raise ChangedSince(change, now)
    target = change.target.model_copy(update={"id": None})
    return change.model_copy(update={"target": target, "before": None, "after": change.before})


def _units(before: Snapshot | None, after: Snapshot | None) -> Iterator[tuple[str, ...]]:
    """The settings that differ, those that belong together as one."""
    sides = (before.compared() if before else {}, after.compared() if after else {})
    units = [RECALL, *((key,) for key in COMPARED if key not in RECALL)]
    return (unit for unit in units if _part(unit, sides[0]) != _part(unit, sides[1]))


def _agrees(unit: Sequence[str], now: Snapshot, side: Snapshot | None) -> bool:
    return side is not None and _part(unit, now.compared()) == _part(unit, side.compared())


def _moves_prompt(before: Snapshot, after: Snapshot) -> bool:
    return before.prompt is not None and after.prompt is not None and not before.prompt.same(after.prompt)


def _other_prompt(change: Change, now: Snapshot) -> bool:
    """Whether it is neither the one before nor the one that the change has set."""
    sides = (side.prompt for side in (change.before, change.after) if side)
    known = [prompt for prompt in sides if prompt is not None]
    return now.prompt is not None and not any(map(now.prompt.same, known))


def _part(unit: Sequence[str], settings: dict[str, Any]) -> list[Any]:
    return [settings.get(key) for key in unit]


def _members(change: Change, now: Snapshot) -> Iterator[Any]:
    """Whoever it put in goes, whoever it took out comes last: group parks hunt in that order."""
    put_in, there = {one.number for one in change.added}, now.numbers()
    yield from (one for one in now.members or () if one.number not in put_in)
    yield from (one for one in change.removed if one.number not in there)


class Conflict(ParkError):
    """The target no longer equals `before`; nothing of the change stands."""

    def __init__(self, change: Change, now: Snapshot | None) -> None:
        super().__init__("the target has moved")
        self.change, self.now = change, now


class Unverified(ParkError):
    """Its effect does not show; `answered`: the PBX had said yes; `now` is the last reading, if one was `read`."""

    def __init__(self, change: Change, now: Snapshot | None, *, read: bool, answered: bool) -> None:
        super().__init__("the outcome is unknown")
        self.change, self.now, self.read, self.answered = change, now, read, answered


class RolledBack(ParkError):
    """The PBX, or one of its limits, said no on the way; `clean` tells whether nothing of the change stands."""

    def __init__(self, cause: Rejected | NotPossible, *, clean: bool) -> None:
        super().__init__(str(cause))
        self.cause, self.clean = cause, clean
