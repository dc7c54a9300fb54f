"""The line again with something in it mended: what a button offers beside a refusal."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Literal, TypeVar

from bot.errors import Ambiguous, NotPossible
from bot.fields import Recall
from bot.fields.when.tail import hint
from bot.message import Offer
from bot.operation import Operation

T = TypeVar("T")

MOST = 5
"""Buttons for one question: Slack would show more, and nobody would read them."""


class Mending:
    """Of one operation."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def only(self, found: list[T], text: str, say: Callable[[T], str], label: Callable[[T], str]) -> T:
        """The one that was found for `text`; raise Ambiguous with a button for each."""
        if len(found) == 1:
            return found[0]
        first = found[:MOST]
        rest = f"{len(found) - MOST} more fit, too many for buttons: type more of it, or the number."
        raise Ambiguous(
            f"“{text}” fits {len(found)}. Which one? Nothing was changed yet.",
            offers=self.instead(text, list(map(say, first)), list(map(label, first))),
            notes=(rest,) if len(found) > MOST else (),
        )

    def instead(self, text: str, names: Sequence[str], labels: Sequence[str] | None = None) -> tuple[Offer, ...]:
        """The line with each of `names`, bare, in the place of `text`."""
        return tuple(
            self._offer(dict(self._replaced(text, name)), label=label)
            for name, label in zip(names, labels or names, strict=True)
        )

    def all_or_nothing(self, bad: Collection[str], reasons: tuple[str, ...], *offers: Offer) -> NotPossible:
        """Why it can't be done for the `bad` members, and a button that does it for the others."""
        rest = tuple(text for text in getattr(self.operation, "members", ()) if text not in bad)
        valid = (self._offer({"members": rest}, style="primary"),) if rest else ()
        return NotPossible("Not all of that can be done, so nothing was.", notes=reasons, offers=(*offers, *valid))

    def about_times(self, text: str) -> tuple[str, ...]:
        """What to type instead of a time, where a name that nobody has ends like one."""
        about = hint(text, may_end="ends" in self.operation.times()) if self.operation.times() else None
        return (about,) if about else ()

    def _replaced(self, text: str, name: str) -> Iterator[tuple[str, Any]]:
        for field, _, value in self.operation.said():
            if value == text:
                yield field, name
            elif isinstance(value, Recall) and value.ring_group == text:
                yield field, value.model_copy(update={"ring_group": name})
            elif isinstance(value, tuple) and text in value:
                yield field, tuple(name if one == text else one for one in value)

    def _offer(
        self, update: dict[str, Any], *, label: str = "", style: Literal["primary", "danger"] | None = None
    ) -> Offer:
        line = self.operation.model_copy(update=update).text()
        return Offer(label=f"{label}: {line}" if label not in line else line, line=line, style=style)
