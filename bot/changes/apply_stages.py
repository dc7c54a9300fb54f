"""Applies the changes of many targets stage by stage; stops at the first one that can't be made."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.changes.apply import apply_all
from bot.changes.change import Change, Conflict, RolledBack, Unverified, is_intermediate, snapshots_equal
from bot.changes.snapshot import Snapshot
from bot.changes.stages import split_into_stages
from bot.changes.target_io import READ_BACK_PAUSES, BeforeWrite, LoadContent, no_content, read
from bot.errors import ParkError
from bot.pbx.client import PbxClient
from bot.runtime.threads import ThreadPool

READERS = 4
"""Targets that are read at once: half of what the client lets through, so that other requests have their turn."""


class Stopped(ParkError):
    """A stage could not be made; those before it stay."""

    def __init__(
        self,
        cause: Conflict | RolledBack | Unverified,
        change: Change,
        pairs: Iterable[tuple[Change, Snapshot | None]],
        unsure: tuple[Change, ...] = (),
    ) -> None:
        """Sorts the changes by what was made of them.

        Args:
            change: the one that stopped.
            pairs: each planned change with the target as it was last read.
            unsure: planned changes of which something may be in effect that was not read.
        """
        super().__init__(str(cause))
        keys = {one.target.key for one in unsure}
        known = [pair for pair in pairs if pair[0].target.key not in keys]
        self.cause, self.change, self.unsure = cause, change, unsure
        self.done = tuple(_done(known))
        """What is in effect, from how each target was before."""
        self.left = (*_left(known), *unsure)
        """What is not, from how each target is now; all of a change of which that is not known."""


def apply_stages(
    pbx: PbxClient,
    changes: Sequence[Change],
    *,
    began: bool,
    before_write: BeforeWrite,
    pauses: Sequence[float] = READ_BACK_PAUSES,
    content: LoadContent = no_content,
) -> list[Snapshot | None]:
    """Applies all changes after a look at every target, and returns each target as it was read back at the end.

    Args:
        began: an earlier attempt may have made some stages; the rest is made from the present state on.

    Raises:
        Conflict: a target is not as planned, and nothing was written.
        Stopped: a stage could not be made after others had been.
        PBXError: another error; what was written stays, to be completed with `began`.
    """
    seen = read_all(pbx, changes)
    left = _left_to_do(changes, seen, began=began)
    for stage in split_into_stages(left):
        small = [_on_present_target(change, seen[at]) for at, change in stage]
        try:
            made = apply_all(pbx, small, began=began, before_write=before_write, pauses=pauses, content=content)
        except (Conflict, RolledBack, Unverified) as cause:
            clean = isinstance(cause, Conflict) or (isinstance(cause, RolledBack) and cause.clean)
            unsure = () if clean else tuple(changes[at] for at, _ in stage)
            stopped = Stopped(cause, changes[stage[-1][0]], zip(changes, seen, strict=True), unsure)
            if not stopped.done and not isinstance(cause, Unverified):
                raise
            raise stopped from cause
        for (at, _), now in zip(stage, made, strict=True):
            seen[at] = now
    return seen


def read_all(pbx: PbxClient, changes: Sequence[Change]) -> list[Snapshot | None]:
    """Reads the target of each change, several at once; raises PBXError."""

    def read_one(change: Change) -> Snapshot | None:
        return read(pbx, change.target, members=change.includes_members, prompt=change.includes_prompt)

    return in_parallel(read_one, changes)


def in_parallel(work: Callable[..., Snapshot | None], items: Iterable[Change]) -> list[Snapshot | None]:
    """Returns the results of `work` in the order of the items."""
    with ThreadPool("stage", READERS) as pool:
        return list(pool.map(work, items))


def _left_to_do(changes: Sequence[Change], seen: Sequence[Snapshot | None], *, began: bool) -> list[Change]:
    """Returns what leads from the present state to the planned one; raises Conflict or Stopped before it is written."""
    pairs = list(zip(changes, seen, strict=True))
    strange = [(change, now) for change, now in pairs if not _fits(change, now, began=began)]
    if strange:
        conflict = Conflict(*strange[0])
        # An earlier attempt may have written something of a target that somebody else has changed since.
        stopped = Stopped(conflict, conflict.change, pairs, tuple(change for change, _ in strange))
        raise stopped if began and stopped.done else conflict
    return [change.model_copy(update={"before": now}) for change, now in pairs]


def _fits(change: Change, now: Snapshot | None, *, began: bool) -> bool:
    as_planned = snapshots_equal(now, change.before) or snapshots_equal(now, change.after)
    return as_planned or (began and is_intermediate(now, change))


def _on_present_target(change: Change, now: Snapshot | None) -> Change:
    """Returns the change with the id that its group has by now; one that is not there yet is found by its name."""
    return change.model_copy(update={"target": change.target.model_copy(update={"id": now.id})}) if now else change


def _left(pairs: Iterable[tuple[Change, Snapshot | None]]) -> Iterator[Change]:
    """Yields what is still to be made of each change."""
    for change, now in pairs:
        rest = _on_present_target(change.model_copy(update={"before": now}), now)
        if not rest.is_noop:
            yield rest


def _done(pairs: Iterable[tuple[Change, Snapshot | None]]) -> Iterator[Change]:
    """Yields what was made of each change, by how its target is now."""
    for change, now in pairs:
        made = change.model_copy(update={"after": now})
        if not made.is_noop:
            target = change.target.model_copy(update={"id": change.target.id or (now.id if now else None)})
            yield made.model_copy(update={"target": target})
