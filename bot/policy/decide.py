"""The decision: pure, total, and no unless each name is allowed by some rule that applies, and by none denied."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import product

from bot.names import fold
from bot.policy.asker import Asker
from bot.policy.decision import Decision
from bot.policy.deed import Deed
from bot.policy.refusal import refuse
from bot.policy.rules import Permission, Policy
from bot.policy.verdict import verdict
from bot.policy.wanted import Wanted

AT_NO_TIME = Deed()


def decide(
    policy: Policy,
    asker: Asker,
    permission: Permission,
    *,
    groups: Collection[str] = (),
    ring_groups: Collection[str] = (),
    deed: Deed = AT_NO_TIME,
) -> Decision:
    """May this asker do this to park groups of these names, with recalls to ring groups of those? Names resolved."""
    return _judge(policy, asker, permission, _pairs(map(_exactly, groups), ring_groups), deed)


def might(
    policy: Policy,
    asker: Asker,
    permission: Permission,
    *,
    groups: Collection[Collection[str]] = (),
    ring_groups: Collection[str] = (),
) -> Decision:
    """The same before the figures are known, nor which of a group's spellings is meant: no only if no for each.

    What needs an approval or an emergency is allowed as far as this goes.
    """
    return _judge(policy, asker, permission, _pairs(map(_any_of, groups), ring_groups), None)


def _pairs(groups: Iterable[Wanted], ring_groups: Collection[str]) -> list[Wanted]:
    recalls: Collection[str | None] = ring_groups or [None]
    pairs = product(list(groups) or [Wanted()], recalls)
    return [replace(group, ring_group=ring_group) for group, ring_group in pairs]


def _any_of(spellings: Collection[str]) -> Wanted:
    """The first is shown. A bare string is one spelling, not its letters: types can't tell the two apart."""
    each = [spellings] if isinstance(spellings, str) else list(spellings)
    return Wanted(shown=next(iter(each), ""), spellings=frozenset(map(fold, each)))


def _exactly(name: str) -> Wanted:
    return Wanted(shown=name, spellings=frozenset([fold(name)]))


def _judge(
    policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted], deed: Deed | None
) -> Decision:
    found = verdict(policy, asker, permission, wanted, deed)
    rules = found.by or (found.by_approval or found.by_emergency if deed is None else ())
    if not rules:
        return refuse(policy, permission, found, deed)
    grounds = dict.fromkeys((one.name, rule.name) for one, rule in zip(wanted, rules, strict=True))
    names = " and ".join(dict.fromkeys(f'"{rule.name}"' for rule in rules))
    return Decision(
        allowed=True,
        permission=permission,
        reason=f"Allowed by {names}.",
        policy=policy.fingerprint,
        grounds=tuple(grounds),
    )
