"""What is no mistake in a policy, and hardly meant: rules that never match, and rules for whoever joins a channel."""

from collections.abc import Iterator

from bot.policy.ids import is_user_group
from bot.policy.match import covers
from bot.policy.rules import EVERY, Clause, Deny, Permission, Policy, Rule, channel_only_rules

_TAKES_PEOPLE = frozenset({Permission.MEMBERS, Permission.GROUPS})
_SENDS = frozenset({Permission.RECALL, Permission.GROUPS, Permission.SERVER})


def remarks(policy: Policy) -> Iterator[tuple[Clause, str]]:
    """Each with the rule that it is about."""
    for rule in channel_only_rules(policy):
        yield rule, "names no people: where its channels are public, whoever joins one may do it"
    for rule in policy.allow:
        if why := _never_allows(rule, policy):
            yield rule, f"never allows anything: {why}"
    for denial in policy.deny:
        if why := _never_denies(denial):
            yield denial, f"never denies anything: {why}"
    both: tuple[Rule | Deny, ...] = (*policy.allow, *policy.deny)
    for each in both:
        if set(each.operations) <= {Permission.SERVER, Permission.PAUSE} and each.groups not in (EVERY, None):
            yield each, "is about the server, which is in no group: its groups mean nothing"


def _never_allows(rule: Rule, policy: Policy) -> str | None:
    if set(rule.operations) == {Permission.GROUPS} and rule.temporary is not None:
        return "to create, rename or delete a group is nothing that ends by itself"
    if rule.approvers and len({*rule.users}) == 1 and not rule.user_groups and {*rule.approvers} == {*rule.users}:
        return "nobody approves their own change"
    if 0 < len(rule.approvers) < rule.approvals and not any(map(is_user_group, rule.approvers)):
        return f"{rule.approvals} have to approve, and only {len(rule.approvers)} may"
    if denial := next((one for one in policy.deny if _denies_all(one, rule)), None):
        return f"“{denial.name}” denies all of it"
    if other := next((one for one in _before(rule, policy) if _allows_all(one, rule)), None):
        return f"“{other.name}” above allows all of it already"
    return None


def _before(rule: Rule, policy: Policy) -> tuple[Rule, ...]:
    return policy.allow[: policy.allow.index(rule)]


def _denies_all(denial: Deny, rule: Rule) -> bool:
    if denial.limited or denial.hours or denial.ring_groups is not None:
        return False
    groups = denial.groups is None or (
        rule.groups != EVERY and Permission.SERVER not in rule.operations and _fit(denial.groups, rule.groups)
    )
    return groups and _is_for_all_of(denial, rule)


def _allows_all(other: Rule, rule: Rule) -> bool:
    if other.limited or other.hours or not other.plain:
        return False
    rings = _fit(other.ring_groups, rule.ring_groups)
    return rings and _fit(other.groups, rule.groups) and _is_for_all_of(other, rule)


def _is_for_all_of(wide: Clause, narrow: Clause) -> bool:
    channels = not wide.channels or (bool(narrow.channels) and {*wide.channels} >= {*narrow.channels})
    people = not (wide.users or wide.user_groups) and isinstance(wide, Deny)
    named = bool(narrow.users or narrow.user_groups) and (
        {*wide.users} >= {*narrow.users} and {*wide.user_groups} >= {*narrow.user_groups}
    )
    alike = not (wide.users or wide.user_groups or narrow.users or narrow.user_groups)
    return channels and {*wide.operations} >= {*narrow.operations} and (people or named or alike)


def _fit(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether each pattern is a pattern of the other too, or a plain name that one of them covers."""
    if EVERY[0] in wide:
        return True
    return all(one in wide or ("*" not in one and "?" not in one and covers(wide, one.casefold())) for one in narrow)


def _never_denies(rule: Deny) -> str | None:
    kinds = set(rule.operations)
    if rule.ring_groups is not None and _SENDS.isdisjoint(kinds):
        return "its operations send no recalls"
    can_exceed = (
        (rule.members is not None and not _TAKES_PEOPLE.isdisjoint(kinds))
        or (rule.recall_time is not None and Permission.SERVER in kinds)
        or (rule.temporary is not None and not kinds <= {Permission.READ, Permission.HISTORY, Permission.PAUSE})
    )
    return "its operations can't go over its limits" if rule.limited and not can_exceed else None
