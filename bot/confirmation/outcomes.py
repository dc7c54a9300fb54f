"""How a change ended, as it is told."""

from collections.abc import Sequence
from dataclasses import replace

from bot.changes import Snapshot
from bot.changes.change import Change, same
from bot.changes.diff import RingGroupName, facts, people
from bot.changes.snapshot import COMPARED
from bot.changes.stops import Shifted, Unsettled
from bot.confirmation.model import Confirmation
from bot.confirmation.preview import plan_facts
from bot.errors import NOTHING
from bot.message import Fact, Message, Offer
from bot.plan import Plan
from bot.second_thoughts import Urgency

LAST_NOW = "Whoever was taken out and put back now stands last in the group: group parks hunt in that order."


def done(plan: Plan, readings: Sequence[Snapshot | None], ring_group: RingGroupName, *, slow: bool) -> Confirmation:
    """Written, read back and found as wanted."""
    if all(change.already for change in plan.changes):
        return Confirmation.only(Message(title="Already so: nothing had to be changed", notes=plan.already))
    card = Message(title=plan.title, facts=plan_facts(plan, ring_group), notes=(*plan.already, *plan.notes))
    stands = tuple(_stands(change, now) for change, now in zip(plan.changes, readings, strict=True))
    notes = tuple(note for change, now in zip(plan.changes, readings, strict=True) for note in _also_moved(change, now))
    reply = Message(
        title="Done: read back from the PBX and found as asked.", facts=tuple(filter(None, stands)), notes=notes
    )
    return Confirmation(card=card, status="done", reply=reply, mention=slow)


def alarm(card: Message, urgency: Urgency) -> Message:
    """For the channel that hears of emergencies."""
    return replace(
        card,
        title=f"In an emergency: {card.title}",
        facts=(Fact(label="Reason", value=urgency.reason), *card.facts),
        offers=(),
    )


def refused_by_pbx(plan: Plan, why: Message, *, clean: bool) -> Confirmation:
    """The PBX said no; `clean`: nothing of it stands."""
    state = NOTHING if clean else "A part of it may stand: look at the group before you try again."
    card = replace(why, title=f"Not done: {plan.wish}", notes=(why.title, *why.notes, state))
    reply = Message(title=f"The PBX refused. {state}", notes=(why.title,))
    return Confirmation(card=card, status="failed" if clean else "unsettled", reply=reply, mention=True)


def moved(plan: Plan, stop: Shifted, line: str, ring_group: RingGroupName, *, began: bool) -> Confirmation:
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


def not_seen(plan: Plan, stop: Unsettled, line: str, ring_group: RingGroupName) -> Confirmation:
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


def _also_moved(change: Change, now: Snapshot | None) -> tuple[str, ...]:
    """What the PBX changed beside what it was asked for: the prompt above all."""
    if now is None or change.before is None or change.after is None or not same(now, change.after):
        return ()
    wanted = {**change.before.settings, **change.after.settings}
    others = {key: value for key, value in wanted.items() if key not in COMPARED}
    moved = sorted(key for key, value in others.items() if key not in now.settings or now.settings[key] != value)
    if any(key.startswith("prompt_file") for key in moved):
        return ("The PBX changed the call park server's prompt with it: check what callers hear.",)
    blank = (None, "")
    visible = [key for key in moved if wanted[key] not in blank or now.settings.get(key) not in blank]
    return (f"The PBX changed these settings with it: {', '.join(visible)}.",) if visible else ()
