"""What a change operation would do: the changes, and what a tired person wants told about them."""

import hashlib
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.changes import Change, Person
from bot.second_thoughts import Approval, Urgency
from bot.times import Times

MOST_NAMED = 3


def whom(people: Sequence[Person]) -> str:
    """In a title: by name as long as that can be read at a glance."""
    return ", ".join(map(str, people)) if len(people) <= MOST_NAMED else f"{len(people)} users"


class Plan(BaseModel):
    """`title` opens the confirmation: what was done, in the past tense; `wish` opens a preview."""

    model_config = ConfigDict(frozen=True)

    title: str
    wish: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What it means for calls, and what it doesn't cover."""
    already: tuple[str, ...] = ()
    """What was so before; with no changes left, all there is to say."""
    loses: tuple[str, ...] = ()
    """What can't be had back as it was."""
    about: int | None = None
    """The change that it takes back."""
    replaces: int | None = None
    """The temporary change in whose place it comes: taken back, it goes to where that one began."""
    times: Times | None = None
    approval: Approval | None = None
    urgency: Urgency | None = None

    @property
    def waits(self) -> bool:
        """Whether others have to approve it before anything else."""
        return self.approval is not None and not self.approval.given

    def digest(self) -> str:
        """Of all its changes, in 16 characters however many they are: it has to fit a button."""
        digests = "-".join(change.digest() for change in self.changes)
        return hashlib.sha256(digests.encode()).hexdigest()[:16]
