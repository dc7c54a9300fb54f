"""Outcome, Confirmation; what follows in the same commit."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.changes.plan import Plan
from bot.journal.models import Entry, FollowUp, Reschedule, State
from bot.journal.reader import Reader
from bot.messages.message import Message
from bot.messages.request import Source
from bot.operations.catalog import dump
from bot.operations.schedule import notice
from bot.operations.undo import Undo


class Confirmation(BaseModel):
    """`private` goes to the asker; or a `card` with its `status` for the thread, and a `reply` under it."""

    model_config = ConfigDict(frozen=True)

    private: Message | None = None
    card: Message | None = None
    status: str = ""
    reply: Message | None = None
    mention: bool = False
    """Slow, failed and unknown outcomes name the asker: a card alone notifies nobody."""

    @classmethod
    def only(cls, message: Message) -> Self:
        """For the asker's eyes."""
        return cls(private=message)

    def noting(self, note: str) -> Self:
        """The same with one more note, if there is one."""
        if not note:
            return self
        parts = {"private": self.private, "reply": self.reply}
        noted = {part: replace(said, notes=(*said.notes, note)) for part, said in parts.items() if said}
        return self.model_copy(update=noted)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`shifts`: other times for scheduled entries."""

    state: State
    said: Confirmation
    shifts: tuple[Reschedule, ...] = ()
    flags: dict[str, str | None] = field(default_factory=dict)
    """What holds for all of Park from now on: a pause."""


def its_end(entry: Entry, outcome: Outcome, now: datetime) -> FollowUp | None:
    """Of a temporary change that was made, or may have been: it is taken back by itself."""
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    if plan is None or plan.times is None or plan.times.ends is None:
        return None
    if outcome.state not in (State.DONE, State.UNKNOWN):
        return None
    undo = Undo(number=entry.id)
    request = entry.request.model_copy(
        update={
            "key": f"{entry.request.team}:end of {entry.id}",
            "source": Source.CLOCK,
            "line": undo.text(),
            "response_url": None,
            "expects": None,
        }
    )
    ends = plan.times.ends
    return FollowUp(request=request, asked=[dump(undo)], run_at=ends, due_at=max(now, notice(now, ends)))


def ends_called_off(journal: Reader, entry: Entry, outcome: Outcome) -> tuple[Reschedule, ...]:
    """Of what is taken back or replaced, there is nothing left to end."""
    if entry.plan is None or outcome.state not in (State.DONE, State.ALREADY):
        return ()
    plan = Plan.model_validate(entry.plan)
    over = [number for number in (plan.about, plan.replaces) if number is not None]
    return tuple(
        Reschedule(id=one.id, seen=one.run_at, run_at=None)
        for number in over
        for one in journal.sequel(number)
        if one.state is State.SCHEDULED
    )
