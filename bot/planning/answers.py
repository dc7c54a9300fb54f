"""AnswerBuilder: the answers to reads, and previews of changes."""

from collections.abc import Sequence
from dataclasses import replace

from bot.changes.lookups import Progress
from bot.errors import NotFound, Refused
from bot.messages.message import Message
from bot.messages.request import Request
from bot.operations.approvals import ApprovalDecision
from bot.operations.base import ChangeOperation, ControlOperation, Operation, ReadOperation
from bot.operations.catalog import load
from bot.operations.control import Preview
from bot.operations.groups import Group
from bot.operations.parser import about_line, parse_unconfirmed, unknown_line_error
from bot.operations.schedule import Asked, schedule_of, settle
from bot.operations.schedule_list import next_fact
from bot.operations.suggestions import help_offer
from bot.operations.undo import Again, EndTemporary, Undo
from bot.planning.access_report import AccessQuestion, NamedOperation, access_report
from bot.planning.authorizer import group_spellings
from bot.planning.control_preview import preview_control
from bot.planning.meant_names import meant_by_click
from bot.planning.plan_checks import line_attributes
from bot.planning.planner import Planner
from bot.planning.preview import preview, preview_approval, with_canonical_line
from bot.planning.references import ChangeReferences
from bot.planning.week import with_week
from bot.policy.model import Permission, Principal
from bot.texts import cards


class AnswerBuilder:
    """Answers what only asks: reads, previews, and questions about permissions. Nothing is written."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    def answer(self, request: Request, readings: Sequence[Operation], progress: Progress | None = None) -> Message:
        """Answers a read, or previews a change; quotes the canonical line if the typed one differs.

        Raises:
            Refused: the operation is not allowed, not possible, or names something unknown.
        """
        operation = readings[0]
        if isinstance(operation, Preview | AccessQuestion):
            return self._answer_about_line(request, operation)
        principal = self.planner.authorizer.principal(request)
        references = self.planner.references(request, principal)
        if isinstance(operation, Again):
            last = references.last_own()
            operation, request = load(last.operations[0]), request.model_copy(update={"meant": last.id})
            readings = [operation]
        asked, readings = operation, _resolved(references, readings)
        operation = readings[0]
        if isinstance(operation, ChangeOperation):
            meant = meant_by_click(self.planner.repository, request, readings, self.planner.context)
            planned = self.planner.plan(request, meant, thorough=True)
            message = preview(planned.plan, planned.operation, planned.context.ring_group_name)
            if (made := planned.plan.repetition) is not None:
                repository, recurrence = self.planner.repository, made.recurrence
                message = replace(message, facts=(*message.facts, next_fact(repository, recurrence)))
                message = with_week(message, recurrence, repository.now(), repository.schedules.calendars)
            if isinstance(asked, EndTemporary):
                message = replace(message, offers=tuple(replace(one, label=cards.END_NOW) for one in message.offers))
            line = f"preview {planned.typed.text()}"
            return message if isinstance(operation, Undo) else with_canonical_line(message, request.line, line)
        if isinstance(operation, ControlOperation):
            return self._preview_control(request, operation)
        reads = [one for one in readings if isinstance(one, ReadOperation)]
        try:
            read, context, _ = self.planner.resolve(principal, reads, references)
        except NotFound as fault:
            if isinstance(operation, Group):
                unknown = unknown_line_error(request.line, fault)
                message = self.planner.without_impossible_offers(request, unknown.message)
                unknown.message = replace(message, offers=message.offers or (help_offer(),))
                raise unknown from fault
            raise
        context.memberships.progress = progress
        return with_canonical_line(read.read(context), request.line, read.text())

    def _answer_about_line(self, request: Request, question: Preview | AccessQuestion) -> Message:
        """Answers what is asked about a line; where that is refused, the buttons ask about it too."""
        try:
            if isinstance(question, Preview):
                return self.answer(request, parse_unconfirmed(question.line, request.user))
            return self._access_report(request, self.planner.authorizer.principal(request), question)
        except Refused as fault:
            fault.message = replace(about_line(fault.message, question), forms=())
            raise

    def _access_report(self, request: Request, principal: Principal, question: AccessQuestion) -> Message:
        """Requires the read permission for every group that the line in the question names."""
        if question.permission is not None:
            self.planner.authorizer.require_possible(principal, question.permission)

        references = self.planner.references(request, principal)

        def resolve_names(operation: Operation, user: str) -> NamedOperation:
            operation = references.resolve(operation)
            self.planner.authorizer.require_possible(principal, Permission.READ, group_spellings(operation))
            context = self.planner.context_for(principal, operation)
            context.resolve()
            groups, now = operation.groups(context), self.planner.repository.now()
            self.planner.authorizer.require_read(principal, groups)
            calendars = self.planner.repository.schedules.calendars
            asked = Asked(now, self.planner.users.zone(user), self.planner.times.working_day, calendars)
            schedule = schedule_of(operation, asked, now) if isinstance(operation, ChangeOperation) else None
            operation = settle(operation, asked)
            attributes = line_attributes(operation, schedule, now, calendars)
            permission = operation.required_permission(context)
            return NamedOperation(operation, permission, groups, context.mentioned_ring_groups, attributes)

        return access_report(question, request, self.planner.policy, self.planner.users, resolve_names)

    def _preview_control(self, request: Request, operation: ControlOperation) -> Message:
        operation = self.planner.times.settled(request, operation)
        effect, _ = self.planner.effect(request, operation)
        if isinstance(operation, ApprovalDecision):
            entry = self.planner.repository.entry(operation.change)
            return preview_approval(operation, effect, entry, self.planner.context(request, operation).ring_group_name)
        return preview_control(operation, effect, self.planner.repository.now())


def _resolved(references: ChangeReferences, readings: Sequence[Operation]) -> list[Operation]:
    """The readings with the numbers of their changes, without those that name nothing where another one does.

    Raises:
        Refused: no reading names anything; this is the refusal of the likeliest.
    """
    found, faults = list[Operation](), list[NotFound]()
    for reading in readings:
        try:
            found.append(references.resolve(reading))
        except NotFound as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    return found
