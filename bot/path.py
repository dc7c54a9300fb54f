"""The path from an operation to a plan or an answer: names resolved, policy, reading, policy again on what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

from bot.access import Explains, Named, explained
from bot.again import again
from bot.askers import People, asker
from bot.changes.change import Change
from bot.confirmation import preview, understood_as
from bot.desk import Desk, Files, Past, Progress, Sounds
from bot.errors import Ambiguous, Refused
from bot.fields import Refers, spellings
from bot.figures import of_changes, of_line, of_plan
from bot.grammar import parse
from bot.history import History, Viewer
from bot.journal.prompts import Prompts
from bot.message import Message, Offer
from bot.not_allowed import Tried, not_allowed
from bot.operation import ChangeOperation, Effect, JournalOperation, Operation, ReadOperation
from bot.operations import Can, Preview, ShowAccess, Undo, UndoLast, WhoCan
from bot.pbx.client import PBX
from bot.pbx.directory import Directory
from bot.pbx.lately import Lately
from bot.plan import Plan
from bot.policy import Asker, Decision, Deed, Permission, Policies, Policy, decide, might
from bot.request import Door, Request
from bot.temporary import refuse_what_would_end
from bot.times import Times, times

Some = TypeVar("Some", bound=Operation)


class Granted(NamedTuple):
    """The rules that allowed it in one text, and their policy's fingerprint; None where nobody had to."""

    rule: str | None = None
    policy: str | None = None

    def recorded(self) -> dict[str, Any]:
        """For the journal."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the desk it was made at, and what allowed it."""

    operation: ChangeOperation
    plan: Plan
    desk: Desk
    granted: Granted

    @property
    def rule(self) -> str | None:
        """Whose names are in one text."""
        return self.granted.rule


class Path:
    """Decides and reads; writes nothing."""

    def __init__(
        self,
        pbx: PBX,
        directory: Directory,
        policies: Policies,
        people: People,
        past: Past,
        history: History,
        *,
        files: Files,
        prompts: Prompts,
    ) -> None:
        self.pbx, self.directory, self.policies, self.people, self.past = pbx, directory, policies, people, past
        self.history, self.files, self.prompts = history, files, prompts
        self.lately = Lately(pbx)

    @property
    def policy(self) -> Policy:
        """As it is now."""
        return self.policies.now

    def answer(self, request: Request, readings: Sequence[Operation], progress: Progress | None = None) -> Message:
        """A read's answer, or a preview, with the line in Park's own words where they are others; raise Refused."""
        readings = self._meant(request, readings)
        if isinstance(readings[0], ChangeOperation):
            planned = self.plan(request, readings)
            said = preview(planned.plan, planned.operation, planned.desk.ring_group_name)
            return (
                said
                if isinstance(planned.operation, Undo)
                else understood_as(said, request.line, f"preview {planned.operation.text()}")
            )
        who = self.who(request)
        if isinstance(readings[0], ShowAccess | Can | WhoCan):
            return self._explained(request, who, readings[0])
        operation, desk, _ = self._resolve(who, [one for one in readings if isinstance(one, ReadOperation)])
        desk.homes.progress = progress
        return understood_as(operation.read(desk), request.line, operation.text())

    def _explained(self, request: Request, who: Asker, asked: Explains) -> Message:
        """For who may read, and of groups that they may look at."""
        if asked.permission is not None:
            self._enforce(might(self.policy, who, asked.permission))

        def named(operation: Operation, user: str) -> Named:
            said = {name: value for name, _, value in operation.said()}
            self._enforce(might(self.policy, who, Permission.READ, groups=_groups_named(type(operation), said)))
            desk = self._desk(who, operation)
            desk.resolve()
            groups, now = operation.groups(desk), self.past.now()
            self._enforce(decide(self.policy, who, Permission.READ, groups=groups, deed=Deed(at=now)))
            zone = self.people.zone(user)
            known = times(operation, now, zone) if isinstance(operation, ChangeOperation) else None
            figures = of_line(operation, known, now)
            return Named(operation, operation.needed(desk), groups, desk.ring_groups_named, figures)

        return explained(asked, request, self.policy, self.people, named)

    def _meant(self, request: Request, readings: Sequence[Operation]) -> Sequence[Operation]:
        """What the reading stands for, where it stands for others."""
        match readings[0]:
            case Preview(line=line):
                return parse(line)
            case UndoLast(what=what):
                return [Undo(number=self.past.last(request.user, request.channel, what))]
        return readings

    def refuse_in_vain(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Raise NotAllowed where nothing that begins like this would be allowed: nobody fills a form in vain."""
        if operation.permission is not None:
            who, groups = self.who(request), _groups_named(operation, known)
            self._enforce(might(self.policy, who, operation.permission, groups=groups))

    def plan(self, request: Request, readings: Sequence[Operation], known: Times | None = None) -> Planned:
        """What the change would do, allowed on every name before and after; raise Refused. `known`: its times."""
        who = self._who(request)
        operation, desk, granted = self._resolve(who, [one for one in readings if isinstance(one, ChangeOperation)])
        due = known is not None
        known = known or times(operation, self.past.now(), self.people.zone(request.user))
        plan = operation.plan(desk).model_copy(update={"times": known, "replaces": operation.replaces})
        deed = of_plan(self.past, operation, plan, due=due)
        if who and plan.changes:
            granted = self._allowed(who, operation, plan.changes, desk, deed)
        refuse_what_would_end(self.past, operation, plan)
        return Planned(operation, plan, desk, granted)

    def effect(self, request: Request, operation: JournalOperation) -> tuple[Effect, Granted]:
        """What becomes true in the journal, allowed on every name that it is about; raise Refused."""
        who = self._who(request)
        _, desk, granted = self._resolve(who, [operation])
        effect, number = operation.effect(desk), operation.about()
        if who:
            changes = self.past.plan(number).changes if number is not None else ()
            deed = of_changes(changes, at=self.past.now(), lasts=effect.lasts)
            granted = self._allowed(who, operation, changes, desk, deed)
        return effect, granted

    def _who(self, request: Request) -> Asker | None:
        """None: the clock, which nobody can refuse what was allowed with its beginning."""
        return None if request.door is Door.CLOCK else self.who(request)

    def _allowed(self, who: Asker, operation: Operation, changes: Sequence[Change], desk: Desk, deed: Deed) -> Granted:
        """On what was read and with all its figures; raise NotAllowed."""
        rules, policy = dict[str, None](), self.policy
        names = [(change.names, _ring_groups(change, desk)) for change in changes] or [(frozenset[str](), [])]
        for groups, ring_groups in names:
            permission = _permission(operation, desk)
            decision = decide(policy, who, permission, groups=groups, ring_groups=ring_groups, deed=deed)
            self._enforce(decision, Tried(operation, deed, self.past, desk.zone))
            rules |= dict.fromkeys(decision.rules)
        return Granted(" and ".join(rules) or None, policy.fingerprint)

    def _resolve(self, who: Asker | None, readings: Sequence[Some]) -> tuple[Some, Desk, Granted]:
        """The one reading whose names exist and may be touched; for who may do none of it, nothing is looked up."""
        hopeful = self._hopeful(who, readings)
        found, faults = [], []
        for operation in hopeful:
            desk = self._desk(who, operation)
            try:
                desk.resolve()
                found.append((operation, desk))
            except Refused as fault:
                faults.append(fault)
        if not found and hopeful[0] != readings[0]:  # the likeliest was refused by the policy, the rest means nothing
            self._hopeful(who, readings[:1])
        if not found:  # names that exist, but fit two, are nearer to what was meant than names that don't
            raise next((fault for fault in faults if isinstance(fault, Ambiguous)), faults[0])
        if len(found) > 1 and isinstance(found[0][0], ChangeOperation):
            lines = [one.text(settled=True) for one, _ in found]
            offers = tuple(Offer(label=line, line=line) for line in lines)
            raise Ambiguous(
                "That line can be read in more than one way. Which one? Nothing was changed yet.", offers=offers
            )
        operation, desk = found[0]
        return operation, desk, self._decide(who, operation, desk)

    def _hopeful(self, who: Asker | None, readings: Sequence[Some]) -> list[Some]:
        decisions = [(one, self._might(who, one)) for one in readings]
        hopeful = [one for one, decision in decisions if decision is None or decision.allowed]
        if not hopeful and decisions[0][1] is not None:
            self._enforce(decisions[0][1])
        return hopeful

    def _might(self, who: Asker | None, operation: Operation) -> Decision | None:
        if operation.permission is None or who is None:
            return None
        said = {name: value for name, _, value in operation.said()}
        return might(self.policy, who, operation.permission, groups=_groups_named(type(operation), said))

    def _decide(self, who: Asker | None, operation: Operation, desk: Desk) -> Granted:
        permission = operation.needed(desk)
        if permission is None or who is None:
            return Granted()
        groups, ring_groups = operation.groups(desk), desk.ring_groups_named
        if isinstance(operation, ReadOperation):
            deed = Deed(at=self.past.now())
            decision = decide(self.policy, who, permission, groups=groups, ring_groups=ring_groups, deed=deed)
        else:  # its figures are known later
            decision = might(self.policy, who, permission, groups=[[one] for one in groups], ring_groups=ring_groups)
        self._enforce(decision)
        return Granted(decision.rule, decision.policy)

    def who(self, request: Request) -> Asker:
        """As the policy sees them; raise NotAllowed or SlackFailure."""
        return asker(request, self.people, self.policy)

    def desk(self, request: Request, operation: Operation) -> Desk:
        """For a change that was decided before."""
        return self._desk(self._who(request), operation)

    def forget(self, changes: Sequence[Change]) -> None:
        """What was remembered of the targets is asked for anew."""
        self.lately.server.forget()
        self.directory.forget_groups()
        for change in changes:
            if change.target.id is not None:
                self.directory.forget_members(change.target.id)

    def _again(self, who: Asker | None) -> tuple[str, ...]:
        return again(self.past.asked_by(who.team, who.user), self.policy, who, self.directory) if who else ()

    def _desk(self, who: Asker | None, operation: Operation) -> Desk:
        def may_see(group: str) -> bool:
            deed = Deed(at=self.past.now())
            return who is None or decide(self.policy, who, Permission.READ, groups=[group], deed=deed).allowed

        def may(permission: Permission, group: str | None = None) -> bool:
            return who is None or might(self.policy, who, permission, groups=[[group]] if group else []).allowed

        return Desk(
            operation,
            self.pbx,
            self.directory,
            self.lately,
            self.past,
            zone=self.people.zone(who.user) if who else "UTC",
            email_of=self.people.email,
            may_see=may_see,
            may=may,
            policy=self.policy.fingerprint,
            viewer=Viewer(self.history, who.user if who else ""),
            again=partial(self._again, who),
            sounds=Sounds(self.files, self.prompts, who.user if who else "", who.channel if who else None),
        )

    def _enforce(self, decision: Decision, tried: Tried | None = None) -> None:
        if not decision.allowed:
            raise not_allowed(decision, tried)


def _groups_named(operation: type[Operation], said: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Of each group that is named, what it may be spelled like."""
    kinds = {Refers.GROUP, Refers.NEW_GROUP}
    names = [name for name, noun in operation.nouns().items() if noun.refers in kinds]
    return [spellings(said[name]) for name in names if said.get(name)]


def _permission(operation: Operation, desk: Desk) -> Permission:
    permission = operation.needed(desk)
    assert permission is not None  # noqa: S101 - every change has one; a test holds all to it
    return permission


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
