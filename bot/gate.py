"""The policy's word on an operation: on the names in its line, and again on what was read."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bot.askers import People, asker
from bot.changes.change import Change
from bot.desk import Desk, Past
from bot.fields import Refers, spellings
from bot.granting import Granted, granted, is_granted
from bot.not_allowed import Tried, not_allowed
from bot.operation import Operation, ReadOperation
from bot.policy import Asker, Decision, Deed, Permission, Policies, Policy, decide, might
from bot.request import Request

Some = TypeVar("Some", bound=Operation)


class Gate:
    """Each raises NotAllowed; of nobody (None: the clock) nothing is asked."""

    def __init__(self, policies: Policies, people: People, past: Past) -> None:
        self._policies, self._people, self._past = policies, people, past

    @property
    def policy(self) -> Policy:
        """As it is now."""
        return self._policies.now

    def who(self, request: Request) -> Asker:
        """As the policy sees them; raise SlackFailure too."""
        return asker(request, self._people, self.policy)

    def may_begin(self, who: Asker, permission: Permission, named: Sequence[Sequence[str]] = ()) -> None:
        """Whatever else it turns out to be about."""
        self._enforce(might(self.policy, who, permission, groups=named))

    def may_look(self, who: Asker, groups: frozenset[str]) -> None:
        """At each of these."""
        self._enforce(decide(self.policy, who, Permission.READ, groups=groups, deed=Deed(at=self._past.now())))

    def hopeful(self, who: Asker | None, readings: Sequence[Some]) -> list[Some]:
        """The readings that might be allowed, at least one."""
        decisions = [(one, self._might(who, one)) for one in readings]
        hopeful = [one for one, decision in decisions if decision is None or decision.allowed]
        if not hopeful and decisions[0][1] is not None:
            self._enforce(decisions[0][1])
        return hopeful

    def on_names(self, who: Asker | None, operation: Operation, desk: Desk) -> Granted:
        """Before anything is read."""
        permission = operation.needed(desk)
        if permission is None or who is None:
            return Granted()
        groups, ring_groups = operation.groups(desk), desk.ring_groups_named
        if isinstance(operation, ReadOperation):
            deed = Deed(at=self._past.now())
            decision = decide(self.policy, who, permission, groups=groups, ring_groups=ring_groups, deed=deed)
        else:  # its figures are known later
            decision = might(self.policy, who, permission, groups=[[one] for one in groups], ring_groups=ring_groups)
        self._enforce(decision)
        return Granted(decision.rule, decision.policy)

    def on_changes(
        self, who: Asker, operation: Operation, changes: Sequence[Change], desk: Desk, deed: Deed
    ) -> Granted:
        """On what was read and with all its figures; granted too in the way that it was asked for."""
        decisions, policy = list[Decision](), self.policy
        permission = operation.needed(desk)
        assert permission is not None  # noqa: S101 - every change has one; a test holds all to it
        names = [(change.names, _ring_groups(change, desk)) for change in changes] or [(frozenset[str](), [])]
        for groups, ring_groups in names:
            decision = decide(policy, who, permission, groups=groups, ring_groups=ring_groups, deed=deed)
            if not is_granted(operation, decision):
                self._enforce(decision, Tried(operation, deed, self._past, desk.zone))
            decisions.append(decision)
        return granted(operation, decisions, policy.fingerprint)

    def _might(self, who: Asker | None, operation: Operation) -> Decision | None:
        if operation.permission is None or who is None:
            return None
        return might(self.policy, who, operation.permission, groups=groups_said(operation))

    def _enforce(self, decision: Decision, tried: Tried | None = None) -> None:
        if not decision.allowed:
            raise not_allowed(decision, tried)


def groups_said(operation: Operation) -> list[tuple[str, ...]]:
    """Of each group that it names, what it may be spelled like."""
    return groups_named(type(operation), {name: value for name, _, value in operation.said()})


def groups_named(operation: type[Operation], said: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The same of an operation that is not whole yet."""
    kinds = {Refers.GROUP, Refers.NEW_GROUP}
    names = [name for name, noun in operation.nouns().items() if noun.refers in kinds]
    return [spellings(said[name]) for name in names if said.get(name)]


def _ring_groups(change: Change, desk: Desk) -> list[str]:
    """The ring group that recalls would newly go to; its id, which hardly a rule fits, where it went away."""
    if change.already or change.after is None:
        return []
    target = change.after.compared().get("ring_group_id")
    before = change.before.compared().get("ring_group_id") if change.before else None
    if not target or target == before:
        return []
    found = desk.directory.ring_group_by_id(target)
    return [found.name if found else target]
