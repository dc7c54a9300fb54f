"""The names that somebody might do something to, as patterns: found once, then held against names by the thousand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bot.names import fold
from bot.policy.asker import Asker
from bot.policy.match import covers_one_of
from bot.policy.rules import EVERY, Permission, Policy
from bot.policy.verdict import hopeful
from bot.policy.wanted import Wanted


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


def groups_within_reach(policy: Policy, asker: Asker, permission: Permission) -> Reach:
    """Park groups, before it is known where recalls go."""
    allow, deny = hopeful(policy, asker, permission)
    denied = (rule.groups or EVERY for rule in deny if rule.ring_groups is None)
    return _reach((rule.groups for rule in allow), denied)


def ring_groups_within_reach(
    policy: Policy, asker: Asker, permission: Permission, group: Collection[str] = ()
) -> Reach:
    """Ring groups that recalls may go to, of the group with one of these spellings; none: it is not known which."""
    allow, deny = hopeful(policy, asker, permission)
    recalled = Wanted(spellings=frozenset(map(fold, group)))
    allowed = (rule.ring_groups for rule in allow if recalled.group_allowed_by(rule))
    denied = (rule.ring_groups or EVERY for rule in deny if all(one.group_denied_by(rule) for one in recalled.each))
    return _reach(allowed, denied)


def _reach(allowed: Iterable[tuple[str, ...]], denied: Iterable[tuple[str, ...]]) -> Reach:
    return Reach(_patterns(allowed), _patterns(denied))


def _patterns(each: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """None beside the one that fits all."""
    found = frozenset(pattern for patterns in each for pattern in patterns)
    return frozenset(EVERY) if found.issuperset(EVERY) else found
