"""Groups that were deleted and that an undo or a `restore` has created again: the PBX gives them another id."""

from collections.abc import Collection, Iterator
from datetime import datetime

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.journal.targets import key_of_name
from bot.messages.text import fold

RESTORE = "restore"
"""Id of the operation that creates groups as they were."""
SEARCHED = 200
"""Latest changes of a group among which the one that deleted it is searched."""


def recreated_id(journal: Reader, id: str) -> str | None:
    """Returns the id that a deleted group has had last, since it was created again; None if it was not.

    A `restore` counts where it has created a group with a name of the deleted one: the last, or an earlier one that no
    other deleted group has had last. A new group of that name is another one.

    Args:
        id: the id of a group that the PBX has no more.
    """
    ids, roots = [id], list[Entry]()
    while True:
        roots += journal.made_on([ids[-1]], SEARCHED)  # one of which, or one of their undos, has deleted it
        names = {fold(name) for root in roots for one in _changes(root) if one.target.id in ids for name in one.names}
        new = (new for root in roots for new in _created_after(journal, root, ids[-1], names) if new not in ids)
        if (found := next(new, None)) is None:
            return ids[-1] if len(ids) > 1 else None
        ids.append(found)


def earlier_ids(journal: Reader, id: str, name: str) -> frozenset[str]:
    """Returns the ids that a group had before it was deleted and created again under one of its folded names."""
    changes = (one for entry in journal.made_on([key_of_name(name)], SEARCHED) for one in _changes(entry))
    others = {one.target.id for one in changes if one.target.id is not None} - {id}
    return frozenset(one for one in others if recreated_id(journal, one) == id)


def id_named_before(journal: Reader, name: str, since: datetime) -> str | None:
    """Returns the id of the group that had a folded name at an instant; None where none has lost it since."""
    for entry in journal.done_since([key_of_name(name)], since):
        for change in _changes(entry):
            if change.target.is_server:
                continue
            before, after = (side and fold(str(side.settings["name"])) for side in (change.before, change.after))
            if before == name != after:
                return change.target.id
            if after == name and before != name:
                return None  # it was free until then
    return None


def _created_after(journal: Reader, deletion: Entry, id: str, names: Collection[str]) -> Iterator[str]:
    """Yields each id with which a group was created again after a change, or one of its undos, had deleted it.

    Args:
        names: the folded names that the group had.
    """
    deleted = next((one for one in _changes(deletion) if one.target.id == id and one.after is None), None)
    for undo in journal.entries_about(deletion.id):
        if undo.plan is None or undo.state is not State.DONE:
            continue
        if deleted is not None:
            yield from _created_ids(undo, fold(deleted.target.title))
        yield from _created_after(journal, undo, id, names)
    if deleted is not None:
        last = fold(deleted.target.title)
        for name in (last, *(one for one in names if one != last and not _was_deleted(journal, one, id))):
            yield from _restored_after(journal, deletion, name)


def _was_deleted(journal: Reader, name: str, but: str) -> bool:
    """Returns whether another group that was deleted had a folded name last."""
    changes = (one for entry in journal.made_on([key_of_name(name)], SEARCHED) for one in _changes(entry))
    return any(one.after is None and one.target.id != but and fold(one.target.title) == name for one in changes)


def _restored_after(journal: Reader, deletion: Entry, name: str) -> Iterator[str]:
    """Yields each id with which a restore has created a group of a name after it was deleted, the first one first."""
    for entry in reversed(journal.made_on([key_of_name(name)], SEARCHED)):
        if entry.operations[0]["operation"] == RESTORE and entry.made_after(deletion):
            yield from _created_ids(entry, name)


def _created_ids(entry: Entry, name: str) -> Iterator[str]:
    """Yields the ids of the groups of a folded name that a change has created."""
    for one in _changes(entry):
        if one.before is None and one.target.id and fold(one.target.title) == name:
            yield one.target.id


def _changes(entry: Entry) -> tuple[Change, ...]:
    return Plan.model_validate(entry.plan).changes if entry.plan else ()
