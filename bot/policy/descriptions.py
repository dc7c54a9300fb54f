"""Describes rules, and a principal's rights, in words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.policy.matching import allow_rule_applies, denies_principal, includes_principal
from bot.policy.model import NO_DURATION, RECALL_PERMISSIONS, Permission, Principal
from bot.policy.rules import MATCH_ALL, BaseRule, Deny, Policy, Rule
from bot.texts import policy as texts
from bot.times.format import describe_duration, describe_seconds


def describe_rule(rule: Rule | Deny) -> str:
    """Describes a rule, as in `change the members of Sales*; for at most 4h`."""
    return "; ".join((_describe_operations(rule), *describe_limits(rule)))


def describe_limits(rule: Rule | Deny) -> tuple[str, ...]:
    """Describes the limits and conditions of a rule, and whether it allows changes to be repeated."""
    recurring = [text] if (text := _describe_recurring(rule)) else []
    return (*_limits(rule), *recurring)


def _describe_operations(rule: Rule | Deny) -> str:
    groups = None if rule.groups in (MATCH_ALL, None) else rule.groups
    unlimited = rule.ring_groups in (MATCH_ALL, None) or RECALL_PERMISSIONS.isdisjoint(rule.operations)
    ring_groups = None if unlimited else rule.ring_groups
    everything = set(rule.operations) == set(Permission) and groups is None
    return texts.rule(list(rule.operations), groups, ring_groups, everything=everything)


def _describe_limits(rule: BaseRule) -> Iterator[str]:
    denies = isinstance(rule, Deny)
    if rule.temporary is not None:
        yield texts.limited_duration(describe_duration(rule.temporary), denies=denies)
    if rule.members is not None:
        yield texts.limited_members(rule.members, denies=denies)
    if rule.recall_time is not None:
        longest = describe_seconds(int(rule.recall_time.total_seconds()))
        yield texts.limited_recall_time(longest, denies=denies)
    if rule.hours:
        yield texts.either(rule.hours)


def _describe_recurring(rule: BaseRule) -> str:
    """Describes whether an allow rule lets changes be repeated; empty where it does not."""
    longest = rule.longest_schedule
    if isinstance(rule, Deny) or longest == NO_DURATION:
        return ""
    return texts.on_a_schedule(None if longest is None else describe_duration(longest))


def _describe_conditions(rule: Rule) -> Iterator[str]:
    if rule.approvers:
        yield texts.once_approved(rule.approvals)
    if rule.emergency:
        yield texts.WITH_EMERGENCY


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """What one rule allows, or several rules that differ only in their operations."""

    operations: frozenset[Permission]
    groups: tuple[str, ...]
    """Patterns of park groups."""
    ring_groups: tuple[str, ...]
    """Patterns of the ring groups that recalls may be sent to; empty if to none."""
    channels: tuple[str, ...]
    """Ids of the channels in which it holds; empty if everywhere."""
    limits: tuple[str, ...] = ()
    """Limits, hours, approvals and emergencies, in words."""
    recurring: str = ""
    """Whether changes may be repeated, in words; empty if not."""

    def includes(self, other: "Right") -> bool:
        """Whether this right allows everything that the other does."""
        return (
            self.operations >= other.operations
            and _covers(self.groups, other.groups)
            and _covers(self.ring_groups, other.ring_groups)
            and (not self.limits or self.limits == other.limits)
            and other.recurring in ("", self.recurring)
            and (not self.channels or (bool(other.channels) and set(self.channels) >= set(other.channels)))
        )

    def said(self, *, pattern: Callable[[str], str] = str, channel: Callable[[str], str] = str) -> str:
        """Describes the right as the continuation of "You may".

        Args:
            pattern: formats a name pattern of the policy file.
            channel: formats a channel id.
        """
        unlimited = _is_every(self.ring_groups) or not self.operations & RECALL_PERMISSIONS
        groups = None if _is_every(self.groups) else list(map(pattern, self.groups))
        first = texts.right(
            list(self.operations),
            groups,
            None if unlimited else list(map(pattern, self.ring_groups)),
            list(map(channel, self.channels)),
            everything=self.operations == frozenset(Permission) and groups is None,
        )
        recurring = [self.recurring] if self.recurring else []
        return "; ".join((first, *self.limits, *recurring))


def rights_of(policy: Policy, principal: Principal) -> tuple[Right, ...]:
    """The rights of a principal in all channels, without those that another includes."""
    return _describe_rights(rule for rule in policy.allow if includes_principal(rule, principal))


def denials_of(policy: Policy, principal: Principal) -> tuple[Right, ...]:
    """What deny rules take from a principal, in the form of rights."""
    return _describe_rights(rule for rule in policy.deny if denies_principal(rule, principal))


def restrictions(policy: Policy, principal: Principal, permission: Permission) -> tuple[str, ...]:
    """The limits, hours and approvals under which a principal has a permission here; empty if also without any."""
    rules = [rule for rule in policy.allow if allow_rule_applies(rule, principal, permission)]
    limits = dict.fromkeys("; ".join(_limits(rule)) for rule in rules)
    return () if "" in limits else tuple(limits)


def _limits(rule: Rule | Deny) -> tuple[str, ...]:
    return (*_describe_limits(rule), *(_describe_conditions(rule) if isinstance(rule, Rule) else ()))


def _describe_rights(rules: Iterable[Rule | Deny]) -> tuple[Right, ...]:
    """Merges rules and leaves out those that another includes."""
    found: list[Right] = []
    for right in _merge_rules(rules):
        if not any(one.includes(right) for one in found):
            found = [one for one in found if not right.includes(one)] + [right]
    return tuple(found)


def rights_are_complete(policy: Policy, principal: Principal) -> bool:
    """Whether `rights` is complete: it is not if rules go by user groups and the principal's are unknown."""
    return principal.user_groups is not None or not any(rule.user_groups for rule in policy.allow)


def _merge_rules(rules: Iterable[Rule | Deny]) -> Iterable[Right]:
    """Merges rules that differ only in their operations."""
    merged: dict[tuple[frozenset[str], ...], Right] = {}
    for rule in rules:
        groups, rings = (MATCH_ALL if each is None else each for each in (rule.groups, rule.ring_groups))
        limits, recurring = _limits(rule), _describe_recurring(rule)
        each = (rule.channels, groups, rings, limits, (recurring,))
        key = tuple(map(frozenset, each))
        before = merged[key].operations if key in merged else frozenset[Permission]()
        merged[key] = Right(
            operations=before | frozenset(rule.operations),
            groups=tuple(dict.fromkeys(groups)),
            ring_groups=tuple(dict.fromkeys(rings)),
            channels=tuple(dict.fromkeys(rule.channels)),
            limits=limits,
            recurring=recurring,
        )
    return merged.values()


def _is_every(patterns: tuple[str, ...]) -> bool:
    return MATCH_ALL[0] in patterns


def _covers(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return _is_every(wide) or set(wide) >= set(narrow)
