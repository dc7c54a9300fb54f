"""Target + snapshot before + snapshot wanted after; creating is a change from nothing, deleting one to nothing."""

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.changes.snapshot import Person, Snapshot
from bot.changes.target import Target


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
