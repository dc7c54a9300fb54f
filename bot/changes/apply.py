"""Applies changes to the PBX: precondition, write, verification, rollback."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from bot.changes.change import Change, Conflict, RolledBack, Unverified, is_intermediate, snapshots_equal
from bot.changes.readings import Reading
from bot.changes.snapshot import Snapshot
from bot.changes.target_io import READ_BACK_PAUSES, BeforeWrite, LoadContent, TargetWriter, no_content, read
from bot.errors import NotPossible, PBXError, Refused, Rejected
from bot.pbx.client import PbxClient
from bot.pbx.requests import Throttled

log = logging.getLogger(__name__)

KnownReading = Callable[[Change], Reading | None]
"""Returns a reading of a change's target that is fresh enough to write on; None where the target is to be read."""


def no_reading(_: Change) -> None:
    """A `KnownReading` that knows nothing."""


def apply_all(
    pbx: PbxClient,
    changes: Sequence[Change],
    *,
    began: bool,
    before_write: BeforeWrite,
    pauses: Sequence[float] = READ_BACK_PAUSES,
    content: LoadContent = no_content,
    known: KnownReading = no_reading,
) -> list[Snapshot | None]:
    """Applies all changes, or none if the PBX rejects one; returns each target as it was read back.

    Arguments and errors are those of `apply`; a rollback covers the changes that were applied before.

    Args:
        known: the reading that a change was planned from, in place of another one; asked for right before the write.
    """
    results: list[Snapshot | None] = []
    write = partial(apply, pbx, before_write=before_write, pauses=pauses, content=content)
    for index, change in enumerate(changes):
        try:
            results.append(write(change, began=began, known=None if began else known(change)))
        except (RolledBack, Conflict) as error:
            # This change is not in effect; those before it have to go too.
            clean = _roll_back(write, changes[:index])
            if isinstance(error, RolledBack):
                raise RolledBack(error.cause, clean=error.clean and clean) from error
            if clean:
                raise
            raise Unverified(error.change, error.now, read=True, answered=True) from error
    return results


def apply(
    pbx: PbxClient,
    change: Change,
    *,
    began: bool = False,
    before_write: BeforeWrite = lambda: None,
    pauses: Sequence[float] = READ_BACK_PAUSES,
    content: LoadContent = no_content,
    known: Reading | None = None,
) -> Snapshot | None:
    """Applies one change and returns the target as it was read back; None for a deleted group.

    Args:
        began: an earlier attempt may have written a part of the change.
        before_write: called before each write; an error that it raises stops the change there.
        pauses: seconds between the attempts to read the change back.
        content: loads the prompt file to upload.
        known: what the target is, where it was read a moment ago.

    Raises:
        Conflict: the target no longer equals `change.before`, and nothing was written.
        RolledBack: the PBX rejected a write.
        Unverified: the outcome is unknown.
        PBXError: another error, Throttled among them; what was written stays, to be completed with `began`.
    """
    writer = TargetWriter(pbx, change, before_write, pauses, content)
    now = writer.read() if known is None else known.snapshot
    if snapshots_equal(now, change.after):
        return now
    if not snapshots_equal(now, change.before) and not (began and is_intermediate(now, change)):
        raise Conflict(change, now)
    try:
        writer.write_to(now, change.after)
    except Throttled:  # nothing is wrong with the change: it is to be completed later
        raise
    except (Rejected, NotPossible) as cause:
        raise _after_rejection(writer, change, cause) from cause
    return writer.verify(lambda seen: snapshots_equal(seen, change.after), answered=True)


def all_unchanged(pbx: PbxClient, changes: Sequence[Change]) -> bool:
    """Returns whether every target still equals its change's `before`."""
    return all(snapshots_equal(_read(pbx, change), change.before) for change in changes)


def wait_for_delayed_writes(
    pbx: PbxClient, changes: Sequence[Change], pauses: Sequence[float] = READ_BACK_PAUSES
) -> None:
    """Waits for writes of an interrupted attempt that may still arrive; returns early once all changes show."""
    for pause in pauses:
        if all(snapshots_equal(_read(pbx, change), change.after) for change in changes):
            return
        time.sleep(pause)


def _read(pbx: PbxClient, change: Change) -> Snapshot | None:
    return read(pbx, change.target, prompt=change.includes_prompt)


def _roll_back(write: Callable[..., object], changes: Sequence[Change]) -> bool:
    """Applies the inverse of each change, the last first; returns whether all succeeded."""
    try:
        for change in reversed(changes):
            write(change.inverse, began=True)
    except (PBXError, Conflict, Unverified, RolledBack):
        log.warning("what had been written could not all be taken back", exc_info=True)
        return False
    return True


def _after_rejection(writer: TargetWriter, change: Change, cause: Rejected | NotPossible) -> Conflict | RolledBack:
    """Rolls the rejected change back, unless others have changed the target too, and returns the error to raise."""
    if change.before is None and not writer.created:
        return RolledBack(cause, clean=True)
    try:
        now = writer.read()
        if now is None and change.before is not None:
            return Conflict(change, None)
        if is_intermediate(now, change) and not snapshots_equal(now, change.before):
            writer.write_to(now, change.before)
        return RolledBack(cause, clean=snapshots_equal(writer.read(), change.before))
    except (PBXError, Refused, Unverified):
        log.warning("a change that the PBX refused half-way could not be taken back", exc_info=True)
        return RolledBack(cause, clean=False)
