"""A change of one target: its inverse, reverting and joining it, and the errors that stop it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.changes.snapshot import COMPARED_SETTINGS, Person, Snapshot, Target, new_members
from bot.errors import NotPossible, ParkError, Rejected

RECALL_SETTINGS = ("recall_to", "ring_group_id")
"""The two settings of the recall target, which are changed and reverted together."""


class Change(BaseModel):
    """The target becomes `after` if it still equals `before`; None stands for a group that does not exist."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    target: Target
    before: Snapshot | None
    after: Snapshot | None

    @property
    def inverse(self) -> Self:
        """The change from `after` to `before`."""
        return self.model_copy(update={"before": self.after, "after": self.before})

    @property
    def is_noop(self) -> bool:
        """Whether before and after are equal, so that there is nothing to do."""
        return snapshots_equal(self.before, self.after)

    @property
    def added(self) -> tuple[Person, ...]:
        """Members that it adds, in the order of the request: group parks (*58) hunt in that order."""
        return new_members(self.before, self.after)

    @property
    def removed(self) -> tuple[Person, ...]:
        """Members that it removes."""
        return new_members(self.after, self.before)

    @property
    def names(self) -> frozenset[str]:
        """The group's names before and after; empty for the server."""
        sides = (side.settings.get("name") for side in (self.before, self.after) if side)
        return frozenset() if self.target.is_server else frozenset(map(str, sides))

    @property
    def includes_members(self) -> bool:
        """Whether it concerns members."""
        return any(side and side.members is not None for side in (self.before, self.after))

    @property
    def includes_prompt(self) -> bool:
        """Whether it concerns the server's prompt."""
        return any(side and side.prompt is not None for side in (self.before, self.after))

    def digest(self) -> str:
        """Returns 16 characters that depend on target, before and after, but not on the order of members."""
        text = json.dumps([self.target.id, *map(_digested, (self.before, self.after))], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class ChangedSince(ParkError):
    """A change can't be reverted because its target was changed again; `now` is None if the target is gone."""

    def __init__(self, change: Change, now: Snapshot | None) -> None:
        super().__init__("the target has moved since")
        self.change, self.now = change, now


class Conflict(ParkError):
    """The target does not equal the change's `before`; nothing of the change is in effect."""

    def __init__(self, change: Change, now: Snapshot | None) -> None:
        super().__init__("the target has moved")
        self.change, self.now = change, now


class Unverified(ParkError):
    """The change could not be read back.

    `now` is the last reading, if one was `read`; `answered` tells whether the PBX had confirmed the write, and `why`,
    for users, how it failed to.
    """

    def __init__(self, change: Change, now: Snapshot | None, *, read: bool, answered: bool, why: str = "") -> None:
        super().__init__("the outcome is unknown")
        self.change, self.now, self.read, self.answered, self.why = change, now, read, answered, why


class RolledBack(ParkError):
    """The PBX, or a documented limit, rejected a write; `clean` tells whether nothing of the change is in effect."""

    def __init__(self, cause: Rejected | NotPossible, *, clean: bool) -> None:
        super().__init__(str(cause))
        self.cause, self.clean = cause, clean


def snapshots_equal(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Returns whether two snapshots are equal in everything that is compared; None equals None only."""
    return one is other if one is None else one.same(other)


def is_intermediate(now: Snapshot | None, change: Change) -> bool:
    """Returns whether `now` can be what an interrupted attempt at `change` has left."""
    before, after = change.before, change.after
    if now is None:
        return before is None or after is None
    if before is None or after is None:
        group = after or before
        return group is not None and now.compared() == group.compared() and now.numbers() <= group.numbers()
    # One update writes all settings; members are written one at a time, in any subset of the difference.
    settings_fit = now.same_settings(before) or now.same_settings(after)
    old, new = before.numbers(), after.numbers()
    return settings_fit and (old & new) <= now.numbers() <= (old | new)


def revert(change: Change, now: Snapshot | None, *, anyway: bool = False) -> Change:
    """Returns the change that reverts `change` on a target that is `now`, leaving later changes of other parts.

    A part that is as before already is left alone. A deleted group is created again; a created one is deleted.

    Args:
        anyway: revert even parts that were changed again.

    Raises:
        ChangedSince: such parts exist and not `anyway`, or the target is gone.
    """
    if change.before is None or change.after is None:
        return _revert_existence(change, now, anyway=anyway)
    if now is None:
        raise ChangedSince(change, now)
    moved = [part for part in _changed_settings(change) if not _same_part(part, now, change.before)]
    if not anyway and (any(not _same_part(part, now, change.after) for part in moved) or _other_prompt(change, now)):
        raise ChangedSince(change, now)
    after = now.with_settings(**{key: change.before.settings.get(key) for part in moved for key in part})
    if change.before.members is not None and now.members is not None:
        after = after.with_members(_reverted_members(change, now))
    if change.before.prompt is not None:
        after = after.with_prompt(change.before.prompt)
    return change.model_copy(update={"before": now, "after": after})


def _revert_existence(change: Change, now: Snapshot | None, *, anyway: bool) -> Change:
    if change.before is None:
        if now is not None and not anyway and not snapshots_equal(now, change.after):
            raise ChangedSince(change, now)
        return change.model_copy(update={"before": now, "after": None})
    if now is not None:
        if snapshots_equal(now, change.before):  # it was never deleted, or is there again
            return change.model_copy(update={"before": now, "after": now})
        raise ChangedSince(change, now)
    # The new group will have another id, so it can be found by its name only.
    target = change.target.model_copy(update={"id": None})
    return change.model_copy(update={"target": target, "before": None, "after": change.before})


def is_taken_back(change: Change, now: Snapshot | None) -> bool:
    """Returns whether a part of what `change` set on a target that is `now` is as it was before the change."""
    try:
        rest = revert(change, now, anyway=True)
    except ChangedSince:  # the target is gone: nobody has set it back
        return False
    return not changed_parts(change) <= changed_parts(rest)


def apply_to_snapshot(now: Snapshot | None, change: Change) -> Snapshot | None:
    """Returns what `change` makes of a target that is `now`: the change's own parts change, all others stay."""
    if now is None or change.before is None or change.after is None:
        return change.after
    if now.members is None:
        now = now.model_copy(update={"members": change.after.members})
    return revert(change.inverse, now, anyway=True).after


def filled_in(change: Change, other: Change) -> Change:
    """Returns `change` with those members and that prompt which it does not concern as they are after `other`."""
    before, after = (_filled_in(side, other.after) for side in (change.before, change.after))
    return change.model_copy(update={"before": before, "after": after})


def _filled_in(side: Snapshot | None, other: Snapshot | None) -> Snapshot | None:
    if side is None or other is None:
        return side
    missing = {name: getattr(other, name) for name in ("members", "prompt") if getattr(side, name) is None}
    return side.model_copy(update=missing)


def join(first: Change, second: Change) -> Change:
    """Returns the one change that does both; `second` was planned on the state that `first` leads to."""
    second = filled_in(second, first)
    before = apply_to_snapshot(second.before, first.inverse)
    return second.model_copy(update={"before": before})


def continued(change: Change, earlier: Change) -> Change:
    """Returns `change` from how its target was before the parts that an interrupted attempt at `earlier` has written.

    It is returned as it is where nothing was written, or where somebody else has changed one of these parts since.
    """
    now = change.before
    try:
        written = revert(earlier, now)
    except ChangedSince:
        return change
    longer = change.model_copy(update={"before": written.after})
    fits = snapshots_equal(now, change.after) or is_intermediate(now, longer)
    return longer if fits else change


def changed_parts(change: Change) -> frozenset[str]:
    """Returns the parts that a change changes: names of settings, `member NUMBER`, `prompt`; `*` for a whole group."""
    before, after = change.before, change.after
    if before is None or after is None:
        return frozenset() if change.is_noop else frozenset(["*"])
    members = {f"member {one.number}" for one in (*change.added, *change.removed)}
    prompts_differ = before.prompt is not None and after.prompt is not None and not before.prompt.same(after.prompt)
    return frozenset(
        {part[0] for part in _changed_settings(change)} | members | ({"prompt"} if prompts_differ else set())
    )


def _changed_settings(change: Change) -> Iterator[tuple[str, ...]]:
    """Yields the names of the settings that differ; those of the recall target as one part."""
    before, after = (side.compared() if side else {} for side in (change.before, change.after))
    parts = [RECALL_SETTINGS, *((key,) for key in COMPARED_SETTINGS if key not in RECALL_SETTINGS)]
    return (part for part in parts if _values(part, before) != _values(part, after))


def _same_part(part: Sequence[str], one: Snapshot, other: Snapshot) -> bool:
    return _values(part, one.compared()) == _values(part, other.compared())


def _values(part: Sequence[str], settings: dict[str, Any]) -> list[Any]:
    return [settings.get(key) for key in part]


def _other_prompt(change: Change, now: Snapshot) -> bool:
    """Returns whether the prompt in use is neither the change's earlier nor its new one."""
    prompts = [side.prompt for side in (change.before, change.after) if side and side.prompt is not None]
    return now.prompt is not None and not any(map(now.prompt.same, prompts))


def _reverted_members(change: Change, now: Snapshot) -> Iterator[Person]:
    """Yields the members without those that were added, and those that were removed at the end of the list."""
    added, present = {one.number for one in change.added}, now.numbers()
    yield from (one for one in now.members or () if one.number not in added)
    yield from (one for one in change.removed if one.number not in present)


def _digested(side: Snapshot | None) -> list[Any] | None:
    if side is None:
        return None
    prompt = [] if side.prompt is None else [side.prompt.model_dump(mode="json")]
    return [side.compared(), sorted(side.numbers()), *prompt]
