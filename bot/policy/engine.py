"""Decides requests, and explains denials with what would be allowed instead."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from bot.messages.text import fold
from bot.policy.evaluation import Evaluation, evaluate
from bot.policy.field_types import parse_hours
from bot.policy.matching import RequestedResource, allow_rule_applies, deny_rule_applies, is_for_person
from bot.policy.model import ActionAttributes, Approvers, Decision, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule

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
    return _decide(policy, principal, permission, _pairs(map(_with_name, groups), ring_groups), attributes)


def might(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    *,
    groups: Collection[Collection[str]] = (),
    ring_groups: Collection[str] = (),
) -> Decision:
    """Decides before names are resolved and amounts are known; denies only what would be denied for all of them.

    What needs an approval or an emergency counts as allowed.

    Args:
        groups: for each park group the spellings its name may have.
        ring_groups: names of the ring groups that recalls would be sent to.
    """
    return _decide(policy, principal, permission, _pairs(map(_with_spellings, groups), ring_groups), None)


def _pairs(groups: Iterable[RequestedResource], ring_groups: Collection[str]) -> list[RequestedResource]:
    recalls: Collection[str | None] = ring_groups or [None]
    pairs = product(list(groups) or [RequestedResource()], recalls)
    return [replace(group, ring_group=ring_group) for group, ring_group in pairs]


def _with_spellings(spellings: Collection[str]) -> RequestedResource:
    """The resource with any of these spellings; a bare string is one spelling, which types can't tell from several."""
    each = [spellings] if isinstance(spellings, str) else list(spellings)
    return RequestedResource(shown=next(iter(each), ""), spellings=frozenset(map(fold, each)))


def _with_name(name: str) -> RequestedResource:
    return RequestedResource(shown=name, spellings=frozenset([fold(name)]))


def _decide(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes | None,
) -> Decision:
    found = evaluate(policy, principal, permission, wanted, attributes)
    rules = found.rules or (found.approval_rules or found.emergency_rules if attributes is None else ())
    if not rules:
        return build_denial(policy, permission, found, attributes)
    grounds = dict.fromkeys((one.name, rule.name) for one, rule in zip(wanted, rules, strict=True))
    names = " and ".join(dict.fromkeys(f'"{rule.name}"' for rule in rules))
    return Decision(
        allowed=True,
        permission=permission,
        reason=f"Allowed by {names}.",
        policy=policy.fingerprint,
        grounds=tuple(grounds),
    )


def allowed_channels(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes | None,
) -> tuple[str, ...]:
    """Ids of the channels named in a rule in which the principal would be allowed the same."""
    anywhere, inside = set[RequestedResource](), defaultdict[str, set[RequestedResource]](set)
    for rule in policy.allow:  # cheaper than evaluating the policy for each channel
        if permission in rule.operations and is_for_person(rule, principal):
            allowed = {each for each in wanted if each.allowed_by(rule)}
            for known in [inside[channel] for channel in rule.channels] or [anywhere]:
                known |= allowed
    likely = (channel for channel, names in inside.items() if names | anywhere >= set(wanted))
    return tuple(
        channel
        for channel in likely
        if channel != principal.channel
        and evaluate(policy, replace(principal, channel=channel), permission, wanted, attributes).rules
    )


def allowed_alternatives(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes,
) -> tuple[ActionAttributes, ...]:
    """The nearest attributes that would be allowed at the same time, and the nearest at a later time."""
    if not evaluate(policy, principal, permission, wanted, None).rules:
        return ()  # denied for all amounts
    rules = [rule for rule in policy.allow if allow_rule_applies(rule, principal, permission)]
    denials = [
        rule for rule in policy.deny if deny_rule_applies(rule, principal, permission) and _is_denied_by(wanted, rule)
    ]

    def is_allowed(other: ActionAttributes) -> bool:
        return bool(evaluate(policy, principal, permission, wanted, other).rules)

    smaller = sorted(_within_limits(rules, denials, attributes), key=lambda other: _reduction(attributes, other))
    now = next(filter(is_allowed, smaller), None)
    moments = list(_moments([*rules, *denials], attributes.at))
    others = (attributes,) if now else (attributes, *smaller)
    later = next(filter(is_allowed, (replace(other, at=at) for other in others for at in moments)), None)
    return tuple(one for one in (now, later) if one is not None)


def _is_denied_by(wanted: Collection[RequestedResource], rule: Deny) -> bool:
    return any(one.denied_by(rule) for one in wanted)


def _within_limits(
    rules: Collection[Rule], denials: Collection[Deny], attributes: ActionAttributes
) -> set[ActionAttributes]:
    """The attributes reduced to the limits of each allow rule and of all deny rules that apply."""
    within = attributes
    for rule in denials:
        within = rule.fitted(within) if rule.is_on(attributes) else within
    return {rule.fitted(within) for rule in rules if rule.plain} - {attributes}


def _reduction(attributes: ActionAttributes, other: ActionAttributes) -> tuple[int, float, int, float]:
    """Sort key for the distance between attributes: the number of amounts that differ, then how much was cut."""
    differs = sum(
        (
            attributes.members != other.members,
            attributes.recall_time != other.recall_time,
            attributes.lasts != other.lasts,
        )
    )
    return differs, -_seconds(other.lasts), -other.members, -_seconds(other.recall_time)


def _seconds(time: timedelta | None) -> float:
    return float("inf") if time is None else time.total_seconds()


def _moments(rules: Collection[Rule | Deny], at: datetime | None) -> Iterator[datetime]:
    """Times after `at` at which the hours of a rule begin or end, in ascending order."""
    if at is not None:
        texts = {text for rule in rules for text in rule.hours}
        yield from sorted({moment for text in texts for moment in parse_hours(text).bounds_after(at)})[:MAX_MOMENTS]


_VERBS = {
    Permission.READ: ("look at", "look at the call park settings"),
    Permission.MEMBERS: ("change the members of", "change members"),
    Permission.RECALL: ("change the recall of", "change where a recall goes"),
    Permission.GROUPS: ("create, rename or delete", "create, rename or delete groups"),
    Permission.SERVER: ("change the call park server for", "change the call park server"),
    Permission.PAUSE: ("pause or resume Park for", "pause or resume Park"),
    Permission.HISTORY: ("look back on the changes of", "look back on who changed what"),
}


def build_denial(
    policy: Policy, permission: Permission, found: Evaluation, attributes: ActionAttributes | None
) -> Decision:
    """Builds the decision for a request that no rule allows; without attributes, for all amounts and times."""
    principal, wanted = found.principal, [match.wanted for match in found.matches]
    names = _names(policy, permission, found)
    refusal = Decision(
        allowed=False,
        permission=permission,
        reason="",
        policy=policy.fingerprint,
        missing_groups=tuple(dict.fromkeys(group for group, _ in names if group is not None)),
        missing_ring_groups=tuple(dict.fromkeys(ring_group for _, ring_group in names if ring_group is not None)),
        denied=tuple(dict.fromkeys(match.denied.name for match in found.matches if match.denied)),
        approvers=_approvers(found.approval_rules),
        emergency=tuple(dict.fromkeys(rule.emergency for rule in found.emergency_rules if rule.emergency)),
        by_approval=tuple(dict.fromkeys(rule.name for rule in found.approval_rules)),
        by_emergency=tuple(dict.fromkeys(rule.name for rule in found.emergency_rules)),
        channels=allowed_channels(policy, principal, permission, wanted, attributes),
        would=allowed_alternatives(policy, principal, permission, wanted, attributes) if attributes else (),
        grant=_suggested_grant(principal),
        contact=policy.contact,
    )
    sentences = (*_sentences(policy, refusal, found, attributes), *_notes(policy, refusal, found, attributes))
    return replace(refusal, reason=" ".join(sentences))


def _names(policy: Policy, permission: Permission, found: Evaluation) -> list[tuple[str | None, str | None]]:
    """Group and ring group of each missing resource; None for the one of the two that a rule does allow."""
    rules = [rule for rule in policy.allow if allow_rule_applies(rule, found.principal, permission)]
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


def _approvers(rules: Iterable[Rule]) -> tuple[Approvers, ...]:
    return tuple(dict.fromkeys(_approvers_of(rule) for rule in rules if rule.approvers))


def _approvers_of(rule: Rule) -> Approvers:
    return Approvers(
        rule=rule.name, ids=rule.approvers, count=rule.approvals, within=rule.approve_within, channel=rule.ask_in
    )


def _sentences(
    policy: Policy, refusal: Decision, found: Evaluation, attributes: ActionAttributes | None
) -> Iterator[str]:
    request = _describe_request(refusal)
    here = "in this channel" if found.principal.channel else "in a direct message"
    if refusal.denied:
        yield f"{_listed(refusal.denied, 'and')} {_forbid(refusal.denied)} you to {request} {here}."
        return
    if refusal.approvers:
        rules = [one.rule for one in refusal.approvers]
        yield f"{_listed(rules, 'and')} would let you {request} {here} once that is approved."
    if refusal.emergency:
        rules = [rule.name for rule in found.emergency_rules if rule.emergency]
        yield f"{_listed(dict.fromkeys(rules), 'and')} would let you {request} {here} in an emergency."
    if not (refusal.approvers or refusal.emergency):
        like_that = " like that" if attributes and _amounts_matter(policy, refusal.permission, found) else ""
        yield f"No rule lets you {request}{like_that} {here}."


def _forbid(rules: Sequence[str]) -> str:
    return "forbids" if len(rules) == 1 else "forbid"


def _describe_request(refusal: Decision) -> str:
    verb, unnamed = _VERBS[refusal.permission]
    allowed_alternatives = [f"{verb} {_listed(refusal.missing_groups, 'or')}"] if refusal.missing_groups else []
    if refusal.missing_ring_groups:
        allowed_alternatives.append(f"send recalls to ring group {_listed(refusal.missing_ring_groups, 'or')}")
    return " or ".join(allowed_alternatives) or unnamed


def _listed(names: Iterable[str], last: str) -> str:
    quoted = [f'"{name}"' for name in names]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _amounts_matter(policy: Policy, permission: Permission, found: Evaluation) -> bool:
    """Whether the request would be allowed with other amounts or at another time."""
    unlimited = evaluate(policy, found.principal, permission, [match.wanted for match in found.matches], None)
    return bool(unlimited.rules or unlimited.approval_rules or unlimited.emergency_rules)


def _notes(policy: Policy, refusal: Decision, found: Evaluation, attributes: ActionAttributes | None) -> Iterator[str]:
    principal = found.principal
    if principal.user_groups is None and _user_groups_matter(policy, refusal.permission, found, attributes):
        yield "Slack could not say just now which user groups you are in, so rules that go by them don't count."
    elif principal.outsider and not refusal.denied:
        yield f"For {principal.outsider} only rules that name their user id count."
    if principal.channel is None and refusal.channels:
        yield "A rule allows it in a channel."


def _user_groups_matter(
    policy: Policy, permission: Permission, found: Evaluation, attributes: ActionAttributes | None
) -> bool:
    """Whether the request could be allowed if the principal's user groups were known."""
    everywhere = frozenset(group for rule in policy.allow for group in rule.user_groups)
    lenient = policy.model_copy(update={"deny": tuple(rule for rule in policy.deny if not rule.user_groups)})
    principal, wanted = replace(found.principal, user_groups=everywhere), [match.wanted for match in found.matches]
    known = evaluate(lenient, principal, permission, wanted, attributes)
    return bool(known.rules or known.approval_rules or known.emergency_rules)


def _suggested_grant(principal: Principal) -> str:
    user = f"user {principal.user}"
    return user if principal.outsider or not principal.channel else f"channel {principal.channel} or {user}"
