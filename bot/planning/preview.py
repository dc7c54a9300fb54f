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
from bot.setups.summary import change_line, count_facts, risk_facts
from bot.texts import approvals, cards, previews, wording

_UNSAID = str.maketrans("", "", '",')
"""Characters that make no difference between a typed and a canonical line."""


def preview(plan: Plan, operation: ChangeOperation, ring_group: RingGroupName) -> Message:
    """The differences, and a button that applies exactly this plan."""
    if plan.is_noop:
        return Message(title=previews.NOTHING_TO_CHANGE, notes=plan.already)
    style: Literal["danger", "primary"] = "danger" if plan.irreversible else "primary"
    duration = relative_duration(operation) if operation.approval else None
    return Message(
        title=previews.question(plan.preview_title),
        facts=(*planned_facts(plan, ring_group), *time_facts(plan.times, duration)),
        items=plan_items(plan, ring_group),
        notes=(*lost_notes(plan), *plan.already, *plan.notes, *plan.overlaps),
        offers=(
            Offer(
                label=approvals.ASK if operation.approval else operation.button,
                line=operation.text(settled=True),
                style=style,
                expects=plan.digest(),
            ),
        ),
    )


def asking_with_plan(message: Message, plan: Plan, ring_group: RingGroupName) -> Message:
    """Returns a refusal that offers to ask for approval with what would be asked for, so that one click asks."""
    asking = [offer for offer in message.offers if offer.label == approvals.ASK]
    if not asking:
        return message
    expects = plan.digest()
    offers = tuple(replace(one, expects=expects) if one in asking else one for one in message.offers)
    facts = (Fact(label=approvals.TO_BE_APPROVED, value=plan.preview_title), *planned_facts(plan, ring_group))
    return replace(
        message,
        facts=(*facts, *time_facts(plan.times), *message.facts),
        items=(*plan_items(plan, ring_group), *message.items),
        notes=(*lost_notes(plan), *message.notes),
        offers=offers,
    )


def preview_approval(
    operation: ApprovalDecision, effect: JournalEffect, entry: Entry, ring_group: RingGroupName
) -> Message:
    """What is decided about: who asked for what, from when and for how long; with a button that is tied to it."""
    plan, asked = Plan.model_validate(entry.plan), load(entry.operations[0])
    duration = relative_duration(asked) if isinstance(asked, ChangeOperation) else None
    by = () if any(entry.request.user in fact.ids for fact in effect.facts) else (entry.request.user,)
    return Message(
        title=previews.decide(operation.button, entry.id, plan.preview_title),
        facts=(
            *((Fact(label=cards.ASKED_BY, value="", ids=by),) if by else ()),
            *effect.facts,
            *planned_facts(plan, ring_group),
            *time_facts(plan.times, duration),
            *approver_facts(plan),
        ),
        items=plan_items(plan, ring_group),
        notes=(*lost_notes(plan), *plan.notes, *plan.overlaps),
        offers=(Offer(label=operation.button, line=operation.text(), style="primary", expects=plan.digest()),),
    )


def with_canonical_line(message: Message, typed: str, line: str) -> Message:
    """Adds the canonical line where it differs from the typed one, so that users learn the shorter form."""
    canonical, said = (fold(text).translate(_UNSAID) for text in (line, typed))
    if canonical.endswith(said) or "<@" in line:  # a bare name is canonical too, and a mention is no text
        return message
    return replace(message, notes=(*message.notes, previews.understood_as(line)))


def plan_facts(plan: Plan, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Before and after of each target; labels name the target if there are several. Of many changes their counts."""
    if plan.by_stages:
        return tuple(count_facts(plan.changes))
    several = len(plan.shown) > 1
    return tuple(
        Fact(
            label=f"{change.target.title}: {wording.inside(fact.label)}" if several else fact.label,
            value=fact.value,
            before=fact.before,
        )
        for change in plan.shown
        for fact in facts(change, ring_group)
    )


def planned_facts(plan: Plan, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """What `plan_facts` says of changes that are still to be made, after the risks of many changes."""
    return (*(risk_facts(plan.changes) if plan.by_stages else ()), *plan_facts(plan, ring_group))


def plan_items(plan: Plan, ring_group: RingGroupName) -> tuple[str, ...]:
    """What changes in each target of a plan of many changes; nothing for others, whose facts say it."""
    return tuple(change_line(change, ring_group) for change in plan.changes) if plan.by_stages else ()


def lost_notes(plan: Plan) -> tuple[str, ...]:
    """What an undo can't restore."""
    return tuple(map(cards.will_be_lost, plan.irreversible))


def approver_facts(plan: Plan) -> tuple[Fact, ...]:
    """Who has to approve, and until when."""
    if plan.approval is None:
        return ()
    approvers = (
        Fact(label=approvals.NEEDED_FROM, value=approvals.count_of(one.count), ids=one.ids)
        for one in plan.approval.asked
    )
    return (*approvers, Fact(label=approvals.EXPIRES, value=plan.approval.expiry_text()))


def time_facts(times: Schedule | None, duration: str | None = None) -> tuple[Fact, ...]:
    """Start and end with the time zone.

    Args:
        duration: the duration in words, where the change starts with its approval.
    """
    if times is None:
        return ()
    if duration is not None:
        return (Fact(label=cards.LASTS, value=cards.duration_from_approval(duration)),)
    instants = {cards.BEGINS: times.starts, cards.UNTIL: times.ends}
    return tuple(Fact(label=label, value=times.format_dated(at)) for label, at in instants.items() if at is not None)
