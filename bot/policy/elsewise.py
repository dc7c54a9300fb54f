"""What the policy would accept in the place of what it refuses: found by asking it, never by guessing."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.policy.asker import Asker
from bot.policy.deed import Deed
from bot.policy.hours import hours
from bot.policy.match import applies, forbids, is_for_person
from bot.policy.rules import Deny, Permission, Policy, Rule
from bot.policy.verdict import verdict
from bot.policy.wanted import Wanted

MOST = 200
"""Moments that are tried, the soonest first."""


def channels(
    policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted], deed: Deed | None
) -> tuple[str, ...]:
    """Ids of those named by a rule in which the same asker would be allowed the same."""
    anywhere, inside = set[Wanted](), defaultdict[str, set[Wanted]](set)
    for rule in policy.allow:  # a first sieve, for most channels of a long policy are out of the question
        if permission in rule.operations and is_for_person(rule, asker):
            allowed = {each for each in wanted if each.allowed_by(rule)}
            for place in [inside[channel] for channel in rule.channels] or [anywhere]:
                place |= allowed
    likely = (channel for channel, names in inside.items() if names | anywhere >= set(wanted))
    return tuple(
        channel
        for channel in likely
        if channel != asker.channel and verdict(policy, replace(asker, channel=channel), permission, wanted, deed).by
    )


def deeds(
    policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted], deed: Deed
) -> tuple[Deed, ...]:
    """The nearest that would be allowed at the same time, and the nearest at a later one."""
    if not verdict(policy, asker, permission, wanted, None).by:
        return ()  # whatever the figures
    rules = [rule for rule in policy.allow if applies(rule, asker, permission)]
    binding = [rule for rule in policy.deny if forbids(rule, asker, permission) and _any(wanted, rule)]

    def is_allowed(other: Deed) -> bool:
        return bool(verdict(policy, asker, permission, wanted, other).by)

    smaller = sorted(_smaller(rules, binding, deed), key=lambda other: _lost(deed, other))
    now = next(filter(is_allowed, smaller), None)
    moments = list(_moments([*rules, *binding], deed.at))
    others = (deed,) if now else (deed, *smaller)
    later = next(filter(is_allowed, (replace(other, at=at) for other in others for at in moments)), None)
    return tuple(one for one in (now, later) if one is not None)


def _any(wanted: Collection[Wanted], rule: Deny) -> bool:
    return any(one.denied_by(rule) for one in wanted)


def _smaller(rules: Collection[Rule], binding: Collection[Deny], deed: Deed) -> set[Deed]:
    """The deed within the limits of each rule, and within those of all that bind it."""
    within = deed
    for rule in binding:
        within = rule.fitted(within) if rule.is_on(deed) else within
    return {rule.fitted(within) for rule in rules if rule.plain} - {deed}


def _lost(deed: Deed, other: Deed) -> tuple[int, float, int, float]:
    """How far the one is from the other: the figures that differ, then how small they are."""
    differs = sum((deed.members != other.members, deed.recall_time != other.recall_time, deed.lasts != other.lasts))
    return differs, -_length(other.lasts), -other.members, -_length(other.recall_time)


def _length(time: timedelta | None) -> float:
    return float("inf") if time is None else time.total_seconds()


def _moments(rules: Collection[Rule | Deny], at: datetime | None) -> Iterator[datetime]:
    """When the hours of some rule begin or end, after `at`."""
    if at is not None:
        texts = {text for rule in rules for text in rule.hours}
        yield from sorted({moment for text in texts for moment in hours(text).bounds_after(at)})[:MOST]
