"""Decides requests, and explains denials with what would be allowed instead."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from bot.messages.text import fold
from bot.policy.evaluation import AccessQuery, Evaluation, evaluate
from bot.policy.field_types import parse_hours
from bot.policy.matching import RequestedResource, includes_principal
from bot.policy.model import ActionAttributes, Approvers, Decision, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule
from bot.texts import policy as texts

MAX_MOMENTS = 200
"""The most points in time that are tried for an alternative, the soonest first."""
NO_ATTRIBUTES = ActionAttributes()


def decide(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    *,
    groups: Collection[str] = (),
    ring_groups: Collection[str] = (),
    attributes: ActionAttributes = NO_ATTRIBUTES,
) -> Decision:
    """Decides whether a principal may do a kind of operation, with all names resolved.

    Args:
        groups: names of the park groups it concerns.
        ring_groups: names of the ring groups that recalls would be sent to.
        attributes: the amounts and times of the change.
    """
    return _decide(AccessQuery(policy, principal, permission, _pairs(map(_with_name, groups), ring_groups), attributes))


def decide_provisionally(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    *,
    groups: Collection[Collection[str]] = (),
    ring_groups: Collection[str] = (),
) -> Decision:
    """Decides before names and amounts are known; denies only what would be denied for all of them.

    What needs an approval or an emergency counts as allowed.

    Args:
        groups: for each park group the spellings its name may have.
        ring_groups: names of the ring groups that recalls would be sent to.
    """
    return _decide(AccessQuery(policy, principal, permission, _pairs(map(_with_spellings, groups), ring_groups), None))


def might(policy: Policy, principal: Principal, permission: Permission) -> bool:
    """Returns whether `decide_provisionally` allows it at all: explaining a denial takes many times as long."""
    return evaluate(AccessQuery(policy, principal, permission, _pairs((), ()), None)).possible


def _pairs(groups: Iterable[RequestedResource], ring_groups: Collection[str]) -> tuple[RequestedResource, ...]:
    recalls: Collection[str | None] = ring_groups or [None]
    pairs = product(list(groups) or [RequestedResource()], recalls)
    return tuple(replace(group, ring_group=ring_group) for group, ring_group in pairs)


def _with_spellings(spellings: Collection[str]) -> RequestedResource:
    """The resource with any of these spellings; a bare string is a single spelling."""
    each = [spellings] if isinstance(spellings, str) else list(spellings)
    return RequestedResource(shown=next(iter(each), ""), spellings=frozenset(map(fold, each)))


def _with_name(name: str) -> RequestedResource:
    return RequestedResource(shown=name, spellings=frozenset([fold(name)]))


def _decide(query: AccessQuery) -> Decision:
    found = evaluate(query)
    rules = found.rules or (found.approval_rules or found.emergency_rules if query.attributes is None else ())
    if not rules:
        return _build_denial(found)
    rules_by_name = dict.fromkeys((one.name, rule.name) for one, rule in zip(query.wanted, rules, strict=True))
    return Decision(
        allowed=True,
        permission=query.permission,
        reason=texts.allowed_by(dict.fromkeys(rule.name for rule in rules)),
        policy=query.policy.fingerprint,
        rules_by_name=tuple(rules_by_name),
    )


def _allowed_channels(query: AccessQuery) -> tuple[str, ...]:
    """Ids of the channels named in a rule in which the principal would be allowed the same."""
    anywhere, inside = set[RequestedResource](), defaultdict[str, set[RequestedResource]](set)
    for rule in query.policy.allow:  # cheaper than evaluating the policy for each channel
        if query.permission in rule.operations and includes_principal(rule, query.principal):
            allowed = {each for each in query.wanted if each.allowed_by(rule)}
            for known in [inside[channel] for channel in rule.channels] or [anywhere]:
                known |= allowed
    likely = (channel for channel, names in inside.items() if names | anywhere >= set(query.wanted))
    return tuple(
        channel
        for channel in likely
        if channel != query.principal.channel
        and evaluate(replace(query, principal=replace(query.principal, channel=channel))).rules
    )


def _outright(found: Evaluation) -> tuple[Rule, ...]:
    return found.rules


def _after_approval(found: Evaluation) -> tuple[Rule, ...]:
    return found.rules or found.approval_rules


def _in_emergency(found: Evaluation) -> tuple[Rule, ...]:
    return found.rules or found.emergency_rules


def _allowed_alternatives(
    query: AccessQuery, rules_of: Callable[[Evaluation], tuple[Rule, ...]]
) -> tuple[ActionAttributes, ...]:
    """The nearest attributes that would be allowed at the same time, and the nearest at a later time.

    Args:
        rules_of: the rules that allow: outright, after approval or in an emergency; empty if none does.
    """
    attributes = query.attributes
    if attributes is None or not rules_of(evaluate(replace(query, attributes=None))):
        return ()  # denied for all amounts
    rules = query.allow_rules
    denials = [rule for rule in query.deny_rules if any(one.denied_by(rule) for one in query.wanted)]

    def is_allowed(other: ActionAttributes) -> bool:
        return bool(rules_of(evaluate(replace(query, attributes=other))))

    smaller = sorted(_within_limits(rules, denials, attributes), key=lambda other: _reduction(attributes, other))
    now = next(filter(is_allowed, smaller), None)
    moments = list(_moments([*rules, *denials], attributes.at))
    others = (attributes,) if now else (attributes, *smaller)
    later = next(filter(is_allowed, (replace(other, at=at) for other in others for at in moments)), None)
    return tuple(one for one in (now, later) if one is not None)


def _new(found: Iterable[ActionAttributes], known: Collection[ActionAttributes]) -> tuple[ActionAttributes, ...]:
    return tuple(one for one in found if one not in known)


def _within_limits(
    rules: Collection[Rule], denials: Collection[Deny], attributes: ActionAttributes
) -> set[ActionAttributes]:
    """The attributes reduced to the limits of each allow rule and of all deny rules that apply."""
    within = attributes
    for rule in denials:
        within = rule.limit(within) if rule.is_within_hours(attributes) else within
    return {rule.limit(within) for rule in rules} - {attributes}


def _reduction(attributes: ActionAttributes, other: ActionAttributes) -> tuple[int, float, float, int, float]:
    """Sort key for the distance between attributes: how many amounts differ, then how much was cut."""
    differs = sum(
        (
            attributes.members != other.members,
            attributes.recall_time != other.recall_time,
            attributes.duration != other.duration,
            attributes.recurring != other.recurring,
        )
    )
    return differs, -_seconds(other.recurring), -_seconds(other.duration), -other.members, -_seconds(other.recall_time)


def _seconds(time: timedelta | None) -> float:
    return float("inf") if time is None else time.total_seconds()


def _moments(rules: Collection[Rule | Deny], at: datetime | None) -> Iterator[datetime]:
    """Times after `at` at which the hours of a rule begin or end, in ascending order."""
    if at is not None:
        texts = {text for rule in rules for text in rule.hours}
        yield from sorted({moment for text in texts for moment in parse_hours(text).boundaries_after(at)})[:MAX_MOMENTS]


def _build_denial(found: Evaluation) -> Decision:
    query, names = found.query, _missing_names(found)
    denial = Decision(
        allowed=False,
        permission=query.permission,
        reason="",
        policy=query.policy.fingerprint,
        missing_groups=tuple(dict.fromkeys(group for group, _ in names if group is not None)),
        missing_ring_groups=tuple(dict.fromkeys(ring_group for _, ring_group in names if ring_group is not None)),
        denied=tuple(dict.fromkeys(match.denied.name for match in found.matches if match.denied)),
        approvers=tuple(dict.fromkeys(_approvers(rule) for rule in found.approval_rules if rule.approvers)),
        emergency=tuple(dict.fromkeys(rule.emergency for rule in found.emergency_rules if rule.emergency)),
        by_approval=tuple(dict.fromkeys(rule.name for rule in found.approval_rules)),
        by_emergency=tuple(dict.fromkeys(rule.name for rule in found.emergency_rules)),
        channels=_allowed_channels(query),
        alternatives=(alternatives := _allowed_alternatives(query, _outright)),
        approval_alternatives=()
        if found.approval_rules
        else _new(_allowed_alternatives(query, _after_approval), alternatives),
        emergency_alternatives=()
        if found.emergency_rules
        else _new(_allowed_alternatives(query, _in_emergency), alternatives),
        grant=_suggested_grant(query.principal),
        contact=query.policy.contact,
        uncertain=query.principal.user_groups is None and _user_groups_matter(query),
    )
    return replace(denial, reason=" ".join((*_sentences(denial, found), *_notes(denial, query))))


def _missing_names(found: Evaluation) -> list[tuple[str | None, str | None]]:
    """Group and ring group of each missing resource; None for the one of the two that a rule does allow."""
    rules = found.query.allow_rules
    names = list[tuple[str | None, str | None]]()
    for each in found.missing:
        group = each.shown if each.spellings else None
        if group is not None and not any(each.group_allowed_by(rule) for rule in rules):
            names.append((group, None))
        elif any(each.allowed_by(rule) for rule in rules):  # denied by a rule, or its amounts exceed the limits
            names.append((group, each.ring_group))
        else:
            names.append((None, each.ring_group))
    return names


def _approvers(rule: Rule) -> Approvers:
    return Approvers(
        rule=rule.name, ids=rule.approvers, count=rule.approvals, within=rule.approve_within, channel=rule.ask_in
    )


def _sentences(denial: Decision, found: Evaluation) -> Iterator[str]:
    query, request = found.query, _describe_request(denial)
    here = texts.IN_CHANNEL if query.principal.channel else texts.IN_DM
    if denial.denied:
        yield texts.forbids(denial.denied, request, here)
        return
    if denial.approvers:
        yield texts.after_approval([one.rule for one in denial.approvers], request, here)
    if denial.emergency:
        rules = [rule.name for rule in found.emergency_rules if rule.emergency]
        yield texts.in_emergency(list(dict.fromkeys(rules)), request, here)
    if not (denial.approvers or denial.emergency):
        # Without the words, a denial for the amounts alone would seem to be one for the operation.
        amounts_matter = query.attributes is not None and evaluate(replace(query, attributes=None)).possible
        yield texts.no_rule(request, here, like_that=amounts_matter)


def _describe_request(denial: Decision) -> str:
    verb, unnamed = texts.VERBS[denial.permission]
    phrases = [f"{verb} {texts.quoted(denial.missing_groups, 'or')}"] if denial.missing_groups else []
    if denial.missing_ring_groups:
        phrases.append(texts.recall_to(denial.missing_ring_groups))
    return texts.either(phrases) or unnamed


def _notes(denial: Decision, query: AccessQuery) -> Iterator[str]:
    principal = query.principal
    if denial.uncertain:
        yield texts.GROUPS_UNKNOWN
    elif principal.outsider_kind and not denial.denied:
        yield texts.outsiders(principal.outsider_kind)
    if principal.channel is None and denial.channels:
        yield texts.ALLOWED_IN_CHANNEL


def _user_groups_matter(query: AccessQuery) -> bool:
    """Whether the request could be allowed if the principal's user groups were known."""
    policy = query.policy
    everywhere = frozenset(group for rule in policy.allow for group in rule.user_groups)
    lenient = policy.model_copy(update={"deny": tuple(rule for rule in policy.deny if not rule.user_groups)})
    principal = replace(query.principal, user_groups=everywhere)
    return evaluate(replace(query, policy=lenient, principal=principal)).possible


def _suggested_grant(principal: Principal) -> tuple[str, ...]:
    """The ids one of which a rule would have to name: outsiders need a rule with their own."""
    alone = principal.outsider_kind or not principal.channel
    return (principal.user,) if alone or principal.channel is None else (principal.channel, principal.user)
