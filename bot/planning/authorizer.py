"""Who asks; policy on names, and again on the plan."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.changes.change import Change
from bot.changes.repository import ChangeRepository
from bot.errors import NOTHING, NotAllowed, SlackRefused
from bot.messages.request import Request
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.planning.context import RequestContext
from bot.planning.denials import DeniedAttempt, denial_message
from bot.planning.pickers import PickerKind
from bot.policy.engine import decide, might
from bot.policy.evaluation import EVERYTHING, Reach, groups_within_reach, ring_groups_within_reach
from bot.policy.model import ActionAttributes, Approvers, Decision, Permission, Principal
from bot.policy.rules import Policy, needs_user_groups
from bot.policy.store import PolicyStore


class AccountStatus(BaseModel):
    """What a policy asks of a person beyond their id."""

    model_config = ConfigDict(frozen=True)

    guest: bool
    foreign: bool
    """Of another workspace (Slack Connect), or nobody that the bot may see."""
    bot: bool


class CachedUserDirectory(Protocol):
    """What a policy goes by; raises SlackFailure where it can't be told: nobody is taken for a member unseen."""

    def standing(self, user: str, team: str) -> AccountStatus:
        """Guest, from elsewhere, or a bot."""

    def user_groups_of(self, user: str) -> frozenset[str] | None:
        """Ids; None where they can't be known now."""


class UserDirectory(CachedUserDirectory, Protocol):
    """What Slack knows; waits for it."""

    @property
    def remembered(self) -> CachedUserDirectory:
        """What it said within the hour, without asking it: may be out of date, so nothing is decided by it."""

    def zone(self, user: str) -> str:
        """An IANA name; UTC where it is not known."""

    def email(self, user: str) -> str | None:
        """None where Slack does not show it."""


def principal(request: Request, people: CachedUserDirectory, policy: Policy) -> Principal:
    """User groups are only asked for where a rule goes by them; raise NotAllowed where Slack won't say who it is."""
    try:
        standing = people.standing(request.user, request.team)
    except SlackRefused as refusal:
        raise NotAllowed(
            f"Slack does not tell Park who you are ({refusal}), so nothing is allowed. {NOTHING}"
        ) from refusal
    return Principal(
        user=request.user,
        team=request.team,
        channel=request.channel,
        user_groups=people.user_groups_of(request.user) if needs_user_groups(policy) else frozenset(),
        guest=standing.guest,
        foreign=standing.foreign,
        bot=standing.bot,
    )


class Grant(NamedTuple):
    """The rules that allowed it in one text, and their policy's fingerprint; None where nobody had to."""

    rule: str | None = None
    policy: str | None = None
    approvers: tuple[Approvers, ...] = ()
    """Who has to approve it first."""
    channels: tuple[str, ...] = ()
    """Ids of those that hear of an emergency."""

    def recorded(self) -> dict[str, Any]:
        """For the journal."""
        return {"rule": self.rule, "policy": self.policy}


def is_granted(operation: Operation, decision: Decision) -> bool:
    """Whether it is allowed, or would be in the way that it was asked for."""
    return decision.allowed or (isinstance(operation, ChangeOperation) and _second_way(operation, decision))


def _second_way(operation: ChangeOperation, decision: Decision) -> bool:
    urgent = operation.emergency is not None and decision.emergency
    return bool(urgent or (operation.approval and decision.approvers))


def grant_of(operation: Operation, decisions: Sequence[Decision], policy: str) -> Grant:
    """By decisions that grant it; an emergency waits for nobody, though somebody could approve it."""
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


Some = TypeVar("Some", bound=Operation)


class Authorizer:
    """Each raises NotAllowed; of nobody (None: the clock) nothing is asked."""

    def __init__(self, policy_store: PolicyStore, people: UserDirectory, repository: ChangeRepository) -> None:
        self._policy_store, self._people, self._repository = policy_store, people, repository

    @property
    def policy(self) -> Policy:
        """As it is now."""
        return self._policy_store.now

    def who(self, request: Request) -> Principal:
        """As the policy sees them; raise SlackFailure too."""
        return principal(request, self._people, self.policy)

    def reach(
        self, request: Request, permission: Permission, kind: PickerKind, named: Sequence[Sequence[str]]
    ) -> Reach:
        """What may be picked beside the groups named, asking nobody; raise SlackUnavailable for whom nobody knows."""
        if kind == "user":
            return EVERYTHING  # whom the PBX calls is none of the policy's business
        policy = self.policy
        who = principal(request, self._people.remembered, policy)
        if kind == "group":
            return groups_within_reach(policy, who, permission)
        return ring_groups_within_reach(policy, who, permission, [name for each in named for name in each])

    def may_begin(self, who: Principal, permission: Permission, named: Sequence[Sequence[str]] = ()) -> None:
        """Whatever else it turns out to be about."""
        self._enforce(might(self.policy, who, permission, groups=named))

    def may_look(self, who: Principal, groups: frozenset[str]) -> None:
        """At each of these."""
        self._enforce(
            decide(
                self.policy, who, Permission.READ, groups=groups, attributes=ActionAttributes(at=self._repository.now())
            )
        )

    def hopeful(self, who: Principal | None, readings: Sequence[Some]) -> list[Some]:
        """The readings that might be allowed, at least one."""
        decisions = [(one, self._might(who, one)) for one in readings]
        hopeful = [one for one, decision in decisions if decision is None or decision.allowed]
        if not hopeful and decisions[0][1] is not None:
            self._enforce(decisions[0][1])
        return hopeful

    def on_names(self, who: Principal | None, operation: Operation, context: RequestContext) -> Grant:
        """Before anything is read."""
        permission = operation.needed(context)
        if permission is None or who is None:
            return Grant()
        groups, ring_groups = operation.groups(context), context.ring_groups_named
        if isinstance(operation, ReadOperation):
            attributes = ActionAttributes(at=self._repository.now())
            decision = decide(
                self.policy, who, permission, groups=groups, ring_groups=ring_groups, attributes=attributes
            )
        else:  # its figures are known later
            decision = might(self.policy, who, permission, groups=[[one] for one in groups], ring_groups=ring_groups)
        self._enforce(decision)
        return Grant(decision.rule, decision.policy)

    def on_changes(
        self,
        who: Principal,
        operation: Operation,
        changes: Sequence[Change],
        context: RequestContext,
        attributes: ActionAttributes,
    ) -> Grant:
        """On what was read and with all its figures; granted too in the way that it was asked for."""
        decisions, policy = list[Decision](), self.policy
        permission = operation.needed(context)
        assert permission is not None  # noqa: S101 - every change has one; a test holds all to it
        names = [(change.names, _ring_groups(change, context)) for change in changes] or [(frozenset[str](), [])]
        for groups, ring_groups in names:
            decision = decide(policy, who, permission, groups=groups, ring_groups=ring_groups, attributes=attributes)
            if not is_granted(operation, decision):
                self._enforce(decision, DeniedAttempt(operation, attributes, self._repository, context.zone))
            decisions.append(decision)
        return grant_of(operation, decisions, policy.fingerprint)

    def _might(self, who: Principal | None, operation: Operation) -> Decision | None:
        if operation.permission is None or who is None:
            return None
        return might(self.policy, who, operation.permission, groups=groups_said(operation))

    def _enforce(self, decision: Decision, attempt: DeniedAttempt | None = None) -> None:
        if not decision.allowed:
            raise denial_message(decision, attempt)


def groups_said(operation: Operation) -> list[tuple[str, ...]]:
    """Of each group that it names, what it may be spelled like."""
    return groups_named(type(operation), {name: value for name, _, value in operation.said()})


def groups_named(operation: type[Operation], said: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The same of an operation that is not whole yet."""
    kinds = {Reference.GROUP, Reference.NEW_GROUP}
    names = [name for name, argument_type in operation.argument_types().items() if argument_type.reference in kinds]
    return [spellings(said[name]) for name in names if said.get(name)]


def _ring_groups(change: Change, context: RequestContext) -> list[str]:
    """The ring group that recalls would newly go to; its id, which hardly a rule fits, where it went away."""
    if change.already or change.after is None:
        return []
    target = change.after.compared().get("ring_group_id")
    before = change.before.compared().get("ring_group_id") if change.before else None
    if not target or target == before:
        return []
    found = context.directory.ring_group_by_id(target)
    return [found.name if found else target]
