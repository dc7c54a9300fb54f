"""What differs, as changes of one kind each: who may put one back need not be allowed to do the others."""

from collections.abc import Iterator

from bot.changes import SERVER, Change, Snapshot, Target
from bot.changes.back import RECALL


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
