"""What is temporary of a group, of the server or of a user, for the answers that show their present state."""

from collections.abc import Callable, Collection, Iterator

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.journal.models import Entry
from bot.messages.message import Offer, Row
from bot.operations.context import OperationContext
from bot.operations.present_titles import present_title
from bot.operations.scheduling import original_operation
from bot.texts import cards
from bot.texts import temporary as texts

Concerns = Callable[[Change], bool]
"""Whether a change is about what is shown."""
MAX_LOOKED_UP = 500
"""Groups whose temporary changes are looked up one by one; for more, all temporary changes are read."""


def temporary_rows(context: OperationContext, keys: Collection[str], concerns: Concerns) -> tuple[Row, ...]:
    """Returns a row for each temporary change in effect: what, until when and by whom, with a button to end it.

    Args:
        keys: of what is shown, as in `bot.journal.targets`.
    """
    return tuple(_row(context, *found) for found in _temporary(context, concerns, keys))


def temporary_by_group(context: OperationContext, groups: Collection[str]) -> dict[str, list[Row]]:
    """Returns the same rows for each of these groups of which something is temporary, by the ids of the groups."""
    rows = dict[str, list[Row]]()
    for first, plan, ends in _temporary(context, lambda change: change.target.id in groups, groups):
        for id in {change.target.id for change in plan.undone if change.target.id is not None}:
            rows.setdefault(id, []).append(_row(context, first, plan, ends))
    return rows


def temporary_ends(context: OperationContext, groups: Collection[str]) -> dict[str, str]:
    """Returns until when a group has something temporary, by the ids of the groups; of several, the first end."""
    ends = dict[str, str]()
    keys = groups if len(groups) <= MAX_LOOKED_UP else None
    for _, plan, until in _temporary(context, lambda change: change.target.id is not None, keys):
        for change in plan.undone:
            if change.target.id is not None:
                ends.setdefault(change.target.id, until)
    return ends


def temporary_notes(context: OperationContext, name_of: Callable[[str], str]) -> dict[str, str]:
    """Returns until when and by whom a group has something temporary, by the names of the groups.

    Args:
        name_of: returns the name of a Slack user.
    """
    notes = dict[str, str]()
    for first, plan, ends in _temporary(context, lambda change: not change.target.is_server):
        for name in context.names_today(plan.undone).union(*(change.names for change in plan.undone)):
            notes.setdefault(name, texts.note(ends, name_of(first.request.user)))
    return notes


def changed_numbers(change: Change) -> frozenset[str]:
    """Returns the numbers of the users whom a change adds or removes."""
    return frozenset(one.number for one in (*change.added, *change.removed))


def _temporary(
    context: OperationContext, concerns: Concerns, keys: Collection[str] | None = None
) -> Iterator[tuple[Entry, Plan, str]]:
    now = context.repository.now()
    for first, end in context.repository.scheduled_ends(keys):
        plan = Plan.model_validate(first.plan)
        names = frozenset(name for change in plan.undone for name in change.names)
        if plan.times is not None and any(map(concerns, plan.undone)) and all(map(context.may_see, names)):
            at = plan.times.format_relative(end.run_at, now)
            yield first, plan, texts.late(at) if end.failing_since is not None else texts.until(at)


def _row(context: OperationContext, first: Entry, plan: Plan, ends: str) -> Row:
    return Row(
        text=texts.row(present_title(context, plan, plan.title), ends, first.id),
        ids=(first.request.user,),
        offers=_offers(context, first, plan),
    )


def _offers(context: OperationContext, entry: Entry, plan: Plan) -> tuple[Offer, ...]:
    """Returns the button for whoever made the change, or may make such a change in all its groups."""
    permission = original_operation(entry).required_permission(context)
    names: list[str | None] = [*(name for change in plan.undone for name in change.names)] or [None]
    mine = entry.request.user == context.viewer.user
    may = mine or (permission is not None and all(context.may(permission, name) for name in names))
    return (Offer(label=cards.END_NOW, line=f"undo {entry.id}"),) if may else ()
