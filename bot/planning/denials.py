"""Denial messages: what is missing, what the policy would allow instead, and whom to ask."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.changes.repository import ChangeRepository
from bot.errors import NotAllowed
from bot.messages.message import Fact, FormOffer, Message, Offer
from bot.operations.approvals import Ask, Emergency
from bot.operations.base import ChangeOperation, Operation
from bot.operations.scheduling import Extend, Keep
from bot.policy.model import NO_DURATION, ActionAttributes, Decision
from bot.policy.rules import Policy
from bot.texts import approvals, refusals, schedules
from bot.times.format import describe_duration, describe_seconds, exact_time, format_moment
from bot.times.model import Duration, End, Start, WallClock

MAX_LABEL = 75
"""Characters of a Slack button's label (docs.slack.dev, button element)."""

_ANY_CLOCK = WallClock(clock=time(0))


@dataclass(frozen=True, slots=True)
class DeniedAttempt:
    """A denied operation with its attributes, and the IANA time zone that alternatives are given in."""

    operation: Operation
    attributes: ActionAttributes
    repository: ChangeRepository
    zone: str

    def difference(self, other: ActionAttributes) -> str:
        """How `other` differs from the attempt: `for at most 4h, from tomorrow 08:00`."""
        return ", ".join(self._differences(other))

    def _differences(self, other: ActionAttributes) -> Iterator[str]:
        if other.duration != self.attributes.duration and other.duration is not None:
            yield refusals.at_most(describe_duration(other.duration))
        if other.members != self.attributes.members:
            yield refusals.at_once(other.members)
        if other.recall_time != self.attributes.recall_time and other.recall_time is not None:
            yield refusals.with_at_most(describe_seconds(_seconds(other.recall_time)))
        if other.at != self.attributes.at and other.at is not None:
            yield refusals.from_time(format_moment(other.at, self.repository.now(), ZoneInfo(self.zone)))

    def could_have(self, other: ActionAttributes) -> bool:
        """Whether the operation supports these attributes: some operations have no end, or no later start."""
        times = self.operation.times()
        ends = (
            other.duration == self.attributes.duration or "ends" in times or isinstance(self.operation, Extend | Keep)
        )
        repeats_alike = other.recurring == self.attributes.recurring
        return ends and repeats_alike and (other.at == self.attributes.at or "starts" in times)

    @property
    def repeats(self) -> bool:
        """Whether the operation makes a schedule."""
        return self.attributes.recurring != NO_DURATION

    def longest_schedule(self, alternatives: Sequence[ActionAttributes]) -> timedelta | None:
        """For how long at most the same may be repeated, NO_DURATION where only once; None if that is not why."""
        wanted = self.attributes
        alike = (other for other in alternatives if replace(other, recurring=wanted.recurring) == wanted)
        return next((other.recurring for other in alike), None)

    def alternative(self, other: ActionAttributes) -> Offer | None:
        """A button for the operation with these attributes; None where no line expresses exactly that."""
        operation = self.operation
        if isinstance(operation, Extend | Keep):
            return self._latest_end(operation.change, other)
        line = self.changed_line(other)
        return Offer(label=refusals.only(self.difference(other))[:MAX_LABEL], line=line) if line else None

    @property
    def pleads_emergency(self) -> bool:
        """Whether the line states the reason for an emergency."""
        return isinstance(self.operation, ChangeOperation) and self.operation.emergency is not None

    def changed_line(self, other: ActionAttributes, *, approval: bool | None = None) -> str | None:
        """The line with these attributes; None where no line expresses exactly that.

        Args:
            approval: whether the line asks for approval; None leaves that as it is.
        """
        operation = self.operation
        if not isinstance(operation, ChangeOperation):
            return None
        arguments = self._arguments(operation, other)
        if arguments is None:
            return None
        arguments |= {} if approval is None else {"approval": approval}
        return operation.model_copy(update=arguments).text(settled=True)

    def _arguments(self, operation: ChangeOperation, other: ActionAttributes) -> dict[str, Any] | None:
        """The arguments to replace; None where the operation has no such arguments."""
        arguments = dict[str, Any]()
        if other.duration != self.attributes.duration and other.duration is not None:
            arguments["ends"] = End(when=Duration(elapsed=other.duration))
        if other.at != self.attributes.at and other.at is not None:
            if "ends" not in arguments and operation.ends and not isinstance(operation.ends.when, Duration):
                return None  # from another start, "until 18:00" is another length of time or another day
            arguments["starts"] = exact_time(Start(when=_ANY_CLOCK), other.at, ZoneInfo(self.zone))
        if other.members != self.attributes.members:
            members = getattr(operation, "members", ())
            if len(members) <= other.members:
                return None
            arguments["members"] = members[: other.members]
        if other.recall_time != self.attributes.recall_time and other.recall_time is not None:
            arguments["time"] = _seconds(other.recall_time)
        return arguments if arguments.keys() <= type(operation).model_fields.keys() else None

    def _latest_end(self, number: int, other: ActionAttributes) -> Offer | None:
        """A button that extends a temporary change to the latest allowed end, if that is later than its end."""
        repository, zone = self.repository, ZoneInfo(self.zone)
        if other.duration is None or not repository.will_end(number):
            return None
        latest = (repository.made_at(number) + other.duration).replace(second=0, microsecond=0)
        if latest <= repository.scheduled_end(number).run_at:
            return None
        longest = Extend(number=number, ends=End.model_validate(exact_time(End(when=_ANY_CLOCK), latest, zone)))
        return Offer(label=refusals.only_until(format_moment(latest, repository.now(), zone)), line=longest.text())


def denial_message(decision: Decision, attempt: DeniedAttempt | None = None) -> NotAllowed:
    """The error for a denied operation; with `attempt`, its message offers alternatives as buttons."""
    alternatives = [other for other in decision.alternatives if attempt.could_have(other)] if attempt else []
    to_approve = decision.approvers and not decision.denied and _is_change(attempt)
    error = NotAllowed((approvals.needs_approval if to_approve else refusals.may_not)(decision.reason))
    error.policy = decision.policy
    error.message = Message(
        title=str(error),
        facts=tuple(fact for fact in _facts(decision) if fact.value or fact.ids),
        notes=tuple(_notes(decision, attempt, alternatives)),
        snippet=rule_to_paste(decision, repeats=bool(attempt and attempt.repeats)) if _needs_rule(decision) else (),
        offers=tuple(_offers(decision, attempt, alternatives)),
        forms=tuple(_forms(decision, attempt)),
    )
    return error


def rule_to_paste(decision: Decision, *, repeats: bool = False) -> tuple[str, ...]:
    """The lines of a rule for the policy file that would allow what was denied, and no more."""
    channels = [id for id in decision.grant if id.startswith("C")]
    users = [id for id in decision.grant if not id.startswith("C")]
    keys = {
        "users": users,
        "channels": channels,
        "operations": [decision.permission.value],
        "groups": decision.missing_groups,
        "ring_groups": decision.missing_ring_groups,
    }
    if not users:
        return ()
    values = (f"{key} = {json.dumps(list(value), ensure_ascii=False)}" for key, value in keys.items() if value)
    recurring = ("recurring = true",) if repeats else ()
    return ("[[allow]]", f"name = {json.dumps(refusals.rule_name(decision.permission.value))}", *values, *recurring)


class DeactivatedAccount(NotAllowed):
    """The account of whoever asked is deactivated in Slack."""


def deactivated_account(policy: Policy) -> NotAllowed:
    """The error for a deactivated account; its message says whom the policy names to ask."""
    error = DeactivatedAccount(refusals.DEACTIVATED)
    error.policy = policy.fingerprint
    error.message = Message(title=str(error), facts=(contact_fact(policy.contact),))
    return error


def _facts(decision: Decision) -> Iterator[Fact]:
    yield Fact(label=refusals.ALLOWED_IN, value="", ids=decision.channels)
    for one in decision.approvers:
        yield Fact(
            label=refusals.APPROVERS, value=approvals.count_of(one.count) if len(one.ids) > 1 else "", ids=one.ids
        )
    contact = contact_fact(decision.contact)
    if not any(one.ids == contact.ids for one in decision.approvers):
        yield contact
    if _needs_rule(decision):
        value = refusals.add_permission(decision.permission.value)
        yield Fact(label=refusals.FOR_ADMIN, value=value, ids=decision.grant[-1:])


def _needs_rule(decision: Decision) -> bool:
    """Whether only another rule would allow it: nothing forbids it, and there is no approval or emergency for it."""
    return not (decision.denied or decision.approvers or decision.emergency)


def contact_fact(contact: str | None) -> Fact:
    """Returns whom to ask, as a link if the policy names a Slack id."""
    if contact is not None and re.fullmatch("[CGUWS][A-Z0-9]{8,}", contact):
        return Fact(label=refusals.CONTACT, value="", ids=(contact,))
    return Fact(label=refusals.CONTACT, value=contact or refusals.WHOEVER_RUNS_PARK)


def _notes(
    decision: Decision, attempt: DeniedAttempt | None, alternatives: Sequence[ActionAttributes]
) -> Iterator[str]:
    if attempt is not None and attempt.repeats and not decision.approvers:
        longest = attempt.longest_schedule(decision.alternatives)
        if longest is not None:
            yield schedules.may_repeat(describe_duration(longest)) if longest else schedules.MAY_NOT_REPEAT
    if attempt is not None:
        yield from (refusals.would_be_allowed(attempt.difference(other)) for other in alternatives)
        for other in filter(attempt.could_have, decision.approval_alternatives):
            yield refusals.would_be_allowed_after_approval(attempt.difference(other))
        for other in filter(attempt.could_have, decision.emergency_alternatives):
            yield refusals.would_be_allowed_in_emergency(attempt.difference(other))
    if (decision.approvers or decision.emergency) and not _is_change(attempt):
        yield refusals.ONLY_CHANGES


def _offers(
    decision: Decision, attempt: DeniedAttempt | None, alternatives: Sequence[ActionAttributes]
) -> Iterator[Offer]:
    if attempt is not None:
        yield from filter(None, map(attempt.alternative, alternatives))
        for other in filter(attempt.could_have, decision.approval_alternatives):
            if line := attempt.changed_line(other, approval=True):
                yield Offer(label=refusals.ask_only(attempt.difference(other))[:MAX_LABEL], line=line)
        for other in decision.emergency_alternatives if attempt.pleads_emergency else ():
            if attempt.could_have(other) and (line := attempt.changed_line(other)):
                yield Offer(label=refusals.only(attempt.difference(other))[:MAX_LABEL], line=line)
        if decision.approvers and _is_change(attempt):
            yield Offer(
                label=approvals.ASK, line=Ask(line=attempt.operation.text(settled=True)).text(), style="primary"
            )


def _forms(decision: Decision, attempt: DeniedAttempt | None) -> Iterator[FormOffer]:
    if attempt is None or not _is_change(attempt) or attempt.pleads_emergency:
        return
    lines = [attempt.operation.text(settled=True)] if decision.emergency else []
    lines += filter(None, map(attempt.changed_line, filter(attempt.could_have, decision.emergency_alternatives)))
    for line in lines[:1]:
        yield FormOffer(label=refusals.EMERGENCY_BUTTON, operation=Emergency.operation_id, arguments={"line": line})


def _is_change(attempt: DeniedAttempt | None) -> bool:
    return attempt is not None and isinstance(attempt.operation, ChangeOperation)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
