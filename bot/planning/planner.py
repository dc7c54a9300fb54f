"""Planner: turns an operation and its requester into an authorized plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.changes.approvals import Approvals
from bot.changes.lookups import FileDownloader, PbxCaches, PromptFiles
from bot.changes.plan import Plan, Schedule, joined_plan
from bot.changes.repository import ChangeRepository
from bot.errors import Ambiguous, NotAllowed, Refused
from bot.journal.history import History, Viewer
from bot.journal.models import Entry
from bot.journal.storage import PromptStore
from bot.messages.message import Message, Offer
from bot.messages.request import Request
from bot.operations.approvals import ApprovalDecision
from bot.operations.base import ChangeOperation, ControlOperation, JournalEffect, Operation
from bot.operations.catalog import load
from bot.operations.proposals import Decline
from bot.operations.schedule import has_open_times, settle
from bot.operations.schedules import DeleteSchedule
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, ServerSettingsCache
from bot.planning.authorizer import Authorizer, Grant, OperationT, spellings_in
from bot.planning.conflict_check import ConflictCheck
from bot.planning.context import RequestContext
from bot.planning.control_preview import check_as_shown
from bot.planning.corrections import with_time_hint
from bot.planning.decision_effects import decision_effect
from bot.planning.denials import contact_fact
from bot.planning.endings import Endings, authorized_changes
from bot.planning.offers import OfferFilter
from bot.planning.overview import offers_again
from bot.planning.picker_sources import PickerKind
from bot.planning.plan_checks import begins_at, change_attributes, plan_attributes
from bot.planning.preview import asking_with_plan
from bot.planning.principals import UserDirectory
from bot.planning.recurring import RecurringPlans, ScheduleLimits
from bot.planning.references import ChangeReferences
from bot.planning.time_settler import TimeSettler
from bot.planning.visible_groups import VisibleGroups
from bot.policy.evaluation import VisibleNames
from bot.policy.model import Approvers, Permission, Principal
from bot.policy.rules import Policy
from bot.policy.store import PolicyStore
from bot.setups.files import SetupFiles
from bot.setups.past import SetupHistory
from bot.texts import refusals
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
        setup_history: SetupHistory,
        working_day: WorkingDay | None = None,
        schedule_limits: ScheduleLimits | None = None,
        link: Callable[[str, str], str] = lambda channel, ts: "",
    ) -> None:
        self.pbx, self.directory, self.policy_store, self.users = pbx, directory, policy_store, users
        self.repository, self.history, self.files, self.prompts = repository, history, files, prompts
        self.setup_history = setup_history
        self._link, self._visible_groups = link, VisibleGroups()
        self.times = TimeSettler(users, working_day or WorkingDay(), repository.schedules.calendars)
        self.settings_cache, self.authorizer = ServerSettingsCache(pbx), Authorizer(policy_store, users, repository)
        self.caches = PbxCaches(directory, self.settings_cache)
        self._endings = Endings(repository, directory, self.authorizer, self.context_for)
        self._recurring = RecurringPlans(repository, schedule_limits or ScheduleLimits())
        self._offers = OfferFilter(self.authorizer, self.context_for)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.policy_store.now

    def require_form_permission(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Raises NotAllowed where no submission of this form with the `known` arguments could be allowed."""
        if operation.permission is not None:
            principal = self.authorizer.principal(request)
            self.authorizer.require_possible(principal, operation.permission, spellings_in(operation, known))

    def reach(
        self, request: Request, operation: type[Operation], kind: PickerKind, known: Mapping[str, Any]
    ) -> VisibleNames:
        """Names that a form's picker may offer, from caches; raises SlackUnavailable if the account is not cached."""
        permission = operation.permission or Permission.READ
        return self.authorizer.reach(request, permission, kind, spellings_in(operation, known))

    def plan(
        self,
        request: Request,
        readings: Sequence[Operation],
        known: Schedule | None = None,
        *,
        due: bool = False,
        thorough: bool = False,
    ) -> AuthorizedPlan:
        """Plans a change and authorizes it by every name before and after.

        A click may end a temporary change first: then the plan does both, and both are authorized.

        Args:
            known: the schedule, if it was computed before; else it is read from the operation.
            due: the scheduled start has come, so the change is judged as starting now.
            thorough: refuse also what only the PBX would refuse, as far as one look tells: nothing is written yet.

        Raises:
            Refused: not allowed, not possible, or in conflict with a temporary or scheduled change.
        """
        principal = self.authorizer.requester(request)
        references = self.references(request, principal)
        typed, operation, context, grant = self._resolve_settled(request, principal, readings, references)
        context.memberships.thorough = thorough or operation.approval or operation.recurs is not None
        known = self.times.schedule(request, operation, self.repository.now()) if known is None else known
        begins = begins_at(known, self.repository.now(), due=due)
        first = self._endings.plan_first(request, principal, references)
        context.assume(first.plan.changes if first else self._endings.until(begins, principal))
        plan = operation.plan(context).model_copy(update={"times": known})
        if first is not None:
            plan = joined_plan(first.plan, plan, since=self.repository.made_at(first.operation.number))
        if operation.recurs is not None:
            plan = self._recurring.plan(operation, plan, context, self._replaced(request))
        if principal is not None:
            if plan.changes or plan.undone:
                grant = self._authorize(principal, operation, plan, context, due=due)
            if operation.recurs is None:
                check = ConflictCheck(self, request, references)
                if isinstance(instead := check.check_plan(operation, plan, context, begins), AuthorizedPlan):
                    return instead
                plan = check.with_schedule_notes(operation, plan, context, begins)
        plan = plan.with_emergency(operation.emergency, grant.channels)
        return AuthorizedPlan(operation, plan, context, grant.joined(first.grant) if first else grant, typed)

    def _resolve_settled(
        self, request: Request, principal: Principal | None, readings: Sequence[Operation], references: ChangeReferences
    ) -> tuple[ChangeOperation, ChangeOperation, RequestContext, Grant]:
        """The one reading that is meant, as it was typed and with instants for its times; raises Refused."""
        changes = [one for one in readings if isinstance(one, ChangeOperation)]
        settled = [self.times.settled(request, one) for one in changes]
        operation, context, grant = self.resolve(principal, settled, references, request.line)
        typed = next((one for one, other in zip(changes, settled, strict=True) if other is operation), operation)
        return typed, operation, context, grant

    def _replaced(self, request: Request) -> int | None:
        """The number of the schedule that a new one replaces, which the requester may delete; raises Refused."""
        if (number := request.ends_change) is not None:
            alone = request.model_copy(update={"ends_change": None, "expects": None})
            self.effect(alone, DeleteSchedule(number=number))
        return number

    def _authorize(
        self, principal: Principal, operation: ChangeOperation, plan: Plan, context: RequestContext, *, due: bool
    ) -> Grant:
        """Authorizes a plan by its amounts, and by every name before and after; raises NotAllowed."""
        attributes = plan_attributes(self.repository, operation, plan, due=due)
        touched = authorized_changes(self.repository, self.directory, operation, plan.undone)
        try:
            grant = self.authorizer.authorize_changes(principal, operation, touched, context, attributes)
        except NotAllowed as denied:
            denied.message = asking_with_plan(denied.message, plan, context.ring_group_name)
            raise
        self.authorizer.require_approvable(principal, grant)
        return grant

    def references(self, request: Request, principal: Principal | None) -> ChangeReferences:
        """The earlier changes that the requester can refer to."""
        return ChangeReferences(
            self.repository,
            self.directory,
            request,
            may=(checks := self.authorizer.checks(principal)).may,
            may_see=checks.may_see,
            may_know=self.approvals(principal).may_know,
        )

    def resolved(self, request: Request, operation: Operation) -> Operation:
        """The operation with the number of the change that it is about; raises Refused."""
        return self.references(request, self.authorizer.requester(request)).resolve(operation)

    def approvals(self, asking: Principal | None) -> Approvals:
        """Approvals, judged by the policy in force and the approvers' present accounts."""
        return Approvals(self.repository, self._approvers, self.authorizer.principal, asking)

    def _approvers(self, entry: Entry) -> tuple[Approvers, ...]:
        """The approvers whom a waiting change needs by now; raises NotAllowed where it is now forbidden."""
        plan, operation = self.repository.plan(entry.id), load(entry.operations[0])
        assert isinstance(operation, ChangeOperation)  # noqa: S101 - nothing else is planned
        principal = self.authorizer.principal(entry.request)
        attributes = plan_attributes(self.repository, operation, plan, due=False)
        context = self.context_for(principal, operation)
        grant = self.authorizer.authorize_changes(principal, operation, plan.undone, context, attributes)
        return grant.approvers or (plan.approval.asked if plan.approval else ())

    def effect(self, request: Request, operation: ControlOperation) -> tuple[JournalEffect, Grant]:
        """Computes a control operation's effect on the journal and authorizes it; raises Refused."""
        principal = self.authorizer.requester(request)
        references = self.references(request, principal)
        if isinstance(operation, ApprovalDecision | Decline):
            context = self.context(request, operation)
            effect = decision_effect(request, operation, context, principal, self.authorizer)
            return effect, Grant(policy=self.policy.fingerprint)
        if has_open_times(operation):
            operation = settle(operation, self.times.asked(request))
        operation, context, grant = self.resolve(principal, [operation], references)
        effect, number = operation.effect(context), operation.about()
        if principal:
            changes = self.repository.plan(number).undone if number is not None else ()
            attributes = change_attributes(changes, at=self.repository.now(), duration=effect.duration)
            attributes = replace(attributes, recurring=effect.recurring)
            touched = authorized_changes(self.repository, self.directory, operation, changes)
            grant = self.authorizer.authorize_changes(principal, operation, touched, context, attributes)
        ConflictCheck(self, request, references).check_times(operation, effect, context)
        check_as_shown(request, operation, effect, self.repository.now())
        return effect, grant

    def resolve(
        self,
        principal: Principal | None,
        readings: Sequence[OperationT],
        references: ChangeReferences,
        line: str = "",
    ) -> tuple[OperationT, RequestContext, Grant]:
        """Picks the one reading whose names exist and authorizes it by them.

        Names are looked up only for readings that the policy might allow. Raises Refused.
        """
        for operation in readings:
            if (number := operation.about()) is not None:
                references.check(number)
        possible = self.authorizer.possible_readings(principal, readings)
        found, faults = [], []
        for operation in possible:
            context = self.context_for(principal, operation)
            try:
                context.resolve()
                found.append((operation, context))
            except Refused as fault:
                faults.append(fault)
        if not found and possible[0] != readings[0]:  # the likeliest reading was denied and no other has known names
            self.authorizer.possible_readings(principal, readings[:1])
        if not found:  # an ambiguous name is closer to what was meant than an unknown one
            nearest = next((fault for fault in faults if isinstance(fault, Ambiguous)), faults[0])
            told = self._offers.possible(principal, nearest.message, references)
            nearest.message = with_time_hint(told, possible[0], line)
            raise nearest
        if len(found) > 1 and isinstance(found[0][0], ChangeOperation):
            lines = [one.text(settled=True) for one, _ in found]
            offers = tuple(Offer(label=line, line=line) for line in lines)
            raise Ambiguous(refusals.SEVERAL_MEANINGS, offers=offers)
        operation, context = found[0]
        return operation, context, self.authorizer.authorize_names(principal, operation, context)

    def without_impossible_offers(self, request: Request, message: Message) -> Message:
        """The answer to a line that was not understood, with the buttons that the requester may use."""
        principal = self.authorizer.requester(request)
        return self._offers.possible(principal, message, self.references(request, principal))

    def context(self, request: Request, operation: Operation) -> RequestContext:
        """A context for an operation that was authorized before."""
        return self.context_for(self.authorizer.requester(request), operation)

    def _offers_again(self, principal: Principal | None) -> tuple[Offer, ...]:
        if principal is None:
            return ()
        entries = self.repository.asked_by(principal.team, principal.user)
        return offers_again(entries, self.policy, principal, self.directory, self.context_for)

    def context_for(self, principal: Principal | None, operation: Operation) -> RequestContext:
        user, channel = (principal.user, principal.channel) if principal else ("", None)
        return RequestContext(
            operation,
            self.pbx,
            self.directory,
            self.settings_cache,
            self.repository,
            zone=self.users.zone(user) if user else "UTC",
            email_of=self.users.email,
            may_see=(checks := self.authorizer.checks(principal)).may_see,
            visible=lambda names: self._visible_groups.among(names, checks.readable),
            may=checks.may,
            restrictions=partial(self.authorizer.restrictions, principal),
            ring_groups=partial(self.authorizer.ring_groups, principal),
            policy=self.policy.fingerprint,
            whom_to_ask=contact_fact(self.policy.contact),
            link=self._link,
            viewer=Viewer(self.history, user, self.users.name_of),
            offers_again=partial(self._offers_again, principal),
            prompt_files=PromptFiles(self.files, self.prompts, user, channel),
            setup_files=SetupFiles(self.files, self.setup_history.files, user, channel),
            setup_history=self.setup_history,
            approvals=self.approvals(principal),
        )
