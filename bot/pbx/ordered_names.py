"""The names of all cached objects of a type, in order: made once for as long as no name changes."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bot.messages.text import fold


class OrderedName(NamedTuple):
    """The name of an object, which sorts by its folded form."""

    folded: str
    name: str
    id: str


@dataclass(frozen=True)
class OrderedNames:
    """Names in the order of their folded forms."""

    version: int
    """Another one after an object came, went or was renamed."""
    names: Sequence[OrderedName]

    @classmethod
    def of(cls, version: int, names: Iterable[tuple[str, str]]) -> "OrderedNames":
        """Puts names in order, each given with the id of its object."""
        return cls(version, sorted(OrderedName(fold(name), name, id) for name, id in names))

    @cached_property
    def by_id(self) -> Mapping[str, str]:
        """The names by the ids of the objects."""
        return {one.id: one.name for one in self.names}

    def called(self, folded: str) -> Iterator[OrderedName]:
        """Yields the names with this folded form."""
        for index in range(bisect_left(self.names, (folded, "", "")), len(self.names)):
            if self.names[index].folded != folded:
                return
            yield self.names[index]
