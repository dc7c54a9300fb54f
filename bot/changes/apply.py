"""Precondition, write, read back, roll back."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from bot.changes.change import Change, Conflict, RolledBack, Unverified, between, same
from bot.changes.snapshot import Snapshot
from bot.changes.target_io import SETTLE, Content, Hook, TargetWriter, nothing_kept, read
from bot.errors import NotPossible, PBXError, Refused, Rejected
from bot.pbx.client import PbxClient
from bot.pbx.requests import Throttled

log = logging.getLogger(__name__)


def apply_all(
    pbx: PbxClient,
    changes: Sequence[Change],
    *,
    began: bool,
    before_write: Hook,
    pauses: Sequence[float] = SETTLE,
    content: Content = nothing_kept,
) -> list[Snapshot | None]:
    """All of them or, where the PBX says no on the way, none; what was read back, in their order."""
    readings: list[Snapshot | None] = []
    write = partial(apply, pbx, before_write=before_write, pauses=pauses, content=content)
    for index, change in enumerate(changes):
        try:
            readings.append(write(change, began=began))
        except (RolledBack, Conflict) as stop:
            taken_back = _take_back(write, changes[:index])
            if isinstance(stop, RolledBack):
                raise RolledBack(stop.cause, clean=stop.clean and taken_back) from stop
            if taken_back:
                raise
            raise Unverified(stop.change, stop.now, read=True, answered=True) from stop
    return readings


def apply(
    pbx: PbxClient,
    change: Change,
    *,
    began: bool = False,
    before_write: Hook = lambda: None,
    pauses: Sequence[float] = SETTLE,
    content: Content = nothing_kept,
) -> Snapshot | None:
    """Read back as wanted, or raise Shifted, Undone or Unsettled; `began`: an earlier attempt may have written.

    Any other PBXError, Throttled too, leaves what was written so far: to be carried on with `began`.
    """
    touch = TargetWriter(pbx, change, before_write, pauses, content)
    now = touch.read()
    if same(now, change.after):
        return now
    if not same(now, change.before) and not (began and between(now, change)):
        raise Conflict(change, now)
    try:
        touch.write_to(now, change.after)
    except Throttled:
        raise
    except (Rejected, NotPossible) as cause:
        raise _stopped(touch, change, cause) from cause
    return touch.look(lambda seen: same(seen, change.after), answered=True)


def untouched(pbx: PbxClient, changes: Sequence[Change]) -> bool:
    """Whether every target still is as it was before."""
    return all(same(_read(pbx, change), change.before) for change in changes)


def wait_for_stragglers(pbx: PbxClient, changes: Sequence[Change], pauses: Sequence[float] = SETTLE) -> None:
    """What was on its way when an earlier attempt was cut off may land yet; over as soon as all of it shows."""
    for pause in pauses:
        if all(same(_read(pbx, change), change.after) for change in changes):
            return
        time.sleep(pause)


def _read(pbx: PbxClient, change: Change) -> Snapshot | None:
    return read(pbx, change.target, prompt=change.with_prompt)


def _take_back(write: Callable[..., object], changes: Sequence[Change]) -> bool:
    try:
        for change in reversed(changes):
            write(change.inverse, began=True)
    except (PBXError, Conflict, Unverified, RolledBack):
        log.warning("what had been written could not all be taken back", exc_info=True)
        return False
    return True


def _stopped(touch: TargetWriter, change: Change, cause: Rejected | NotPossible) -> Conflict | RolledBack:
    """What this change wrote is taken back; where others were at the target meanwhile, nothing of theirs is."""
    if change.before is None and not touch.made:
        return RolledBack(cause, clean=True)
    try:
        now = touch.read()
        if now is None and change.before is not None:
            return Conflict(change, None)
        if between(now, change) and not same(now, change.before):
            touch.write_to(now, change.before)
        return RolledBack(cause, clean=same(touch.read(), change.before))
    except (PBXError, Refused, Unverified):
        log.warning("a change that the PBX refused half-way could not be taken back", exc_info=True)
        return RolledBack(cause, clean=False)
