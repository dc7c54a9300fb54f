"""Splits the changes of many targets into stages, in an order in which nobody is without a group longer than needed."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from bot.changes.change import Change, snapshots_equal
from bot.changes.snapshot import Person, Snapshot, new_members

Stage: TypeAlias = "tuple[tuple[int, Change], ...]"
"""Small changes that are made together or not at all, with the position of the change that each belongs to."""


def split_into_stages(changes: Sequence[Change]) -> Iterator[Stage]:
    """Yields the stages that do all changes.

    Groups are created and settings are written first. Then each member who changes groups leaves one and joins the
    other at once; then members leave who join no other group, and at last groups are deleted.
    """
    stages = _Stages(changes)
    yield from stages.settings()
    yield from stages.members()
    yield from stages.rest()


class _Stages:
    """The state of each target while the stages are listed."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._now = [change.before for change in changes]
        self._left = {person.number: at for at, change in enumerate(changes) for person in change.removed}

    def settings(self) -> Iterator[Stage]:
        """Yields the groups that are created, without members, and the settings that change."""
        for at, change in enumerate(self._changes):
            if change.after is None:
                continue
            now = self._now[at]
            members = now.members if now else () if change.after.members is not None else None
            wanted = change.after.model_copy(update={"members": members})
            if not snapshots_equal(now, wanted):
                yield (self._step(at, wanted),)

    def members(self) -> Iterator[Stage]:
        """Yields the members who join a group, each who leaves another one for it in a stage of their own."""
        for at, change in enumerate(self._changes):
            for moves, people in groupby(change.added, key=lambda person: person.number in self._left):
                if not moves:
                    yield (self._step(at, self._with(at, tuple(people))),)
                    continue
                for person in people:
                    source = self._left[person.number]
                    leaves = self._step(source, self._without(source, person))
                    yield (leaves, self._step(at, self._with(at, (person,))))

    def rest(self) -> Iterator[Stage]:
        """Yields what is still to do: members who only leave, then groups that are deleted."""
        for deletes in (False, True):
            for at, change in enumerate(self._changes):
                if (change.after is None) is deletes and not snapshots_equal(self._now[at], change.after):
                    yield (self._step(at, change.after),)

    def _step(self, at: int, after: Snapshot | None) -> tuple[int, Change]:
        before, self._now[at] = self._now[at], after
        return at, self._changes[at].model_copy(update={"before": before, "after": after})

    def _with(self, at: int, people: tuple[Person, ...]) -> Snapshot:
        now = self._existing(at)
        return now.with_members((*(now.members or ()), *people))

    def _without(self, at: int, person: Person) -> Snapshot:
        now = self._existing(at)
        return now.with_members(one for one in now.members or () if one.number != person.number)

    def _existing(self, at: int) -> Snapshot:
        now = self._now[at]
        assert now is not None  # noqa: S101 - groups are created before members join, and deleted after they leave
        return now


def moved_members(changes: Sequence[Change]) -> tuple[Person, ...]:
    """Returns the members who leave one of the targets and join another."""
    left = {person.number for change in changes for person in new_members(change.after, change.before)}
    return tuple(person for change in changes for person in change.added if person.number in left)
