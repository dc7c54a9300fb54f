"""Finds the rules that allow or deny a request, and the names that a principal may see in pickers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from bot.messages.text import fold
from bot.policy.field_types import is_user_group
from bot.policy.matching import RequestedResource, allow_rule_applies, deny_rule_applies, matches_any_compiled
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import MATCH_ALL, Deny, Policy, Rule


@dataclass(frozen=True, slots=True)
class AccessQuery:
    """What a principal wants to do; without attributes, before amounts and times are known."""

    policy: Policy
    principal: Principal
    permission: Permission
    wanted: tuple[RequestedResource, ...]
    attributes: ActionAttributes | None

    @property
    def allow_rules(self) -> list[Rule]:
        """Allow rules for the principal and the permission, whatever their limits."""
        return [rule for rule in self.policy.allow if allow_rule_applies(rule, self.principal, self.permission)]

    @property
    def deny_rules(self) -> list[Deny]:
        """Deny rules for the principal and the permission, whatever their limits."""
        return [rule for rule in self.policy.deny if deny_rule_applies(rule, self.principal, self.permission)]


@dataclass(frozen=True)
class ResourceMatch:
    """The allow rules that cover one requested resource, and the deny rule that overrides them, if any."""

    wanted: RequestedResource
    rules: tuple[Rule, ...]
    denied: Deny | None

    @property
    def rule(self) -> Rule | None:
        """The first rule that allows the resource without conditions."""
        return None if self.denied else next((rule for rule in self.rules if rule.unconditional), None)

    def approval_rule(self, principal: Principal) -> Rule | None:
        """The unconditional rule, or else the first that allows the resource after others have approved."""
        conditional = (rule for rule in self.rules if _has_enough_approvers(rule, principal) and not self.denied)
        return self.rule or next(conditional, None)

    @property
    def emergency_rule(self) -> Rule | None:
        """The unconditional rule, or else the first that allows the resource in an emergency."""
        conditional = (rule for rule in self.rules if rule.emergency and not self.denied)
        return self.rule or next(conditional, None)


def _has_enough_approvers(rule: Rule, principal: Principal) -> bool:
    """Whether a rule names enough approvers besides the principal, as far as is known."""
    others = set(rule.approvers) - {principal.user}
    return (
        bool(others)
        and rule.name not in principal.only_approver_of
        and (any(map(is_user_group, others)) or len(others) >= rule.approvals)
    )


@dataclass(frozen=True)
class Evaluation:
    """The rules for all resources of a request; a tuple of rules is empty if one resource has none."""

    query: AccessQuery
    matches: tuple[ResourceMatch, ...]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """A rule for each resource that allows it without conditions."""
        return _all_or_none(match.rule for match in self.matches)

    @cached_property
    def approval_rules(self) -> tuple[Rule, ...]:
        """A rule for each resource that allows it once others have approved; empty if none is needed."""
        principal = self.query.principal
        return () if self.rules else _all_or_none(match.approval_rule(principal) for match in self.matches)

    @cached_property
    def emergency_rules(self) -> tuple[Rule, ...]:
        """A rule for each resource that allows it in an emergency; empty if none is needed."""
        return () if self.rules else _all_or_none(match.emergency_rule for match in self.matches)

    @property
    def possible(self) -> bool:
        """Whether the request is allowed, or would be after approval or in an emergency."""
        return bool(self.rules or self.approval_rules or self.emergency_rules)

    @property
    def missing(self) -> list[RequestedResource]:
        """The resources that no rule allows without conditions."""
        return [match.wanted for match in self.matches if match.rule is None]


def evaluate(query: AccessQuery) -> Evaluation:
    """Evaluates a query; without attributes, denies only what is denied for all amounts and times."""
    allow, deny = _matching_rules(query)
    return Evaluation(query, tuple(_best_match(one, allow, deny) for one in query.wanted))


def _matching_rules(query: AccessQuery) -> tuple[list[Rule], list[Deny]]:
    allow = [rule for rule in query.allow_rules if _allows(rule, query.attributes)]
    deny = [rule for rule in query.deny_rules if _denies(rule, query.attributes)]
    return allow, deny


def _allows(rule: Rule, attributes: ActionAttributes | None) -> bool:
    return attributes is None or (rule.is_within_limits(attributes) and rule.is_within_hours(attributes))


def _denies(rule: Deny, attributes: ActionAttributes | None) -> bool:
    if attributes is None:
        return not rule.has_limits and not rule.hours
    return rule.is_within_hours(attributes) and not (rule.has_limits and rule.is_within_limits(attributes))


def _best_match(wanted: RequestedResource, allow: Collection[Rule], deny: Collection[Deny]) -> ResourceMatch:
    """Matches each spelling of a resource and returns the most permissive match."""
    matches = [_match(one, wanted, allow, deny) for one in wanted.each]
    return max(matches, key=lambda match: (match.rule is not None, bool(match.rules) and not match.denied))


def _match(
    spelling: RequestedResource, wanted: RequestedResource, allow: Collection[Rule], deny: Collection[Deny]
) -> ResourceMatch:
    denied = next((rule for rule in deny if spelling.denied_by(rule)), None)
    return ResourceMatch(wanted, tuple(rule for rule in allow if spelling.allowed_by(rule)), denied)


def _all_or_none(rules: Iterable[Rule | None]) -> tuple[Rule, ...]:
    """Returns the rules, or nothing if one of them is None."""
    found = list(rules)
    return tuple(rule for rule in found if rule is not None) if None not in found else ()


@dataclass(frozen=True, slots=True)
class VisibleNames:
    """Patterns of the names that a principal may be allowed; equal for principals with the same rules."""

    allowed: frozenset[str] = frozenset(MATCH_ALL)
    denied: frozenset[str] = field(default=frozenset())

    def __len__(self) -> int:
        """Number of patterns that a name is compared with, at least one."""
        return max(1, len(self.allowed) + len(self.denied))

    def includes(self, name: str) -> bool:
        """Whether a name is visible, which is what `decide_provisionally` decides for it."""
        if not self.denied and self.allowed.issuperset(MATCH_ALL):
            return True
        folded = fold(name)
        return matches_any_compiled(self.allowed, folded) and not matches_any_compiled(self.denied, folded)


ALL_NAMES = VisibleNames()


def visible_groups(policy: Policy, principal: Principal, permission: Permission) -> VisibleNames:
    """Park groups that a principal might be allowed an operation on, wherever recalls go."""
    allow, deny = _potential_rules(policy, principal, permission)
    denied = (rule.groups or MATCH_ALL for rule in deny if rule.ring_groups is None)
    return _reach((rule.groups for rule in allow), denied)


def allowed_groups(
    policy: Policy, principal: Principal, permission: Permission, attributes: ActionAttributes
) -> VisibleNames:
    """Park groups on which `decide` allows an operation without a ring group: for thousands of names."""
    allow, deny = _matching_rules(AccessQuery(policy, principal, permission, (), attributes))
    denied = (rule.groups or MATCH_ALL for rule in deny if rule.ring_groups is None)
    return _reach((rule.groups for rule in allow if rule.unconditional), denied)


def visible_ring_groups(
    policy: Policy, principal: Principal, permission: Permission, group: Collection[str] = ()
) -> VisibleNames:
    """Ring groups that recalls might be sent to.

    Args:
        group: the spellings of the park group's name; empty if the group is not known.
    """
    allow, deny = _potential_rules(policy, principal, permission)
    recalled = RequestedResource(spellings=frozenset(map(fold, group)))
    allowed = (rule.ring_groups for rule in allow if recalled.group_allowed_by(rule))
    denied = (rule.ring_groups or MATCH_ALL for rule in deny if all(one.group_denied_by(rule) for one in recalled.each))
    return _reach(allowed, denied)


def _potential_rules(policy: Policy, principal: Principal, permission: Permission) -> tuple[list[Rule], list[Deny]]:
    """Allow rules that might allow something, and deny rules that apply whatever the amounts and times."""
    allow, deny = _matching_rules(AccessQuery(policy, principal, permission, (), None))
    return [
        rule for rule in allow if rule.unconditional or rule.emergency or _has_enough_approvers(rule, principal)
    ], deny


def _reach(allowed: Iterable[tuple[str, ...]], denied: Iterable[tuple[str, ...]]) -> VisibleNames:
    return VisibleNames(_patterns(allowed), _patterns(denied))


def _patterns(each: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """Merges patterns; keeps only the one that matches everything if it is among them."""
    found = frozenset(pattern for patterns in each for pattern in patterns)
    return frozenset(MATCH_ALL) if found.issuperset(MATCH_ALL) else found
