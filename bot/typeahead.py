"""What fits the first characters of a name, from memory: no picker waits for the PBX."""

import threading
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, Literal

from bot.changes import Person
from bot.desk import ring_group_label
from bot.names import fold
from bot.pbx.directory import Directory
from bot.pbx.models import Member, ParkGroup, RingGroup, User
from bot.policy import EVERYTHING, Reach

MOST = 50
"""Of the 100 options that Slack shows: twice as many long names would not fit a Socket Mode frame of 20,480 bytes."""
FEW = 2000
"""Names that are filed in a few milliseconds, while an options request waits for its ack."""
TESTS = 100_000
"""Names times patterns that are held against each other in as long."""
REACHES = 64
"""Files that are kept beside those of everything: one for all who may pick the same."""

Kind = Literal["group", "ring_group", "user"]
KINDS: tuple[Kind, ...] = ("group", "ring_group", "user")
Part = tuple[Kind, Reach]
"""What of a kind is within somebody's reach."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is picked, and how it is shown."""

    value: str
    label: str


class File:
    """Choices in the order of their labels, folded once: a search is one scan of one text."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        filed = sorted(((fold(one.label), one) for one in choices), key=lambda pair: pair[0])
        self._choices = [one for _, one in filed]
        self._text = "".join(f"\n{label}" for label, _ in filed)
        self._starts = list(accumulate((len(label) + 1 for label, _ in filed), initial=0))[:-1]

    def __len__(self) -> int:
        return len(self._choices)

    def fitting(self, text: str) -> Iterator[Choice]:
        """Those that begin with the text, then those that hold it elsewhere; by label."""
        wanted = fold(text)
        yield from map(self._choices.__getitem__, self._lines("\n" + wanted))
        if wanted:
            yield from (self._choices[line] for line in self._lines(wanted) if not self._begins(line, wanted))

    def _begins(self, line: int, wanted: str) -> bool:
        return self._text.startswith(wanted, self._starts[line] + 1)

    def _lines(self, wanted: str) -> Iterator[int]:
        """Each line that holds it, once."""
        found = self._text.find(wanted)
        while found >= 0:
            line = bisect_right(self._starts, found) - 1
            yield line
            if line + 1 == len(self._starts):
                return
            found = self._text.find(wanted, self._starts[line + 1])


class Typeahead:
    """Names by the thousand are filed by whoever can wait; an options request answers from what is filed."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._filed: dict[Part, tuple[int, File]] = {}
        self._keeping = threading.Lock()

    def choices(self, part: Part, text: str, *, but: Collection[str] = ()) -> list[Choice]:
        """By name, by number, by a part; at most MOST. `but`: the values to leave out."""
        found = (self._file(part, most=FEW) or EMPTY).fitting(text)
        return list(islice((one for one in found if one.value not in but), MOST))

    def label(self, kind: Kind, value: str) -> str:
        """Of the choice with this value, or of the only one that is called so; else the value itself."""
        fitting, wanted = (self._file((kind, EVERYTHING), most=FEW) or EMPTY).fitting(value), fold(value)
        labels = [one.label for one in fitting if one.value == value or _is_called(one, wanted)]
        return labels[0] if len(labels) == 1 else value

    def count(self, part: Part) -> int | None:
        """Of what there is to choose from; None as long as it is not filed."""
        file = self._file(part, most=FEW)
        return None if file is None else len(file)

    def file(self, *parts: Part) -> None:
        """Bring all that is remembered into order, and these parts of it; takes a second for 50,000 names."""
        with self._keeping:
            kept = [*self._filed]
        for part in dict.fromkeys([*((kind, EVERYTHING) for kind in KINDS), *kept, *parts]):
            self._file(part)

    def _file(self, part: Part, most: int | None = None) -> File | None:
        """What is filed; anew where that is out of date and of no more than `most` names, soon held against a reach."""
        kind, reach = part
        edition = self._directory.editions()[KINDS.index(kind)]
        filed = self._filed.get(part)
        if filed is not None and filed[0] == edition:
            return filed[1]
        shelf = SHELVES[kind]
        remembered = shelf.remembered(self._directory)
        if most is None or len(remembered) <= min(most, TESTS // len(reach)):
            within = remembered if reach == EVERYTHING else [one for one in remembered if reach.includes(one.name)]
            filed = edition, File(filter(None, map(shelf.choice, within)))
            self._keep(part, filed)
        return None if filed is None else filed[1]

    def _keep(self, part: Part, filed: tuple[int, File]) -> None:
        """What was filed longest ago goes first, when there is too much; what is for everybody stays."""
        with self._keeping:
            self._filed.pop(part, None)
            self._filed[part] = filed
            for old in [one for one in self._filed if one[1] != EVERYTHING][:-REACHES]:
                del self._filed[old]


def _is_called(one: Choice, wanted: str) -> bool:
    """By the label without the number that stands before or behind the name."""
    return fold(one.label) in (f"{fold(one.value)} {wanted}", f"{wanted} ({fold(one.value)})")


EMPTY = File(())


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the names of one kind are remembered, and what each is to choose; None where it has no number."""

    remembered: Callable[[Directory], list[Any]]
    choice: Callable[[Any], Choice | None]


def _group(group: ParkGroup) -> Choice:
    return Choice(group.name, group.name)


def _ring_group(one: RingGroup) -> Choice:
    return Choice(one.extension_number or one.name, ring_group_label(one))


def person(one: User | Member) -> Choice | None:
    """By number, with the name; None for whoever has no number."""
    found = Person.of(one)
    return Choice(found.number, str(found)) if found.number else None


def among(few: Iterable[Choice], text: str, *, but: Collection[str] = ()) -> list[Choice]:
    """Those of a few that fit."""
    return [one for one in islice(File(few).fitting(text), MOST) if one.value not in but]


SHELVES: dict[Kind, Shelf] = {
    "group": Shelf(Directory.remembered_groups, _group),
    "ring_group": Shelf(Directory.remembered_ring_groups, _ring_group),
    "user": Shelf(Directory.remembered_users, person),
}
