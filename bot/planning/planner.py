"""Planner: turns an operation and its requester into an answer or an authorized plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.changes.change import Change
from bot.changes.lookups import FileDownloader, Progress, PromptFiles
from bot.changes.plan import Emergency, Plan, Schedule
from bot.changes.repository import Approvals, ChangeRepository, waits_for_approval
from bot.changes.snapshot import Snapshot
from bot.errors import Ambiguous, Refused, StalePlan
from bot.journal.history import History, Viewer
from bot.journal.models import Entry
from bot.journal.storage import PromptStore
from bot.messages.message import Message, Offer
from bot.messages.request import Request
from bot.operations.approvals import ApprovalDecision
from bot.operations.base import ChangeOperation, ControlOperation, JournalEffect, Operation, ReadOperation
from bot.operations.catalog import load
from bot.operations.control import Preview
from bot.operations.parser import parse
from bot.operations.schedule import Asked, has_open_times, schedule_of, settle
from bot.operations.scheduling import Cancel
from bot.operations.undo import Undo, UndoLast
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, ServerSettingsCache
from bot.pbx.models import ParkGroup
from bot.planning.access_report import AccessQuestion, NamedOperation, access_report
from bot.planning.authorizer import Authorizer, Grant, OperationT, UserDirectory, group_spellings, spellings_in
from bot.planning.context import RequestContext
from bot.planning.overview import repeatable_lines
from bot.planning.pickers import PickerKind
from bot.planning.plan_checks import change_attributes, line_attributes, plan_attributes, refuse_temporary_conflicts
from bot.planning.preview import plan_facts, preview, with_canonical_line
from bot.planning.time_settler import TimeSettler
from bot.policy.evaluation import VisibleNames
from bot.policy.model import Approvers, Permission, Principal
from bot.policy.rules import Policy
from bot.policy.store import PolicyStore
from bot.times.model import WorkingDay


@dataclass(frozen=True, slots=True)
class AuthorizedPlan:
    """A plan, the context it was made in, and the grant that allows it."""

    operation: ChangeOperation
    """With instants for its times, so that the lines of buttons mean the same at any time and to everybody."""
    plan: Plan
    context: RequestContext
    grant: Grant
    typed: ChangeOperation
    """The operation with its times as they were typed."""

    @property
    def rule(self) -> str | None:
        """Names of the policy rules that allow the plan, joined by "and"."""
        return self.grant.rule


class Planner:
    """Resolves, authorizes and plans operations. Reads the PBX and Slack; writes nothing."""

    def __init__(
        self,
        pbx: PbxClient,
        directory: Directory,
        policy_store: PolicyStore,
        users: UserDirectory,
        repository: ChangeRepository,
        history: History,
        *,
        files: FileDownloader,
        prompts: PromptStore,
        working_day: WorkingDay | None = None,
    ) -> None:
        self.pbx, self.directory, self.policy_store, self.users = pbx, directory, policy_store, users
        self.repository, self.history, self.files, self.prompts = repository, history, files, prompts
        self.times = TimeSettler(users, working_day or WorkingDay())
        self.settings_cache, self.authorizer = ServerSettingsCache(pbx), Authorizer(policy_store, users, repository)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.policy_store.now

    def answer(self, request: Request, readings: Sequence[Operation], progress: Progress | None = None) -> Message:
        """Answers a read, or previews a change; quotes the canonical line if the typed one differs.

        Raises:
            Refused: the operation is not allowed, not possible, or names something unknown.
        """
        operation = readings[0]
        if isinstance(operation, Preview):
            readings = parse(operation.line)
        elif isinstance(operation, UndoLast):
            readings = [Undo(number=self.repository.last_in_effect(request.user, request.channel, operation.what))]
        operation = readings[0]
        if isinstance(operation, ChangeOperation):
            planned = self.plan(request, readings)
            message = preview(planned.plan, planned.operation, planned.context.ring_group_name)
            line = f"preview {planned.typed.text()}"
            return message if isinstance(operation, Undo) else with_canonical_line(message, request.line, line)
        if isinstance(operation, ControlOperation):
            return self._preview_control(request, operation)
        principal = self.authorizer.principal(request)
        if isinstance(operation, AccessQuestion):
            return self._access_report(request, principal, operation)
        read, context, _ = self._resolve(principal, [one for one in readings if isinstance(one, ReadOperation)])
        context.memberships.progress = progress
        return with_canonical_line(read.read(context), request.line, read.text())

    def _access_report(self, request: Request, principal: Principal, question: AccessQuestion) -> Message:
        """Requires the read permission for every group that the line in the question names."""
        if question.permission is not None:
            self.authorizer.require_possible(principal, question.permission)

        def resolve_names(operation: Operation, user: str) -> NamedOperation:
            self.authorizer.require_possible(principal, Permission.READ, group_spellings(operation))
            context = self._context(principal, operation)
            context.resolve()
            groups, now = operation.groups(context), self.repository.now()
            self.authorizer.require_read(principal, groups)
            asked = Asked(now, self.users.zone(user), self.times.working_day)
            schedule = schedule_of(operation, asked, now) if isinstance(operation, ChangeOperation) else None
            attributes = line_attributes(operation, schedule, now)
            permission = operation.required_permission(context)
            return NamedOperation(operation, permission, groups, context.mentioned_ring_groups, attributes)

        return access_report(question, request, self.policy, self.users, resolve_names)

    def require_form_permission(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Raises NotAllowed where no submission of this form with the `known` arguments could be allowed."""
        if operation.permission is not None:
            principal = self.authorizer.principal(request)
            self.authorizer.require_possible(principal, operation.permission, spellings_in(operation, known))

    def reach(
        self, request: Request, operation: type[Operation], kind: PickerKind, known: Mapping[str, Any]
    ) -> VisibleNames:
        """Names that a form's picker may offer, from caches only.

        Raises SlackUnavailable if the requester's account is not cached.
        """
        permission = operation.permission or Permission.READ
        return self.authorizer.reach(request, permission, kind, spellings_in(operation, known))

    def plan(
        self, request: Request, readings: Sequence[Operation], known: Schedule | None = None, *, due: bool = False
    ) -> AuthorizedPlan:
        """Plans a change and authorizes it by every name before and after.

        Args:
            known: the schedule, if it was computed before; else it is read from the operation.
            due: the scheduled start has come, so the change is judged as starting now.

        Raises:
            Refused: not allowed, not possible, or in conflict with a temporary change.
        """
        principal = self.authorizer.requester(request)
        changes = [one for one in readings if isinstance(one, ChangeOperation)]
        settled = [self.times.settled(request, one) for one in changes]
        operation, context, grant = self._resolve(principal, settled)
        typed = next(one for one, other in zip(changes, settled, strict=True) if other is operation)
        if known is None and (operation.starts or operation.ends):
            known = schedule_of(operation, self.times.asked(request), self.repository.now())
        plan = operation.plan(context).model_copy(update={"times": known, "replaces": operation.replaces})
        attributes = plan_attributes(self.repository, operation, plan, due=due)
        if principal and plan.changes:
            grant = self.authorizer.authorize_changes(principal, operation, plan.changes, context, attributes)
        refuse_temporary_conflicts(self.repository, operation, plan)
        if operation.emergency is not None:
            emergency = Emergency(reason=operation.emergency, channels=grant.channels)
            plan = plan.model_copy(update={"emergency": emergency})
        return AuthorizedPlan(operation, plan, context, grant, typed)

    def approvals(self, asking: Principal | None) -> Approvals:
        """Approvals, judged by the policy in force and the approvers' present accounts."""
        return Approvals(self.repository, self._approvers, self.authorizer.principal, asking)

    def _approvers(self, entry: Entry) -> tuple[Approvers, ...]:
        """The approvers whom a waiting change needs by now; raises NotAllowed where it is now forbidden."""
        plan, operation = self.repository.plan(entry.id), load(entry.operations[0])
        assert isinstance(operation, ChangeOperation)  # noqa: S101 - nothing else is planned
        principal = self.authorizer.principal(entry.request)
        attributes = plan_attributes(self.repository, operation, plan, due=False)
        context = self._context(principal, operation)
        grant = self.authorizer.authorize_changes(principal, operation, plan.changes, context, attributes)
        return grant.approvers or (plan.approval.asked if plan.approval else ())

    def effect(self, request: Request, operation: ControlOperation) -> tuple[JournalEffect, Grant]:
        """Computes a control operation's effect on the journal and authorizes it; raises Refused."""
        if isinstance(operation, ApprovalDecision):  # authorized by Approvals, not by a permission
            effect = operation.effect(self.context(request, operation))
            if request.expects not in (None, self.repository.plan(operation.number).digest()):
                raise StalePlan("The change is no longer what you were shown: its card shows it as it is now.")
            return effect, Grant(policy=self.policy.fingerprint)
        principal = self.authorizer.requester(request)
        if has_open_times(operation):
            operation = settle(operation, self.times.asked(request))
        _, context, grant = self._resolve(principal, [operation])
        effect, number = operation.effect(context), operation.about()
        if principal and not (isinstance(operation, Cancel) and self._withdraws(request, operation)):
            changes = self.repository.plan(number).changes if number is not None else ()
            attributes = change_attributes(changes, at=self.repository.now(), duration=effect.duration)
            grant = self.authorizer.authorize_changes(principal, operation, changes, context, attributes)
        return effect, grant

    def _withdraws(self, request: Request, operation: Cancel) -> bool:
        """Whether requesters cancel their own approval request, which needs no permission."""
        entry = self.repository.entry(operation.number)
        return entry.request.user == request.user and waits_for_approval(entry)

    def _preview_control(self, request: Request, operation: ControlOperation) -> Message:
        operation = self.times.settled(request, operation)
        effect, _ = self.effect(request, operation)
        plan = self.repository.plan(operation.number) if isinstance(operation, ApprovalDecision) else None
        facts = plan_facts(plan, self.context(request, operation).ring_group_name) if plan else ()
        return Message(
            title=f"{operation.title}? Nothing is changed yet.",
            facts=(*effect.facts, *facts),
            notes=() if plan else (effect.title,),
            offers=(
                Offer(
                    label=operation.title,
                    line=operation.text(),
                    style="primary",
                    expects=plan.digest() if plan else operation.operation_id,
                ),
            ),
        )

    def _resolve(
        self, principal: Principal | None, readings: Sequence[OperationT]
    ) -> tuple[OperationT, RequestContext, Grant]:
        """Picks the one reading whose names exist and authorizes it by them.

        Names are looked up only for readings that the policy might allow. Raises Refused.
        """
        possible = self.authorizer.possible_readings(principal, readings)
        found, faults = [], []
        for operation in possible:
            context = self._context(principal, operation)
            try:
                context.resolve()
                found.append((operation, context))
            except Refused as fault:
                faults.append(fault)
        if not found and possible[0] != readings[0]:  # the likeliest reading was denied and no other has known names
            self.authorizer.possible_readings(principal, readings[:1])
        if not found:  # an ambiguous name is closer to what was meant than an unknown one
            raise next((fault for fault in faults if isinstance(fault, Ambiguous)), faults[0])
        if len(found) > 1 and isinstance(found[0][0], ChangeOperation):
            lines = [one.text(settled=True) for one, _ in found]
            offers = tuple(Offer(label=line, line=line) for line in lines)
            raise Ambiguous(
                "That line can be read in more than one way. Which one? Nothing was changed yet.", offers=offers
            )
        operation, context = found[0]
        return operation, context, self.authorizer.authorize_names(principal, operation, context)

    def context(self, request: Request, operation: Operation) -> RequestContext:
        """A context for an operation that was authorized before."""
        return self._context(self.authorizer.requester(request), operation)

    def cache_results(self, changes: Sequence[Change], seen: Sequence[Snapshot | None]) -> None:
        """Updates the caches with the state that was read back of each change's target, in order."""
        for change, now in zip(changes, seen, strict=True):
            if change.target.is_server:
                self.settings_cache.server.invalidate()
            elif change.target.id is None or now is None or len(change.names) > 1 or change.before is None:
                self.forget([change])
            else:
                self.directory.store_group(ParkGroup.model_validate({**now.settings, "id": change.target.id}))
                self.directory.invalidate_members(change.target.id)

    def forget(self, changes: Sequence[Change]) -> None:
        """Drops everything cached about the targets of these changes."""
        self.settings_cache.server.invalidate()
        self.directory.invalidate_groups()
        for change in changes:
            if change.target.id is not None:
                self.directory.invalidate_members(change.target.id)

    def _repeatable_lines(self, principal: Principal | None) -> tuple[str, ...]:
        if principal is None:
            return ()
        entries = self.repository.asked_by(principal.team, principal.user)
        return repeatable_lines(entries, self.policy, principal, self.directory)

    def _context(self, principal: Principal | None, operation: Operation) -> RequestContext:
        user, channel = (principal.user, principal.channel) if principal else ("", None)
        return RequestContext(
            operation,
            self.pbx,
            self.directory,
            self.settings_cache,
            self.repository,
            zone=self.users.zone(user) if principal else "UTC",
            email_of=self.users.email,
            may_see=partial(self.authorizer.may_see, principal),
            may=partial(self.authorizer.may, principal),
            policy=self.policy.fingerprint,
            viewer=Viewer(self.history, user),
            repeatable_lines=partial(self._repeatable_lines, principal),
            prompt_files=PromptFiles(self.files, self.prompts, user, channel),
            approvals=self.approvals(principal),
        )
