"""What was changed outside Park, put back: a change like any other, which can be taken back in its turn."""

from typing import Self

from bot.changes import Change
from bot.changes.back import moved_by
from bot.desk import Desk
from bot.fields import DriftNumber
from bot.operations.takes_back import TakesBack, losses, notes
from bot.plan import Plan
from bot.policy import Permission

KINDS = {"name": Permission.GROUPS, "recall_to": Permission.RECALL}
"""What it takes to move one thing of a group; for a member it is another, and for all of it what makes groups."""


class PutBack(TakesBack):
    """What the button under a drift asks for."""

    title = "Put back a drift"
    phrase = "put back drift {number} [{anyway}]"
    permission = None
    advertised = False
    help = (
        "Puts back what was changed outside Park, and nothing else. If that was changed again since, it shows what was,"
        " what was made of it and what is there now, and asks."
    )
    examples = ("put back drift 7",)
    button = "Put it back"

    number: DriftNumber

    @classmethod
    def needs(cls) -> str:
        return "what the change needs"

    @property
    def what(self) -> str:
        return f"drift {self.number}"

    def in_any_case(self) -> Self:
        return type(self)(number=self.number, anyway=True)

    def needed(self, desk: Desk) -> Permission:
        """A drift is of one kind only: what moves two things at once is two drifts."""
        change = desk.past.drift(self.number)
        return Permission.SERVER if change.target.is_server else _kind(change)

    def groups(self, desk: Desk) -> frozenset[str]:
        return desk.past.drift(self.number).names

    def plan(self, desk: Desk) -> Plan:
        drift = desk.past.drift(self.number)
        desk.directory.forget_groups()  # whoever changed them did not tell
        back = self.back(desk, drift)
        return Plan(
            title=f"Put back: {back.target.title}, as it was before drift {self.number}",
            wish=f"Put {back.target.title} back as it was before drift {self.number}",
            changes=(back,),
            notes=(*notes(back), *_unknown(back)),
            already=(f"Drift {self.number} is put back already.",) if back.already else (),
            loses=tuple(losses(back)),
        )


def _kind(change: Change) -> Permission:
    moved = moved_by(change)
    if any(what.startswith("member ") for what in moved):
        return Permission.MEMBERS
    return next((KINDS[what] for what in moved if what in KINDS), Permission.GROUPS)


def _unknown(change: Change) -> tuple[str, ...]:
    if change.before is None and change.after is not None and change.after.members is None:
        return (f"Who was in {change.target.title} is not known: it comes back empty.",)
    return ()
