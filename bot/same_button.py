"""One button that several people see: what it asks for is done once."""

from bot.errors import NotPossible
from bot.journal import Entry, State
from bot.journal.reading import Reader
from bot.message import Fact, Message

STANDS = (State.DONE, State.SCHEDULED, State.UNSETTLED)


def refuse_what_another_did(journal: Reader, entry: Entry) -> None:
    """Of several people's clicks the first counts that was not refused; their footprints are one, so it has ended.

    Raise NotPossible.
    """
    for other in journal.others(entry):
        if other.state in STANDS:
            refused = NotPossible(f"The same button was used before: change {other.id}. Nothing more was changed.")
            by = Fact(label="By", value="", ids=(other.request.user,))
            refused.message = Message(title=str(refused), facts=(by,))
            raise refused
