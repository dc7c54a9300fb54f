"""Whether the PBX has anything that a policy's patterns are about."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bot.names import fold
from bot.pbx import kind
from bot.pbx.client import PBX
from bot.pbx.kind import Kind
from bot.pbx.models import ParkGroup, RingGroup
from bot.pbx.names import closest
from bot.pbx.paging import every
from bot.policy import Policy
from bot.policy.match import covers
from bot.policy.rules import EVERY, Clause, Deny, Rule

Some = TypeVar("Some", ParkGroup, RingGroup)
Patterns = Callable[[Rule | Deny], Sequence[str] | None]


def unmatched(pbx: PBX, policy: Policy) -> Iterator[tuple[Clause, str]]:
    """A line for each pattern that fits nothing, with its rule; raise PBXError."""
    yield from _unmatched(policy, lambda rule: rule.groups, "park group", kind.groups(pbx))
    yield from _unmatched(policy, lambda rule: rule.ring_groups, "ring group", kind.ring_groups(pbx))


def _unmatched(policy: Policy, patterns: Patterns, what: str, found: Kind[Some]) -> Iterator[tuple[Clause, str]]:
    rules: tuple[Rule | Deny, ...] = (*policy.allow, *policy.deny)
    asked = [(rule, pattern) for rule in rules for pattern in patterns(rule) or () if pattern not in EVERY]
    things = list(every(found.pages)) if asked else []
    names = [fold(one.name) for one in things]
    for rule, pattern in asked:
        if not any(covers([pattern], name) for name in names):
            near = closest(pattern.replace("*", " ").replace("?", " "), things, found.labels, 1)
            meant = f"; the closest is “{near[0].name}”" if near else ""
            yield rule, f"is about “{pattern}”, and the PBX has no {what} of such a name{meant}"
