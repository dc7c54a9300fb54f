"""A plan as a message, before it is applied."""

from dataclasses import replace
from typing import Literal

from bot.changes.diff import RingGroupName, facts
from bot.changes.plan import Plan, Schedule
from bot.journal.models import Entry
from bot.messages.message import Fact, Message, Offer
from bot.messages.text import fold
from bot.operations.approvals import ApprovalDecision
from bot.operations.base import ChangeOperation, JournalEffect
from bot.operations.catalog import load
from bot.operations.schedule import relative_duration

_UNSAID = str.maketrans("", "", '",')
"""Characters that make no difference between a typed and a canonical line."""
ASK = "Ask for approval"
"""Label of the button that requests an approval."""


def preview(plan: Plan, operation: ChangeOperation, ring_group: RingGroupName) -> Message:
    """The differences, and a button that applies exactly this plan."""
    if all(change.is_noop for change in plan.changes):
        return Message(title="Nothing to change", notes=plan.already)
    style: Literal["danger", "primary"] = "danger" if plan.irreversible else "primary"
    duration = relative_duration(operation) if operation.approval else None
    return Message(
        title=f"{plan.preview_title}? Nothing is changed yet.",
        facts=(*plan_facts(plan, ring_group), *time_facts(plan.times, duration)),
        notes=(*(f"Will be lost: {lost}" for lost in plan.irreversible), *plan.already, *plan.notes),
        offers=(
            Offer(
                label=ASK if operation.approval else operation.button,
                line=operation.text(settled=True),
                style=style,
                expects=plan.digest(),
            ),
        ),
    )


def preview_approval(
    operation: ApprovalDecision, effect: JournalEffect, entry: Entry, ring_group: RingGroupName
) -> Message:
    """What is decided about: who asked for what, from when and for how long; with a button that is tied to it."""
    plan, asked = Plan.model_validate(entry.plan), load(entry.operations[0])
    duration = relative_duration(asked) if isinstance(asked, ChangeOperation) else None
    by = () if any(entry.request.user in fact.ids for fact in effect.facts) else (entry.request.user,)
    return Message(
        title=f"{operation.title} change {entry.id}: {plan.preview_title}? Nothing is changed yet.",
        facts=(
            *((Fact(label="Asked by", value="", ids=by),) if by else ()),
            *effect.facts,
            *plan_facts(plan, ring_group),
            *time_facts(plan.times, duration),
            *approver_facts(plan),
        ),
        notes=(*(f"Will be lost: {lost}" for lost in plan.irreversible), *plan.notes),
        offers=(Offer(label=operation.title, line=operation.text(), style="primary", expects=plan.digest()),),
    )


def with_canonical_line(message: Message, typed: str, line: str) -> Message:
    """Adds the canonical line where it differs from the typed one, so that users learn the shorter form."""
    canonical, said = (fold(text).translate(_UNSAID) for text in (line, typed))
    if canonical.endswith(said):  # a bare name is canonical too
        return message
    return replace(message, notes=(*message.notes, f"Understood as `{line}`."))


def plan_facts(plan: Plan, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Before and after of each target; labels name the target if there are several."""
    several = len(plan.changes) > 1
    return tuple(
        Fact(
            label=f"{change.target.title}: {fact.label.lower()}" if several else fact.label,
            value=fact.value,
            before=fact.before,
        )
        for change in plan.changes
        for fact in facts(change, ring_group)
    )


def approver_facts(plan: Plan) -> tuple[Fact, ...]:
    """Who has to approve, by which rule, and until when."""
    if plan.approval is None:
        return ()
    approvers = (
        Fact(label=f"To be approved, by “{one.rule}”", value=f"by {one.count} of", ids=one.ids)
        for one in plan.approval.asked
    )
    return (*approvers, Fact(label="Lapses", value=plan.approval.expiry_text()))


def time_facts(times: Schedule | None, duration: str | None = None) -> tuple[Fact, ...]:
    """Start and end with the time zone.

    Args:
        lasts: the duration in words, where the change starts with its approval.
    """
    if times is None:
        return ()
    if duration is not None:
        return (Fact(label="Lasts", value=f"{duration} from its approval"),)
    instants = {"Begins": times.starts, "Until": times.ends}
    return tuple(Fact(label=label, value=times.format_dated(at)) for label, at in instants.items() if at is not None)
