"""Whoever asks, as Slack knows them: what a rule is held against."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """A person, and the channel of their gesture; ids only."""

    user: str
    team: str
    channel: str | None
    """None in a direct message or App Home."""
    user_groups: frozenset[str] | None
    """None when Slack could not say: rules that need them don't match."""
    guest: bool = False
    foreign: bool = False
    """From another workspace, through Slack Connect."""
    bot: bool = False

    @property
    def outsider(self) -> str | None:
        """What sets them apart from the workspace's people, in the plural; None for one of these."""
        if self.bot:
            return "bots"
        if self.foreign:
            return "people from other workspaces"
        return "guests" if self.guest else None
