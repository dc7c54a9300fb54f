"""Builds the requester's principal and applies the policy to an operation."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from bot.changes.change import Change
from bot.changes.repository import ChangeRepository
from bot.errors import NotAllowed, NotFound, SlackFailure
from bot.messages.request import Request, Source
from bot.messages.text import fold
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.operations.schedules import ScheduleControl
from bot.operations.scheduling import Cancel, Extend
from bot.operations.undo import Undo
from bot.planning.context import RequestContext
from bot.planning.denials import DeniedAttempt, denial_message
from bot.planning.name_checks import NameChecks
from bot.planning.picker_sources import PickerKind
from bot.planning.principals import UserDirectory, groups_unknown, resolve_principal
from bot.planning.required_permissions import required_permissions
from bot.policy.descriptions import restrictions
from bot.policy.engine import decide, decide_provisionally
from bot.policy.evaluation import ALL_NAMES, VisibleNames, visible_groups, visible_ring_groups
from bot.policy.field_types import is_user_group
from bot.policy.model import OWN_CHANGE, ActionAttributes, Approvers, Decision, Permission, Principal
from bot.policy.rules import Policy
from bot.policy.store import PolicyStore
from bot.policy.workflows import channel_principal
from bot.texts import approvals, refusals


class Grant(NamedTuple):
    """The rules that allow an operation, joined in one text, and the policy's fingerprint.

    Both are None where no permission was needed.
    """

    rule: str | None = None
    policy: str | None = None
    approvers: tuple[Approvers, ...] = ()
    """Who has to approve the change before it is made."""
    channels: tuple[str, ...] = ()
    """Ids of the channels that are notified of an emergency."""

    def joined(self, other: "Grant") -> "Grant":
        """A grant of both, for a plan that does two things."""
        rules = dict.fromkeys(filter(None, (other.rule, self.rule)))
        return self._replace(rule=" and ".join(rules) or None)

    def recorded(self) -> dict[str, Any]:
        """The fields that the journal stores."""
        return {"rule": self.rule, "policy": self.policy}


def is_granted(operation: Operation, decision: Decision) -> bool:
    """Whether a decision allows the operation, outright or by the approval or emergency it requests."""
    if decision.allowed or not isinstance(operation, ChangeOperation):
        return decision.allowed
    by_emergency = operation.emergency is not None and bool(decision.emergency)
    return by_emergency or (operation.approval and bool(decision.approvers))


def grant_of(operation: Operation, decisions: Sequence[Decision], policy: str) -> Grant:
    """Combines decisions that grant an operation; an emergency takes precedence over an approval."""
    urgent = isinstance(operation, ChangeOperation) and operation.emergency is not None
    rules, approvers, channels = dict[str, None](), dict[Approvers, None](), dict[str, None]()
    for one in decisions:
        if one.allowed:
            rules |= dict.fromkeys(one.rules)
        elif urgent and one.emergency:
            rules |= dict.fromkeys(one.by_emergency)
            channels |= dict.fromkeys(one.emergency)
        else:
            rules |= dict.fromkeys(one.by_approval)
            approvers |= dict.fromkeys(one.approvers)
    return Grant(" and ".join(rules) or None, policy, tuple(approvers), tuple(channels))


OperationT = TypeVar("OperationT", bound=Operation)


class Authorizer:
    """Applies the policy to operations: first by the names in the request, then by the planned changes.

    Methods named `require_*` and `authorize_*` raise NotAllowed. A principal of None is the clock, which needs no
    permission.
    """

    def __init__(self, policy_store: PolicyStore, users: UserDirectory, repository: ChangeRepository) -> None:
        self._policy_store, self._users, self._repository = policy_store, users, repository

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy_store.now

    def principal(self, request: Request) -> Principal:
        """The requester as the policy sees them; raises NotAllowed or SlackFailure."""
        if request.source is Source.WORKFLOW:
            return channel_principal(request.channel, request.team)
        return resolve_principal(request, self._users, self.policy)

    def requester(self, request: Request) -> Principal | None:
        """The requester; None for the clock, whose ends were allowed together with their beginning."""
        return None if request.source is Source.CLOCK else self.principal(request)

    def reach(
        self, request: Request, permission: Permission, kind: PickerKind, named: Sequence[Sequence[str]]
    ) -> VisibleNames:
        """Names that a picker may offer, judged from cached accounts only.

        Args:
            named: the possible spellings of each group that the form names already.

        Raises:
            SlackUnavailable: the requester's account is not cached.
        """
        if kind == "user":
            return ALL_NAMES  # no rule restricts PBX users
        policy = self.policy
        principal = resolve_principal(request, self._users.remembered, policy)
        if kind in ("group", "scope"):
            return visible_groups(policy, principal, permission)
        return visible_ring_groups(policy, principal, permission, [name for each in named for name in each])

    def ring_groups(self, principal: Principal | None, permission: Permission, group: str) -> VisibleNames:
        """The ring groups that the principal might send a group's recalls to."""
        return visible_ring_groups(self.policy, principal, permission, [group]) if principal else ALL_NAMES

    def checks(self, principal: Principal | None) -> NameChecks:
        """What the principal may do with groups, to be kept for one request only."""
        return NameChecks(lambda: self.policy, principal, self._repository.now)

    def restrictions(self, principal: Principal | None, permission: Permission) -> tuple[str, ...]:
        """Limits, hours and approvals, in words, under which alone the principal has the permission in the channel."""
        return restrictions(self.policy, principal, permission) if principal else ()

    def may_see(self, principal: Principal | None, group: str) -> bool:
        """Whether the principal may read this group now."""
        return self.checks(principal).may_see(group)

    def require_possible(
        self, principal: Principal, permission: Permission, named: Sequence[Sequence[str]] = ()
    ) -> None:
        """Raises where no rule could allow the permission on the named groups."""
        self._enforce(decide_provisionally(self.policy, principal, permission, groups=named))

    def require_read(self, principal: Principal, groups: frozenset[str]) -> None:
        """Raises where any of these groups may not be read."""
        self._enforce(self._decide_now(principal, Permission.READ, groups))

    def possible_readings(self, principal: Principal | None, readings: Sequence[OperationT]) -> list[OperationT]:
        """The readings of a line that some rule could allow; raises where there is none."""
        possible, first_denial = list[OperationT](), None
        for one in readings:
            decision = None
            if one.permission is not None and principal is not None:
                decision = decide_provisionally(self.policy, principal, one.permission, groups=group_spellings(one))
            if decision is None or decision.allowed:
                possible.append(one)
            else:
                first_denial = first_denial or decision
        if not possible and first_denial is not None:
            self._enforce(first_denial)
        return possible

    def authorize_names(self, principal: Principal | None, operation: Operation, context: RequestContext) -> Grant:
        """Authorizes an operation by the names in the request, before the PBX is read.

        A read is decided here. Of a change only what no rule could allow is denied: its attributes are known later.
        """
        permission = operation.required_permission(context)
        if permission is None or principal is None:
            return Grant()
        if self._takes_back_own(principal, operation):
            return Grant(OWN_CHANGE, self.policy.fingerprint)
        groups, ring_groups = operation.groups(context), context.mentioned_ring_groups
        if isinstance(operation, ReadOperation):
            decision = self._decide_now(principal, permission, groups, ring_groups)
        else:
            names = [[one] for one in groups]
            decision = decide_provisionally(self.policy, principal, permission, groups=names, ring_groups=ring_groups)
        self._conceal_unseen(principal, operation, decision, context)
        self._enforce(decision)
        return Grant(decision.rule, decision.policy)

    def authorize_changes(
        self,
        principal: Principal,
        operation: Operation,
        changes: Sequence[Change],
        context: RequestContext,
        attributes: ActionAttributes,
    ) -> Grant:
        """Authorizes an operation by what it would change, with all attributes known.

        Returns:
            The grant, which names approvers or emergency channels where the operation asked for that.
        """
        decisions, policy = list[Decision](), self.policy
        if self._takes_back_own(principal, operation, attributes):
            return Grant(OWN_CHANGE, policy.fingerprint)
        for permission, groups, rings in required_permissions(operation, changes, context):
            decision = decide(policy, principal, permission, groups=groups, ring_groups=rings, attributes=attributes)
            if not is_granted(operation, decision):
                self._conceal_unseen(principal, operation, decision, context)
                self._enforce(decision, DeniedAttempt(operation, attributes, self._repository, context.zone))
            decisions.append(decision)
        return grant_of(operation, decisions, policy.fingerprint)

    def _takes_back_own(
        self, principal: Principal, operation: Operation, attributes: ActionAttributes | None = None
    ) -> bool:
        """Whether requesters take back, end early or call off a change of their own: that needs no permission.

        To do again what was taken back, or to overwrite what others have changed since, needs a rule.
        """
        if isinstance(operation, ScheduleControl):
            schedule = self._repository.schedules.find(operation.change)
            return operation.takes_back and schedule is not None and schedule.holder == principal.user
        if not isinstance(operation, Cancel | Extend | Undo) or (isinstance(operation, Undo) and operation.anyway):
            return False
        entry = self._repository.entry(operation.change)
        if entry.request.user != principal.user or entry.request.source is Source.CLOCK or entry.about is not None:
            return False
        return not isinstance(operation, Extend) or attributes is None or self._ends_earlier(operation, attributes)

    def _ends_earlier(self, operation: Extend, attributes: ActionAttributes) -> bool:
        end = self._repository.scheduled_end(operation.change).run_at
        return (
            attributes.duration is not None and self._repository.made_at(operation.change) + attributes.duration <= end
        )

    def _conceal_unseen(
        self, principal: Principal, operation: Operation, decision: Decision, context: RequestContext
    ) -> None:
        """Raises an error without names where a denial would name a group that the requester may not see."""
        self._require_certain(decision)
        known = set(map(fold, context.mentioned_groups))
        unseen = [one for one in decision.missing_groups if fold(one) not in known and not self.may_see(principal, one)]
        if decision.allowed or not unseen:
            return
        about = operation.about()
        if about is not None and self._repository.entry(about).request.user != principal.user:
            raise NotFound(refusals.no_visible_change(about))
        error = NotAllowed(refusals.UNSEEN_GROUP)
        error.policy = decision.policy
        raise error

    def require_approvable(self, principal: Principal, grant: Grant) -> None:
        """Raises where too few of those who have to approve are left: nobody approves their own change."""
        for one in grant.approvers:
            ids = {id for id in one.ids if not is_user_group(id)}
            groups = [self._users.members_of(id) for id in one.ids if is_user_group(id)]
            known = [group for group in groups if group is not None]
            if len(known) < len(groups):
                continue
            others = sorted(ids.union(*known) - {principal.user})
            able = (id for id in others if self._could_approve(id, principal.team, named=id in ids))
            if len(list(islice(able, one.count))) < one.count:
                raise NotAllowed(approvals.too_few(one.rule, one.count))

    def _could_approve(self, user: str, team: str, *, named: bool) -> bool:
        """Whether an account could approve; outsiders only if a rule names them. True if Slack can't say."""
        try:
            status = self._users.account_status(user, team)
        except SlackFailure:
            return True
        return not status.deactivated and (named or not (status.guest or status.foreign or status.bot))

    def _decide_now(
        self, principal: Principal, permission: Permission, groups: Collection[str], ring_groups: Collection[str] = ()
    ) -> Decision:
        attributes = ActionAttributes(at=self._repository.now())
        return decide(self.policy, principal, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)

    def _require_certain(self, decision: Decision) -> None:
        """Raises SlackFailure instead of a denial that may only be one because Slack can't be asked now."""
        if decision.uncertain and not decision.allowed:
            raise groups_unknown(self._users)

    def _enforce(self, decision: Decision, attempt: DeniedAttempt | None = None) -> None:
        self._require_certain(decision)
        if not decision.allowed:
            raise denial_message(decision, attempt)


def group_spellings(operation: Operation) -> list[tuple[str, ...]]:
    """The possible spellings of each group that the operation names."""
    return spellings_in(type(operation), {name: value for name, _, value in operation.said()})


def spellings_in(operation: type[Operation], arguments: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The possible spellings of each group in the arguments of an operation that may be incomplete."""
    kinds = {Reference.GROUP, Reference.NEW_GROUP}
    names = [name for name, argument_type in operation.argument_types().items() if argument_type.reference in kinds]
    return [spellings(arguments[name]) for name in names if arguments.get(name)]
