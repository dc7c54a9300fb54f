"""Which offers of an answer are possible: allowed to the requester, with names that are known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.errors import NotFound, Refused
from bot.messages.message import FormOffer, Message, Offer
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.control import Preview
from bot.operations.parser import parse_unconfirmed
from bot.planning.authorizer import Authorizer
from bot.planning.context import RequestContext
from bot.planning.corrections import MAX_OFFERS
from bot.planning.references import ChangeReferences
from bot.policy.model import Principal

ContextFactory = Callable[[Principal | None, Operation], RequestContext]


class OfferFilter:
    """Leaves out what a requester could not do, so that a suggestion is never worse than the line."""

    def __init__(self, authorizer: Authorizer, new_context: ContextFactory) -> None:
        self._authorizer, self._new_context = authorizer, new_context
        self._permissions = {one.operation_id: one.permission for one in OPERATIONS}

    def possible(self, principal: Principal | None, message: Message, references: ChangeReferences) -> Message:
        """The message with its possible buttons; corrections are in the place of an offer whose name is unknown.

        Args:
            references: the earlier changes that the offered lines may be about.
        """
        offers = self._offers(principal, message.offers, references, corrected=True)
        forms = tuple(form for form in message.forms if self._may_open(principal, form))
        return replace(message, offers=tuple(dict.fromkeys(offers))[:MAX_OFFERS], forms=forms)

    def _may_open(self, principal: Principal | None, form: FormOffer) -> bool:
        permission = self._permissions[form.operation]
        return permission is None or self._authorizer.checks(principal).may(permission)

    def _offers(
        self,
        principal: Principal | None,
        offers: Sequence[Offer],
        references: ChangeReferences,
        *,
        corrected: bool = False,
    ) -> Iterator[Offer]:
        for offer in offers:
            try:
                self._require_possible(principal, offer.line, references)
            except NotFound as fault:
                if corrected and not offer.leaves_out:  # which a correction of the rest would not say
                    whole = [one for one in fault.message.offers if not one.leaves_out]
                    for one in self._offers(principal, whole, references):
                        whom = offer.label.removesuffix(offer.line)  # a person's name before a line with their number
                        yield replace(one, label=whom + one.label) if whom != offer.label else one
            except Refused:
                continue
            else:
                yield offer

    def _require_possible(self, principal: Principal | None, line: str, references: ChangeReferences) -> None:
        """Raises Refused where no reading of the line is allowed with names and changes that are known."""
        user = principal.user if principal else None
        readings = parse_unconfirmed(line, user)
        if isinstance(readings[0], Preview):
            readings = parse_unconfirmed(readings[0].line, user)
        faults = list[Refused]()
        for reading in self._authorizer.possible_readings(principal, readings):
            try:
                operation = references.resolve(reading)
                context = self._new_context(principal, operation)
                context.resolve()
                self._authorizer.authorize_names(principal, operation, context)
            except Refused as fault:
                faults.append(fault)
            else:
                return
        if faults:
            raise next((one for one in faults if isinstance(one, NotFound)), faults[0])
