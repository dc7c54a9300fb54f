"""What is said of a change's times: that it waits for its own, ends soon, or got another."""

from bot.changes.diff import RingGroupName
from bot.confirmation.model import Confirmation
from bot.confirmation.preview import approver_facts, plan_facts, time_facts
from bot.errors import NOTHING
from bot.message import Message, Offer
from bot.plan import Plan

MOVED = "The PBX, or the policy, has changed since this was asked for: it has to be approved anew."


def scheduled(plan: Plan, ring_group: RingGroupName) -> Confirmation:
    """Planned and waiting: for all to see, before it is done."""
    card = Message(title=f"Scheduled: {plan.wish}", facts=plan_facts(plan, ring_group), notes=plan.notes)
    return Confirmation(card=card, status="scheduled")


def asked(plan: Plan, ring_group: RingGroupName, *, lasts: str | None, again: bool) -> Confirmation:
    """Planned, and for others to approve; `lasts`, where it counts from then; `again`: what they were shown moved."""
    card = Message(
        title=f"Waits for approval: {plan.wish}",
        facts=(*plan_facts(plan, ring_group), *time_facts(plan.times, lasts)),
        notes=(
            *((MOVED,) if again else ()),
            *(f"Will be lost: {lost}" for lost in plan.loses),
            *plan.already,
            *plan.notes,
        ),
    )
    return Confirmation(card=card, status="waiting for approval")


def asked_anew(plan: Plan) -> Message:
    """Under the card: whoever may approve is told once more, for a changed card notifies nobody."""
    return Message(
        title=f"To be approved anew: {plan.wish}",
        facts=approver_facts(plan),
        notes=("What was to be changed is no longer as it was shown: the card above shows it as it is now.",),
    )


def lapsed(plan: Plan, line: str) -> Confirmation:
    """Nobody, or too few, said yes in time."""
    card = Message(
        title=f"Not done: {plan.wish}",
        notes=(f"It was not approved in time. {NOTHING}",),
        offers=(Offer(label="Ask again", line=line),),
    )
    reply = Message(title=f"That was not approved in time. {NOTHING}", notes=("The button above asks again.",))
    return Confirmation(card=card, status="lapsed", reply=reply, mention=True)


def ends_soon(plan: Plan, number: int, at: str) -> Message:
    """Shortly before, while there is time to think of it."""
    return Message(
        title=f"Ends {at}: {plan.title}",
        notes=("Then it is taken back by itself.",),
        offers=(
            Offer(label="Extend by 1h", line=f"extend change {number} for 1h"),
            Offer(label="Keep it", line=f"keep change {number}"),
        ),
    )


def ended_already(plan: Plan) -> Confirmation:
    """Somebody was faster."""
    card = Message(title="Ended: nothing had to be changed", notes=plan.already)
    return Confirmation(card=card, status="done")


def not_ended(said: Message, number: int) -> Confirmation:
    """An end that can't be carried out is everybody's concern: what it ends stands on."""
    card = Message(
        title=f"Change {number} could not be ended",
        facts=said.facts,
        notes=(said.title, *said.notes, "It stays as it is until somebody decides."),
        offers=said.offers,
    )
    return Confirmation(card=card, status="failed", mention=True)


def not_begun(said: Message, line: str) -> Confirmation:
    """Its time has come, and it is refused by now: for all to see, as the card was."""
    card = Message(title=f"Not done: {line}", facts=said.facts, notes=(said.title, *said.notes), offers=said.offers)
    reply = Message(title=f"That could not be done when its time came. {NOTHING}", notes=(said.title,))
    return Confirmation(card=card, status="refused", reply=reply, mention=True)


def still_waiting(number: int, why: str) -> Message:
    """An end that is late: kept, and tried until it can be done."""
    return Message(
        title=f"The end of change {number} is late: the PBX can't be reached.",
        notes=(f"{why} It is tried again, and ends as soon as the PBX is back.",),
    )
