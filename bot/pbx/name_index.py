"""Lookup by name with few requests; name matching."""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from rapidfuzz import fuzz, process

from bot.errors import Missing, Rejected
from bot.messages.text import fold
from bot.pbx.cache import ObjectCache
from bot.pbx.client import PbxClient
from bot.pbx.models import ParkGroup, RingGroup, User
from bot.pbx.requests import Throttled
from bot.pbx.responses import Identified, Page, every, short

Thing = TypeVar("Thing")
Labels = tuple[str | None, ...]

CLOSE_ENOUGH = 60.0
"""Of rapidfuzz's 100: below it, a suggestion only puzzles."""


def fitting(text: str, things: Iterable[Thing], labels: Callable[[Thing], Labels]) -> list[Thing]:
    """All things called exactly `text`; else all that are but for case, width and spaces."""
    every = [(thing, [label for label in labels(thing) if label]) for thing in things]
    exact = [thing for thing, names in every if text in names]
    folded = fold(text)
    return exact or [thing for thing, names in every if folded in map(fold, names)]


def closest(text: str, things: Iterable[Thing], labels: Callable[[Thing], Labels], limit: int) -> list[Thing]:
    """The things whose names look most like `text`, best first."""
    every = list(things)
    named = [(fold(label), place) for place, thing in enumerate(every) for label in labels(thing) if label]
    found = process.extract(
        fold(text), [name for name, _ in named], scorer=fuzz.WRatio, limit=None, score_cutoff=CLOSE_ENOUGH
    )
    places = dict.fromkeys(named[index][1] for _, _, index in found)
    return [every[place] for place in places][:limit]


T = TypeVar("T", bound=Identified)
Narrowing = dict[str, str]


class Pages(Protocol[T]):
    """One page of a list, narrowed by `filter` or `search` if the PBX knows how to."""

    def __call__(self, skip: int = 0, **narrowed: str | None) -> "Page[T]": ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType(Generic[T]):
    """`unique` are the labels that no other thing of the kind has; `narrowings` begin with the most promising."""

    pages: Pages[T]
    labels: Callable[[T], Labels]
    unique: Callable[[T], Labels]
    narrowings: Callable[[str], list[Narrowing]]


def groups(pbx: PbxClient) -> ResourceType[ParkGroup]:
    """By name."""
    return ResourceType(
        pages=pbx.group_page,
        labels=lambda group: (group.name,),
        unique=lambda group: (group.name,),
        narrowings=lambda text: [_equal("name", text), {"search": text}],
    )


def ring_groups(pbx: PbxClient) -> ResourceType[RingGroup]:
    """By name or extension number."""
    return ResourceType(
        pages=pbx.ring_group_page,
        labels=lambda group: (group.name, group.extension_number),
        unique=lambda group: (group.extension_number,),
        narrowings=lambda text: [*_number(text), _equal("name", text), {"search": text}],
    )


def users(pbx: PbxClient) -> ResourceType[User]:
    """By extension number, display name, account name or e-mail."""
    return ResourceType(
        pages=pbx.user_page,
        labels=lambda user: (user.extension_number, user.display_name, user.name, user.email),
        unique=lambda user: (user.extension_number, user.name),
        narrowings=lambda text: [*_number(text), {"search": text}],
    )


def _number(text: str) -> list[Narrowing]:
    return [_equal("extension_number", text)] if text.isascii() and text.isdigit() else []


def _equal(field: str, text: str) -> Narrowing:
    """OData: a quote inside a literal is doubled."""
    literal = text.replace("'", "''")
    return {"filter": f"{field} eq '{literal}'"}


FEW = 2000
"""Things whose names are compared in a few milliseconds, while somebody waits for an ack."""


class NameIndex(Generic[T]):
    """Up to 100 things cost one request a lifetime; among more, a name costs two or three, or every page if need be."""

    def __init__(self, kind: ResourceType[T], memory: ObjectCache[T]) -> None:
        self._kind = kind
        self._memory = memory
        self._approval_flow = threading.Lock()

    def named(self, text: str) -> list[T]:
        """All that fit; no request while memory is fresh."""
        if not text.strip():
            return []
        known = self._known(text)
        if known is not None:
            return known
        with self._approval_flow:  # who comes second finds in memory what the first one asked for
            known = self._known(text)
            return self._ask(text) if known is None else known

    def anew(self, text: str) -> list[T]:
        """All that fit by the PBX's own search, whatever memory holds: a name that is missing there may be new."""
        with self._approval_flow:
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
            with self._approval_flow:
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
