"""Matches rules against a principal, a channel and the requested names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache

from bot.messages.text import fold
from bot.policy.model import Permission, Principal
from bot.policy.rules import BaseRule, Deny, Policy, Rule

# Folding makes a * or ? of a full-width one; surrogates, which no file can hold, keep the real wildcards' places.
_PROTECT_WILDCARDS = str.maketrans("*?", "\ud800\ud801")
_RESTORE_WILDCARDS = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"}) | str.maketrans("\ud800\ud801", "*?")


@lru_cache(maxsize=4096)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(_translate(pattern))


@lru_cache(maxsize=256)
def _compile_all(patterns: frozenset[str]) -> tuple[frozenset[str], re.Pattern[str]]:
    """Compiles patterns into the set of plain names, folded, and one expression for those with wildcards."""
    rest = sorted(pattern for pattern in patterns if "*" in pattern or "?" in pattern)
    return frozenset(map(fold, patterns.difference(rest))), re.compile("|".join(map(_translate, rest)) or r"(?!)")


def _translate(pattern: str) -> str:
    return translate(fold(pattern.translate(_PROTECT_WILDCARDS)).translate(_RESTORE_WILDCARDS))


def matches_any(patterns: Iterable[str], folded: str) -> bool:
    """Whether a pattern matches the whole of a folded name; only * and ? are special."""
    return any(_compile(pattern).match(folded) for pattern in patterns)


def matches_any_compiled(patterns: frozenset[str], folded: str) -> bool:
    """Like `covers`, but many times faster for one set of patterns and thousands of names."""
    plain, rest = _compile_all(patterns)
    return folded in plain or rest.match(folded) is not None


def includes_principal(rule: Rule, principal: Principal) -> bool:
    """Whether an allow rule applies to a principal in any channel; outsiders must be named by their id."""
    if principal.anybody:
        return not (rule.users or rule.user_groups)
    if principal.user in rule.users:
        return True
    if principal.outsider_kind:
        return False
    if rule.user_groups:
        return not (principal.user_groups or frozenset()).isdisjoint(rule.user_groups)
    return not rule.users


def denies_principal(rule: Deny, principal: Principal) -> bool:
    """Whether a deny rule applies to a principal in any channel; unknown user groups count as matching."""
    if principal.anybody or principal.user in rule.users:
        return True
    if rule.user_groups:
        return principal.user_groups is None or not principal.user_groups.isdisjoint(rule.user_groups)
    return not rule.users


def includes_channel(rule: BaseRule, channel: str | None) -> bool:
    """Whether a rule applies in a channel; None is a direct message."""
    return not rule.channels or channel in rule.channels


def allow_rule_applies(rule: Rule, principal: Principal, permission: Permission) -> bool:
    """Whether an allow rule applies to a principal in their channel, for a kind of operation."""
    return (
        permission in rule.operations
        and includes_channel(rule, principal.channel)
        and includes_principal(rule, principal)
    )


def deny_rule_applies(rule: Deny, principal: Principal, permission: Permission) -> bool:
    """Whether a deny rule applies to a principal in their channel, for a kind of operation."""
    return (
        permission in rule.operations
        and includes_channel(rule, principal.channel)
        and denies_principal(rule, principal)
    )


def channels_about(policy: Policy, groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Returns the channels of the allow rules about all the groups, each once, in the order of the file.

    Args:
        groups: The spellings of each group; none for a request about no group, which each rule is about.
    """
    folded = [frozenset(map(fold, spellings)) for spellings in groups]
    about = (
        rule for rule in policy.allow if all(any(matches_any(rule.groups, one) for one in names) for names in folded)
    )
    return tuple(dict.fromkeys(channel for rule in about for channel in rule.channels))


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestedResource:
    """A park group, a ring group that recalls go to, or both, which one rule must allow together."""

    shown: str = ""
    """The group's name in messages."""
    spellings: frozenset[str] = frozenset()
    """Names that the group may have, folded; one allowed name is enough. Empty: any group, or the server."""
    ring_group: str | None = None

    @property
    def name(self) -> str:
        """Group and ring group as one text."""
        return " to ".join(filter(None, (self.shown, self.ring_group)))

    @property
    def each(self) -> tuple["RequestedResource", ...]:
        """The resource once for each spelling of its group."""
        if len(self.spellings) < 2:
            return (self,)
        return tuple(replace(self, spellings=frozenset([one])) for one in self.spellings)

    def allowed_by(self, rule: Rule) -> bool:
        """Whether an allow rule covers the names; its other conditions are not checked."""
        return self.group_allowed_by(rule) and (
            self.ring_group is None or matches_any(rule.ring_groups, fold(self.ring_group))
        )

    def group_allowed_by(self, rule: Rule) -> bool:
        """Whether an allow rule covers the group's name."""
        return not self.spellings or any(matches_any(rule.groups, spelling) for spelling in self.spellings)

    def denied_by(self, rule: Deny) -> bool:
        """Whether a deny rule covers the names; its other conditions are not checked."""
        return self.group_denied_by(rule) and (
            rule.ring_groups is None
            or (self.ring_group is not None and matches_any(rule.ring_groups, fold(self.ring_group)))
        )

    def group_denied_by(self, rule: Deny) -> bool:
        """Whether a deny rule covers the group; a rule for some groups covers no request without one."""
        return rule.groups is None or any(matches_any(rule.groups, spelling) for spelling in self.spellings)
