"""Answers the questions access, can and who can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bot.errors import NOTHING_CHANGED, NotUnderstood
from bot.messages.message import Fact, Message
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.access import Can, ShowAccess, WhoCan
from bot.operations.base import Operation
from bot.operations.parser import parse_unconfirmed
from bot.planning.principals import UserDirectory, resolve_principal
from bot.policy.descriptions import describe_rule
from bot.policy.engine import decide
from bot.policy.matching import denies_principal, includes_channel, includes_principal, matches_any
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule


@dataclass(frozen=True, slots=True)
class NamedOperation:
    """An operation whose names were resolved, with the permission and attributes it would need."""

    operation: Operation
    permission: Permission | None
    groups: frozenset[str]
    ring_groups: frozenset[str]
    attributes: ActionAttributes


AccessQuestion: TypeAlias = ShowAccess | Can | WhoCan


def access_report(
    question: AccessQuestion,
    request: Request,
    policy: Policy,
    users: UserDirectory,
    resolve_names: Callable[[Operation, str], NamedOperation],
) -> Message:
    """Answers a question about the policy.

    Args:
        resolve_names: resolves the names in an operation as if the user with that id had typed it; raises Refused.
    """
    match question:
        case ShowAccess():
            return _access(policy, resolve_principal(request, users, policy))
        case Can():
            user = request.user if question.person == "me" else question.person.strip("<@>")
            principal = resolve_principal(request.model_copy(update={"user": user}), users, policy)
            return _can(policy, principal, resolve_names(_operation_in(question.line, request.user), user))
        case WhoCan():
            return _who_can(policy, resolve_names(_operation_in(question.line, request.user), request.user))


def _operation_in(line: str, asker: str) -> Operation:
    operation = parse_unconfirmed(line, asker)[0]
    if isinstance(operation, AccessQuestion):
        raise NotUnderstood(
            f"That asks about a question: type what somebody would do, as in delete Sales. {NOTHING_CHANGED}"
        )
    return operation


def _access(policy: Policy, principal: Principal) -> Message:
    mine = [rule for rule in policy.allow if includes_principal(rule, principal)]
    here = [rule for rule in mine if includes_channel(rule, principal.channel)]
    against = [rule for rule in policy.deny if denies_principal(rule, principal)]
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
    return Message(title=title, facts=facts, notes=tuple(_caveats(policy, principal)))


def _caveats(policy: Policy, principal: Principal) -> Iterator[str]:
    if principal.outsider_kind:
        yield f"For {principal.outsider_kind} only rules that name their user id count."
    if principal.user_groups is None:
        yield "Slack could not say just now which user groups you are in: there may be more."


def _can(policy: Policy, principal: Principal, named: NamedOperation) -> Message:
    if named.permission is None:
        return Message(title=f"Yes: {named.operation.text()} needs no permission of its own")
    groups, ring_groups = named.groups, named.ring_groups
    decision = decide(
        policy, principal, named.permission, groups=groups, ring_groups=ring_groups, attributes=named.attributes
    )
    facts = [Fact(label="Who", value="", ids=(principal.user,))]
    if decision.allowed:
        facts.append(Fact(label="By", value=" and ".join(f"“{rule}”" for rule in decision.rules)))
    if decision.channels:
        facts.append(Fact(label="Allowed in", value="", ids=decision.channels))
    facts += [Fact(label="Who may approve", value=f"{one.count} of", ids=one.ids) for one in decision.approvers]
    answer = {"allowed": "Yes", "approval": "Once it is approved", "emergency": "In an emergency"}
    notes = () if decision.allowed else (f"They would read: {decision.reason}",)
    title = f"{answer.get(decision.outcome, 'No')}: {named.operation.text()}"
    return Message(title=title, facts=tuple(facts), notes=notes)


def _who_can(policy: Policy, named: NamedOperation) -> Message:
    line, permission = named.operation.text(), named.permission
    if permission is None:
        return Message(title=f"Everybody may ask: {line} needs no permission of its own")
    allowing = [rule for rule in policy.allow if permission in rule.operations and _covers(rule, named)]
    denying = [rule for rule in policy.deny if permission in rule.operations and _stops(rule, named)]
    facts = (
        *(Fact(label=f"By “{rule.name}”", value=_subjects(rule), ids=_ids(rule)) for rule in allowing),
        *(Fact(label=f"But not, by “{rule.name}”", value=_subjects(rule), ids=_ids(rule)) for rule in denying),
    )
    several = len(named.groups) > 1
    notes = ("Each of the groups needs a rule; these let at least one.",) if several and allowing else ()
    return Message(title=f"Who may {line}" if allowing else f"No rule lets anybody {line}", facts=facts, notes=notes)


def _covers(rule: Rule, named: NamedOperation) -> bool:
    groups = not named.groups or any(matches_any(rule.groups, fold(name)) for name in named.groups)
    return groups and all(matches_any(rule.ring_groups, fold(name)) for name in named.ring_groups)


def _stops(rule: Deny, named: NamedOperation) -> bool:
    groups = rule.groups is None or any(matches_any(rule.groups, fold(name)) for name in named.groups)
    return groups and (
        rule.ring_groups is None or any(matches_any(rule.ring_groups, fold(n)) for n in named.ring_groups)
    )


def _subjects(rule: Rule | Deny) -> str:
    """Describes whom a rule is for, before the ids of its users, user groups and channels."""
    limits = describe_rule(rule).split("; ")[1:]
    people = "" if rule.users or rule.user_groups else "anybody"
    return ", ".join([*filter(None, [people]), *limits]) + (" in" if people and rule.channels else "")


def _ids(rule: Rule | Deny) -> tuple[str, ...]:
    return (*rule.users, *rule.user_groups, *rule.channels)
