"""Does a rule apply to this principal and this resource."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache

from bot.messages.text import fold
from bot.policy.model import Permission, Principal
from bot.policy.rules import Clause, Deny, Rule

# Folding makes a * or ? of a full-width one; surrogates, which no file can hold, keep the real wildcards' places.
_HOLD = str.maketrans("*?", "\ud800\ud801")
_RELEASE = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"}) | str.maketrans("\ud800\ud801", "*?")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_translated(pattern))


@lru_cache(maxsize=256)
def _together(patterns: frozenset[str]) -> tuple[frozenset[str], re.Pattern[str]]:
    """Plain names, folded, and the rest as one; that fits nothing where there is none."""
    rest = sorted(pattern for pattern in patterns if "*" in pattern or "?" in pattern)
    return frozenset(map(fold, patterns.difference(rest))), re.compile("|".join(map(_translated, rest)) or r"(?!)")


def _translated(pattern: str) -> str:
    return translate(fold(pattern.translate(_HOLD)).translate(_RELEASE))


def covers(patterns: Iterable[str], folded: str) -> bool:
    """Whether one of `patterns` fits the whole of a folded name; only * and ? are special."""
    return any(_compiled(pattern).match(folded) for pattern in patterns)


def covers_one_of(patterns: frozenset[str], folded: str) -> bool:
    """The same, many times faster, for who asks about thousands of names."""
    plain, rest = _together(patterns)
    return folded in plain or rest.match(folded) is not None


def is_for_person(rule: Rule, principal: Principal) -> bool:
    """Channels left aside. A guest, a bot or a person from another workspace must be named."""
    if principal.user in rule.users:
        return True
    if principal.outsider:
        return False
    if rule.user_groups:
        return not (principal.user_groups or frozenset()).isdisjoint(rule.user_groups)
    return not rule.users


def is_against_person(rule: Deny, principal: Principal) -> bool:
    """Channels left aside. Whose user groups can't be known may be in any."""
    if principal.user in rule.users:
        return True
    if rule.user_groups:
        return principal.user_groups is None or not principal.user_groups.isdisjoint(rule.user_groups)
    return not rule.users


def is_for_channel(rule: Clause, channel: str | None) -> bool:
    """None is a direct message, which is no channel."""
    return not rule.channels or channel in rule.channels


def applies(rule: Rule, principal: Principal, permission: Permission) -> bool:
    """Whether this asker, where they are, may do this kind of operation to what the rule covers."""
    return permission in rule.operations and is_for_channel(rule, principal.channel) and is_for_person(rule, principal)


def forbids(rule: Deny, principal: Principal, permission: Permission) -> bool:
    """Whether this asker, where they are, may not do this kind of operation to what the rule fits."""
    return (
        permission in rule.operations and is_for_channel(rule, principal.channel) and is_against_person(rule, principal)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestedResource:
    """One rule must allow the pair."""

    shown: str = ""
    spellings: frozenset[str] = frozenset()
    """Folded. One that is allowed is enough; with none it could be any group, or it is the server."""
    ring_group: str | None = None

    @property
    def name(self) -> str:
        """The pair in one text."""
        return " to ".join(filter(None, (self.shown, self.ring_group)))

    @property
    def each(self) -> tuple["RequestedResource", ...]:
        """With one spelling each."""
        if len(self.spellings) < 2:
            return (self,)
        return tuple(replace(self, spellings=frozenset([one])) for one in self.spellings)

    def allowed_by(self, rule: Rule) -> bool:
        """The rule's channels, people, operations and limits left aside."""
        return self.group_allowed_by(rule) and (
            self.ring_group is None or covers(rule.ring_groups, fold(self.ring_group))
        )

    def group_allowed_by(self, rule: Rule) -> bool:
        """The ring group left aside too."""
        return not self.spellings or any(covers(rule.groups, spelling) for spelling in self.spellings)

    def denied_by(self, rule: Deny) -> bool:
        """The rule's channels, people, operations and limits left aside; what names no group is in none."""
        return self.group_denied_by(rule) and (
            rule.ring_groups is None
            or (self.ring_group is not None and covers(rule.ring_groups, fold(self.ring_group)))
        )

    def group_denied_by(self, rule: Deny) -> bool:
        """The ring group left aside too."""
        return rule.groups is None or any(covers(rule.groups, spelling) for spelling in self.spellings)
