"""The messages that confirm each outcome, and notices about the ends of temporary changes."""

from collections.abc import Sequence
from dataclasses import replace

from bot.changes.change import Change, Conflict, Unverified, snapshots_equal
from bot.changes.diff import RingGroupName, facts, member_list
from bot.changes.plan import Plan
from bot.changes.snapshot import COMPARED_SETTINGS, Snapshot
from bot.messages.message import Fact, Message, Offer
from bot.operations.server import ServerPrompt
from bot.planning.preview import approver_facts, lost_notes, plan_facts, plan_items, planned_facts, time_facts
from bot.texts import approvals, cards, decisions, outcomes, schedules, wording
from bot.worker.outcome import Confirmation

_PROMPT = "prompt_file"
"""Prefix of the server settings that describe the prompt."""


def done(plan: Plan, readings: Sequence[Snapshot | None], ring_group: RingGroupName, *, slow: bool) -> Confirmation:
    """Confirms a change that was written and verified.

    Args:
        readings: What was read back of each change's target, in the order of the changes.
        slow: Whether it took so long that the requester is mentioned.
    """
    if plan.is_noop:
        return Confirmation(private=Message(title=outcomes.ALREADY, notes=plan.already))
    read = list(zip(plan.changes, readings, strict=True))
    warnings = [message for change, now in read if (message := _side_effect(plan, change, now))]
    notes = tuple(message.title for message in warnings)
    card = Message(
        title=plan.title,
        facts=plan_facts(plan, ring_group),
        items=plan_items(plan, ring_group),
        notes=(*plan.already, *plan.notes, *notes),
    )
    reply = Message(
        title=outcomes.DONE,
        facts=() if plan.by_stages else tuple(fact for change, now in read if (fact := _members(change, now))),
        notes=notes,
        offers=tuple(offer for message in warnings for offer in message.offers),
    )
    return Confirmation(card=card, status=cards.STATUS_DONE, reply=reply, mention=slow or bool(reply.offers))


def schedule_made(plan: Plan, ring_group: RingGroupName) -> Confirmation:
    """Confirms a schedule, with what an occurrence would change now."""
    card = Message(title=plan.title, facts=plan_facts(plan, ring_group), notes=plan.notes)
    reply = Message(title=" ".join(plan.overlaps)) if plan.overlaps else None
    return Confirmation(card=card, status=schedules.STATUS_ACTIVE, reply=reply)


def _side_effect(plan: Plan, change: Change, now: Snapshot | None) -> Message | None:
    """Warns of settings that the PBX changed unasked; offers to restore a prompt that was backed up."""
    changed = _changed_unasked(change, now)
    if any(key.startswith(_PROMPT) for key in changed):
        if plan.saved_prompt is None:
            return Message(title=outcomes.PROMPT_CHANGED)
        restore = Offer(label=cards.RESTORE_PROMPT, line=ServerPrompt(file=plan.saved_prompt).text(), style="primary")
        return Message(title=f"{outcomes.PROMPT_CHANGED} {outcomes.PROMPT_SAVED}", offers=(restore,))
    return Message(title=outcomes.also_changed(", ".join(changed))) if changed else None


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
    return Fact(label=outcomes.members_now(change.target.title, len(now.members)), value=member_list(now.members))


def rejected(plan: Plan, reason: Message, *, clean: bool) -> Confirmation:
    """Reports that the PBX rejected the change; `clean` if nothing of it is left on the PBX."""
    remains = wording.NOTHING_CHANGED if clean else outcomes.PARTLY_LEFT
    card = replace(reason, title=cards.not_done(plan.preview_title), notes=(reason.title, *reason.notes, remains))
    reply = Message(title=outcomes.rejected(remains), notes=(reason.title,))
    status = cards.STATUS_FAILED if clean else cards.STATUS_UNKNOWN
    return Confirmation(card=card, status=status, reply=reply, mention=True)


def conflict(plan: Plan, stop: Conflict, line: str, ring_group: RingGroupName, *, began: bool) -> Confirmation:
    """Reports that the target is not as planned; `began` if an earlier attempt may have written."""
    target, now = stop.change.target, stop.now
    what = outcomes.changed_meanwhile(target.title) if now else outcomes.gone(target.title)
    diff = facts(Change(target=target, before=stop.change.before, after=now), ring_group) if now else ()
    if began:
        return unknown(plan, line, outcomes.interrupted(what), diff)
    message = Message(
        title=outcomes.stopped(what),
        facts=diff,
        offers=(Offer(label=cards.PREVIEW_AGAIN, line=f"preview {line}"),),
    )
    return Confirmation(private=message)


def unverified(plan: Plan, stop: Unverified, line: str, ring_group: RingGroupName) -> Confirmation:
    """Reports that a write was sent and the PBX does not show its result, with what the PBX shows."""
    why = outcomes.ACCEPTED if stop.answered else stop.why or outcomes.UNVERIFIED_SILENT
    what = outcomes.OTHER_SHOWS if stop.read else outcomes.UNREADABLE
    seen = Change(target=stop.change.target, before=stop.change.before, after=stop.now)
    if not stop.read or stop.now is None:
        return unknown(plan, line, f"{why} {what}")
    if seen.is_noop:
        return unknown(plan, line, f"{why} {outcomes.NOTHING_SHOWS}")
    return unknown(plan, line, f"{why} {what}", facts(seen, ring_group))


def unknown(plan: Plan, line: str, why: str, diff: tuple[Fact, ...] = ()) -> Confirmation:
    """Reports an unknown outcome, with what to do; `diff` is what the PBX shows that differs from before."""
    card = Message(
        title=cards.unknown(plan.preview_title),
        facts=tuple(replace(fact, label=outcomes.pbx_now_shows(wording.inside(fact.label))) for fact in diff),
        notes=(why, outcomes.MAY_HAVE_GONE_THROUGH),
        offers=(Offer(label=cards.TRY_AGAIN, line=f"preview {line}"),),
    )
    reply = Message(title=outcomes.UNKNOWN_REPLY, notes=(outcomes.UNKNOWN_HINT,))
    return Confirmation(card=card, status=cards.STATUS_UNKNOWN, reply=reply, mention=True)


def not_run(line: str, again: str, why: str, *, reply_title: str | None = None) -> Confirmation:
    """Reports that a change was not run, and offers to run it now by the line `again`."""
    card = Message(
        title=cards.not_run(line),
        notes=(f"{why} {wording.NOTHING_CHANGED} {outcomes.NOT_RETRIED}",),
        offers=(Offer(label=cards.DO_NOW, line=again, style="primary"),),
    )
    reply = Message(title=reply_title or outcomes.TOO_LATE_REPLY, notes=(outcomes.DO_NOW_HINT,))
    return Confirmation(card=card, status=cards.STATUS_NOT_RUN, reply=reply, mention=True)


def internal_error(line: str, again: str, *, began: bool) -> Confirmation:
    """Reports an unexpected exception; the outcome is unknown if the change had begun."""
    if not began:
        return not_run(
            line, again, outcomes.INTERNAL_ERROR, reply_title=f"{outcomes.INTERNAL_ERROR} {wording.NOTHING_CHANGED}"
        )
    card = Message(title=cards.unknown(line), notes=(outcomes.INTERNAL_ERROR, outcomes.CHECK_PBX))
    return Confirmation(card=card, status=cards.STATUS_UNKNOWN, reply=card, mention=True)


def scheduled(plan: Plan, ring_group: RingGroupName) -> Confirmation:
    """Shows a change that waits for its start time."""
    card = Message(
        title=cards.scheduled(plan.preview_title),
        facts=plan_facts(plan, ring_group),
        items=plan_items(plan, ring_group),
        notes=(*plan.notes, *map(cards.as_planned, plan.overlaps)),
    )
    return Confirmation(card=card)


def start_refused(reason: Message, line: str) -> Confirmation:
    """Reports on the card of a scheduled change that it was refused when its time came."""
    card = Message(
        title=cards.not_done(line), facts=reason.facts, notes=(reason.title, *reason.notes), offers=reason.offers
    )
    reply = Message(title=outcomes.start_refused(), notes=(reason.title,))
    return Confirmation(card=card, status=cards.STATUS_NOT_DONE, reply=reply, mention=True)


def awaiting_approval(plan: Plan, ring_group: RingGroupName, *, duration: str | None, again: bool) -> Confirmation:
    """Shows a change that waits for approval.

    Args:
        duration: How long a temporary change lasts, if that counts from its approval.
        again: Whether approvers were shown an earlier plan.
    """
    card = Message(
        title=cards.awaiting_approval(plan.preview_title),
        facts=(*planned_facts(plan, ring_group), *time_facts(plan.times, duration)),
        items=plan_items(plan, ring_group),
        notes=(
            *((approvals.ASKED_AGAIN,) if again else ()),
            *lost_notes(plan),
            *plan.already,
            *plan.notes,
            *map(cards.as_planned, plan.overlaps),
        ),
    )
    return Confirmation(card=card, status=cards.STATUS_WAITING)


def approval_needed_again(plan: Plan) -> Message:
    """Asks the approvers of a changed plan again, in a reply: an updated card notifies nobody."""
    return Message(
        title=approvals.needed_again(plan.preview_title),
        facts=approver_facts(plan),
        notes=(approvals.CHANGED_ABOVE,),
    )


def approval_reminder(plan: Plan, until: str) -> Message:
    """Reminds the approvers of a request that nobody has decided; its facts mention them."""
    title = approvals.reminder(plan.preview_title, until)
    return Message(title=title, facts=approver_facts(plan)[:-1], notes=(approvals.REMINDER_HINT,))


def approval_expired(plan: Plan, line: str) -> Confirmation:
    """Reports that too few approvals were given in time."""
    card = Message(
        title=cards.expired(plan.preview_title),
        notes=(approvals.NOT_IN_TIME,),
        offers=(Offer(label=cards.ASK_AGAIN, line=line),),
    )
    reply = Message(title=approvals.NOT_IN_TIME, notes=(approvals.ASK_AGAIN_HINT,))
    return Confirmation(card=card, status=cards.STATUS_EXPIRED, reply=reply, mention=True)


def ends_soon(plan: Plan, number: int, at: str) -> Message:
    """Announces the end of a temporary change, with buttons to extend or keep it."""
    return Message(
        title=outcomes.ends(at, plan.preview_title),
        notes=(outcomes.ENDS_BY_ITSELF,),
        offers=(
            Offer(label=cards.EXTEND, line=f"extend {number} for 1h"),
            Offer(label=cards.KEEP, line=f"keep {number}"),
        ),
    )


def end_delayed(number: int, reason: Message) -> Message:
    """Reports that the end of a temporary change is late, and is retried until it succeeds."""
    return Message(
        title=outcomes.end_late(number),
        facts=reason.facts,
        notes=(reason.title, *reason.notes, outcomes.RETRIED_END),
        offers=(*reason.offers, Offer(label=cards.KEEP, line=f"keep change {number}")),
    )


def ended_already(plan: Plan) -> Confirmation:
    """Reports that a temporary change had been undone by somebody else before its end."""
    card = Message(title=outcomes.ENDED_ALREADY, notes=plan.already)
    return Confirmation(card=card, status=cards.STATUS_DONE)


def pause_ended() -> Confirmation:
    """Reports in the thread of a pause that it has ended by itself."""
    return Confirmation(card=Message(title=decisions.PAUSE_ENDED), status=cards.STATUS_DONE)


def begun_already(plan: Plan) -> Confirmation:
    """Reports on the card of a scheduled or approved change that nothing was left to do."""
    card = Message(title=cards.nothing_to_do(plan.preview_title), notes=plan.already)
    return Confirmation(card=card, status=cards.STATUS_NOTHING_TO_DO)


def end_refused(reason: Message, number: int) -> Confirmation:
    """Reports that a temporary change could not be ended and stays in effect."""
    card = Message(
        title=outcomes.end_refused(number),
        facts=reason.facts,
        notes=(reason.title, *reason.notes, outcomes.STAYS),
        offers=reason.offers,
    )
    return Confirmation(card=card, status=cards.STATUS_FAILED, mention=True)
