"""Denied: in words, with alternatives to click."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.changes.repository import ChangeRepository
from bot.errors import NOTHING, NotAllowed
from bot.messages.message import Fact, FormOffer, Message, Offer
from bot.operations.approvals import Ask, Emergency
from bot.operations.base import ChangeOperation, Operation
from bot.operations.scheduling import Extend, Keep
from bot.planning.preview import ASK
from bot.policy.model import ActionAttributes, Decision
from bot.times.format import exactly, say_duration, say_moment, say_seconds
from bot.times.model import Duration, End, Start, WallClock

_SOME_TIME = WallClock(clock=time(0))


def words(attributes: ActionAttributes, other: ActionAttributes, now: datetime, zone: str) -> str:
    """How the other differs: `for at most 4h, from tomorrow 08:00, Europe/Berlin`."""
    return ", ".join(_words(attributes, other, now, zone))


def _words(attributes: ActionAttributes, other: ActionAttributes, now: datetime, zone: str) -> Iterator[str]:
    if other.lasts != attributes.lasts and other.lasts is not None:
        yield f"for at most {say_duration(other.lasts)}"
    if other.members != attributes.members:
        yield f"for {other.members} {'people' if other.members > 1 else 'person'} at once"
    if other.recall_time != attributes.recall_time and other.recall_time is not None:
        yield f"with at most {_seconds(other.recall_time)}"
    if other.at != attributes.at and other.at is not None:
        yield f"from {say_moment(other.at, now, ZoneInfo(zone))}"


def _seconds(length: timedelta) -> str:
    return say_seconds(int(length.total_seconds()))


def can_be(operation: Operation, attributes: ActionAttributes, other: ActionAttributes) -> bool:
    """Whether the operation could be like that at all: some can't end by themselves, nor begin later."""
    times = operation.times()
    ends = other.lasts == attributes.lasts or "ends" in times or isinstance(operation, Extend | Keep)
    return ends and (other.at == attributes.at or "starts" in times)


def line(
    operation: Operation, attributes: ActionAttributes, other: ActionAttributes, repository: ChangeRepository, zone: str
) -> Offer | None:
    """A button for what differs; None where no line says exactly that."""
    if isinstance(operation, Extend | Keep):
        return _until(operation.number, other, repository, ZoneInfo(zone))
    if not isinstance(operation, ChangeOperation) or operation.replaces is not None:
        return None
    changed = _changed(operation, attributes, other, ZoneInfo(zone))
    if changed is None:
        return None
    again = operation.model_copy(update=changed)
    return Offer(label=f"Only {words(attributes, other, repository.now(), zone)}"[:75], line=again.text(settled=True))


def _changed(
    operation: ChangeOperation, attributes: ActionAttributes, other: ActionAttributes, zone: ZoneInfo
) -> dict[str, Any] | None:
    """Its fields as they would have to be; None where that can't be said of them."""
    changed = dict[str, Any]()
    if other.lasts != attributes.lasts and other.lasts is not None:
        changed["ends"] = End(when=Duration(elapsed=other.lasts))
    if other.at != attributes.at and other.at is not None:
        if "ends" not in changed and operation.ends is not None and not isinstance(operation.ends.when, Duration):
            return None  # until 18:00 is another length of time, or another day, from there
        changed["starts"] = exactly(Start(when=_SOME_TIME), other.at, zone)
    if other.members != attributes.members:
        members = getattr(operation, "members", ())
        if len(members) <= other.members:
            return None
        changed["members"] = members[: other.members]
    if other.recall_time != attributes.recall_time and other.recall_time is not None:
        changed["time"] = int(other.recall_time.total_seconds())
    return changed if changed.keys() <= type(operation).model_fields.keys() else None


def _until(number: int, other: ActionAttributes, repository: ChangeRepository, zone: ZoneInfo) -> Offer | None:
    """As late as it may be, where that is later than it is."""
    if other.lasts is None or not repository.will_end(number):
        return None
    latest = (repository.begun(number) + other.lasts).replace(second=0, microsecond=0)
    if latest <= repository.end_of(number).run_at:
        return None
    longest = Extend(number=number, ends=End.model_validate(exactly(End(when=_SOME_TIME), latest, zone)))
    return Offer(label=f"Only until {say_moment(latest, repository.now(), zone)}", line=longest.text())


@dataclass(frozen=True, slots=True)
class DeniedAttempt:
    """What was refused, and in whose zone a better time is told."""

    operation: Operation
    attributes: ActionAttributes
    repository: ChangeRepository
    zone: str


def denial_message(decision: Decision, attempt: DeniedAttempt | None = None) -> NotAllowed:
    """That nothing changed, what is missing, what would be accepted, whom to ask, and the id to grant."""
    refused = NotAllowed(f"You may not do that here. {decision.reason} {NOTHING}")
    refused.policy = decision.policy
    refused.message = Message(
        title=str(refused),
        facts=tuple(fact for fact in _facts(decision) if fact.value or fact.ids),
        notes=tuple(_notes(decision, attempt)),
        offers=tuple(_offers(decision, attempt)),
        forms=tuple(_forms(decision, attempt)),
    )
    return refused


def _facts(decision: Decision) -> Iterator[Fact]:
    yield Fact(label="Allowed in", value="", ids=decision.channels)
    for one in decision.approvers:
        yield Fact(label="Who may approve", value=f"{one.count} of" if len(one.ids) > 1 else "", ids=one.ids)
    yield _contact(decision.contact)
    if not decision.denied:
        yield Fact(label="To be granted", value=f"{decision.permission.value} for {decision.grant}")


def _notes(decision: Decision, attempt: DeniedAttempt | None) -> Iterator[str]:
    for other in _others(decision, attempt):
        assert attempt is not None  # noqa: S101 - without it there are no others
        yield f"It would be allowed {words(attempt.attributes, other, attempt.repository.now(), attempt.zone)}."
    if (decision.approvers or decision.emergency) and not _may_be_asked(attempt):
        yield "Only changes themselves can be approved, or made in an emergency: ask for the change that you want."


def _offers(decision: Decision, attempt: DeniedAttempt | None) -> Iterator[Offer]:
    for other in _others(decision, attempt):
        assert attempt is not None  # noqa: S101 - as above
        if offer := line(attempt.operation, attempt.attributes, other, attempt.repository, attempt.zone):
            yield offer

    if attempt is not None and decision.approvers and _may_be_asked(attempt):
        yield Offer(label=ASK, line=Ask(line=attempt.operation.text(settled=True)).text(), style="primary")


def _forms(decision: Decision, attempt: DeniedAttempt | None) -> Iterator[FormOffer]:
    """An emergency needs a reason, which is asked for."""
    if attempt is not None and decision.emergency and _may_be_asked(attempt):
        line = attempt.operation.text(settled=True)
        yield FormOffer(label="Emergency ...", operation=Emergency.operation_id, arguments={"line": line})


def _may_be_asked(attempt: DeniedAttempt | None) -> bool:
    return attempt is not None and isinstance(attempt.operation, ChangeOperation)


def _others(decision: Decision, attempt: DeniedAttempt | None) -> list[ActionAttributes]:
    if attempt is None:
        return []
    return [other for other in decision.would if can_be(attempt.operation, attempt.attributes, other)]


def _contact(contact: str | None) -> Fact:
    if contact is not None and re.fullmatch("[CGUWS][A-Z0-9]{8,}", contact):
        return Fact(label="Whom to ask", value="", ids=(contact,))
    return Fact(label="Whom to ask", value=contact or "whoever runs Park here")
