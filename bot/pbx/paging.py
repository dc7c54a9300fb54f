"""Lists, a page at a time."""

from collections.abc import Callable, Iterator
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.pbx.models import Whole

PAGE = 100
"""The most that `top` may be."""


class Identified(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T")
I = TypeVar("I", bound=Identified)  # noqa: E741


def _blank_to_empty(value: object) -> object:
    return () if value in (None, "") else value


class Page(BaseModel, Generic[T]):
    """Some of the things, and how many there are in all, if the PBX says so."""

    model_config = ConfigDict(frozen=True)

    count: Whole = None
    items: Annotated[tuple[T, ...], BeforeValidator(_blank_to_empty)] = ()

    def last(self, skip: int = 0) -> bool:
        """Whether nothing can follow this page, which began at `skip`."""
        return not self.items or (self.count is not None and skip + len(self.items) >= self.count)


def every(page: "Callable[[int], Page[I]]") -> Iterator[I]:
    """All the things once, from as few pages as it takes; ends too where a PBX shows the same page again."""
    seen: set[str] = set()
    skip = 0
    while True:
        got = page(skip)
        fresh = {item.id: item for item in got.items if item.id not in seen}
        seen |= fresh.keys()
        yield from fresh.values()
        if got.last(skip) or not fresh:
            return
        skip += len(got.items)


def short(page: Callable[[int], Page[T]], first: Page[T]) -> bool:
    """Whether `first` is all there is; asks for the next page only where the PBX gives no count."""
    return first.last() or (first.count is None and not page(len(first.items)).items)
