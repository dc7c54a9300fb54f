"""One park group, and the ring group its recalls are to go to, held against a rule."""

from dataclasses import dataclass, replace

from bot.names import fold
from bot.policy.match import covers
from bot.policy.rules import Deny, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
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
    def each(self) -> tuple["Wanted", ...]:
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
