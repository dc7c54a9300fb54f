"""Options of typeahead pickers, from cached names and within what the policy allows."""

import logging
import threading
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice

from bot.errors import PBXError
from bot.messages.text import fold
from bot.operations.arguments.types import spellings
from bot.pbx.directory import Directory
from bot.planning.picker_sources import KINDS, OPTION_SOURCES, NameKind, PickerKind, PickerOption, user_option
from bot.policy.evaluation import ALL_NAMES, VisibleNames
from bot.texts import forms
from bot.texts.languages import language

MAX_OPTIONS = 50
"""Options in one answer. Slack shows 100; with long names more than 50 exceed a 20,480-byte frame."""
MAX_INLINE_NAMES = 2000
"""Names that are indexed while an options request waits: a few milliseconds."""
MAX_PATTERN_TESTS = 100_000
"""Names times policy patterns that are tested in the same time."""
MAX_INDEXES = 64
"""Indexes kept for restricted scopes, besides one for all names of each kind."""

PickerScope = tuple[PickerKind, VisibleNames]
"""A kind of name, and the names of that kind within the requester's reach."""
_IndexKey = tuple[PickerScope, str]
"""A scope, and the language of its labels."""


class SearchIndex:
    """Options sorted by label, with all labels folded into one text that a search scans."""

    def __init__(self, choices: Iterable[PickerOption]) -> None:
        entries = sorted(((fold(one.label), one) for one in choices), key=lambda pair: (pair[1].rank, pair[0]))
        self._choices = [one for _, one in entries]
        self._text = "".join(f"\n{label}" for label, _ in entries)
        self._starts = list(accumulate((len(label) + 1 for label, _ in entries), initial=0))[:-1]

    def __len__(self) -> int:
        return len(self._choices)

    def fitting(self, text: str) -> Iterator[PickerOption]:
        """Options whose label starts with the text, then those that contain it elsewhere."""
        wanted = fold(text)
        yield from map(self._choices.__getitem__, self._lines("\n" + wanted))
        if wanted:
            yield from (self._choices[line] for line in self._lines(wanted) if not self._begins(line, wanted))

    def _begins(self, line: int, wanted: str) -> bool:
        return self._text.startswith(wanted, self._starts[line] + 1)

    def _lines(self, wanted: str) -> Iterator[int]:
        """Each line that contains the text, once."""
        found = self._text.find(wanted)
        while found >= 0:
            line = bisect_right(self._starts, found) - 1
            yield line
            if line + 1 == len(self._starts):
                return
            found = self._text.find(wanted, self._starts[line + 1])


class Typeahead:
    """Searches in indexes of cached names.

    Large indexes are built by `file` in the background; an options request uses the index that exists.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._indexes: dict[_IndexKey, tuple[int, SearchIndex]] = {}
        self._lock = threading.Lock()

    def choices(self, part: PickerScope, text: str, *, exclude: Collection[str] = ()) -> list[PickerOption]:
        """At most MAX_OPTIONS options that match a name, a number or a part of either.

        Args:
            exclude: values to leave out.
        """
        found = (self._index(part, most=MAX_INLINE_NAMES) or EMPTY).fitting(text)
        return list(islice((one for one in found if one.value not in exclude), MAX_OPTIONS))

    def label(self, kind: PickerKind, value: str) -> str:
        """Label of the option with this value or name, if there is exactly one; else the value."""
        fitting, wanted = (self._index((kind, ALL_NAMES), most=MAX_INLINE_NAMES) or EMPTY).fitting(value), fold(value)
        labels = [one.label for one in fitting if one.value == value or _is_called(one, wanted)]
        return labels[0] if len(labels) == 1 else value

    def count(self, part: PickerScope) -> int | None:
        """Number of options besides those that are always there; None while they are not indexed."""
        index = self._index(part, most=MAX_INLINE_NAMES)
        return None if index is None else len(index) - len(OPTION_SOURCES[part[0]].fixed())

    def file(self, *parts: PickerScope) -> None:
        """Updates the indexes of all kinds, of scopes in use and of `parts`; about 1 s for 50,000 names."""
        with self._lock:
            kept = [*self._indexes]
        for part in dict.fromkeys([*((kind, ALL_NAMES) for kind in KINDS), *(part for part, _ in kept), *parts]):
            self._index(part)

    def _index(self, part: PickerScope, most: int | None = None) -> SearchIndex | None:
        """The index of a scope, rebuilt if it is outdated and has at most `most` names.

        Returns:
            The outdated index where it is too large to rebuild; None where there is none.
        """
        kind, reach = part
        source, key = OPTION_SOURCES[kind], (part, language())
        edition = self._directory.cache_versions()[KINDS.index(source.names)]
        cached = self._indexes.get(key)
        if cached is not None and cached[0] == edition:
            return cached[1]
        remembered = source.remembered(self._directory)
        if most is None or len(remembered) <= min(most, MAX_PATTERN_TESTS // len(reach)):
            within = remembered if reach == ALL_NAMES else [one for one in remembered if reach.includes(one.name)]
            cached = (
                edition,
                SearchIndex((*source.fixed(), *(option for one in within for option in source.options(one)))),
            )
            self._store(key, cached)
        return None if cached is None else cached[1]

    def _store(self, key: _IndexKey, cached: tuple[int, SearchIndex]) -> None:
        """Stores an index and drops the oldest restricted ones above MAX_INDEXES."""
        with self._lock:
            self._indexes.pop(key, None)
            self._indexes[key] = cached
            for old in [one for one in self._indexes if one[0][1] != ALL_NAMES][:-MAX_INDEXES]:
                del self._indexes[old]


def _is_called(one: PickerOption, wanted: str) -> bool:
    """Whether the label without the number before or after the name is the wanted text."""
    return fold(one.label) in (f"{fold(one.value)} {wanted}", f"{wanted} ({fold(one.value)})")


EMPTY = SearchIndex(())


def filter_options(few: Iterable[PickerOption], text: str, *, exclude: Collection[str] = ()) -> list[PickerOption]:
    """The options of a short list that match."""
    return [one for one in islice(SearchIndex(few).fitting(text), MAX_OPTIONS) if one.value not in exclude]


log = logging.getLogger(__name__)


class PickerOptions:
    """Options for the pickers in forms. Only `warm` and `look` wait for the PBX."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._typeahead = Typeahead(directory)
        self._warming = threading.Lock()
        self._pbx_unavailable = False
        self._ids: dict[str, str] = {}  # of groups whose members were read, by folded name
        self._loading: set[str] = set()

    def choices(self, part: PickerScope, text: str, *, leaves: str = "", joins: str = "") -> list[PickerOption]:
        """Options that match.

        Args:
            leaves: only members of this group.
            joins: no members of this group. Both are ignored while the members are not cached.
        """
        members, exclude = self._members(leaves), {one.value for one in self._members(joins) or ()}
        if members is None:
            return self._typeahead.choices(part, text, exclude=exclude)
        return filter_options(members, text, exclude=exclude)

    def label(self, kind: PickerKind, value: str) -> str:
        """The option's label; the value itself if it is not cached."""
        return self._typeahead.label(kind, value)

    def empty_reason(self, part: PickerScope) -> str:
        """Why there is no option at all; empty if there are options."""
        kind, _ = part
        if not self._typeahead.count((kind, ALL_NAMES)):
            return forms.PBX_AWAY if self._pbx_unavailable else forms.NAMES_LOADING
        count = self._typeahead.count(part)
        return forms.NAMES_LOADING if count is None else forms.NOTHING_ALLOWED if count == 0 else ""

    def missing(self, kind: NameKind, texts: Collection[str]) -> Sequence[str]:
        """The texts that certainly name nothing, by a fresh list."""
        return self._directory.missing(kind, texts) or ()

    def exists(self, kind: NameKind, text: str) -> bool:
        """Whether something certainly has that name."""
        return self._directory.missing(kind, [text]) == []

    def members_outdated(self, group: str) -> bool:
        """Whether the group's members are not cached, or for too long."""
        id = self._ids.get(fold(group))
        return id is None or self._directory.member_count(id) is None

    def warm(self, *parts: PickerScope) -> None:
        """Reads all names and indexes them; returns at once if another thread is doing so."""
        if self._warming.acquire(blocking=False):
            try:
                self._directory.load_all()
                self._pbx_unavailable = False
            except PBXError as fault:
                self._pbx_unavailable = True
                log.warning("names could not be read for typeahead: %s", fault)
            finally:
                self._typeahead.file(*parts)
                self._warming.release()

    def look(self, group: str) -> None:
        """Reads a group's members if they are outdated; one thread at a time for each group."""
        if group in self._loading or not self.members_outdated(group):
            return
        self._loading.add(group)
        try:
            self._load_members(group)
        except PBXError as fault:
            log.warning("a group's members could not be read for typeahead: %s", fault)
        finally:
            self._loading.discard(group)

    def _load_members(self, group: str) -> None:
        """An unknown or ambiguous name is left to the form's validation."""
        fitting = (self._directory.group(spelling) for spelling in spellings(group))
        found = next(filter(None, fitting), [])
        if len(found) == 1:
            self._ids[fold(group)] = found[0].id
            self._directory.refresh_members(found[0].id)

    def _members(self, group: str) -> list[PickerOption] | None:
        id = self._ids.get(fold(group))
        listed = self._directory.cached_members(id) if id else None
        return None if listed is None else [member for one in listed if (member := user_option(one))]
