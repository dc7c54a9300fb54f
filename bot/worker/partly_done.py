"""The outcome of a plan of many changes that stopped after some of them: what was done, what was not, and why."""

from bot.changes.apply_stages import Stopped
from bot.changes.change import Conflict, RolledBack, Unverified
from bot.changes.diff import RingGroupName, facts
from bot.changes.plan import Plan
from bot.journal.models import State
from bot.messages.message import Fact, Message, Offer
from bot.planning.preview import plan_facts, plan_items
from bot.texts import cards, outcomes
from bot.texts import setups as texts
from bot.worker import confirmations
from bot.worker.outcome import Confirmation, Outcome


def partly_done(
    plan: Plan, stop: Stopped, reason: Message | None, line: str, ring_group: RingGroupName
) -> tuple[Plan, Outcome]:
    """Returns the plan of what is in effect, which an undo takes back, and the outcome that says what is not.

    Args:
        reason: why the PBX rejected a write, if it did.
        line: shows what is left to do once it is previewed again.
    """
    done, cause = stop.done, stop.cause
    uncertain = isinstance(cause, Unverified) or (isinstance(cause, RolledBack) and not cause.clean)
    changes = (*(one for one in done if one.target.key != stop.change.target.key), stop.change) if uncertain else done
    made = plan.model_copy(
        update={"changes": changes, "title": texts.partly(plan.preview_title, len(done), len(plan.changes))}
    )
    names = {one.target.title for one in done}
    left = [one.target.title for one in plan.changes if one.target.title not in names]
    notes = (
        texts.stopped_at(stop.change.target.title),
        *_why(cause, reason),
        *((texts.not_done(left),) if left else ()),
    )
    if isinstance(cause, Unverified):
        confirmation = confirmations.unverified(made, cause, line, ring_group)
        return made, Outcome(State.UNKNOWN, confirmation.with_note(" ".join(notes)))
    card = Message(
        title=made.title, facts=plan_facts(made, ring_group), items=plan_items(made, ring_group), notes=notes
    )
    again = Offer(label=texts.rest_again(), line=f"preview {line}", style="primary")
    reply = Message(title=made.title, facts=_differences(cause, ring_group), notes=notes, offers=(again,))
    state = State.UNKNOWN if uncertain else State.DONE
    status = cards.STATUS_UNKNOWN if uncertain else texts.STATUS_PARTLY
    return made, Outcome(state, Confirmation(card=card, status=status, reply=reply, mention=True))


def _differences(cause: Conflict | RolledBack, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Returns how a target differs from what was planned on."""
    if isinstance(cause, RolledBack) or cause.now is None:
        return ()
    return facts(cause.change.model_copy(update={"after": cause.now}), ring_group)


def _why(cause: Conflict | RolledBack | Unverified, reason: Message | None) -> tuple[str, ...]:
    if isinstance(cause, Conflict):
        return (texts.changed_by_others(cause.change.target.title),)
    if isinstance(cause, RolledBack):
        return ((reason.title,) if reason else (str(cause),)) + (() if cause.clean else (outcomes.PARTLY_LEFT,))
    return ()
