"""The outcome of an entry, its confirmation, and the follow-ups stored in the same commit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.changes.plan import Plan
from bot.changes.write_switch import NO_PAUSE
from bot.journal.models import Entry, FollowUp, Reschedule, ScheduleUpdate, State
from bot.journal.reader import Reader
from bot.messages.message import Message, StepResult
from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.operations.catalog import dump
from bot.operations.control import Resume
from bot.operations.schedule import reminder_time
from bot.operations.undo import Undo
from bot.texts import workflows


class Confirmation(BaseModel):
    """What is posted about an outcome: either a private message, or a card with a reply in its thread.

    The journal stores it as the entry's outcome, so these field names are part of its format.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    private: Message | None = None
    card: Message | None = None
    status: str = ""
    """The status on the card."""
    reply: Message | None = None
    mention: bool = False
    """Whether the requester is mentioned: a card alone notifies nobody of a slow, failed or unknown outcome."""

    tells_contact: bool = False
    """Whether whom the policy names for questions is told too, because the requester reads nothing any more."""

    step: StepResult | None = None
    """What Slack is told of a workflow's step."""

    proposes: Plan | None = None
    """What a workflow proposes: the groups that the names on its card stand for."""

    def with_note(self, note: str) -> Self:
        """Returns a copy with the note, if there is one, added to the private message and the reply."""
        if not note:
            return self
        return self._with("private", "reply", change=lambda one: replace(one, notes=(*one.notes, note)))

    def tied_to(self, entry: Entry) -> Self:
        """Returns a copy whose buttons act on the groups that were meant; see `tied_to` below."""
        return self._with("private", "card", "reply", change=lambda one: tied_to(entry, one))

    def _with(self, *parts: str, change: Callable[[Message], Message]) -> Self:
        """Returns a copy with those of its messages changed that there are."""
        messages = {part: message for part in parts if (message := getattr(self, part)) is not None}
        return self.model_copy(update={part: change(message) for part, message in messages.items()})


def tied_to(entry: Entry, message: Message) -> Message:
    """Returns a message about an entry whose buttons act on the groups that were meant, renamed or not."""
    meant = entry.request.meant if entry.plan is None and entry.request.meant is not None else entry.id
    return replace(message, offers=tuple(one if one.meant else replace(one, meant=meant) for one in message.offers))


def step_result(confirmation: Confirmation) -> StepResult:
    """Returns what Slack is told of a workflow's step; of one that failed inside Park, what people would read."""
    if confirmation.step is not None:
        return confirmation.step
    text = confirmation.private.title if confirmation.private is not None else workflows.GONE
    return StepResult(outputs={"outcome": "failed", "text": text})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The final state of an entry and everything that is stored with it in one commit."""

    state: State
    confirmation: Confirmation
    reschedules: tuple[Reschedule, ...] = ()
    schedule_updates: tuple[ScheduleUpdate, ...] = ()
    """Schedules to make, and new values of others."""
    flags: dict[str, str | None] = field(default_factory=dict)
    """Flags of the whole installation to set, or with None to clear: the pause switch."""
    until: datetime | None = None
    """When a pause is over by itself."""


def plan_of(entry: Entry) -> Plan | None:
    """Returns the plan that the journal holds for the entry."""
    return Plan.model_validate(entry.plan) if entry.plan else None


def scheduled_end(entry: Entry, outcome: Outcome, now: datetime) -> FollowUp | None:
    """Returns the undo that ends a temporary change which was made, or may have been; or the end of a pause."""
    if outcome.until is not None:
        return FollowUp(
            request=_end_request(entry, Resume()),
            operations=[dump(Resume())],
            run_at=outcome.until,
            due_at=outcome.until,
        )
    plan = plan_of(entry)
    if plan is None or plan.times is None or plan.times.ends is None:
        return None
    if outcome.state not in (State.DONE, State.UNKNOWN):
        return None
    undo, ends = Undo(number=entry.id), plan.times.ends
    due_at = max(now, reminder_time(now, ends))
    return FollowUp(request=_end_request(entry, undo), operations=[dump(undo)], run_at=ends, due_at=due_at)


def _end_request(entry: Entry, operation: Operation) -> Request:
    """Returns the request, on behalf of whoever made the entry, that ends what it did."""
    return entry.request.model_copy(
        update={
            "key": f"{entry.request.team}:end of {entry.id}",
            "source": Source.CLOCK,
            "line": operation.text(),
            "response_url": None,
            "expects": None,
            "ends_change": None,
        }
    )


def is_end_of_pause(entry: Entry) -> bool:
    """Returns whether the entry is the end of a pause that was to end by itself."""
    return entry.request.source is Source.CLOCK and entry.operations[0]["operation"] == Resume.operation_id


def moved_ends(journal: Reader, entry: Entry, outcome: Outcome) -> tuple[Reschedule, ...]:
    """Returns what becomes of scheduled ends with this entry's outcome.

    Those of the changes that it has undone or ended, and those of earlier pauses, are called off. Where it found
    nothing left to undo, the end of the change is made at once: it shows on the card that the change is over, and it
    tells what its own attempts have taken back, if any have.
    """
    if outcome.flags.keys() >= NO_PAUSE.keys():
        return tuple(map(_call_off, filter(is_end_of_pause, journal.scheduled())))
    plan = plan_of(entry)
    if plan is None or outcome.state not in (State.DONE, State.ALREADY):
        return ()
    shifts, now = list[Reschedule](), journal.now()
    if plan.about is not None and not plan.left:  # what is undone only in part still has to end
        for end in _scheduled_about(journal, plan.about):
            is_left = outcome.state is State.ALREADY and end.request.source is Source.CLOCK
            shifts.append(_make_now(end, now) if is_left else _call_off(end))
    if plan.ends_change is not None:
        shifts += map(_call_off, _scheduled_about(journal, plan.ends_change))
    return tuple(shifts)


def _scheduled_about(journal: Reader, number: int) -> list[Entry]:
    return [one for one in journal.entries_about(number) if one.state is State.SCHEDULED]


def _call_off(end: Entry) -> Reschedule:
    return Reschedule(id=end.id, expected_run_at=end.run_at, run_at=None)


def _make_now(end: Entry, now: datetime) -> Reschedule:
    return Reschedule(id=end.id, expected_run_at=end.run_at, run_at=min(end.run_at, now), due_at=now)
