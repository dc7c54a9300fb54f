"""Answers of access, can, who can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bot.errors import NOTHING, NotUnderstood
from bot.messages.message import Fact, Message
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.access import Can, ShowAccess, WhoCan
from bot.operations.base import Operation
from bot.operations.parser import parse
from bot.planning.authorizer import UserDirectory, principal
from bot.policy.descriptions import describe_rule
from bot.policy.engine import decide
from bot.policy.matching import covers, is_against_person, is_for_channel, is_for_person
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule


@dataclass(frozen=True, slots=True)
class NamedOperation:
    """A line whose names were looked up: what it needs, and of what it speaks."""

    operation: Operation
    permission: Permission | None
    groups: frozenset[str]
    ring_groups: frozenset[str]
    attributes: ActionAttributes


Explains: TypeAlias = ShowAccess | Can | WhoCan


def access_report(
    asked: Explains,
    request: Request,
    policy: Policy,
    people: UserDirectory,
    named: Callable[[Operation, str], NamedOperation],
) -> Message:
    """`named` looks up the names in an operation, as typed by that user, and raises Refused."""
    match asked:
        case ShowAccess():
            return _access(policy, principal(request, people, policy))
        case Can():
            user = request.user if asked.person == "me" else asked.person.strip("<@>")
            subject = principal(request.model_copy(update={"user": user}), people, policy)
            return _can(policy, subject, named(_line(asked.line), user))
        case WhoCan():
            return _who_can(policy, named(_line(asked.line), request.user))


def _line(line: str) -> Operation:
    operation = parse(line)[0]
    if isinstance(operation, Explains):
        raise NotUnderstood(f"That asks about a question: type what somebody would do, as in delete Sales. {NOTHING}")
    return operation


def _access(policy: Policy, who: Principal) -> Message:
    mine = [rule for rule in policy.allow if is_for_person(rule, who)]
    here = [rule for rule in mine if is_for_channel(rule, who.channel)]
    against = [rule for rule in policy.deny if is_against_person(rule, who)]
    facts = (
        *(Fact(label=f"Here, by “{rule.name}”", value=describe_rule(rule)) for rule in here),
        *(
            Fact(label=f"Elsewhere, by “{rule.name}”", value=f"{describe_rule(rule)}, in", ids=rule.channels)
            for rule in mine
            if rule not in here
        ),
        *(Fact(label=f"Never, by “{rule.name}”", value=describe_rule(rule), ids=rule.channels) for rule in against),
    )
    title = "What you may do" if mine else "No rule lets you do anything with Park"
    return Message(title=title, facts=facts, notes=tuple(_doubts(policy, who)))


def _doubts(policy: Policy, who: Principal) -> Iterator[str]:
    if who.outsider:
        yield f"For {who.outsider} only rules that name their user id count."
    if who.user_groups is None:
        yield "Slack could not say just now which user groups you are in: there may be more."


def _can(policy: Policy, who: Principal, named: NamedOperation) -> Message:
    if named.permission is None:
        return Message(title=f"Yes: {named.operation.text()} needs no permission of its own")
    groups, ring_groups = named.groups, named.ring_groups
    said = decide(policy, who, named.permission, groups=groups, ring_groups=ring_groups, attributes=named.attributes)
    facts = [Fact(label="Who", value="", ids=(who.user,))]
    if said.allowed:
        facts.append(Fact(label="By", value=" and ".join(f"“{rule}”" for rule in said.rules)))
    if said.channels:
        facts.append(Fact(label="Allowed in", value="", ids=said.channels))
    facts += [Fact(label="Who may approve", value=f"{one.count} of", ids=one.ids) for one in said.approvers]
    answer = {"allowed": "Yes", "approval": "Once it is approved", "emergency": "In an emergency"}
    notes = () if said.allowed else (f"They would read: {said.reason}",)
    title = f"{answer.get(said.outcome, 'No')}: {named.operation.text()}"
    return Message(title=title, facts=tuple(facts), notes=notes)


def _who_can(policy: Policy, named: NamedOperation) -> Message:
    line, permission = named.operation.text(), named.permission
    if permission is None:
        return Message(title=f"Everybody may ask: {line} needs no permission of its own")
    lets = [rule for rule in policy.allow if permission in rule.operations and _covers(rule, named)]
    stops = [rule for rule in policy.deny if permission in rule.operations and _stops(rule, named)]
    facts = (
        *(Fact(label=f"By “{rule.name}”", value=_whom(rule), ids=_ids(rule)) for rule in lets),
        *(Fact(label=f"But not, by “{rule.name}”", value=_whom(rule), ids=_ids(rule)) for rule in stops),
    )
    several = len(named.groups) > 1
    notes = ("Each of the groups needs a rule; these let at least one.",) if several and lets else ()
    return Message(title=f"Who may {line}" if lets else f"No rule lets anybody {line}", facts=facts, notes=notes)


def _covers(rule: Rule, named: NamedOperation) -> bool:
    groups = not named.groups or any(covers(rule.groups, fold(name)) for name in named.groups)
    return groups and all(covers(rule.ring_groups, fold(name)) for name in named.ring_groups)


def _stops(rule: Deny, named: NamedOperation) -> bool:
    groups = rule.groups is None or any(covers(rule.groups, fold(name)) for name in named.groups)
    return groups and (rule.ring_groups is None or any(covers(rule.ring_groups, fold(n)) for n in named.ring_groups))


def _whom(rule: Rule | Deny) -> str:
    """In words what the ids after it are: people first, then channels."""
    bounds = describe_rule(rule).split("; ")[1:]
    people = "" if rule.users or rule.user_groups else "anybody"
    return ", ".join([*filter(None, [people]), *bounds]) + (" in" if people and rule.channels else "")


def _ids(rule: Rule | Deny) -> tuple[str, ...]:
    return (*rule.users, *rule.user_groups, *rule.channels)
