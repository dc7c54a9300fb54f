"""Describes rules, and a principal's rights, in words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.policy.matching import allow_rule_applies, denies_principal, includes_principal
from bot.policy.model import NO_DURATION, RECALL_PERMISSIONS, Permission, Principal
from bot.policy.rules import MATCH_ALL, BaseRule, Deny, Policy, Rule
from bot.times.format import format_duration, format_seconds

_GROUP_VERBS = {
    Permission.READ: "view",
    Permission.HISTORY: "see the history of",
    Permission.MEMBERS: "change the members of",
    Permission.RECALL: "change the recall of",
    Permission.GROUPS: "create, rename and delete",
}
_CHANGED = {Permission.MEMBERS: "members", Permission.RECALL: "recall"}
_SERVER_VERBS = {Permission.SERVER: "change the call park server", Permission.PAUSE: "pause Park"}


def describe_rule(rule: Rule | Deny) -> str:
    """Describes a rule, as in `change the members of Sales*; for at most 4h`."""
    recurring = [text] if (text := _describe_recurring(rule)) else []
    return "; ".join((_describe_operations(rule), *_limits(rule), *recurring))


def _describe_operations(rule: Rule | Deny) -> str:
    verbs = [verb for permission, verb in _GROUP_VERBS.items() if permission in rule.operations]
    phrases = [f"{', '.join(verbs)} {_groups(rule)}"] if verbs else []
    if set(rule.operations) == set(Permission) and rule.groups in (MATCH_ALL, None):
        return f"everything{_ring_groups(rule)}"
    others = [verb for permission, verb in _SERVER_VERBS.items() if permission in rule.operations]
    return " and ".join((*phrases, *others)) + _ring_groups(rule)


def _groups(rule: Rule | Deny) -> str:
    return "any group" if rule.groups in (MATCH_ALL, None) else " or ".join(rule.groups or ())


def _ring_groups(rule: Rule | Deny) -> str:
    if rule.ring_groups in (MATCH_ALL, None) or RECALL_PERMISSIONS.isdisjoint(rule.operations):
        return ""
    return f", with recalls to {' or '.join(rule.ring_groups or ()) or 'no ring group'}"


def _describe_limits(rule: BaseRule) -> Iterator[str]:
    at_most = "over" if isinstance(rule, Deny) else "at most"
    if rule.temporary is not None:
        yield f"for {at_most} {format_duration(rule.temporary)}"
    if rule.members is not None:
        yield f"{at_most} {rule.members} people at once"
    if rule.recall_time is not None:
        yield f"a recall time of {at_most} {format_seconds(int(rule.recall_time.total_seconds()))}"
    if rule.hours:
        yield " or ".join(rule.hours)


def _describe_recurring(rule: BaseRule) -> str:
    """Describes whether an allow rule lets changes be repeated; empty where it does not."""
    longest = rule.longest_schedule
    if isinstance(rule, Deny) or longest == NO_DURATION:
        return ""
    return "on a schedule too" if longest is None else f"on a schedule too, for at most {format_duration(longest)}"


def _describe_conditions(rule: Rule) -> Iterator[str]:
    if rule.approvers:
        yield "once it is approved" if rule.approvals == 1 else f"once {rule.approvals} have approved"
    if rule.emergency:
        yield "in an emergency, for a stated reason"


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
        place = f" from {_listed(map(channel, self.channels), 'or')}" if self.channels else ", from anywhere"
        recurring = [self.recurring] if self.recurring else []
        first = self._operations(pattern) + self._ring_group_limit(pattern) + place
        return "; ".join((first, *self.limits, *recurring))

    def _operations(self, pattern: Callable[[str], str]) -> str:
        if self.operations == frozenset(Permission) and _is_every(self.groups):
            return "everything"
        groups = "any group" if _is_every(self.groups) else ", ".join(map(pattern, self.groups))
        verbs = list(self._verbs())
        phrases = [f"{_listed(verbs, 'and') if len(verbs) < 3 else ', '.join(verbs)} {groups}"] if verbs else []
        return ", and ".join([*phrases, *(verb for one, verb in _SERVER_VERBS.items() if one in self.operations)])

    def _verbs(self) -> Iterable[str]:
        """Verb phrases, each to be followed by a group."""
        if Permission.READ in self.operations:
            yield "view"
        if Permission.HISTORY in self.operations:
            yield "see the history of"
        if changed := [name for permission, name in _CHANGED.items() if permission in self.operations]:
            yield f"change {' and '.join(changed)} of"
        if Permission.GROUPS in self.operations:
            yield "create, rename and delete"

    def _ring_group_limit(self, pattern: Callable[[str], str]) -> str:
        if _is_every(self.ring_groups) or not self.operations & RECALL_PERMISSIONS:
            return ""
        if not self.ring_groups:
            return " (recalls to no ring group)"
        return f" (recalls to ring group {_listed(map(pattern, self.ring_groups), 'or')} only)"


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


def _listed(items: Iterable[str], last: str) -> str:
    *first, end = items
    return f" {last} ".join([", ".join(first), end] if first else [end])
