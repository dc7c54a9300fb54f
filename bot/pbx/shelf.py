"""Things of one kind, read from the PBX when somebody names one, and kept for a while."""

import threading
from collections.abc import Callable, Collection, Iterable
from typing import Generic, TypeVar

from bot.errors import Missing, Rejected
from bot.names import fold
from bot.pbx.call import Throttled
from bot.pbx.kind import Kind, Narrowing
from bot.pbx.memory import Memory
from bot.pbx.names import closest, fitting
from bot.pbx.paging import Identified, every, short

T = TypeVar("T", bound=Identified)

FEW = 2000
"""Things whose names are compared in a few milliseconds, while somebody waits for an ack."""


class Shelf(Generic[T]):
    """Up to 100 things cost one request a lifetime; among more, a name costs two or three, or every page if need be."""

    def __init__(self, kind: Kind[T], memory: Memory[T]) -> None:
        self._kind = kind
        self._memory = memory
        self._asking = threading.Lock()

    def named(self, text: str) -> list[T]:
        """All that fit; no request while memory is fresh."""
        if not text.strip():
            return []
        known = self._known(text)
        if known is not None:
            return known
        with self._asking:  # who comes second finds in memory what the first one asked for
            known = self._known(text)
            return self._ask(text) if known is None else known

    def anew(self, text: str) -> list[T]:
        """All that fit by the PBX's own search, whatever memory holds: a name that is missing there may be new."""
        with self._asking:
            return self._narrow(text) if text.strip() else []

    def by_id(self, thing_id: str, fetch: Callable[[str], T]) -> T | None:
        """From memory or by one request; None when the PBX has no such thing."""
        kept = self._memory.one(thing_id)
        if kept is not None:
            return kept
        since = self._memory.now()
        try:
            thing = fetch(thing_id)
        except Missing:
            return None
        self._memory.keep([thing], since)
        return thing

    def everything(self) -> list[T]:
        """The whole list, from memory while that is fresh."""
        whole = self._memory.whole()
        if whole is None:
            with self._asking:
                whole = self._memory.whole()
                return self._read_all() if whole is None else whole
        return whole

    def closest(self, text: str, limit: int) -> list[T]:
        """Of whatever was ever read."""
        return closest(text, self._memory.ever(), self._kind.labels, limit)

    def remembered(self) -> list[T]:
        """Whatever was ever read, fresh or not."""
        return self._memory.ever()

    @property
    def edition(self) -> int:
        """Another number whenever what is remembered is."""
        return self._memory.edition

    def missing(self, texts: Collection[str]) -> list[str] | None:
        """Those that nothing is called; None where the whole list isn't fresh, or too long to look through at once."""
        whole = self._memory.whole()
        if whole is None or len(whole) > FEW:
            return None
        called = {fold(label) for thing in whole for label in self._kind.labels(thing) if label}
        return [text for text in texts if fold(text) not in called]

    def note(self, thing: T) -> None:
        """Whoever changed it, but not what it is called, tells."""
        self._memory.note(thing)

    def forget(self) -> None:
        """Ask again next time; what is offered from memory stays."""
        self._memory.forget()

    def _known(self, text: str) -> list[T] | None:
        whole = self._memory.whole()
        if whole is not None:
            return self._fitting(text, whole)
        found = self._memory.found(text)
        if found is not None:
            return found
        return [thing for thing in self._memory.fresh() if text in self._kind.unique(thing)] or None

    def _ask(self, text: str) -> list[T]:
        if not self._memory.began():
            self._read_first()
            known = self._known(text)
            if known is not None:
                return known
        return self._narrow(text) or self._fitting(text, self._read_all())

    def _narrow(self, text: str) -> list[T]:
        """What one of the ways to narrow a list down finds."""
        tries = (self._narrowed(text, narrowing) for narrowing in self._kind.narrowings(text))
        return next(filter(None, tries), [])

    def _narrowed(self, text: str, narrowing: Narrowing) -> list[T]:
        """What fits; nothing where the PBX refuses to narrow, or ignores it and answers with more than a page."""
        since = self._memory.now()
        try:
            first = self._kind.pages(0, **narrowing)
            if not short(lambda skip: self._kind.pages(skip, **narrowing), first):
                return []
        except Throttled:
            raise
        except Rejected:
            return []
        found = self._fitting(text, first.items)
        self._memory.keep(first.items, since)
        self._memory.answer(text, found, since)
        return found

    def _read_first(self) -> None:
        since = self._memory.now()
        first = self._kind.pages(0)
        self._memory.keep(first.items, since, begins=True, whole=short(self._kind.pages, first))

    def _read_all(self) -> list[T]:
        since = self._memory.now()
        things = list(every(self._kind.pages))
        self._memory.keep(things, since, begins=True, whole=True)
        return things

    def _fitting(self, text: str, things: Iterable[T]) -> list[T]:
        return fitting(text, {thing.id: thing for thing in things}.values(), self._kind.labels)
