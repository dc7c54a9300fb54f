"""Which later changes have set again what an earlier one set.

To undo the earlier one would take back the later one; and one whose outcome is unknown is settled by them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from bot.changes.change import changed_parts
from bot.changes.plan import Plan
from bot.journal.models import Entry, State
from bot.journal.reader import Reader

SEARCHED = 500
"""Later changes of the same targets that are looked at, newest first."""
FEW = 10
"""Changes that are read first, as those that matter are mostly among them."""


def latest_on(journal: Reader, targets: Collection[str], limit: int, after: Entry | None = None) -> Iterator[Entry]:
    """Yields the same changes as `Reader.made_on`; most of them are read once the `FEW` made last were looked at."""
    found = journal.made_on(targets, FEW, after)
    yield from found
    if len(found) == FEW:
        known = {one.id for one in found}
        yield from (one for one in journal.made_on(targets, limit, after) if one.id not in known)


def set_since(
    journal: Reader,
    entry: Entry,
    done: Plan,
    is_in_effect: Callable[[Entry], bool],
    undone_by: Callable[[int], Entry | None],
) -> Entry | None:
    """Returns the newest change in effect that has set a part of the same after `entry` did; None if none has.

    What was set and taken back since counts for nothing, and neither does a change that found its target as it wanted.

    Args:
        done: the plan of the change `entry`.
    """
    parts = {(change.target.key, part) for change in done.undone for part in changed_parts(change)}
    for later in latest_on(journal, {key for key, _ in parts}, SEARCHED, after=entry):
        plan = Plan.model_validate(later.plan) if later.plan is not None else None
        if plan is None or parts.isdisjoint(plan.parts()):
            continue
        if is_in_effect(later) and not undone_by(later.id):
            return later
    return None


def is_settled(unknown: Entry, later: Sequence[Entry]) -> bool:
    """Returns whether later changes have set all that the change may have set, or found it to be so already."""
    if any(one.state is State.ALREADY and one.operations == unknown.operations for one in later):
        return True
    plans = (Plan.model_validate(one.plan) for one in later if one.state is State.DONE and one.plan)
    settled = {part for plan in plans for part in plan.parts()}
    return all(part in settled or (part[0], "*") in settled for part in Plan.model_validate(unknown.plan).parts())
