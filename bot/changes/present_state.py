"""What holds now of an earlier change: said where somebody takes back a decision about it, which changed no setting."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.changes.plan import waits_for_approval
from bot.errors import NotPossible
from bot.journal.models import Entry, ScheduleState, State
from bot.messages.request import Source
from bot.texts import decisions, refusals, workflows
from bot.texts import schedules as schedule_texts

if TYPE_CHECKING:
    from bot.changes.repository import ChangeRepository  # imports this module


@dataclass(frozen=True, slots=True)
class PresentState:
    """A sentence on a change as of now, and the lines that would change that."""

    text: str
    lines: tuple[str, ...] = ()


def nothing_to_take_back(repository: "ChangeRepository", entry: Entry) -> NotPossible:
    """Returns the refusal to undo what has no plan, or the end of a change; of a decision it says what holds now."""
    of, is_end = entry.about, entry.about is not None and entry.request.source is Source.CLOCK
    if entry.request.source is Source.WORKFLOW and not entry.state.ended:
        return NotPossible(workflows.is_proposal(entry.id))
    if not is_end and (entry.plan is not None or entry.state is not State.DONE):
        return NotPossible(refusals.changed_nothing(entry.id, entry.state))
    now = state_of_change(repository, entry.id)
    text = refusals.is_an_end(entry.id, of) if is_end and of else decisions.changed_no_setting(entry.id)
    return NotPossible(text, notes=(now.text,), lines=now.lines)


def state_of_change(repository: "ChangeRepository", number: int) -> PresentState:
    """Returns what holds now of a change, of the one that a decision was about, or of Park."""
    entry = repository.entry(number)
    if entry.about is not None and (entry.plan is None or entry.request.source is Source.CLOCK):
        return state_of_change(repository, entry.about)
    if entry.about is None and entry.plan is None:
        return _state_of_park(repository)
    if (schedule := _state_of_schedule(repository, number)) is not None:
        return schedule
    if entry.state is State.SCHEDULED:
        if waits_for_approval(entry):
            return PresentState(decisions.waits(number), (f"cancel {number}",))
        at = repository.schedule(number).format_relative(entry.run_at, repository.now())
        return PresentState(decisions.begins(number, at), (f"start {number}", f"cancel {number}"))
    if (ends := repository.scheduled_end_time(number)) is not None:
        at = repository.schedule(number).format_relative(ends, repository.now())
        return PresentState(
            decisions.lasts(number, at), (f"extend {number} for 1h", f"keep {number}", f"undo {number}")
        )
    if repository.is_in_effect(entry):
        return PresentState(decisions.stays(number), (f"undo {number}",))
    became = decisions.OVER if entry.state is State.DONE else refusals.STATES[entry.state]
    return PresentState(decisions.is_over(number, became))


def _state_of_schedule(repository: "ChangeRepository", number: int) -> PresentState | None:
    schedule = repository.schedules.find(number)
    if schedule is None:
        return None
    if schedule.stored.state is ScheduleState.ENDED:
        return PresentState(decisions.schedule_ended(number))
    delete = f"delete schedule {number}"
    if schedule.stored.state is ScheduleState.PAUSED:
        return PresentState(decisions.schedule_paused(number), (f"resume schedule {number}", delete))
    at, zone = schedule.stored.next_at, schedule.recurrence.zone or "UTC"
    begins = schedule_texts.moment(at, zone) if at is not None else ""
    return PresentState(
        decisions.schedule_begins(number, begins), (f"skip {number}", f"pause schedule {number}", delete)
    )


def _state_of_park(repository: "ChangeRepository") -> PresentState:
    if (pause := repository.pause()) is None:
        return PresentState(decisions.RUNS)
    return PresentState(f"{decisions.paused(pause.end_text(repository.now()) or None)}.", ("resume",))
