"""Whether a rule is about this asker, and about this name."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from bot.names import fold
from bot.policy.asker import Asker
from bot.policy.rules import Clause, Deny, Permission, Rule

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


def is_for_person(rule: Rule, asker: Asker) -> bool:
    """Channels left aside. A guest, a bot or a person from another workspace must be named."""
    if asker.user in rule.users:
        return True
    if asker.outsider:
        return False
    if rule.user_groups:
        return not (asker.user_groups or frozenset()).isdisjoint(rule.user_groups)
    return not rule.users


def is_against_person(rule: Deny, asker: Asker) -> bool:
    """Channels left aside. Whose user groups can't be known may be in any."""
    if asker.user in rule.users:
        return True
    if rule.user_groups:
        return asker.user_groups is None or not asker.user_groups.isdisjoint(rule.user_groups)
    return not rule.users


def is_for_channel(rule: Clause, channel: str | None) -> bool:
    """None is a direct message, which is no channel."""
    return not rule.channels or channel in rule.channels


def applies(rule: Rule, asker: Asker, permission: Permission) -> bool:
    """Whether this asker, where they are, may do this kind of operation to what the rule covers."""
    return permission in rule.operations and is_for_channel(rule, asker.channel) and is_for_person(rule, asker)


def forbids(rule: Deny, asker: Asker, permission: Permission) -> bool:
    """Whether this asker, where they are, may not do this kind of operation to what the rule fits."""
    return permission in rule.operations and is_for_channel(rule, asker.channel) and is_against_person(rule, asker)
