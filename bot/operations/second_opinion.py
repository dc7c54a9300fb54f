"""What approving and refusing have in common."""

from datetime import datetime

from bot.fields import ChangeNumber
from bot.journal import Entry, Shift
from bot.operation import JournalOperation


class SecondOpinion(JournalOperation):
    """For whoever may approve that change today; never for who asked for it."""

    permission = None
    advertised = False

    number: ChangeNumber

    @classmethod
    def needs(cls) -> str:
        return "to be one of its approvers"

    def about(self) -> int | None:
        return self.number

    def at(self, run_at: datetime | None, entry: Entry) -> Shift:
        """The change begins then; None: never."""
        return Shift(id=entry.id, seen=entry.run_at, run_at=run_at)
