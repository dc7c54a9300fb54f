"""Who may do what, as it was answered; a policy is made of it."""

from dataclasses import dataclass

from bot.names import fold
from bot.policy.match import covers
from bot.policy.rules import EVERY
from bot.slack.roster import Named

Who = tuple[Named, ...]


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Each kind of people may be nobody."""

    channel: Named
    announce: Named
    everybody_looks: bool
    leads: Who
    groups: tuple[str, ...] = EVERY
    """Patterns, for the leads."""
    on_call: Who
    phone_team: Who
    contact: Named | str | None

    @property
    def somebody(self) -> bool:
        """Whether anybody may change anything."""
        return bool(self.leads or self.on_call or self.phone_team)


def fitted(patterns: tuple[str, ...], groups: list[str]) -> list[str]:
    """Which of the groups the patterns fit."""
    return [name for name in groups if covers(patterns, fold(name))]
