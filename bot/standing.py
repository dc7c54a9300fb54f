"""What the card of a change says of its present state, whatever has been made of the change since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.confirmation import Confirmation
from bot.journal import Entry, State
from bot.journal.reading import Reader
from bot.message import Fact, Message, Offer


@dataclass(frozen=True, slots=True)
class Standing:
    """The card as it should stand now."""

    card: Message
    status: str


def root(journal: Reader, entry: Entry) -> Entry:
    """The change that it is all about: an undoing of an undoing is about the first."""
    while entry.about is not None:
        entry = journal.get(entry.about)
    return entry


def standing(journal: Reader, entry: Entry) -> Standing | None:
    """None where the change has no card."""
    said = Confirmation.model_validate(entry.outcome)
    if said.card is None:
        return None
    if entry.state is not State.DONE:
        return Standing(said.card, said.status)
    undone = _undone_by(journal, entry)
    offer = _undo(undone.id, "Do it again") if undone else _undo(entry.id, "Undo")
    card = replace(said.card, facts=(*said.card.facts, *_since(journal, entry)), offers=(offer,))
    return Standing(card, "taken back" if undone else said.status)


def _undone_by(journal: Reader, entry: Entry) -> Entry | None:
    """What took it back and stands: of an undoing that was undone nothing is left."""
    done = (one for one in journal.sequel(entry.id) if one.state is State.DONE)
    return next((one for one in done if _undone_by(journal, one) is None), None)


def _since(journal: Reader, entry: Entry, label: str = "Taken back") -> Iterator[Fact]:
    other = "Done again" if label == "Taken back" else "Taken back"
    for one in journal.sequel(entry.id):
        if one.state is State.DONE:
            yield Fact(label=label, value=f"change {one.id}, by", ids=(one.request.user,))
            yield from _since(journal, one, other)


def _undo(number: int, label: str) -> Offer:
    return Offer(label=label, line=f"undo change {number}")
