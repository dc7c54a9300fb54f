"""What a change's card shows now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.changes.plan import Plan
from bot.changes.repository import waits
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.messages.message import Fact, FormOffer, Message, Offer
from bot.messages.request import Source
from bot.operations.approvals import Refuse
from bot.operations.base import ControlOperation
from bot.operations.catalog import load
from bot.operations.scheduling import for_a_scheduled, for_a_temporary, for_a_waiting
from bot.planning.preview import approver_facts
from bot.worker.outcome import Confirmation


@dataclass(frozen=True, slots=True)
class CardState:
    """The card as it should stand now."""

    card: Message
    status: str


def root(journal: Reader, entry: Entry) -> Entry:
    """The change that it is all about: an undoing of an undoing is about the first."""
    while entry.about is not None:
        entry = journal.get(entry.about)
    return entry


def _second_thoughts(entry: Entry) -> Iterator[Fact]:
    """Who has to approve it, or why it could not wait for anybody."""
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    if plan is not None and plan.emergency_info is not None:
        yield Fact(label="Emergency", value=plan.emergency_info.reason)
    if plan is not None and entry.state is State.SCHEDULED and plan.waits:
        yield from approver_facts(plan)


def card_state(journal: Reader, entry: Entry) -> CardState | None:
    """None where the change has no card."""
    said = Confirmation.model_validate(entry.outcome)
    if said.card is None:
        return None
    sequel = journal.sequel(entry.id)
    facts = (*said.card.facts, *_second_thoughts(entry), *_times(entry), *_since(journal, entry, sequel))
    status, offers = _state(journal, entry, said, sequel)
    forms = (_refuse(entry),) if waits(entry) else ()
    return CardState(replace(said.card, facts=facts, offers=offers, forms=forms), status)


def _refuse(entry: Entry) -> FormOffer:
    return FormOffer(label="Refuse", operation=Refuse.operation_id, arguments={"number": entry.id})


def _state(journal: Reader, entry: Entry, said: Confirmation, sequel: Sequence[Entry]) -> tuple[str, tuple[Offer, ...]]:
    number = entry.id
    match entry.state:
        case State.SCHEDULED if waits(entry):
            return said.status, for_a_waiting(number, Plan.model_validate(entry.plan))
        case State.SCHEDULED:
            return said.status, for_a_scheduled(number)
        case State.CANCELLED:
            return _called_off(sequel), ()
        case State.DONE:
            return _done(journal, entry, said, sequel)
    return said.status, said.card.offers if said.card else ()


def _called_off(sequel: Sequence[Entry]) -> str:
    refused = any(isinstance(load(one.asked[0]), Refuse) for one in sequel if one.state is State.DONE)
    return "refused" if refused else "called off"


def _done(journal: Reader, entry: Entry, said: Confirmation, sequel: Sequence[Entry]) -> tuple[str, tuple[Offer, ...]]:
    number = entry.id
    if undone := _undone_by(journal, sequel):
        ended = undone.request.source is Source.CLOCK or _temporary(entry)
        offers = () if ended else (Offer(label="Do it again", line=f"undo change {undone.id}"),)
        return "ended" if ended else "taken back", offers
    if any(one.state is State.SCHEDULED for one in sequel):
        return f"{said.status}, for a time", for_a_temporary(number)
    if any(
        one.request.source is Source.CLOCK and one.state.ended and one.state is not State.CANCELLED for one in sequel
    ):
        return "could not be ended", (Offer(label="Put back as before", line=f"preview undo change {number} anyway"),)
    return said.status, (Offer(label="Undo", line=f"undo change {number}"),)


def _temporary(entry: Entry) -> bool:
    times = Plan.model_validate(entry.plan).times if entry.plan else None
    return times is not None and times.ends is not None


def _undone_by(journal: Reader, sequel: Sequence[Entry]) -> Entry | None:
    """What took it back and stands: of an undoing that was undone nothing is left."""
    back = (one for one in sequel if one.plan is not None)
    settled = (one for one in back if one.state is State.DONE or _found_ended(one))
    return next((one for one in settled if _undone_by(journal, journal.sequel(one.id)) is None), None)


def _found_ended(entry: Entry) -> bool:
    return entry.state is State.ALREADY and entry.request.source is Source.CLOCK


def _times(entry: Entry) -> Iterator[Fact]:
    """When it begins and ends, while it waits for that."""
    times = Plan.model_validate(entry.plan).times if entry.plan else None
    if times is not None and entry.state is State.SCHEDULED and not waits(entry):
        yield Fact(label="Begins", value=times.dated(entry.run_at))
        if times.ends is not None:
            yield Fact(label="Until", value=times.dated(times.ends))


def _since(journal: Reader, entry: Entry, sequel: Sequence[Entry], label: str = "Taken back") -> Iterator[Fact]:
    """What was made of it, in order; last of all the end that is still to come."""
    other = "Done again" if label == "Taken back" else "Taken back"
    plan = Plan.model_validate(entry.plan) if entry.plan else None
    for one in sequel:
        what = load(one.asked[0])
        if isinstance(what, ControlOperation) and one.state is State.DONE:
            yield Fact(label=what.did, value=f"change {one.id}, by", ids=(one.request.user,))
        elif one.request.source is Source.CLOCK and plan is not None and plan.times is not None:
            yield from _end(one, plan)
        elif one.state is State.DONE:
            yield Fact(label=label, value=f"change {one.id}, by", ids=(one.request.user,))
            yield from _since(journal, one, journal.sequel(one.id), other)


def _end(end: Entry, plan: Plan) -> Iterator[Fact]:
    times = plan.times
    assert times is not None  # noqa: S101 - only what has times has an end
    match end.state:
        case State.SCHEDULED:
            yield Fact(label="Until", value=times.dated(end.run_at))
        case State.DONE | State.ALREADY:
            yield Fact(label="Ended", value=f"by itself, {times.dated(end.ended_at or end.run_at)}")
        case State.REFUSED | State.FAILED | State.UNKNOWN:
            yield Fact(label="Could not be ended", value=f"{times.dated(end.run_at)}, see below")
