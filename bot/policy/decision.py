"""What was decided, with its reason as words and as data."""

from dataclasses import dataclass

from bot.names import fold
from bot.policy.match import covers
from bot.policy.rules import Permission, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One park group, and the ring group its recalls are to go to: one rule must allow the pair."""

    shown: str = ""
    spellings: frozenset[str] = frozenset()
    """Folded. One that is allowed is enough; with none it could be any group, or it is the server."""
    ring_group: str | None = None

    @property
    def name(self) -> str:
        """The pair in one text."""
        return " to ".join(filter(None, (self.shown, self.ring_group)))

    def allowed_by(self, rule: Rule) -> bool:
        """The rule's channels, people and operations left aside."""
        return self.group_allowed_by(rule) and (
            self.ring_group is None or covers(rule.ring_groups, fold(self.ring_group))
        )

    def group_allowed_by(self, rule: Rule) -> bool:
        """The ring group left aside too."""
        return not self.spellings or any(covers(rule.groups, spelling) for spelling in self.spellings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Yes with its rules, or no with what would help; every text is plain."""

    allowed: bool
    permission: Permission
    reason: str
    grounds: tuple[tuple[str, str], ...] = ()
    """Each name asked for and the rule that allows it; the name is "" where none was asked for."""
    missing_groups: tuple[str, ...] = ()
    missing_ring_groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """Ids of the channels in which the same asker would be allowed the same."""
    grant: str | None = None
    """What a rule would have to hold, as in "channel C0123ABCD or user U0123ABCD"."""
    contact: str | None = None
    """Whom to ask, as the policy file has it."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that allow it, each once."""
        return tuple(dict.fromkeys(rule for _, rule in self.grounds))

    @property
    def rule(self) -> str | None:
        """The same in one text, for the record."""
        return " and ".join(self.rules) or None
