"""Which rules allow and deny; visible names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from bot.messages.text import fold
from bot.policy.field_types import is_user_group
from bot.policy.matching import RequestedResource, applies, covers_one_of, forbids
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import EVERY, Deny, Policy, Rule


@dataclass(frozen=True)
class ResourceMatch:
    """The rules that let it happen, one way or another, and one that does not, which wins."""

    wanted: RequestedResource
    rules: tuple[Rule, ...]
    denied: Deny | None

    @property
    def by(self) -> Rule | None:
        """The first rule that allows it as it stands."""
        return None if self.denied else next((rule for rule in self.rules if rule.plain), None)

    def by_approval(self, principal: str) -> Rule | None:
        """The same, else the first that allows it once others have approved."""
        waits = (rule for rule in self.rules if _others_suffice(rule, principal) and not self.denied)
        return self.by or next(waits, None)

    @property
    def by_emergency(self) -> Rule | None:
        """The same as `by`, else the first that allows it in an emergency."""
        urgent = (rule for rule in self.rules if rule.emergency and not self.denied)
        return self.by or next(urgent, None)


def _others_suffice(rule: Rule, principal: str) -> bool:
    """Nobody approves their own change; how many are in a user group is not known here."""
    others = set(rule.approvers) - {principal}
    return bool(others) and (any(map(is_user_group, others)) or len(others) >= rule.approvals)


def hopeful(policy: Policy, principal: Principal, permission: Permission) -> tuple[list[Rule], list[Deny]]:
    """The rules by which it might be allowed one way or another, and those that deny it, whatever its figures."""
    allow, deny = _of_asker(policy, principal, permission, None)
    return [rule for rule in allow if rule.plain or rule.emergency or _others_suffice(rule, principal.user)], deny


@dataclass(frozen=True)
class Evaluation:
    """On all that is wanted together; each way is the rules it takes, and is empty where there is none."""

    principal: Principal
    grants: tuple[ResourceMatch, ...]

    @cached_property
    def by(self) -> tuple[Rule, ...]:
        """Allowed as it stands."""
        return _all(grant.by for grant in self.grants)

    @cached_property
    def by_approval(self) -> tuple[Rule, ...]:
        """Allowed once others have approved."""
        return () if self.by else _all(grant.by_approval(self.principal.user) for grant in self.grants)

    @cached_property
    def by_emergency(self) -> tuple[Rule, ...]:
        """Allowed in an emergency."""
        return () if self.by else _all(grant.by_emergency for grant in self.grants)

    @property
    def missing(self) -> list[RequestedResource]:
        """What no rule allows as it stands."""
        return [grant.wanted for grant in self.grants if grant.by is None]


def evaluation(
    policy: Policy,
    principal: Principal,
    permission: Permission,
    wanted: Collection[RequestedResource],
    attributes: ActionAttributes | None,
) -> Evaluation:
    """Without a deed, before its figures and its time are known: no only if it would be no for each."""
    allow, deny = _of_asker(policy, principal, permission, attributes)
    return Evaluation(principal, tuple(_best(one, allow, deny) for one in wanted))


def _of_asker(
    policy: Policy, principal: Principal, permission: Permission, attributes: ActionAttributes | None
) -> tuple[list[Rule], list[Deny]]:
    allow = [rule for rule in policy.allow if applies(rule, principal, permission) and _lets(rule, attributes)]
    deny = [rule for rule in policy.deny if forbids(rule, principal, permission) and _stops(rule, attributes)]
    return allow, deny


def _lets(rule: Rule, attributes: ActionAttributes | None) -> bool:
    return attributes is None or (rule.within(attributes) and rule.is_on(attributes))


def _stops(rule: Deny, attributes: ActionAttributes | None) -> bool:
    if attributes is None:
        return not rule.limited and not rule.hours
    return rule.is_on(attributes) and not (rule.limited and rule.within(attributes))


def _best(wanted: RequestedResource, allow: Collection[Rule], deny: Collection[Deny]) -> ResourceMatch:
    """Of the spelling that may be, if there is one."""
    grants = [_grant(one, wanted, allow, deny) for one in wanted.each]
    return max(grants, key=lambda grant: (grant.by is not None, bool(grant.rules) and not grant.denied))


def _grant(
    spelt: RequestedResource, wanted: RequestedResource, allow: Collection[Rule], deny: Collection[Deny]
) -> ResourceMatch:
    denied = next((rule for rule in deny if spelt.denied_by(rule)), None)
    return ResourceMatch(wanted, tuple(rule for rule in allow if spelt.allowed_by(rule)), denied)


def _all(rules: Iterable[Rule | None]) -> tuple[Rule, ...]:
    """Empty unless each is one."""
    found = list(rules)
    return tuple(rule for rule in found if rule is not None) if None not in found else ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The same for all to whom the same rules apply."""

    allowed: frozenset[str] = frozenset(EVERY)
    denied: frozenset[str] = field(default=frozenset())

    def __len__(self) -> int:
        """How many patterns a name is held against, at least one."""
        return max(1, len(self.allowed) + len(self.denied))

    def includes(self, name: str) -> bool:
        """As `might` decides on the one name."""
        folded = fold(name)
        return covers_one_of(self.allowed, folded) and not covers_one_of(self.denied, folded)


EVERYTHING = Reach()


def groups_within_reach(policy: Policy, principal: Principal, permission: Permission) -> Reach:
    """Park groups, before it is known where recalls go."""
    allow, deny = hopeful(policy, principal, permission)
    denied = (rule.groups or EVERY for rule in deny if rule.ring_groups is None)
    return _reach((rule.groups for rule in allow), denied)


def ring_groups_within_reach(
    policy: Policy, principal: Principal, permission: Permission, group: Collection[str] = ()
) -> Reach:
    """Ring groups that recalls may go to, of the group with one of these spellings; none: it is not known which."""
    allow, deny = hopeful(policy, principal, permission)
    recalled = RequestedResource(spellings=frozenset(map(fold, group)))
    allowed = (rule.ring_groups for rule in allow if recalled.group_allowed_by(rule))
    denied = (rule.ring_groups or EVERY for rule in deny if all(one.group_denied_by(rule) for one in recalled.each))
    return _reach(allowed, denied)


def _reach(allowed: Iterable[tuple[str, ...]], denied: Iterable[tuple[str, ...]]) -> Reach:
    return Reach(_patterns(allowed), _patterns(denied))


def _patterns(each: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """None beside the one that fits all."""
    found = frozenset(pattern for patterns in each for pattern in patterns)
    return frozenset(EVERY) if found.issuperset(EVERY) else found
