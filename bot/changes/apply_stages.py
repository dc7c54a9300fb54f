"""Applies the changes of many targets stage by stage; stops at the first one that can't be made."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.changes.apply import apply_all
from bot.changes.change import Change, Conflict, RolledBack, Unverified, is_intermediate, snapshots_equal
from bot.changes.snapshot import Snapshot
from bot.changes.stages import split_into_stages
from bot.changes.target_io import READ_BACK_PAUSES, BeforeWrite, LoadContent, no_content, read
from bot.errors import ParkError
from bot.pbx.client import PbxClient

READERS = 4
"""Targets that are read at once: half of what the client lets through, so that other requests have their turn."""


class Stopped(ParkError):
    """A stage could not be made; those before it stay."""

    def __init__(self, cause: Conflict | RolledBack | Unverified, change: Change, done: tuple[Change, ...]) -> None:
        super().__init__(str(cause))
        self.cause, self.change, self.done = cause, change, done
        """`change` is the one that stopped; `done` is what is in effect, from how each target was before."""


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
            done = tuple(_done(zip(changes, seen, strict=True)))
            if not done and not isinstance(cause, Unverified):
                raise
            raise Stopped(cause, changes[stage[-1][0]], done) from cause
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
    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(work, items))


def _left_to_do(changes: Sequence[Change], seen: Sequence[Snapshot | None], *, began: bool) -> list[Change]:
    """Returns what leads from the present state to the planned one; raises Conflict or Stopped before it is written."""
    pairs = list(zip(changes, seen, strict=True))
    strange = [(change, now) for change, now in pairs if not _fits(change, now, began=began)]
    if strange:
        done = tuple(_done([pair for pair in pairs if pair not in strange])) if began else ()
        conflict = Conflict(*strange[0])
        raise Stopped(conflict, conflict.change, done) if done else conflict
    return [change.model_copy(update={"before": now}) for change, now in pairs]


def _fits(change: Change, now: Snapshot | None, *, began: bool) -> bool:
    as_planned = snapshots_equal(now, change.before) or snapshots_equal(now, change.after)
    return as_planned or (began and is_intermediate(now, change))


def _on_present_target(change: Change, now: Snapshot | None) -> Change:
    """Returns the change with the id that its group has by now; one that is not there yet is found by its name."""
    return change.model_copy(update={"target": change.target.model_copy(update={"id": now.id})}) if now else change


def _done(pairs: Iterable[tuple[Change, Snapshot | None]]) -> Iterator[Change]:
    """Yields what was made of each change, by how its target is now."""
    for change, now in pairs:
        made = change.model_copy(update={"after": now})
        if not made.is_noop:
            target = change.target.model_copy(update={"id": change.target.id or (now.id if now else None)})
            yield made.model_copy(update={"target": target})
