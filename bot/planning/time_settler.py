"""Instants for the times of operations, reckoned from when and where a request was made."""

from dataclasses import replace
from datetime import datetime

from bot.changes.plan import Schedule
from bot.errors import NotUnderstood, Refused
from bot.messages.message import Message, Offer
from bot.messages.request import Request
from bot.operations.base import ChangeOperation, Operation
from bot.operations.control import Preview
from bot.operations.parser import parse_unconfirmed
from bot.operations.schedule import Asked, has_open_times, schedule_of, settle, with_instants
from bot.planning.authorizer import OperationT
from bot.planning.principals import UserDirectory
from bot.recurrence.model import Calendars
from bot.times.model import WorkingDay


class TimeSettler:
    """Gives operations, and the lines of buttons, the instants that were meant when somebody asked."""

    def __init__(self, users: UserDirectory, working_day: WorkingDay, calendars: Calendars) -> None:
        self.users, self.working_day, self._calendars = users, working_day, calendars

    def asked(self, request: Request) -> Asked:
        """When and where a request was made, which its times are reckoned from."""
        return Asked(request.asked_at, self.users.zone(request.user), self.working_day, self._calendars)

    def schedule(self, request: Request, operation: ChangeOperation, now: datetime) -> Schedule | None:
        """The start and the end of a change; None without either. Raises Refused where they have no one meaning."""
        if operation.starts is None and operation.ends is None and operation.recurs is None:
            return None
        return schedule_of(operation, self.asked(request), now)

    def repeating_line(
        self, request: Request, operation: Operation, known: Schedule | None = None, *, at_once: bool = False
    ) -> str:
        """The line that asks for the same as a request, with the instants that were meant by its times.

        Args:
            operation: the likeliest reading of the request's line.
            known: the instants, if they were computed before.
            at_once: leave out the start.
        """
        if not has_open_times(operation) and not (at_once and getattr(operation, "starts", None)):
            return request.line
        settled = self.settled(request, with_instants(operation, known))
        return (settled.model_copy(update={"starts": None}) if at_once else settled).text(settled=True)

    def with_settled_offers(self, request: Request, message: Message) -> Message:
        """The message with instants for the times in the lines of its buttons."""
        return replace(
            message, offers=tuple(replace(one, line=self._settled_line(request, one.line)) for one in message.offers)
        )

    def at_once(self, message: Message) -> Message:
        """The refusal of a change whose start has come, with buttons that begin at once: that start is in the past."""
        return replace(message, offers=tuple(map(_beginning_at_once, message.offers)))

    def _settled_line(self, request: Request, line: str) -> str:
        try:
            operation = parse_unconfirmed(line)[0]
        except NotUnderstood:
            return line
        if isinstance(operation, Preview):
            return f"preview {self._settled_line(request, operation.line)}"
        return self.settled(request, operation).text(settled=True) if has_open_times(operation) else line

    def settled(self, request: Request, operation: OperationT) -> OperationT:
        """The operation with instants for its times, if they have one meaning; `schedule_of` explains where not."""
        if not has_open_times(operation):
            return operation
        try:
            return settle(operation, self.asked(request))
        except Refused:
            return operation


def _beginning_at_once(offer: Offer) -> Offer:
    operation = parse_unconfirmed(offer.line)[0]
    if not isinstance(operation, ChangeOperation) or operation.starts is None:
        return offer
    line = operation.model_copy(update={"starts": None}).text(settled=True)
    return replace(offer, label=offer.label.replace(offer.line, line), line=line)
