"""What was read from the PBX, and when."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.pbx.paging import Identified

T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class Since:
    """A moment at which a reading began, and how often all was forgotten before it."""

    at: float
    forgotten: int


class Memory(Generic[T]):
    """Fresh for `lifetime` seconds of `clock`. A reading that began before forget() is not kept. Any thread may ask."""

    def __init__(self, lifetime: float, clock: Callable[[], float]) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._things: dict[str, tuple[T, Since]] = {}
        self._answers: dict[str, tuple[list[T], Since]] = {}
        self._began: Since | None = None
        self._whole: Since | None = None
        self._forgotten = 0
        self.edition = 0
        """Another number whenever what it holds is."""

    def now(self) -> Since:
        """To be taken before asking the PBX."""
        with self._lock:
            return Since(self._clock(), self._forgotten)

    def forget(self) -> None:
        """Nothing is fresh any more."""
        with self._lock:
            self._forgotten += 1
            self._answers.clear()

    def keep(self, things: Iterable[T], since: Since, *, begins: bool = False, whole: bool = False) -> None:
        """`begins`: they begin the list; `whole`: they are all of it, and what isn't among them is gone.

        Of a thing that was read twice at once, what was asked for last counts.
        """
        with self._lock:
            if since.forgotten != self._forgotten:
                return
            read = {thing.id: (thing, since) for thing in things}
            later = {id: kept for id in read if (kept := self._things.get(id)) and kept[1].at > since.at}
            self._things = {**({} if whole else self._things), **read, **later}
            self.edition += 1
            self._began = since if begins else self._began
            self._whole = since if whole else self._whole

    def note(self, thing: T) -> None:
        """It is like that now, and is called what it was called before."""
        with self._lock:
            self._things = {**self._things, thing.id: (thing, Since(self._clock(), self._forgotten))}
            self._answers = {
                text: (found, since)
                for text, (found, since) in self._answers.items()
                if thing.id not in {one.id for one in found}
            }
            self.edition += 1

    def answer(self, text: str, found: list[T], since: Since) -> None:
        """All that fit `text`."""
        with self._lock:
            self._answers = {key: kept for key, kept in self._answers.items() if self._fresh(kept[1])}
            self._answers[text] = (found, since)

    def one(self, thing_id: str) -> T | None:
        """A thing that is fresh."""
        with self._lock:
            thing, since = self._things.get(thing_id, (None, None))
            return thing if self._fresh(since) else None

    def fresh(self) -> list[T]:
        """The things that are."""
        with self._lock:
            return [thing for thing, since in self._things.values() if self._fresh(since)]

    def whole(self) -> list[T] | None:
        """All there are, if that is known."""
        with self._lock:
            return [thing for thing, _ in self._things.values()] if self._fresh(self._whole) else None

    def began(self) -> bool:
        """Whether the beginning of the list is fresh."""
        with self._lock:
            return self._fresh(self._began)

    def found(self, text: str) -> list[T] | None:
        """All that fit `text`, if that was asked lately."""
        with self._lock:
            found, since = self._answers.get(text, (None, None))
            return found if self._fresh(since) else None

    def ever(self) -> list[T]:
        """All that was ever read and is not known to be gone."""
        with self._lock:
            return [thing for thing, _ in self._things.values()]

    def _fresh(self, since: Since | None) -> bool:
        return since is not None and since.forgotten == self._forgotten and self._clock() - since.at < self._lifetime
