"""The decision: pure, total, and no unless each name is allowed by some rule that applies."""

from collections.abc import Collection
from dataclasses import replace
from itertools import product

from bot.names import fold
from bot.policy.asker import Asker
from bot.policy.decision import Decision, Wanted
from bot.policy.match import applies
from bot.policy.refusal import refuse
from bot.policy.rules import Permission, Policy


def decide(
    policy: Policy,
    asker: Asker,
    permission: Permission,
    *,
    groups: Collection[str] = (),
    ring_groups: Collection[str] = (),
) -> Decision:
    """May this asker do this to park groups of these names, with recalls to ring groups of those? Names resolved."""
    recalls: Collection[str | None] = ring_groups or [None]
    pairs = product([_exactly(name) for name in groups] or [Wanted()], recalls)
    wanted = [replace(group, ring_group=ring_group) for group, ring_group in pairs]
    return _judge(policy, asker, permission, wanted)


def might(
    policy: Policy, asker: Asker, permission: Permission, *, groups: Collection[Collection[str]] = ()
) -> Decision:
    """The same before names are resolved: no only if it would be no for each choice among a group's spellings."""
    return _judge(policy, asker, permission, [_any_of(spellings) for spellings in groups])


def _any_of(spellings: Collection[str]) -> Wanted:
    """The first is shown. A bare string is one spelling, not its letters: types can't tell the two apart."""
    each = [spellings] if isinstance(spellings, str) else list(spellings)
    return Wanted(shown=next(iter(each), ""), spellings=frozenset(map(fold, each)))


def _exactly(name: str) -> Wanted:
    return Wanted(shown=name, spellings=frozenset([fold(name)]))


def _judge(policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted]) -> Decision:
    wanted = wanted or [Wanted()]
    rules = [rule for rule in policy.allow if applies(rule, asker, permission)]
    found = {each: next((rule.name for rule in rules if each.allowed_by(rule)), None) for each in wanted}
    grounds = tuple((each.name, rule) for each, rule in found.items() if rule is not None)
    if missing := [each for each, rule in found.items() if rule is None]:
        return refuse(policy, asker, permission, wanted, missing)
    names = " and ".join(dict.fromkeys(f'"{rule}"' for _, rule in grounds))
    return Decision(allowed=True, permission=permission, reason=f"Allowed by {names}.", grounds=grounds)
