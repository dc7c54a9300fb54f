"""A change taken back: only what it moved itself, and nothing in silence that was moved since."""

from collections.abc import Iterator
from typing import Annotated

from bot.changes import Change
from bot.changes.back import Overtaken, taken_back
from bot.changes.diff import overtaken, people
from bot.desk import Desk
from bot.errors import NOTHING, NotPossible
from bot.fields import Noun
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.operations.create import refuse_taken
from bot.operations.of_a_change import OfAChange
from bot.plan import Plan
from bot.words import Words


def _read_anyway(words: Words) -> bool:
    if len(words) == 1 and words[0].means("anyway"):
        return True
    raise ValueError("After the number only “anyway” may follow.")


ANYWAY = Noun(placeholder="anyway", read=_read_anyway, say=lambda _: "anyway")


class Undo(OfAChange, ChangeOperation):
    """What the button under a change asks for."""

    title = "Undo a change"
    phrase = "undo change {number} [{anyway}]"
    also = ("end change {number} [now]",)
    help = (
        "Takes back what a change did, and nothing else. If that was changed again since, it shows what was, what the"
        " change made of it and what is there now, and asks."
    )
    examples = ("undo change 42",)
    button = "Undo"

    anyway: Annotated[bool, ANYWAY] | None = None

    @classmethod
    def times(cls) -> dict[str, Noun]:
        """None: what is taken back is taken back now, and stays so."""
        return {}

    def plan(self, desk: Desk) -> Plan:
        done = desk.past.done(self.number)
        changes = tuple(self._back(desk, change) for change in reversed(desk.past.whole(done)))
        return Plan(
            title=f"Taken back: {done.title}",
            wish=f"Take back change {self.number}, “{done.title}”",
            changes=changes,
            notes=tuple(note for change in changes for note in _notes(change)),
            already=(f"Change {self.number} is taken back already.",) if all(one.already for one in changes) else (),
            loses=tuple(f"the park group {one.target.title}" for one in changes if one.before and one.after is None),
            about=self.number,
        )

    def _back(self, desk: Desk, change: Change) -> Change:
        now = desk.now(change)
        try:
            back = taken_back(change, now, anyway=bool(self.anyway))
        except Overtaken as stop:
            raise self._overtaken(desk, stop) from stop
        if back.before is None and back.after is not None:
            refuse_taken(desk, back.target.title)
        self._refuse_unsaved(desk, back)
        return back

    def _refuse_unsaved(self, desk: Desk, back: Change) -> None:
        prompt = back.after.prompt if back.after else None
        if prompt is not None and not back.already and not desk.sounds.has(prompt):
            raise NotPossible(
                f"The prompt that was there before, {prompt}, was not saved, or is no longer. {NOTHING}",
                notes=("Whoever has its file can set it anew: server prompt.",),
            )

    def _overtaken(self, desk: Desk, stop: Overtaken) -> NotPossible:
        """The three states, and a button for whoever wants the first back whatever came since."""
        change, now = stop.change, stop.now
        title = change.target.title
        if now is None:
            return NotPossible(f"{title} is gone, so change {self.number} can't be taken back. {NOTHING}")
        seen = (f"{fact.label}: {fact.value}" for fact in overtaken(change, now, desk.ring_group_name))
        return NotPossible(
            f"{title} was changed again since change {self.number}. {NOTHING}",
            notes=tuple(seen),
            offers=self._anyway(change),
        )

    def _anyway(self, change: Change) -> tuple[Offer, ...]:
        if change.after is None:
            return ()
        line = Undo(number=self.number, anyway=True).text()
        return (Offer(label="Put back as before", line=f"preview {line}"),)


def _notes(change: Change) -> Iterator[str]:
    """What can't be had back as it was."""
    if change.before is None and change.after is not None:
        yield f"{change.target.title} is made anew: the PBX gives it another id."
    elif change.added and change.before and change.before.members:
        yield f"Put back last in {change.target.title}, where group parks hunt last: {people(change.added)}."
