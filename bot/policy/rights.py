"""What one person may do, in words: the rules that are about them, each said once and none that another includes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.policy.asker import Asker
from bot.policy.match import is_for_person
from bot.policy.rules import EVERY, Permission, Policy, Rule

_CHANGED = {Permission.MEMBERS: "members", Permission.RECALL: "recalls"}
_SENDS_RECALLS = frozenset({Permission.RECALL, Permission.GROUPS, Permission.SERVER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """One rule or several that differ in their operations only."""

    operations: frozenset[Permission]
    groups: tuple[str, ...]
    """Patterns."""
    ring_groups: tuple[str, ...]
    """Patterns of those that recalls may be sent to; empty: none."""
    channels: tuple[str, ...]
    """Ids of those that it holds in; empty: anywhere."""

    def includes(self, other: "Right") -> bool:
        """Whether this one allows all that the other does."""
        return (
            self.operations >= other.operations
            and _fits(self.groups, other.groups)
            and _fits(self.ring_groups, other.ring_groups)
            and (not self.channels or (bool(other.channels) and set(self.channels) >= set(other.channels)))
        )

    def said(self, *, pattern: Callable[[str], str] = str, channel: Callable[[str], str] = str) -> str:
        """To go after "You may"; `pattern` and `channel` shape what comes from the policy's file."""
        place = f" from {_listed(map(channel, self.channels), 'or')}" if self.channels else ", from anywhere"
        return self._deeds(pattern) + self._limit(pattern) + place

    def _deeds(self, pattern: Callable[[str], str]) -> str:
        if self.operations == frozenset(Permission) and _is_every(self.groups):
            return "everything"
        groups = "any group" if _is_every(self.groups) else ", ".join(map(pattern, self.groups))
        verbs = list(self._verbs())
        deeds = [f"{_listed(verbs, 'and') if len(verbs) < 3 else ', '.join(verbs)} {groups}"] if verbs else []
        server = ["change the call park server"] if Permission.SERVER in self.operations else []
        return ", and ".join([*deeds, *server])

    def _verbs(self) -> Iterable[str]:
        """Each such that a group can follow it."""
        if Permission.READ in self.operations:
            yield "look at"
        if changed := [noun for permission, noun in _CHANGED.items() if permission in self.operations]:
            yield f"change {' and '.join(changed)} of"
        if Permission.GROUPS in self.operations:
            yield "create, rename and delete"

    def _limit(self, pattern: Callable[[str], str]) -> str:
        if _is_every(self.ring_groups) or not self.operations & _SENDS_RECALLS:
            return ""
        if not self.ring_groups:
            return " (recalls to no ring group)"
        return f" (recalls to ring group {_listed(map(pattern, self.ring_groups), 'or')} only)"


def rights(policy: Policy, asker: Asker) -> tuple[Right, ...]:
    """Wherever the person is: their channel is left aside."""
    found: list[Right] = []
    for right in _joined(rule for rule in policy.allow if is_for_person(rule, asker)):
        if not any(one.includes(right) for one in found):
            found = [one for one in found if not right.includes(one)] + [right]
    return tuple(found)


def are_certain(policy: Policy, asker: Asker) -> bool:
    """Whether these are all: not where rules go by user groups, and Slack could not say which ones they are in."""
    return asker.user_groups is not None or not any(rule.user_groups for rule in policy.allow)


def _joined(rules: Iterable[Rule]) -> Iterable[Right]:
    together: dict[tuple[frozenset[str], ...], Right] = {}
    for rule in rules:
        key = (frozenset(rule.channels), frozenset(rule.groups), frozenset(rule.ring_groups))
        before = together[key].operations if key in together else frozenset[Permission]()
        together[key] = Right(
            operations=before | frozenset(rule.operations),
            groups=tuple(dict.fromkeys(rule.groups)),
            ring_groups=tuple(dict.fromkeys(rule.ring_groups)),
            channels=tuple(dict.fromkeys(rule.channels)),
        )
    return together.values()


def _is_every(patterns: tuple[str, ...]) -> bool:
    return EVERY[0] in patterns


def _fits(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return _is_every(wide) or set(wide) >= set(narrow)


def _listed(items: Iterable[str], last: str) -> str:
    *first, end = items
    return f" {last} ".join([", ".join(first), end] if first else [end])
