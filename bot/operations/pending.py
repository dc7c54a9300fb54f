"""Lists what is pending: scheduled and temporary changes, what schedules begin soon, requests for approval."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

from bot.changes.change import snapshots_equal
from bot.changes.plan import Plan, Schedule, waits_for_approval
from bot.changes.repository import BATCH_SIZE
from bot.errors import PBXError
from bot.journal.models import Entry
from bot.journal.temporary import TemporaryChange
from bot.messages.message import Cell, Message, Offer, Row, Table
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import ReadOperation
from bot.operations.context import OperationContext
from bot.operations.present_titles import present_title
from bot.operations.proposals import proposal_buttons
from bot.operations.schedule import with_instants
from bot.operations.scheduling import (
    approval_buttons,
    original_operation,
    reject_form,
    scheduled_change_buttons,
    temporary_change_buttons,
)
from bot.operations.table_view import switch_button
from bot.policy.model import Permission
from bot.texts import answers, journal, wording, workflows

MAX_ARRIVAL = timedelta(minutes=2)
"""Age from which the PBX decides about a change with an unknown outcome; before that, it may still arrive."""
OWN_VERBS = ("undo ", "cancel ")
"""Lines that need no permission from the person who made the change."""
MAX_LOOKS = 10
"""Changes with an unknown outcome that `pending` looks up on the PBX at most."""
MAX_ENDING = 40
"""Temporary changes in one answer, those that end first."""
MAX_TABLE_ROWS = 10
"""Rows in the table, which fit in one message of Slack unless names are very long."""


_WAITS = "pending|waiting|scheduled|planned|temporary|next|coming|upcoming|on|happening"
_WHEN = "[next|now|later|today|tonight|tomorrow]"
"""Words of a question that asks for less than the list shows."""


class Pending(ReadOperation):
    """Lists changes that are scheduled, begin soon, are temporary, wait for approval or have an unknown outcome."""

    operation_id = "pending"
    phrase = "pending"
    also: ClassVar[tuple[str, ...]] = (
        "list|show pending",
        "status",
        "scheduled",
        "upcoming",
        "[my] approvals",
        f"what is {_WAITS} {_WHEN}",
        f"what's|whats {_WAITS} {_WHEN}",
        f"what is going to happen|change|end {_WHEN}",
        f"what's|whats going to happen|change|end {_WHEN}",
        f"what will happen|change|end {_WHEN}",
        f"what happens|changes|ends {_WHEN}",
        "what is|are waiting for me",
        "what is|are waiting for [my] approval",
        "what needs|waits [for] [my] approval",
        "what do i have to approve",
        "who can|may approve|reject [it|this|that]",
    )
    permission = Permission.READ
    examples: ClassVar[tuple[str, ...]] = ("pending",)

    def read(self, context: OperationContext) -> Message:
        rows, count, notes = _listed(context)
        if not rows:
            return Message(title=answers.NOTHING_PENDING, notes=notes)
        return Message(title=answers.pending(count), rows=rows, notes=notes, offers=(switch_button(self.text()),))


def _listed(context: OperationContext) -> tuple[tuple[Row, ...], int, tuple[str, ...]]:
    """Returns the rows, the number of all that is pending, and notes."""
    from bot.operations.schedule_list import coming  # imports this module

    unknown, settled = _unknown_outcomes(context)
    ends, total = ending(context, MAX_ENDING)
    rows = (
        *awaiting_approval(context),
        *proposed(context),
        *ends,
        *scheduled(context),
        *coming(context),
        *unknown,
        *_set_aside(context),
    )
    notes = (*settled, *((answers.first_ending(MAX_ENDING, total),) if total > MAX_ENDING else ()))
    return rows, len(rows) + max(0, total - MAX_ENDING), notes


class PendingTable(Pending):
    """Shows the same as a table, whose rows have no buttons."""

    operation_id = "pending_table"
    phrase = "pending as table"
    also = ("[list|show] pending as [a] table", "status as [a] table", "scheduled as [a] table")
    advertised = False
    examples = ("pending as table",)

    def read(self, context: OperationContext) -> Message:
        rows, count, notes = _listed(context)
        shown = rows[:MAX_TABLE_ROWS]
        if not shown:
            return super().read(context)
        rest = (answers.first_of(len(shown), count),) if len(shown) < count else ()
        table = Table(columns=answers.PENDING_COLUMNS, rows=tuple(row.cells for row in shown))
        offers = (switch_button(self.text()),)
        return Message(title=answers.pending(count), rows=shown, table=table, notes=(*notes, *rest), offers=offers)


def pending_cells(
    number: int,
    what: str,
    state: str,
    user: str | None = None,
    *,
    begins: datetime | str = "",
    ends: datetime | None = None,
) -> tuple[str | Cell, ...]:
    """A row of the table of what is pending.

    Args:
        user: id of the user whose change it is; None if it is nobody's.
        begins: a day in words where a schedule begins with it.
    """
    return (
        wording.change_number(number),
        what,
        state,
        Cell(ids=(user,)) if user else "",
        Cell(at=begins) if isinstance(begins, datetime) else begins,
        Cell(at=ends) if ends else "",
    )


def awaiting_approval(context: OperationContext) -> Iterator[Row]:
    """Approvers get buttons to approve and to reject, the requester one to withdraw."""
    for entry in context.repository.scheduled_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.approval is None or not waits_for_approval(entry):
            continue
        approve, withdraw = approval_buttons(entry.id, plan)
        mine, approver = _is_own(context, entry), _may_approve(context, entry)
        if not (approver or may_see(context, entry, plan)):
            continue
        offers, forms = (withdraw,) if mine else (approve,) if approver else (), (reject_form(entry.id),)
        title = present_title(context, plan, plan.preview_title)
        text = answers.numbered(answers.waits_for_approval(title, plan.approval.expiry_text()), entry.id)
        yield Row(
            text=text,
            ids=(entry.request.user,),
            offers=offers,
            forms=forms if approver and not mine else (),
            cells=pending_cells(entry.id, title, answers.WAITS, entry.request.user, ends=plan.approval.until),
        )


def proposed(context: OperationContext) -> Iterator[Row]:
    """What workflows propose, for those who may see the groups; with the buttons for those who may make the change."""
    for entry in context.repository.proposals():
        operation = original_operation(entry)
        names = [name for names in map(spellings, operation.references(Reference.GROUP)) for name in names[:1]]
        if not all(map(context.may_see, names)):
            continue
        may = operation.permission is not None and all(context.may(operation.permission, name) for name in names)
        text = answers.numbered(workflows.proposed(entry.request.line), entry.id)
        offers = proposal_buttons(entry.id, operation.text(settled=True)) if may else ()
        cells = pending_cells(entry.id, entry.request.line, workflows.STATUS_PROPOSED)
        yield Row(text=text, offers=offers, cells=cells)


def _may_approve(context: OperationContext, entry: Entry) -> bool:
    """Whether the requester may approve a change; while the PBX is away, whether they were asked to."""
    try:
        return context.approvals.may_approve(entry)
    except PBXError:
        return context.approvals.was_asked(entry)


def _is_own(context: OperationContext, entry: Entry) -> bool:
    return entry.request.user == context.viewer.user


def ending(context: OperationContext, limit: int) -> tuple[list[Row], int]:
    """Returns rows of the temporary changes that end first, and the number of all that the requester may see.

    A change without a row is counted by the names that its groups had when it was made.

    Args:
        limit: number of rows at most.
    """
    changes = context.repository.temporary_changes()
    shown = [one for one in changes if one.user == context.viewer.user or all(map(context.may_see, one.names))]
    rows = list(islice(_ending(context, shown, at_once=min(limit + 1, BATCH_SIZE)), limit + 1))
    return rows[:limit], len(rows) if len(rows) <= limit else max(len(rows), len(shown))


def _ending(context: OperationContext, changes: Sequence[TemporaryChange], at_once: int) -> Iterator[Row]:
    for first, end in context.repository.read_temporary(changes, at_once):
        plan = Plan.model_validate(first.plan)
        if plan.times and may_see(context, first, plan):
            now = context.repository.now()
            title = present_title(context, plan, plan.title)
            text = _end_text(title, plan.times, end, now)
            state = answers.LATE if end.failing_since is not None or end.run_at <= now else answers.TEMPORARY
            cells = pending_cells(first.id, title, state, first.request.user, ends=end.run_at)
            yield _row(context, first, plan, text, temporary_change_buttons(first.id), cells)


def _end_text(title: str, times: Schedule, end: Entry, now: datetime) -> str:
    at = times.format_relative(end.run_at, now)
    if end.failing_since is not None:
        return answers.ends_late(title, at, end.failure or "")
    return (answers.ends if end.run_at > now else answers.ends_as_soon_as_possible)(title, at)


def scheduled(context: OperationContext) -> Iterator[Row]:
    for entry in context.repository.scheduled_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.times and not waits_for_approval(entry) and may_see(context, entry, plan):
            title = present_title(context, plan, plan.preview_title)
            text = answers.scheduled(title, plan.times.format_relative(entry.run_at, context.repository.now()))
            user = entry.request.user
            cells = pending_cells(entry.id, title, answers.SCHEDULED, user, begins=entry.run_at)
            yield _row(context, entry, plan, text, scheduled_change_buttons(entry.id), cells)


def _set_aside(context: OperationContext) -> Iterator[Row]:
    """Entries that can't be read: nothing but their numbers is known, so everybody sees them."""
    for one in context.repository.set_aside():
        cells = pending_cells(one.entry, "", answers.UNREADABLE)
        yield Row(text=journal.set_aside_row(one.entry), cells=cells)


def _unknown_outcomes(context: OperationContext) -> tuple[list[Row], tuple[str, ...]]:
    """Looks at the PBX; returns rows for what is still unknown, and notes on what the PBX shows to be made or not."""
    rows, settled = list[Row](), list[str]()
    for entry in context.repository.unknown_outcomes():
        plan = Plan.model_validate(entry.plan)
        if not may_see(context, entry, plan):
            continue
        age = context.repository.now() - (entry.ended_at or entry.run_at)
        look_now = age > MAX_ARRIVAL and len(settled) + len(rows) < MAX_LOOKS
        shown = _shown_by_pbx(context, plan) if look_now else None
        title = present_title(context, plan, plan.preview_title)
        if shown is not None:
            settled.append(answers.outcome_found(entry.id, title, made=shown))
            continue
        line = with_instants(original_operation(entry), plan.times).text(settled=True)
        look = Offer(label=answers.LOOK_AND_RETRY, line=f"preview {line}", meant=entry.id)
        cells = pending_cells(entry.id, title, answers.UNKNOWN, entry.request.user)
        rows.append(_row(context, entry, plan, answers.outcome_unknown(title), (look,), cells))
    return rows, tuple(settled)


def _shown_by_pbx(context: OperationContext, plan: Plan) -> bool | None:
    """Whether the PBX shows a change as made; None if it shows neither that nor its absence, or can't be asked."""
    try:
        now = [context.now(change) for change in plan.changes]
    except PBXError:
        return None
    if all(snapshots_equal(one, change.after) for one, change in zip(now, plan.changes, strict=True)):
        return True
    if all(snapshots_equal(one, change.before) for one, change in zip(now, plan.changes, strict=True)):
        return False
    return None


def _row(
    context: OperationContext,
    entry: Entry,
    plan: Plan,
    text: str,
    offers: tuple[Offer, ...],
    cells: tuple[str | Cell, ...],
) -> Row:
    return Row(
        text=answers.numbered(text, entry.id),
        ids=(entry.request.user,),
        offers=allowed_offers(context, entry, plan, offers),
        cells=cells,
    )


def allowed_offers(context: OperationContext, entry: Entry, plan: Plan, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """The buttons for those who have the change's permission on all its groups, or who made it themselves.

    Whoever made a change may take it back and call it off without a permission.
    """
    permission = original_operation(entry).required_permission(context)
    names: list[str | None] = [*names_of(context, plan)] or [None]
    if permission is not None and all(context.may(permission, name) for name in names):
        return offers
    return tuple(one for one in offers if one.line.startswith(OWN_VERBS)) if _is_own(context, entry) else ()


def may_see(context: OperationContext, entry: Entry, plan: Plan) -> bool:
    """Whether the requester may know of a change: one of their own, or one of groups that they may read."""
    return _is_own(context, entry) or all(map(context.may_see, names_of(context, plan)))


def names_of(context: OperationContext, plan: Plan) -> frozenset[str]:
    """The names of a plan's groups when it was made, and today."""
    changes = (*plan.changes, *plan.undone)
    return context.names_today(changes).union(*(change.names for change in changes))
