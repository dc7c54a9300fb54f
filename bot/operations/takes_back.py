"""What taking something back has in common, be it a change of Park's or one made outside it."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, Self

from bot.changes import Change
from bot.changes.back import Overtaken, taken_back
from bot.changes.diff import overtaken, people
from bot.desk import Desk
from bot.errors import NOTHING, NotPossible
from bot.fields import Noun
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.operations.create import refuse_taken
from bot.words import Words


def _read_anyway(words: Words) -> bool:
    if len(words) == 1 and words[0].means("anyway"):
        return True
    raise ValueError("After the number only “anyway” may follow.")


ANYWAY = Noun(placeholder="anyway", read=_read_anyway, say=lambda _: "anyway")


class TakesBack(ChangeOperation):
    """Only what was moved then, and nothing in silence that was moved since."""

    anyway: Annotated[bool, ANYWAY] | None = None

    @classmethod
    def times(cls) -> dict[str, Noun]:
        """None: what is taken back is taken back now, and stays so."""
        return {}

    @property
    @abstractmethod
    def what(self) -> str:
        """What is taken back, in words."""

    @abstractmethod
    def in_any_case(self) -> Self:
        """The same, whatever came since."""

    def back(self, desk: Desk, change: Change) -> Change:
        """Its way back from what is there now; raise NotPossible with the three states where others moved it since."""
        now = desk.now(change)
        try:
            back = taken_back(change, now, anyway=bool(self.anyway))
        except Overtaken as stop:
            raise self._overtaken(desk, stop) from stop
        if back.before is None and back.after is not None:
            refuse_taken(desk, back.target.title)
        _refuse_unsaved(desk, back)
        return back

    def _overtaken(self, desk: Desk, stop: Overtaken) -> NotPossible:
        """With a button for whoever wants the first state back whatever came since."""
        change, now = stop.change, stop.now
        title = change.target.title
        if now is None:
            return NotPossible(f"{title} is gone, so {self.what} can't be taken back. {NOTHING}")
        seen = (f"{fact.label}: {fact.value}" for fact in overtaken(change, now, desk.ring_group_name))
        return NotPossible(
            f"{title} was changed again since {self.what}. {NOTHING}",
            notes=tuple(seen),
            offers=self._anyway(change),
        )

    def _anyway(self, change: Change) -> tuple[Offer, ...]:
        if change.after is None:
            return ()
        return (Offer(label="Put back as before", line=f"preview {self.in_any_case().text()}"),)


def _refuse_unsaved(desk: Desk, back: Change) -> None:
    prompt = back.after.prompt if back.after else None
    if prompt is not None and not back.already and not desk.sounds.has(prompt):
        raise NotPossible(
            f"The prompt that was there before, {prompt}, was not saved, or is no longer. {NOTHING}",
            notes=("Whoever has its file can set it anew: server prompt.",),
        )


def notes(change: Change) -> Iterator[str]:
    """What can't be had back as it was."""
    if change.before is None and change.after is not None:
        yield f"{change.target.title} is made anew: the PBX gives it another id."
    elif change.added and change.before and change.before.members:
        yield f"Put back last in {change.target.title}, where group parks hunt last: {people(change.added)}."


def losses(change: Change) -> Iterator[str]:
    """What goes with it."""
    if change.before and change.after is None:
        yield f"the park group {change.target.title}"
