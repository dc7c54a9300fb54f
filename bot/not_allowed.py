"""A refusal by the policy, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot import instead
from bot.confirmation.preview import ASK
from bot.desk import Past
from bot.errors import NOTHING, NotAllowed
from bot.message import Fact, FormOffer, Message, Offer
from bot.operation import ChangeOperation, Operation
from bot.operations import Ask, Emergency
from bot.policy import Decision, Deed


@dataclass(frozen=True, slots=True)
class Tried:
    """What was refused, and in whose zone a better time is told."""

    operation: Operation
    deed: Deed
    past: Past
    zone: str


def not_allowed(decision: Decision, tried: Tried | None = None) -> NotAllowed:
    """That nothing changed, what is missing, what would be accepted, whom to ask, and the id to grant."""
    refused = NotAllowed(f"You may not do that here. {decision.reason} {NOTHING}")
    refused.policy = decision.policy
    refused.message = Message(
        title=str(refused),
        facts=tuple(fact for fact in _facts(decision) if fact.value or fact.ids),
        notes=tuple(_notes(decision, tried)),
        offers=tuple(_offers(decision, tried)),
        forms=tuple(_forms(decision, tried)),
    )
    return refused


def _facts(decision: Decision) -> Iterator[Fact]:
    yield Fact(label="Allowed in", value="", ids=decision.channels)
    for one in decision.approvers:
        yield Fact(label="Who may approve", value=f"{one.count} of" if len(one.ids) > 1 else "", ids=one.ids)
    yield _contact(decision.contact)
    if not decision.denied:
        yield Fact(label="To be granted", value=f"{decision.permission.value} for {decision.grant}")


def _notes(decision: Decision, tried: Tried | None) -> Iterator[str]:
    for other in _others(decision, tried):
        assert tried is not None  # noqa: S101 - without it there are no others
        yield f"It would be allowed {instead.words(tried.deed, other, tried.past.now(), tried.zone)}."
    if (decision.approvers or decision.emergency) and not _may_be_asked(tried):
        yield "Only changes themselves can be approved, or made in an emergency: ask for the change that you want."


def _offers(decision: Decision, tried: Tried | None) -> Iterator[Offer]:
    for other in _others(decision, tried):
        assert tried is not None  # noqa: S101 - as above
        if offer := instead.line(tried.operation, tried.deed, other, tried.past, tried.zone):
            yield offer

    if tried is not None and decision.approvers and _may_be_asked(tried):
        yield Offer(label=ASK, line=Ask(line=tried.operation.text(settled=True)).text(), style="primary")


def _forms(decision: Decision, tried: Tried | None) -> Iterator[FormOffer]:
    """An emergency needs a reason, which is asked for."""
    if tried is not None and decision.emergency and _may_be_asked(tried):
        line = tried.operation.text(settled=True)
        yield FormOffer(label="Emergency ...", operation=Emergency.key(), arguments={"line": line})


def _may_be_asked(tried: Tried | None) -> bool:
    return tried is not None and isinstance(tried.operation, ChangeOperation)


def _others(decision: Decision, tried: Tried | None) -> list[Deed]:
    if tried is None:
        return []
    return [other for other in decision.would if instead.can_be(tried.operation, tried.deed, other)]


def _contact(contact: str | None) -> Fact:
    if contact is not None and re.fullmatch("[CGUWS][A-Z0-9]{8,}", contact):
        return Fact(label="Whom to ask", value="", ids=(contact,))
    return Fact(label="Whom to ask", value=contact or "whoever runs Park here")
