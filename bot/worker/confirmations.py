"""The messages that confirm each outcome, and notices about the ends of temporary changes."""

from collections.abc import Sequence
from dataclasses import replace

from bot.changes.change import Change, Conflict, Unverified, snapshots_equal
from bot.changes.diff import RingGroupName, facts, member_list
from bot.changes.plan import Emergency, Plan
from bot.changes.snapshot import COMPARED_SETTINGS, Snapshot
from bot.errors import NOTHING_CHANGED
from bot.messages.message import Fact, Message, Offer
from bot.operations.server import ServerPrompt
from bot.planning.preview import approver_facts, plan_facts, time_facts
from bot.worker.outcome import Confirmation

REORDERED = "Whoever was taken out and put back now stands last in the group: group parks hunt in that order."
_APPROVE_AGAIN = "The PBX, or the policy, has changed since this was asked for: it has to be approved anew."
_PROMPT_CHANGED = "The PBX changed the call park server's prompt with it: check what callers hear."
_PROMPT_SAVED = "The prompt that was there before was saved."
_PROMPT = "prompt_file"
"""Prefix of the server settings that describe the prompt."""


def done(plan: Plan, readings: Sequence[Snapshot | None], ring_group: RingGroupName, *, slow: bool) -> Confirmation:
    """Confirms a change that was written and verified.

    Args:
        readings: What was read back of each change's target, in the order of the changes.
        slow: Whether it took so long that the requester is mentioned.
    """
    if all(change.is_noop for change in plan.changes):
        return Confirmation(private=Message(title="Already so: nothing had to be changed", notes=plan.already))
    read = list(zip(plan.changes, readings, strict=True))
    warnings = [message for change, now in read if (message := _side_effect(plan, change, now))]
    notes = tuple(message.title for message in warnings)
    card = Message(title=plan.title, facts=plan_facts(plan, ring_group), notes=(*plan.already, *plan.notes, *notes))
    reply = Message(
        title="Done: read back from the PBX and found as asked.",
        facts=tuple(fact for change, now in read if (fact := _members(change, now))),
        notes=notes,
        offers=tuple(offer for message in warnings for offer in message.offers),
    )
    return Confirmation(card=card, status="done", reply=reply, mention=slow or bool(reply.offers))


def _side_effect(plan: Plan, change: Change, now: Snapshot | None) -> Message | None:
    """Warns of settings that the PBX changed unasked; offers to restore a prompt that was backed up."""
    changed = _changed_unasked(change, now)
    if any(key.startswith(_PROMPT) for key in changed):
        if plan.saved_prompt is None:
            return Message(title=_PROMPT_CHANGED)
        restore = Offer(label="Put the prompt back", line=ServerPrompt(file=plan.saved_prompt).text(), style="primary")
        return Message(title=f"{_PROMPT_CHANGED} {_PROMPT_SAVED}", offers=(restore,))
    return Message(title=f"The PBX changed these settings with it: {', '.join(changed)}.") if changed else None


def _changed_unasked(change: Change, now: Snapshot | None) -> list[str]:
    """Returns the keys of settings that differ from before and were not part of the request."""
    if now is None or change.before is None or change.after is None or not snapshots_equal(now, change.after):
        return []
    expected = {**change.before.settings, **change.after.settings}
    requested = (
        (*COMPARED_SETTINGS, *(key for key in expected if _PROMPT in key))
        if change.includes_prompt
        else tuple(COMPARED_SETTINGS)
    )
    return sorted(
        key
        for key, value in expected.items()
        if key not in requested and value != now.settings.get(key) and not {value, now.settings.get(key)} <= {None, ""}
    )


def _members(change: Change, now: Snapshot | None) -> Fact | None:
    if now is None or now.members is None:
        return None
    label = f"{change.target.title} now has {len(now.members)} member{'' if len(now.members) == 1 else 's'}"
    return Fact(label=label, value=member_list(now.members))


def emergency_notice(card: Message, emergency: Emergency) -> Message:
    """Turns a change's card into the notice for the channels that are notified of emergencies."""
    return replace(
        card,
        title=f"In an emergency: {card.title}",
        facts=(Fact(label="Reason", value=emergency.reason), *card.facts),
        offers=(),
    )


def rejected(plan: Plan, reason: Message, *, clean: bool) -> Confirmation:
    """Reports that the PBX rejected the change; `clean` if nothing of it is left on the PBX."""
    remains = NOTHING_CHANGED if clean else "A part of it may stand: look at the group before you try again."
    card = replace(reason, title=f"Not done: {plan.preview_title}", notes=(reason.title, *reason.notes, remains))
    reply = Message(title=f"The PBX refused. {remains}", notes=(reason.title,))
    return Confirmation(card=card, status="failed" if clean else "unsettled", reply=reply, mention=True)


def conflict(plan: Plan, stop: Conflict, line: str, ring_group: RingGroupName, *, began: bool) -> Confirmation:
    """Reports that the target is not as planned; `began` if an earlier attempt may have written."""
    target, now = stop.change.target, stop.now
    what = "was changed by somebody else meanwhile" if now else "is gone"
    diff = facts(Change(target=target, before=stop.change.before, after=now), ring_group) if now else ()
    if began:
        return unknown(plan, line, f"Park was interrupted half-way, and {target.title} {what}.", diff)
    message = Message(
        title=f"Stopped: {target.title} {what}. {NOTHING_CHANGED}",
        facts=diff,
        offers=(Offer(label="Preview again", line=f"preview {line}"),),
    )
    return Confirmation(private=message)


def unverified(plan: Plan, stop: Unverified, line: str, ring_group: RingGroupName) -> Confirmation:
    """Reports that a write was sent and the PBX does not show its result, with what the PBX shows."""
    why = "The PBX said yes, but" if stop.answered else "The PBX did not answer in time, and"
    what = "what it shows is not what was asked for." if stop.read else "it can't be read."
    seen = Change(target=stop.change.target, before=stop.change.before, after=stop.now)
    if not stop.read or stop.now is None:
        return unknown(plan, line, f"{why} {what}")
    if seen.is_noop:
        return unknown(plan, line, f"{why} so far nothing of it shows.")
    return unknown(plan, line, f"{why} {what}", facts(seen, ring_group))


def unknown(plan: Plan, line: str, why: str, diff: tuple[Fact, ...] = ()) -> Confirmation:
    """Reports an unknown outcome, with what to do; `diff` is what the PBX shows that differs from before."""
    card = Message(
        title=f"Unknown: {plan.preview_title}",
        facts=tuple(replace(fact, label=f"The PBX now shows: {fact.label.lower()}") for fact in diff),
        notes=(why, "It may stand, in part or whole, or still arrive. Park does not send it again by itself."),
        offers=(Offer(label="Look and try again", line=f"preview {line}"),),
    )
    reply = Message(
        title="I can't tell whether that change was made.", notes=("Look at the PBX, then use the button above.",)
    )
    return Confirmation(card=card, status="unknown", reply=reply, mention=True)


def not_run(line: str, again: str, why: str) -> Confirmation:
    """Reports that a change was not run, and offers to run it now by the line `again`."""
    card = Message(
        title=f"Not done: {line}",
        notes=(f"{why} {NOTHING_CHANGED} It is not tried again by itself.",),
        offers=(Offer(label="Do it now", line=again, style="primary"),),
    )
    reply = Message(
        title="That was not done in time, and won't be done by surprise later.",
        notes=("The button above does it now.",),
    )
    return Confirmation(card=card, status="handed back", reply=reply, mention=True)


def internal_error(line: str, again: str, *, began: bool) -> Confirmation:
    """Reports an unexpected exception; the outcome is unknown if the change had begun."""
    if not began:
        return not_run(line, again, "Park met a fault of its own, which is in its log.")
    card = Message(
        title=f"Unknown: {line}",
        notes=("Park met a fault of its own half-way, which is in its log.", "Look at the PBX before you try again."),
    )
    return Confirmation(card=card, status="unknown", reply=card, mention=True)


def scheduled(plan: Plan, ring_group: RingGroupName) -> Confirmation:
    """Shows a change that waits for its start time."""
    card = Message(title=f"Scheduled: {plan.preview_title}", facts=plan_facts(plan, ring_group), notes=plan.notes)
    return Confirmation(card=card, status="scheduled")


def start_refused(reason: Message, line: str) -> Confirmation:
    """Reports on the card of a scheduled change that it was refused when its time came."""
    card = Message(
        title=f"Not done: {line}", facts=reason.facts, notes=(reason.title, *reason.notes), offers=reason.offers
    )
    reply = Message(title=f"That could not be done when its time came. {NOTHING_CHANGED}", notes=(reason.title,))
    return Confirmation(card=card, status="refused", reply=reply, mention=True)


def awaiting_approval(plan: Plan, ring_group: RingGroupName, *, duration: str | None, again: bool) -> Confirmation:
    """Shows a change that waits for approval.

    Args:
        lasts: How long a temporary change lasts, if that counts from its approval.
        again: Whether approvers were shown an earlier plan.
    """
    card = Message(
        title=f"Waits for approval: {plan.preview_title}",
        facts=(*plan_facts(plan, ring_group), *time_facts(plan.times, duration)),
        notes=(
            *((_APPROVE_AGAIN,) if again else ()),
            *(f"Will be lost: {lost}" for lost in plan.irreversible),
            *plan.already,
            *plan.notes,
        ),
    )
    return Confirmation(card=card, status="waiting for approval")


def approval_needed_again(plan: Plan) -> Message:
    """Asks the approvers of a changed plan again, in a reply: an updated card notifies nobody."""
    return Message(
        title=f"To be approved anew: {plan.preview_title}",
        facts=approver_facts(plan),
        notes=("What was to be changed is no longer as it was shown: the card above shows it as it is now.",),
    )


def approval_expired(plan: Plan, line: str) -> Confirmation:
    """Reports that too few approvals were given in time."""
    card = Message(
        title=f"Not done: {plan.preview_title}",
        notes=(f"It was not approved in time. {NOTHING_CHANGED}",),
        offers=(Offer(label="Ask again", line=line),),
    )
    reply = Message(title=f"That was not approved in time. {NOTHING_CHANGED}", notes=("The button above asks again.",))
    return Confirmation(card=card, status="lapsed", reply=reply, mention=True)


def ends_soon(plan: Plan, number: int, at: str) -> Message:
    """Announces the end of a temporary change, with buttons to extend or keep it."""
    return Message(
        title=f"Ends {at}: {plan.title}",
        notes=("Then it is taken back by itself.",),
        offers=(
            Offer(label="Extend by 1h", line=f"extend {number} for 1h"),
            Offer(label="Keep it", line=f"keep {number}"),
        ),
    )


def end_delayed(number: int, reason: Message) -> Message:
    """Reports that the end of a temporary change is late, and is retried until it succeeds."""
    return Message(
        title=f"The end of change {number} is late: it could not be made yet.",
        facts=reason.facts,
        notes=(reason.title, *reason.notes, "It is tried again until it succeeds, or somebody calls it off."),
        offers=(*reason.offers, Offer(label="Keep", line=f"keep change {number}")),
    )


def ended_already(plan: Plan) -> Confirmation:
    """Reports that a temporary change had been undone by somebody else before its end."""
    card = Message(title="Ended: nothing had to be changed", notes=plan.already)
    return Confirmation(card=card, status="done")


def begun_already(plan: Plan) -> Confirmation:
    """Reports on the card of a scheduled or approved change that nothing was left to do."""
    card = Message(title=f"Already so: {plan.preview_title}", notes=plan.already)
    return Confirmation(card=card, status="already so")


def end_refused(reason: Message, number: int) -> Confirmation:
    """Reports that a temporary change could not be ended and stays in effect."""
    card = Message(
        title=f"Change {number} could not be ended",
        facts=reason.facts,
        notes=(reason.title, *reason.notes, "It stays as it is until somebody decides."),
        offers=reason.offers,
    )
    return Confirmation(card=card, status="failed", mention=True)
