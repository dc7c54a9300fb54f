"""What was done before, as the journal has it: the changes that can be taken back."""

from bot.errors import NOTHING, NotFound, NotPossible
from bot.journal import Entry, State
from bot.journal.reading import Reader
from bot.names import fold
from bot.plan import Plan

MOST = 500
"""Changes that are looked through for the last one of a kind."""
SERVER = frozenset({"server", "the server", "the call park server"})


class Past:
    """Reads the journal; raises JournalUnavailable."""

    def __init__(self, journal: Reader) -> None:
        self._journal = journal

    def change(self, number: int) -> tuple[Entry, Plan]:
        """One that changed the PBX, or may have; raise NotFound or NotPossible."""
        try:
            entry = self._journal.get(number)
        except KeyError:
            raise NotFound(f"There is no change {number}. {NOTHING}") from None
        if entry.plan is None or entry.state not in (State.DONE, State.UNSETTLED):
            raise NotPossible(f"Change {number} changed nothing: it is {entry.state}. {NOTHING}")
        return entry, Plan.model_validate(entry.plan)

    def stands(self, entry: Entry) -> bool:
        """Done, and not taken back by something that stands."""
        return entry.state is State.DONE and not any(map(self.stands, self._journal.sequel(entry.id)))

    def last(self, user: str, channel: str | None, name: str | None) -> int:
        """The last change that still stands: of that group, or of the server; else that person's here. Or NotFound."""
        wanted = name and fold(name)
        for entry in self._journal.done(MOST):
            if entry.about is not None:  # whoever undoes twice means the change before, not the undoing
                continue
            mine = (entry.request.user, entry.request.channel) == (user, channel)
            if (wanted in _names(entry) if wanted else mine) and self.stands(entry):
                return entry.id
        what = f"of “{name}”" if name else "of yours here"
        raise NotFound(f"There is no change {what} that could be taken back. {NOTHING}")


def _names(entry: Entry) -> set[str]:
    changes = Plan.model_validate(entry.plan).changes if entry.plan else ()
    if any(change.target.is_server for change in changes):
        return set(SERVER)
    return {fold(name) for change in changes for name in change.names}
