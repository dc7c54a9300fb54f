"""Operation -> answer or plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from bot.changes.change import Change
from bot.changes.lookups import Files, Progress, PromptFiles
from bot.changes.plan import Emergency, Plan, Schedule
from bot.changes.repository import Approvals, ChangeRepository, waits
from bot.changes.snapshot import Snapshot
from bot.errors import Ambiguous, Moved, Refused
from bot.journal.history import History, Viewer
from bot.journal.models import Entry
from bot.journal.storage import PromptStore
from bot.messages.message import Message, Offer
from bot.messages.request import Request, Source
from bot.operations.access import Can, ShowAccess, WhoCan
from bot.operations.approvals import Approve, Refuse
from bot.operations.base import ChangeOperation, ControlOperation, JournalEffect, Operation, ReadOperation
from bot.operations.catalog import load
from bot.operations.control import Preview
from bot.operations.parser import parse
from bot.operations.schedule import schedule_of
from bot.operations.scheduling import Cancel
from bot.operations.undo import Undo, UndoLast
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, ServerSettingsCache
from bot.pbx.models import ParkGroup
from bot.planning.access_report import Explains, NamedOperation, access_report
from bot.planning.authorizer import Authorizer, Grant, UserDirectory, groups_named, groups_said
from bot.planning.context import RequestContext
from bot.planning.overview import repeatable_lines
from bot.planning.pickers import PickerKind
from bot.planning.plan_checks import of_changes, of_line, of_plan, refuse_temporary_conflicts
from bot.planning.preview import plan_facts, preview, understood_as
from bot.policy.engine import decide, might
from bot.policy.evaluation import Reach
from bot.policy.model import ActionAttributes, Approvers, Permission, Principal
from bot.policy.rules import Policy
from bot.policy.store import PolicyStore

Some = TypeVar("Some", bound=Operation)


@dataclass(frozen=True, slots=True)
class AuthorizedPlan:
    """A plan, the desk it was made at, and what allowed it."""

    operation: ChangeOperation
    plan: Plan
    context: RequestContext
    granted: Grant

    @property
    def rule(self) -> str | None:
        """Whose names are in one text."""
        return self.granted.rule


class Planner:
    """Decides and reads; writes nothing."""

    def __init__(
        self,
        pbx: PbxClient,
        directory: Directory,
        policy_store: PolicyStore,
        people: UserDirectory,
        repository: ChangeRepository,
        history: History,
        *,
        files: Files,
        prompts: PromptStore,
    ) -> None:
        self.pbx, self.directory, self.policy_store, self.people, self.repository = (
            pbx,
            directory,
            policy_store,
            people,
            repository,
        )
        self.history, self.files, self.prompts = history, files, prompts
        self.settings_cache, self._authorizer = ServerSettingsCache(pbx), Authorizer(policy_store, people, repository)

    @property
    def policy(self) -> Policy:
        """As it is now."""
        return self.policy_store.now

    def answer(self, request: Request, readings: Sequence[Operation], progress: Progress | None = None) -> Message:
        """A read's answer, or a preview, with the line in Park's own words where they are others; raise Refused."""
        readings = self._meant(request, readings)
        if isinstance(readings[0], ChangeOperation):
            planned = self.plan(request, readings)
            said = preview(planned.plan, planned.operation, planned.context.ring_group_name)
            return (
                said
                if isinstance(planned.operation, Undo)
                else understood_as(said, request.line, f"preview {planned.operation.text()}")
            )
        if isinstance(readings[0], ControlOperation):
            return self.weighed(request, readings[0])
        who = self.who(request)
        if isinstance(readings[0], ShowAccess | Can | WhoCan):
            return self._explained(request, who, readings[0])
        operation, context, _ = self._resolve(who, [one for one in readings if isinstance(one, ReadOperation)])
        context.memberships.progress = progress
        return understood_as(operation.read(context), request.line, operation.text())

    def _explained(self, request: Request, who: Principal, asked: Explains) -> Message:
        """For who may read, and of groups that they may look at."""
        if asked.permission is not None:
            self._authorizer.may_begin(who, asked.permission)

        def named(operation: Operation, user: str) -> NamedOperation:
            self._authorizer.may_begin(who, Permission.READ, groups_said(operation))
            context = self._context(who, operation)
            context.resolve()
            groups, now = operation.groups(context), self.repository.now()
            self._authorizer.may_look(who, groups)
            zone = self.people.zone(user)
            known = schedule_of(operation, now, zone) if isinstance(operation, ChangeOperation) else None
            figures = of_line(operation, known, now)
            return NamedOperation(operation, operation.needed(context), groups, context.ring_groups_named, figures)

        return access_report(asked, request, self.policy, self.people, named)

    def _meant(self, request: Request, readings: Sequence[Operation]) -> Sequence[Operation]:
        """What the reading stands for, where it stands for others."""
        match readings[0]:
            case Preview(line=line):
                return parse(line)
            case UndoLast(what=what):
                return [Undo(number=self.repository.last(request.user, request.channel, what))]
        return readings

    def refuse_in_vain(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Raise NotAllowed where nothing that begins like this would be allowed: nobody fills a form in vain."""
        if operation.permission is not None:
            self._authorizer.may_begin(self.who(request), operation.permission, groups_named(operation, known))

    def reach(self, request: Request, operation: type[Operation], kind: PickerKind, known: Mapping[str, Any]) -> Reach:
        """What a form's picker may offer, by memory alone; raise SlackUnavailable where it is not known who asks."""
        permission = operation.permission or Permission.READ
        return self._authorizer.reach(request, permission, kind, groups_named(operation, known))

    def plan(
        self, request: Request, readings: Sequence[Operation], known: Schedule | None = None, *, due: bool = False
    ) -> AuthorizedPlan:
        """What the change would do, allowed on every name before and after; raise Refused.

        `known`: its times; `due`: its own has come.
        """
        who = self._who(request)
        operation, context, granted = self._resolve(who, [one for one in readings if isinstance(one, ChangeOperation)])
        known = known or schedule_of(operation, self.repository.now(), self.people.zone(request.user))
        plan = operation.plan(context).model_copy(update={"times": known, "replaces": operation.replaces})
        attributes = of_plan(self.repository, operation, plan, due=due)
        if who and plan.changes:
            granted = self._authorizer.on_changes(who, operation, plan.changes, context, attributes)
        refuse_temporary_conflicts(self.repository, operation, plan)
        if operation.emergency is not None:
            emergency_info = Emergency(reason=operation.emergency, channels=granted.channels)
            plan = plan.model_copy(update={"emergency_info": emergency_info})
        return AuthorizedPlan(operation, plan, context, granted)

    def approvals(self, asking: Principal | None) -> Approvals:
        """By the policy and the people of now."""
        return Approvals(self.repository, self._approvers, self.who, asking)

    def _approvers(self, entry: Entry) -> tuple[Approvers, ...]:
        """Of a change that waits for them, as it was planned; raise NotAllowed where it is forbidden by now."""
        plan = self.repository.plan(entry.id)
        operation = load(entry.asked[0])
        assert isinstance(operation, ChangeOperation)  # noqa: S101 - nothing else is planned
        who = self.who(entry.request)
        attributes = of_plan(self.repository, operation, plan, due=False)
        granted = self._authorizer.on_changes(who, operation, plan.changes, self._context(who, operation), attributes)
        return granted.approvers or (plan.approval.asked if plan.approval else ())

    def effect(self, request: Request, operation: ControlOperation) -> tuple[JournalEffect, Grant]:
        """What becomes true in the journal, allowed on every name that it is about; raise Refused."""
        who = self._who(request)
        if isinstance(operation, Approve | Refuse):
            return self._opinion(request, operation), Grant(policy=self.policy.fingerprint)
        _, context, granted = self._resolve(who, [operation])
        effect, number = operation.effect(context), operation.about()
        if who and not self._is_withdrawn(request, operation):
            changes = self.repository.plan(number).changes if number is not None else ()
            attributes = of_changes(changes, at=self.repository.now(), lasts=effect.lasts)
            granted = self._authorizer.on_changes(who, operation, changes, context, attributes)
        return effect, granted

    def _opinion(self, request: Request, operation: Approve | Refuse) -> JournalEffect:
        """Approvers are not asked what they may do themselves."""
        effect = operation.effect(self.context(request, operation))
        if request.expects not in (None, self.repository.plan(operation.number).digest()):
            raise Moved("The change is no longer what you were shown: its card shows it as it is now.")
        return effect

    def _is_withdrawn(self, request: Request, operation: ControlOperation) -> bool:
        """Who asked for it may always think better of it."""
        if not isinstance(operation, Cancel):
            return False
        entry = self.repository.entry(operation.number)
        return entry.request.user == request.user and waits(entry)

    def weighed(self, request: Request, operation: ControlOperation) -> Message:
        """What it would do, before the click; raise Refused."""
        effect, _ = self.effect(request, operation)
        plan = self.repository.plan(operation.number) if isinstance(operation, Approve | Refuse) else None
        button = Offer(label=operation.title, line=operation.text(), style="primary")
        return Message(
            title=f"{operation.title}? Nothing is changed yet.",
            facts=(
                *effect.facts,
                *(plan_facts(plan, self.context(request, operation).ring_group_name) if plan else ()),
            ),
            notes=() if plan else (effect.title,),
            offers=(replace(button, expects=plan.digest()) if plan else button,),
        )

    def _who(self, request: Request) -> Principal | None:
        """None: the clock, which nobody can refuse what was allowed with its beginning."""
        return None if request.source is Source.CLOCK else self.who(request)

    def _resolve(self, who: Principal | None, readings: Sequence[Some]) -> tuple[Some, RequestContext, Grant]:
        """The one reading whose names exist and may be touched; for who may do none of it, nothing is looked up."""
        hopeful = self._authorizer.hopeful(who, readings)
        found, faults = [], []
        for operation in hopeful:
            context = self._context(who, operation)
            try:
                context.resolve()
                found.append((operation, context))
            except Refused as fault:
                faults.append(fault)
        if not found and hopeful[0] != readings[0]:  # the likeliest was refused by the policy, the rest means nothing
            self._authorizer.hopeful(who, readings[:1])
        if not found:  # names that exist, but fit two, are nearer to what was meant than names that don't
            raise next((fault for fault in faults if isinstance(fault, Ambiguous)), faults[0])
        if len(found) > 1 and isinstance(found[0][0], ChangeOperation):
            lines = [one.text(settled=True) for one, _ in found]
            offers = tuple(Offer(label=line, line=line) for line in lines)
            raise Ambiguous(
                "That line can be read in more than one way. Which one? Nothing was changed yet.", offers=offers
            )
        operation, context = found[0]
        return operation, context, self._authorizer.on_names(who, operation, context)

    def who(self, request: Request) -> Principal:
        """As the policy sees them; raise NotAllowed or SlackFailure."""
        return self._authorizer.who(request)

    def context(self, request: Request, operation: Operation) -> RequestContext:
        """For a change that was decided before."""
        return self._context(self._who(request), operation)

    def learn(self, changes: Sequence[Change], seen: Sequence[Snapshot | None]) -> None:
        """What was read back of each target; where groups are called otherwise by now, all names are asked for anew."""
        for change, now in zip(changes, seen, strict=True):
            if change.target.is_server:
                self.settings_cache.server.forget()
            elif change.target.id is None or now is None or len(change.names) > 1 or change.before is None:
                self.forget([change])
            else:
                self.directory.note_group(ParkGroup.model_validate({**now.settings, "id": change.target.id}))
                self.directory.forget_members(change.target.id)

    def forget(self, changes: Sequence[Change]) -> None:
        """What was remembered of the targets is asked for anew."""
        self.settings_cache.server.forget()
        self.directory.forget_groups()
        for change in changes:
            if change.target.id is not None:
                self.directory.forget_members(change.target.id)

    def _again(self, who: Principal | None) -> tuple[str, ...]:
        return (
            repeatable_lines(self.repository.asked_by(who.team, who.user), self.policy, who, self.directory)
            if who
            else ()
        )

    def _context(self, who: Principal | None, operation: Operation) -> RequestContext:
        def may_see(group: str) -> bool:
            attributes = ActionAttributes(at=self.repository.now())
            return (
                who is None or decide(self.policy, who, Permission.READ, groups=[group], attributes=attributes).allowed
            )

        def may(permission: Permission, group: str | None = None) -> bool:
            return who is None or might(self.policy, who, permission, groups=[[group]] if group else []).allowed

        return RequestContext(
            operation,
            self.pbx,
            self.directory,
            self.settings_cache,
            self.repository,
            zone=self.people.zone(who.user) if who else "UTC",
            email_of=self.people.email,
            may_see=may_see,
            may=may,
            policy=self.policy.fingerprint,
            viewer=Viewer(self.history, who.user if who else ""),
            again=partial(self._again, who),
            prompt_files=PromptFiles(self.files, self.prompts, who.user if who else "", who.channel if who else None),
            approvals=self.approvals(who),
        )
