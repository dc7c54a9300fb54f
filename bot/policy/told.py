"""A rule in words: what it is about, and how far it goes."""

from collections.abc import Iterator

from bot.fields import say_seconds
from bot.fields.when import say_duration
from bot.policy.rules import EVERY, Clause, Deny, Permission, Rule

_OF_GROUPS = {
    Permission.READ: "look at",
    Permission.HISTORY: "look back on",
    Permission.MEMBERS: "change the members of",
    Permission.RECALL: "change the recalls of",
    Permission.GROUPS: "create, rename and delete",
}
_OTHERS = {Permission.SERVER: "change the call park server", Permission.PAUSE: "pause Park"}
_SENDS = frozenset({Permission.RECALL, Permission.GROUPS, Permission.SERVER})


def told(rule: Rule | Deny) -> str:
    """`change the members of Sales*; for at most 4h`."""
    return "; ".join((_deeds(rule), *_bounds(rule), *(_second_thoughts(rule) if isinstance(rule, Rule) else ())))


def _deeds(rule: Rule | Deny) -> str:
    verbs = [verb for permission, verb in _OF_GROUPS.items() if permission in rule.operations]
    deeds = [f"{', '.join(verbs)} {_groups(rule)}"] if verbs else []
    if set(rule.operations) == set(Permission) and rule.groups in (EVERY, None):
        return f"everything{_ring_groups(rule)}"
    others = [verb for permission, verb in _OTHERS.items() if permission in rule.operations]
    return " and ".join((*deeds, *others)) + _ring_groups(rule)


def _groups(rule: Rule | Deny) -> str:
    return "any group" if rule.groups in (EVERY, None) else " or ".join(rule.groups or ())


def _ring_groups(rule: Rule | Deny) -> str:
    if rule.ring_groups in (EVERY, None) or _SENDS.isdisjoint(rule.operations):
        return ""
    return f", with recalls to {' or '.join(rule.ring_groups or ()) or 'no ring group'}"


def _bounds(rule: Clause) -> Iterator[str]:
    at_most = "over" if isinstance(rule, Deny) else "at most"
    if rule.temporary is not None:
        yield f"for {at_most} {say_duration(rule.temporary)}"
    if rule.members is not None:
        yield f"{at_most} {rule.members} people at once"
    if rule.recall_time is not None:
        yield f"a recall time of {at_most} {say_seconds(int(rule.recall_time.total_seconds()))}"
    if rule.hours:
        yield " or ".join(rule.hours)


def _second_thoughts(rule: Rule) -> Iterator[str]:
    if rule.approvers:
        yield "once that is approved" if rule.approvals == 1 else f"once {rule.approvals} have approved"
    if rule.emergency:
        yield "in an emergency, for a stated reason"
