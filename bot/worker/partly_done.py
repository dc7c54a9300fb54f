"""The outcome of a plan of many changes that stopped after some of them: what was done, what was not, and why."""

from bot.changes.apply_stages import Stopped
from bot.changes.change import Conflict, RolledBack, Unverified
from bot.changes.diff import RingGroupName, facts
from bot.changes.plan import Plan
from bot.changes.repository import ChangeRepository
from bot.journal.models import State
from bot.messages.message import Fact, Message, Offer
from bot.planning.preview import plan_facts, plan_items
from bot.texts import cards, outcomes
from bot.texts import setups as texts
from bot.worker import confirmations
from bot.worker.outcome import Confirmation, Outcome


def plan_in_part(plan: Plan, stop: Stopped, repository: ChangeRepository) -> Plan:
    """Returns the plan of what is in effect, or may be, which an undo takes back; `left` holds what is not.

    A temporary change that the plan was to end first counts as ended only where all of it was taken back; otherwise
    its own end is still to come, and the undo goes back to the state that it has set.
    """
    changes = (*stop.done, *stop.unsure)
    title = texts.partly(plan.preview_title, len(plan.changes) - len(stop.left), len(plan.changes))
    made = plan.model_copy(update={"changes": changes, "left": stop.left, "title": title})
    if plan.ends_change is None:
        return made
    ended = {change.target.title for change in repository.plan(plan.ends_change).undone}
    if ended & {change.target.title for change in stop.left}:
        return made.model_copy(update={"ends_change": None, "base": None})
    base = [change for change in plan.base or () if change.target.title in ended]
    return made.model_copy(update={"base": (*base, *(one for one in changes if one.target.title not in ended))})


def partly_done(made: Plan, stop: Stopped, reason: Message | None, line: str, ring_group: RingGroupName) -> Outcome:
    """Returns the outcome that says what is done and what is not.

    Args:
        made: what is in effect, as `plan_in_part` returns it.
        reason: why the PBX rejected a write, if it did.
        line: shows what is left to do once it is previewed again.
    """
    cause = stop.cause
    notes = (texts.stopped_at(stop.change.target.title), *_why(stop, reason), *_left(made))
    if isinstance(cause, Unverified):
        confirmation = confirmations.unverified(made, cause, line, ring_group)
        return Outcome(State.UNKNOWN, confirmation.with_note(" ".join(notes)))
    state = State.UNKNOWN if stop.unsure else State.DONE
    status = cards.STATUS_UNKNOWN if stop.unsure else texts.STATUS_PARTLY
    return Outcome(state, _confirmation(made, status, notes, line, ring_group, _differences(cause, ring_group)))


def still_partly_done(made: Plan, line: str, ring_group: RingGroupName) -> Outcome:
    """Returns the outcome after a crash between the record of what was done and the end: why it stopped is lost."""
    return Outcome(State.DONE, _confirmation(made, texts.STATUS_PARTLY, _left(made), line, ring_group))


def _confirmation(
    made: Plan,
    status: str,
    notes: tuple[str, ...],
    line: str,
    ring_group: RingGroupName,
    differences: tuple[Fact, ...] = (),
) -> Confirmation:
    card = Message(
        title=made.title, facts=plan_facts(made, ring_group), items=plan_items(made, ring_group), notes=notes
    )
    again = Offer(label=texts.rest_again(), line=f"preview {line}", style="primary")
    reply = Message(title=made.title, facts=differences, notes=notes, offers=(again,))
    return Confirmation(card=card, status=status, reply=reply, mention=True)


def _left(made: Plan) -> tuple[str, ...]:
    """Returns which targets are as they were, and which are half-way."""
    done = {one.target.title for one in made.changes}
    titles = [one.target.title for one in made.left]
    nothing = [title for title in titles if title not in done]
    half = [title for title in titles if title in done]
    return (*((texts.half_done(half),) if half else ()), *((texts.not_done(nothing),) if nothing else ()))


def _differences(cause: Conflict | RolledBack, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Returns how a target differs from what was planned on."""
    if isinstance(cause, RolledBack) or cause.now is None:
        return ()
    return facts(cause.change.model_copy(update={"after": cause.now}), ring_group)


def _why(stop: Stopped, reason: Message | None) -> tuple[str, ...]:
    cause = stop.cause
    if isinstance(cause, Unverified):
        return ()
    if isinstance(cause, Conflict):
        why = texts.changed_by_others(cause.change.target.title)
    else:
        why = reason.title if reason else str(cause)
    return (why, *((outcomes.PARTLY_LEFT,) if stop.unsure else ()))
