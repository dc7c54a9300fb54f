"""Decide(); denials with what would be allowed instead."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from bot.messages.text import fold
from bot.policy.evaluation import Evaluation, evaluation
from bot.policy.field_types import hours
from bot.policy.matching import RequestedResource, applies, forbids, is_for_person
from bot.policy.model import ActionAttributes, Approvers, Decision, Permission, Principal
from bot.policy.rules import Deny, Policy, Rule

MOST = 200
"""Moments that are tried, the soonest first."""


def channels(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes | None,
) -> tuple[str, ...]:
    """Ids of those named by a rule in which the same asker would be allowed the same."""
    anywhere, inside = set[RequestedResource](), defaultdict[str, set[RequestedResource]](set)
    for rule in policy.allow:  # a first sieve, for most channels of a long policy are out of the question
        if permission in rule.operations and is_for_person(rule, principal):
            allowed = {each for each in wanted if each.allowed_by(rule)}
            for place in [inside[channel] for channel in rule.channels] or [anywhere]:
                place |= allowed
    likely = (channel for channel, names in inside.items() if names | anywhere >= set(wanted))
    return tuple(
        channel
        for channel in likely
        if channel != principal.channel
        and evaluation(policy, replace(principal, channel=channel), permission, wanted, attributes).by
    )


def deeds(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes,
) -> tuple[ActionAttributes, ...]:
    """The nearest that would be allowed at the same time, and the nearest at a later one."""
    if not evaluation(policy, principal, permission, wanted, None).by:
        return ()  # whatever the figures
    rules = [rule for rule in policy.allow if applies(rule, principal, permission)]
    binding = [rule for rule in policy.deny if forbids(rule, principal, permission) and _any(wanted, rule)]

    def is_allowed(other: ActionAttributes) -> bool:
        return bool(evaluation(policy, principal, permission, wanted, other).by)

    smaller = sorted(_smaller(rules, binding, attributes), key=lambda other: _lost(attributes, other))
    now = next(filter(is_allowed, smaller), None)
    moments = list(_moments([*rules, *binding], attributes.at))
    others = (attributes,) if now else (attributes, *smaller)
    later = next(filter(is_allowed, (replace(other, at=at) for other in others for at in moments)), None)
    return tuple(one for one in (now, later) if one is not None)


def _any(wanted: Collection[RequestedResource], rule: Deny) -> bool:
    return any(one.denied_by(rule) for one in wanted)


def _smaller(rules: Collection[Rule], binding: Collection[Deny], attributes: ActionAttributes) -> set[ActionAttributes]:
    """The deed within the limits of each rule, and within those of all that bind it."""
    within = attributes
    for rule in binding:
        within = rule.fitted(within) if rule.is_on(attributes) else within
    return {rule.fitted(within) for rule in rules if rule.plain} - {attributes}


def _lost(attributes: ActionAttributes, other: ActionAttributes) -> tuple[int, float, int, float]:
    """How far the one is from the other: the figures that differ, then how small they are."""
    differs = sum(
        (
            attributes.members != other.members,
            attributes.recall_time != other.recall_time,
            attributes.lasts != other.lasts,
        )
    )
    return differs, -_length(other.lasts), -other.members, -_length(other.recall_time)


def _length(time: timedelta | None) -> float:
    return float("inf") if time is None else time.total_seconds()


def _moments(rules: Collection[Rule | Deny], at: datetime | None) -> Iterator[datetime]:
    """When the hours of some rule begin or end, after `at`."""
    if at is not None:
        texts = {text for rule in rules for text in rule.hours}
        yield from sorted({moment for text in texts for moment in hours(text).bounds_after(at)})[:MOST]


_DEEDS = {
    Permission.READ: ("look at", "look at the call park settings"),
    Permission.MEMBERS: ("change the members of", "change members"),
    Permission.RECALL: ("change the recall of", "change where a recall goes"),
    Permission.GROUPS: ("create, rename or delete", "create, rename or delete groups"),
    Permission.SERVER: ("change the call park server for", "change the call park server"),
    Permission.PAUSE: ("pause or resume Park for", "pause or resume Park"),
    Permission.HISTORY: ("look back on the changes of", "look back on who changed what"),
}


def refuse(policy: Policy, permission: Permission, found: Evaluation, attributes: ActionAttributes | None) -> Decision:
    """Some of what is wanted is allowed by no rule here; without a deed, whatever its figures."""
    principal, wanted = found.principal, [grant.wanted for grant in found.grants]
    names = _names(policy, permission, found)
    refusal = Decision(
        allowed=False,
        permission=permission,
        reason="",
        policy=policy.fingerprint,
        missing_groups=tuple(dict.fromkeys(group for group, _ in names if group is not None)),
        missing_ring_groups=tuple(dict.fromkeys(ring_group for _, ring_group in names if ring_group is not None)),
        denied=tuple(dict.fromkeys(grant.denied.name for grant in found.grants if grant.denied)),
        approvers=_approvers(found.by_approval),
        emergency=tuple(dict.fromkeys(rule.emergency for rule in found.by_emergency if rule.emergency)),
        by_approval=tuple(dict.fromkeys(rule.name for rule in found.by_approval)),
        by_emergency=tuple(dict.fromkeys(rule.name for rule in found.by_emergency)),
        channels=channels(policy, principal, permission, wanted, attributes),
        would=deeds(policy, principal, permission, wanted, attributes) if attributes else (),
        grant=_grant(principal),
        contact=policy.contact,
    )
    said = (*_sentences(policy, refusal, found, attributes), *_notes(policy, refusal, found, attributes))
    return replace(refusal, reason=" ".join(said))


def _names(policy: Policy, permission: Permission, found: Evaluation) -> list[tuple[str | None, str | None]]:
    """Group and ring group of each pair that is missing, as far as it is they that are."""
    rules = [rule for rule in policy.allow if applies(rule, found.principal, permission)]
    names = list[tuple[str | None, str | None]]()
    for each in found.missing:
        group = each.shown if each.spellings else None
        if group is not None and not any(each.group_allowed_by(rule) for rule in rules):
            names.append((group, None))
        elif any(each.allowed_by(rule) for rule in rules):  # it is forbidden, or its figures are out of bounds
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
    doing = _doing(refusal)
    here = "in this channel" if found.principal.channel else "in a direct message"
    if refusal.denied:
        yield f"{_listed(refusal.denied, 'and')} {_forbid(refusal.denied)} you to {doing} {here}."
        return
    if refusal.approvers:
        rules = [one.rule for one in refusal.approvers]
        yield f"{_listed(rules, 'and')} would let you {doing} {here} once that is approved."
    if refusal.emergency:
        rules = [rule.name for rule in found.by_emergency if rule.emergency]
        yield f"{_listed(dict.fromkeys(rules), 'and')} would let you {doing} {here} in an emergency."
    if not (refusal.approvers or refusal.emergency):
        like_that = " like that" if attributes and _figures_matter(policy, refusal.permission, found) else ""
        yield f"No rule lets you {doing}{like_that} {here}."


def _forbid(rules: Sequence[str]) -> str:
    return "forbids" if len(rules) == 1 else "forbid"


def _doing(refusal: Decision) -> str:
    attributes, unnamed = _DEEDS[refusal.permission]
    deeds = [f"{attributes} {_listed(refusal.missing_groups, 'or')}"] if refusal.missing_groups else []
    if refusal.missing_ring_groups:
        deeds.append(f"send recalls to ring group {_listed(refusal.missing_ring_groups, 'or')}")
    return " or ".join(deeds) or unnamed


def _listed(names: Iterable[str], last: str) -> str:
    quoted = [f'"{name}"' for name in names]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _figures_matter(policy: Policy, permission: Permission, found: Evaluation) -> bool:
    """Whether it is them alone that no rule allows."""
    freely = evaluation(policy, found.principal, permission, [grant.wanted for grant in found.grants], None)
    return bool(freely.by or freely.by_approval or freely.by_emergency)


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
    """Whether the right ones would have made it a yes."""
    everywhere = frozenset(group for rule in policy.allow for group in rule.user_groups)
    lenient = policy.model_copy(update={"deny": tuple(rule for rule in policy.deny if not rule.user_groups)})
    principal, wanted = replace(found.principal, user_groups=everywhere), [grant.wanted for grant in found.grants]
    known = evaluation(lenient, principal, permission, wanted, attributes)
    return bool(known.by or known.by_approval or known.by_emergency)


def _grant(principal: Principal) -> str:
    user = f"user {principal.user}"
    return user if principal.outsider or not principal.channel else f"channel {principal.channel} or {user}"


AT_NO_TIME = ActionAttributes()


def decide(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    *,
    groups: Collection[str] = (),
    ring_groups: Collection[str] = (),
    attributes: ActionAttributes = AT_NO_TIME,
) -> Decision:
    """May this asker do this to park groups of these names, with recalls to ring groups of those? Names resolved."""
    return _judge(policy, principal, permission, _pairs(map(_exactly, groups), ring_groups), attributes)


def might(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    *,
    groups: Collection[Collection[str]] = (),
    ring_groups: Collection[str] = (),
) -> Decision:
    """The same before the figures are known, nor which of a group's spellings is meant: no only if no for each.

    What needs an approval or an emergency is allowed as far as this goes.
    """
    return _judge(policy, principal, permission, _pairs(map(_any_of, groups), ring_groups), None)


def _pairs(groups: Iterable[RequestedResource], ring_groups: Collection[str]) -> list[RequestedResource]:
    recalls: Collection[str | None] = ring_groups or [None]
    pairs = product(list(groups) or [RequestedResource()], recalls)
    return [replace(group, ring_group=ring_group) for group, ring_group in pairs]


def _any_of(spellings: Collection[str]) -> RequestedResource:
    """The first is shown. A bare string is one spelling, not its letters: types can't tell the two apart."""
    each = [spellings] if isinstance(spellings, str) else list(spellings)
    return RequestedResource(shown=next(iter(each), ""), spellings=frozenset(map(fold, each)))


def _exactly(name: str) -> RequestedResource:
    return RequestedResource(shown=name, spellings=frozenset([fold(name)]))


def _judge(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes | None,
) -> Decision:
    found = evaluation(policy, principal, permission, wanted, attributes)
    rules = found.by or (found.by_approval or found.by_emergency if attributes is None else ())
    if not rules:
        return refuse(policy, permission, found, attributes)
    grounds = dict.fromkeys((one.name, rule.name) for one, rule in zip(wanted, rules, strict=True))
    names = " and ".join(dict.fromkeys(f'"{rule.name}"' for rule in rules))
    return Decision(
        allowed=True,
        permission=permission,
        reason=f"Allowed by {names}.",
        policy=policy.fingerprint,
        grounds=tuple(grounds),
    )
