"""What the names of a change that was planned before stand for: the groups that they named then, whatever theirs now.

A change that is scheduled, waits for approval or repeats is planned again when it begins, and one that was not made in
time when somebody clicks "Do it now". Groups may have been renamed by then, and another one may have such a name. Of a
change that was never planned, the journal tells which group had the name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.changes.repository import ChangeRepository
from bot.errors import NotFound
from bot.journal.models import Entry, State
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.arguments.targets import Recall
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.planning.context import RequestContext
from bot.texts import refusals

OperationT = TypeVar("OperationT", bound=Operation)


def meant_by_click(
    repository: ChangeRepository,
    request: Request,
    readings: Sequence[OperationT],
    context_for: Callable[[Request, Operation], RequestContext],
) -> list[OperationT]:
    """Returns the readings of a button's line for the groups that were meant when it was made; raises as below."""
    if request.meant is None:
        return list(readings)
    entry = repository.entry(request.meant)
    stored = entry.plan or (entry.outcome or {}).get("proposes")  # by a workflow
    if stored is None:  # its names were never looked up
        return [_as_named_before(one, entry, context_for(request, one)) for one in readings]
    made = Plan.model_validate(stored)
    return [with_present_names(one, made, request.meant, context_for(request, one)) for one in readings]


def _as_named_before(operation: OperationT, entry: Entry, context: RequestContext) -> OperationT:
    """Returns the operation with the present names of the groups that had its names when an entry was made.

    The line of a change that was not begun in time is as it was typed; a line that was offered is as old as the answer.
    """
    since = entry.accepted_at if entry.state is State.EXPIRED else entry.ended_at or entry.accepted_at
    update = dict[str, object]()
    for field, argument_type, value in operation.said():
        if argument_type.reference is not Reference.GROUP:
            continue
        ids = (context.repository.id_named_before(spelling, since) for spelling in spellings(value))
        if (id := next(filter(None, ids), None)) is not None:
            group = context.directory.group_by_id(id) or context.directory.group_by_id(
                context.repository.recreated_id(id) or id
            )
            if group is None:
                raise NotFound(refusals.group_gone(value))
            update[field] = group.name
    return operation.model_copy(update=update) if update else operation


def with_present_names(operation: OperationT, made: Plan, number: int, context: RequestContext) -> OperationT:
    """Returns the operation with the present names of the groups and the ring group that it was planned for.

    Args:
        made: the plan that was shown.
        number: of the change, or the schedule, whose plan that is.

    Raises:
        NotFound: the PBX no longer has one of them.
        PBXError: the PBX can't be asked.
    """
    if not any(operation.references(kind) for kind in (Reference.GROUP, Reference.RECALL)):
        return operation
    changes = tuple(context.matched(one, number) if _is_lost(one, context) else one for one in _planned(made))
    update = dict[str, object]()
    for field, argument_type, value in operation.said():
        match argument_type.reference:
            case Reference.GROUP:
                update[field] = _present_group(value, changes, context)
            case Reference.RECALL if value.ring_group is not None:
                update[field] = _present_recall(value, changes, context)
    return operation.model_copy(update=update) if update else operation


def _planned(made: Plan) -> Iterator[Change]:
    """Yields the changes of groups and of the server that a plan makes, and those that it is to leave."""
    yield from made.undone
    yield from made.changes


def _is_lost(change: Change, context: RequestContext) -> bool:
    id = change.target.id
    return id is not None and context.directory.group_by_id(id) is None


def _present_group(text: str, changes: Iterable[Change], context: RequestContext) -> str:
    names = set(map(fold, spellings(text)))
    meant = next((one.target for one in changes if one.target.id and fold(one.target.name or "") in names), None)
    if meant is None or meant.id is None:
        return text
    group = context.directory.group_by_id(meant.id)
    if group is None:
        raise NotFound(refusals.group_gone(meant.title))
    return text if fold(group.name) == fold(text) else group.name


def _present_recall(recall: Recall, changes: Iterable[Change], context: RequestContext) -> Recall:
    settings = (one.after.settings for one in changes if one.after is not None)
    id = next((one.get("ring_group_id") for one in settings if one.get("recall_to") == recall.to), None)
    text = recall.ring_group or ""
    if id is None:
        return recall
    found = context.directory.ring_group_by_id(id)
    if found is None:
        raise NotFound(refusals.ring_group_gone(text))
    is_named = fold(text) in (fold(found.name), found.extension_number)
    return recall if is_named else recall.model_copy(update={"ring_group": found.name})
