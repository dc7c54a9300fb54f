"""Answers the questions access, can and who can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bot.errors import NotUnderstood
from bot.messages.message import Cell, Fact, Message, Table
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.access import Can, ShowAccess, WhoCan
from bot.operations.base import Operation
from bot.operations.parser import parse_unconfirmed
from bot.planning.principals import UserDirectory, resolve_principal
from bot.policy.descriptions import describe_limits, describe_rule
from bot.policy.engine import decide
from bot.policy.matching import denies_principal, includes_channel, includes_principal, matches_any
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule
from bot.texts import approvals, refusals, wording
from bot.texts import policy as texts


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
        raise NotUnderstood(texts.about_a_question(wording.NOTHING_CHANGED))
    return operation


def _access(policy: Policy, principal: Principal) -> Message:
    mine = [rule for rule in policy.allow if includes_principal(rule, principal)]
    here = [rule for rule in mine if includes_channel(rule, principal.channel)]
    against = [rule for rule in policy.deny if denies_principal(rule, principal)]
    facts = (
        *(Fact(label=texts.here_by(rule.name), value=describe_rule(rule)) for rule in here),
        *(
            Fact(label=texts.elsewhere_by(rule.name), value=texts.in_channels(describe_rule(rule)), ids=rule.channels)
            for rule in mine
            if rule not in here
        ),
        *(Fact(label=texts.never_by(rule.name), value=describe_rule(rule), ids=rule.channels) for rule in against),
    )
    title = texts.MINE if mine else texts.NOTHING_MINE
    return Message(title=title, facts=facts, notes=tuple(_caveats(policy, principal)))


def _caveats(policy: Policy, principal: Principal) -> Iterator[str]:
    if principal.outsider_kind:
        yield texts.outsiders(principal.outsider_kind)
    if principal.user_groups is None:
        yield texts.GROUPS_UNKNOWN_MAYBE_MORE


def _can(policy: Policy, principal: Principal, named: NamedOperation) -> Message:
    if named.permission is None:
        return Message(title=texts.needs_nothing(named.operation.text()))
    groups, ring_groups = named.groups, named.ring_groups
    decision = decide(
        policy, principal, named.permission, groups=groups, ring_groups=ring_groups, attributes=named.attributes
    )
    facts = [Fact(label=texts.WHO, value="", ids=(principal.user,))]
    if decision.allowed:
        facts.append(Fact(label=texts.BY, value=texts.by_rules(decision.rules)))
    if decision.channels:
        facts.append(Fact(label=refusals.ALLOWED_IN, value="", ids=decision.channels))
    facts += [
        Fact(label=refusals.APPROVERS, value=approvals.count_of(one.count), ids=one.ids) for one in decision.approvers
    ]
    answer = {"allowed": texts.YES, "approval": texts.IF_APPROVED, "emergency": texts.IN_AN_EMERGENCY}
    notes = () if decision.allowed else (texts.they_would_read(decision.reason),)
    title = texts.answer(answer.get(decision.outcome, texts.NO), named.operation.text())
    return Message(title=title, facts=tuple(facts), notes=notes)


def _who_can(policy: Policy, named: NamedOperation) -> Message:
    line, permission = named.operation.text(), named.permission
    if permission is None:
        return Message(title=texts.anybody_may(line))
    allowing = [rule for rule in policy.allow if permission in rule.operations and _covers(rule, named)]
    denying = [rule for rule in policy.deny if permission in rule.operations and _stops(rule, named)]
    facts = (
        *(Fact(label=texts.by_rule(rule.name), value=_subjects(rule), ids=_ids(rule)) for rule in allowing),
        *(Fact(label=texts.not_by_rule(rule.name), value=_subjects(rule), ids=_ids(rule)) for rule in denying),
    )
    rows = tuple((fact.label, Cell(text=fact.value, ids=fact.ids)) for fact in facts)
    table = Table(columns=(texts.RULE, texts.WHO), rows=rows)
    several = len(named.groups) > 1
    notes = (texts.EACH_GROUP_NEEDS_ONE,) if several and allowing else ()
    title = texts.who_may(line) if allowing else texts.nobody_may(line)
    return Message(title=title, facts=facts, table=table, notes=notes)


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
    limits = describe_limits(rule)
    people = "" if rule.users or rule.user_groups else texts.ANYBODY
    described = ", ".join([*filter(None, [people]), *limits])
    return texts.anybody_in(described) if people and rule.channels else described


def _ids(rule: Rule | Deny) -> tuple[str, ...]:
    return (*rule.users, *rule.user_groups, *rule.channels)
