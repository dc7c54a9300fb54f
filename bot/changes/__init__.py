"""What a target looked like, what it should look like, and how to get it there."""

from bot.changes.change import Change
from bot.changes.snapshot import Person, Snapshot
from bot.changes.target import SERVER, Target

__all__ = ["SERVER", "Change", "Person", "Snapshot", "Target"]
