"""Typeahead and picker options."""

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, Literal

from bot.changes.snapshot import Person
from bot.errors import PBXError
from bot.messages.text import fold
from bot.operations.arguments.types import spellings
from bot.pbx.directory import Directory
from bot.pbx.models import Member, ParkGroup, RingGroup, User
from bot.planning.name_resolution import ring_group_label
from bot.policy.evaluation import EVERYTHING, Reach

MAX_OPTIONS = 50
"""Of the 100 options that Slack shows: twice as many long names would not fit a Socket Mode frame of 20,480 bytes."""
FEW = 2000
"""Names that are filed in a few milliseconds, while an options request waits for its ack."""
MAX_PATTERN_TESTS = 100_000
"""Names times patterns that are held against each other in as long."""
MAX_INDEXES = 64
"""Files that are kept beside those of everything: one for all who may pick the same."""

PickerKind = Literal["group", "ring_group", "user"]
KINDS: tuple[PickerKind, ...] = ("group", "ring_group", "user")
Part = tuple[PickerKind, Reach]
"""What of a kind is within somebody's reach."""


@dataclass(frozen=True, slots=True)
class PickerOption:
    """What is picked, and how it is shown."""

    value: str
    label: str


class SearchIndex:
    """Choices in the order of their labels, folded once: a search is one scan of one text."""

    def __init__(self, choices: Iterable[PickerOption]) -> None:
        entries = sorted(((fold(one.label), one) for one in choices), key=lambda pair: pair[0])
        self._choices = [one for _, one in entries]
        self._text = "".join(f"\n{label}" for label, _ in entries)
        self._starts = list(accumulate((len(label) + 1 for label, _ in entries), initial=0))[:-1]

    def __len__(self) -> int:
        return len(self._choices)

    def fitting(self, text: str) -> Iterator[PickerOption]:
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
        self._indexes: dict[Part, tuple[int, SearchIndex]] = {}
        self._lock = threading.Lock()

    def choices(self, part: Part, text: str, *, exclude: Collection[str] = ()) -> list[PickerOption]:
        """By name, by number, by a part; at most MOST. `but`: the values to leave out."""
        found = (self._index(part, most=FEW) or EMPTY).fitting(text)
        return list(islice((one for one in found if one.value not in exclude), MAX_OPTIONS))

    def label(self, kind: PickerKind, value: str) -> str:
        """Of the choice with this value, or of the only one that is called so; else the value itself."""
        fitting, wanted = (self._index((kind, EVERYTHING), most=FEW) or EMPTY).fitting(value), fold(value)
        labels = [one.label for one in fitting if one.value == value or _is_called(one, wanted)]
        return labels[0] if len(labels) == 1 else value

    def count(self, part: Part) -> int | None:
        """Of what there is to choose from; None as long as it is not filed."""
        file = self._index(part, most=FEW)
        return None if file is None else len(file)

    def file(self, *parts: Part) -> None:
        """Bring all that is remembered into order, and these parts of it; takes a second for 50,000 names."""
        with self._lock:
            kept = [*self._indexes]
        for part in dict.fromkeys([*((kind, EVERYTHING) for kind in KINDS), *kept, *parts]):
            self._index(part)

    def _index(self, part: Part, most: int | None = None) -> SearchIndex | None:
        """What is filed; anew where that is out of date and of no more than `most` names, soon held against a reach."""
        kind, reach = part
        edition = self._directory.editions()[KINDS.index(kind)]
        cached = self._indexes.get(part)
        if cached is not None and cached[0] == edition:
            return cached[1]
        source = OPTION_SOURCES[kind]
        remembered = source.remembered(self._directory)
        if most is None or len(remembered) <= min(most, MAX_PATTERN_TESTS // len(reach)):
            within = remembered if reach == EVERYTHING else [one for one in remembered if reach.includes(one.name)]
            cached = edition, SearchIndex(filter(None, map(source.choice, within)))
            self._store(part, cached)
        return None if cached is None else cached[1]

    def _store(self, part: Part, cached: tuple[int, SearchIndex]) -> None:
        """What was filed longest ago goes first, when there is too much; what is for everybody stays."""
        with self._lock:
            self._indexes.pop(part, None)
            self._indexes[part] = cached
            for old in [one for one in self._indexes if one[1] != EVERYTHING][:-MAX_INDEXES]:
                del self._indexes[old]


def _is_called(one: PickerOption, wanted: str) -> bool:
    """By the label without the number that stands before or behind the name."""
    return fold(one.label) in (f"{fold(one.value)} {wanted}", f"{wanted} ({fold(one.value)})")


EMPTY = SearchIndex(())


@dataclass(frozen=True, slots=True)
class OptionSource:
    """Where the names of one kind are remembered, and what each is to choose; None where it has no number."""

    remembered: Callable[[Directory], list[Any]]
    choice: Callable[[Any], PickerOption | None]


def _group_option(group: ParkGroup) -> PickerOption:
    return PickerOption(group.name, group.name)


def _ring_group_option(one: RingGroup) -> PickerOption:
    return PickerOption(one.extension_number or one.name, ring_group_label(one))


def user_option(one: User | Member) -> PickerOption | None:
    """By number, with the name; None for whoever has no number."""
    found = Person.of(one)
    return PickerOption(found.number, str(found)) if found.number else None


def filter_options(few: Iterable[PickerOption], text: str, *, exclude: Collection[str] = ()) -> list[PickerOption]:
    """Those of a few that fit."""
    return [one for one in islice(SearchIndex(few).fitting(text), MAX_OPTIONS) if one.value not in exclude]


OPTION_SOURCES: dict[PickerKind, OptionSource] = {
    "group": OptionSource(Directory.remembered_groups, _group_option),
    "ring_group": OptionSource(Directory.remembered_ring_groups, _ring_group_option),
    "user": OptionSource(Directory.remembered_users, user_option),
}


READING = "The names are still being read from the PBX: type again"
PBX_UNAVAILABLE = "The PBX does not answer just now: type again in a minute"
NONE = "There is none here that the policy lets you choose"
log = logging.getLogger(__name__)


class PickerOptions:
    """Only `warm` and `look` wait for the PBX."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._typeahead = Typeahead(directory)
        self._warming = threading.Lock()
        self._pbx_unavailable = False
        self._ids: dict[str, str] = {}  # of groups that were looked at, by folded name
        self._loading: set[str] = set()

    def choices(self, part: Part, text: str, *, leaves: str = "", joins: str = "") -> list[PickerOption]:
        """Those that fit. `leaves`: only members of that group; `joins`: all but members of that one; if known."""
        members, exclude = self._members(leaves), {one.value for one in self._members(joins) or ()}
        if members is None:
            return self._typeahead.choices(part, text, exclude=exclude)
        return filter_options(members, text, exclude=exclude)

    def label(self, kind: PickerKind, value: str) -> str:
        """What the typeahead shows for it; the value itself where that is not known."""
        return self._typeahead.label(kind, value)

    def silence(self, part: Part) -> str:
        """Why there is nothing to choose from at all; nothing to say where there is."""
        kind, _ = part
        if not self._typeahead.count((kind, EVERYTHING)):
            return PBX_UNAVAILABLE if self._pbx_unavailable else READING
        count = self._typeahead.count(part)
        return READING if count is None else NONE if count == 0 else ""

    def missing(self, kind: PickerKind, texts: Collection[str]) -> Sequence[str]:
        """Those that surely name nothing: the list is fresh."""
        return self._directory.missing(kind, texts) or ()

    def exists(self, kind: PickerKind, text: str) -> bool:
        """Whether something surely has that name."""
        return self._directory.missing(kind, [text]) == []

    def outdated(self, group: str) -> bool:
        """Whether its members are not known, or for too long."""
        id = self._ids.get(fold(group))
        return id is None or self._directory.member_count(id) is None

    def warm(self, *parts: Part) -> None:
        """Fill the memory that typeahead answers from; one at a time, the others go on with what there is."""
        if self._warming.acquire(blocking=False):
            try:
                self._directory.warm()
                self._pbx_unavailable = False
            except PBXError as fault:
                self._pbx_unavailable = True
                log.warning("names could not be read for typeahead: %s", fault)
            finally:
                self._typeahead.file(*parts)
                self._warming.release()

    def look(self, group: str) -> None:
        """Read a group's members, where they are outdated, for the pickers that go by them; one at a time of each."""
        if group in self._loading or not self.outdated(group):
            return
        self._loading.add(group)
        try:
            self._load_members(group)
        except PBXError as fault:
            log.warning("a group's members could not be read for typeahead: %s", fault)
        finally:
            self._loading.discard(group)

    def _load_members(self, group: str) -> None:
        """A name that fits none, or several, is for the form to complain of."""
        fitting = (self._directory.group(spelling) for spelling in spellings(group))
        found = next(filter(None, fitting), [])
        if len(found) == 1:
            self._ids[fold(group)] = found[0].id
            self._directory.read_members(found[0].id)

    def _members(self, group: str) -> list[PickerOption] | None:
        id = self._ids.get(fold(group))
        listed = self._directory.remembered_members(id) if id else None
        return None if listed is None else [member for one in listed if (member := user_option(one))]
