"""Outcomes in words."""

from collections.abc import Sequence
from dataclasses import replace

from bot.changes.change import Change, Conflict, Unverified, same
from bot.changes.diff import RingGroupName, facts, people
from bot.changes.plan import Emergency, Plan
from bot.changes.snapshot import COMPARED, Snapshot
from bot.errors import NOTHING
from bot.messages.message import Fact, Message, Offer
from bot.operations.server import ServerPrompt
from bot.planning.preview import approver_facts, plan_facts, time_facts
from bot.worker.outcome import Confirmation

PROMPT = "prompt_file"
_BLANK = (None, "")
_CHANGED = "The PBX changed the call park server's prompt with it: check what callers hear."
_SAVED = "The prompt that was there before was saved."


def beside(plan: Plan, change: Change, now: Snapshot | None) -> Message | None:
    """In its title; with a button that puts the prompt back, where its file was kept."""
    moved = _moved(change, now)
    if any(key.startswith(PROMPT) for key in moved):
        if plan.saved is None:
            return Message(title=_CHANGED)
        back = Offer(label="Put the prompt back", line=ServerPrompt(file=plan.saved).text(), style="primary")
        return Message(title=f"{_CHANGED} {_SAVED}", offers=(back,))
    return Message(title=f"The PBX changed these settings with it: {', '.join(moved)}.") if moved else None


def _moved(change: Change, now: Snapshot | None) -> list[str]:
    if now is None or change.before is None or change.after is None or not same(now, change.after):
        return []
    wanted = {**change.before.settings, **change.after.settings}
    asked = tuple(COMPARED) if not change.with_prompt else (*COMPARED, *(key for key in wanted if PROMPT in key))
    pairs = {key: (value, now.settings.get(key)) for key, value in wanted.items() if key not in asked}
    return sorted(key for key, pair in pairs.items() if pair[0] != pair[1] and not set(pair) <= set(_BLANK))


LAST_NOW = "Whoever was taken out and put back now stands last in the group: group parks hunt in that order."


def done(plan: Plan, readings: Sequence[Snapshot | None], ring_group: RingGroupName, *, slow: bool) -> Confirmation:
    """Written, read back and found as wanted."""
    if all(change.already for change in plan.changes):
        return Confirmation.only(Message(title="Already so: nothing had to be changed", notes=plan.already))
    read = list(zip(plan.changes, readings, strict=True))
    stands = tuple(_stands(change, now) for change, now in read)
    also = [said for change, now in read if (said := beside(plan, change, now))]
    notes = tuple(said.title for said in also)
    card = Message(title=plan.title, facts=plan_facts(plan, ring_group), notes=(*plan.already, *plan.notes, *notes))
    reply = Message(
        title="Done: read back from the PBX and found as asked.",
        facts=tuple(filter(None, stands)),
        notes=notes,
        offers=tuple(offer for said in also for offer in said.offers),
    )
    return Confirmation(card=card, status="done", reply=reply, mention=slow or bool(reply.offers))


def alarm(card: Message, emergency_info: Emergency) -> Message:
    """For the channel that hears of emergencies."""
    return replace(
        card,
        title=f"In an emergency: {card.title}",
        facts=(Fact(label="Reason", value=emergency_info.reason), *card.facts),
        offers=(),
    )


def refused_by_pbx(plan: Plan, why: Message, *, clean: bool) -> Confirmation:
    """The PBX said no; `clean`: nothing of it stands."""
    state = NOTHING if clean else "A part of it may stand: look at the group before you try again."
    card = replace(why, title=f"Not done: {plan.wish}", notes=(why.title, *why.notes, state))
    reply = Message(title=f"The PBX refused. {state}", notes=(why.title,))
    return Confirmation(card=card, status="failed" if clean else "unsettled", reply=reply, mention=True)


def moved(plan: Plan, stop: Conflict, line: str, ring_group: RingGroupName, *, began: bool) -> Confirmation:
    """The target no longer is what the plan was made of; nothing was written, or `began` in an earlier attempt."""
    target, now = stop.change.target, stop.now
    what = "was changed by somebody else meanwhile" if now else "is gone"
    shift = facts(Change(target=target, before=stop.change.before, after=now), ring_group) if now else ()
    if began:
        return unsettled(plan, line, f"Park was interrupted half-way, and {target.title} {what}.", shift)
    message = Message(
        title=f"Stopped: {target.title} {what}. {NOTHING}",
        facts=shift,
        offers=(Offer(label="Preview again", line=f"preview {line}"),),
    )
    return Confirmation.only(message)


def not_seen(plan: Plan, stop: Unverified, line: str, ring_group: RingGroupName) -> Confirmation:
    """It was sent, and does not show: with what does."""
    why = "The PBX said yes, but" if stop.answered else "The PBX did not answer in time, and"
    what = "what it shows is not what was asked for." if stop.read else "it can't be read."
    seen = Change(target=stop.change.target, before=stop.change.before, after=stop.now)
    if not stop.read or stop.now is None:
        return unsettled(plan, line, f"{why} {what}")
    if seen.already:
        return unsettled(plan, line, f"{why} so far nothing of it shows.")
    return unsettled(plan, line, f"{why} {what}", facts(seen, ring_group))


def unsettled(plan: Plan, line: str, why: str, shown: tuple[Fact, ...] = ()) -> Confirmation:
    """Whether it stands can't be told: said so, with what to do; `shown` is what differs from before."""
    card = Message(
        title=f"Unknown: {plan.wish}",
        facts=tuple(replace(fact, label=f"The PBX now shows: {fact.label.lower()}") for fact in shown),
        notes=(why, "It may stand, in part or whole, or still arrive. Park does not send it again by itself."),
        offers=(Offer(label="Look and try again", line=f"preview {line}"),),
    )
    reply = Message(
        title="I can't tell whether that change was made.", notes=("Look at the PBX, then use the button above.",)
    )
    return Confirmation(card=card, status="unknown", reply=reply, mention=True)


def handed_back(line: str, why: str) -> Confirmation:
    """Too late is not done by surprise: it is offered."""
    card = Message(
        title=f"Not done: {line}",
        notes=(f"{why} {NOTHING} It is not tried again by itself.",),
        offers=(Offer(label="Do it now", line=line, style="primary"),),
    )
    reply = Message(
        title="That was not done in time, and won't be done by surprise later.",
        notes=("The button above does it now.",),
    )
    return Confirmation(card=card, status="handed back", reply=reply, mention=True)


def fault(line: str, *, began: bool) -> Confirmation:
    """Park itself went wrong: what it left is unknown once it had begun."""
    if not began:
        return handed_back(line, "Park met a fault of its own, which is in its log.")
    card = Message(
        title=f"Unknown: {line}",
        notes=("Park met a fault of its own half-way, which is in its log.", "Look at the PBX before you try again."),
    )
    return Confirmation(card=card, status="unknown", reply=card, mention=True)


def _stands(change: Change, now: Snapshot | None) -> Fact | None:
    """The members as they are now, by name."""
    if now is None or now.members is None:
        return None
    label = f"{change.target.title} now has {len(now.members)} member{'' if len(now.members) == 1 else 's'}"
    return Fact(label=label, value=people(now.members))


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
