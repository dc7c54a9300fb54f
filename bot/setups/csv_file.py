"""Tables of members as CSV: written safe for spreadsheets, and read as phone admins have them."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.changes.snapshot import Person
from bot.journal.history import escape_formulas
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.pbx.limits import is_extension
from bot.pbx.name_index import closest_names
from bot.setups.comparing import WantedGroup, WantedSetup
from bot.setups.matching import Matcher, NotMatched
from bot.setups.model import FileMember, FileMistakes, Mistake
from bot.setups.reading import PbxSetup
from bot.setups.resolving import Resolved
from bot.texts import setups as texts

COLUMNS = ("extension", "name", "group")
"""Header of the export."""
_EXTENSION = frozenset(
    ("extension", "extension number", "ext", "ext no", "number", "user", "member", "phone", "nebenstelle", "durchwahl")
)
_GROUP = frozenset(
    ("group", "group name", "park group", "call park group", "groupname", "pickup group", "gruppe", "parkgruppe")
)
"""What phone admins call the two columns."""
_SEPARATORS = ",;\t|"


def members_as_csv(setup: PbxSetup, *, visible: Callable[[str], bool] = lambda _: True) -> str:
    """Returns a line for each member of the groups that are `visible`, in order; with a byte order mark for Excel."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for target, snapshot in setup.groups:
        for one in snapshot.members or () if visible(target.title) else ():
            table.writerow([escape_formulas(cell) for cell in (one.number, one.name or "", target.title)])
    return f"\ufeff{text.getvalue()}"


class Row(NamedTuple):
    """A line of the file with what is in it."""

    line: int
    number: str
    group: str


@dataclass(frozen=True, slots=True)
class MemberTable:
    """A table that says in which group each of its people is to be; without a group it is none."""

    name: str
    rows: tuple[Row, ...]
    columns: tuple[str, str]
    """What the two columns are called in the file."""

    def resolve(self, now: PbxSetup, pbx: PbxClient) -> Resolved:
        """Finds everybody and every group; raises FileMistakes with each line that can't be done."""
        known = (person for _, snapshot in now.groups for person in snapshot.members or ())
        matcher, mistakes = Matcher(pbx, now.ring_groups, known), list[Mistake]()
        matcher.prepare(FileMember(row.number) for row in self.rows if is_extension(row.number))
        names = [target.title for target, _ in now.groups]
        groups = {fold(spelling(name)): name for spelling in (escape_formulas, str) for name in names}
        wanted, homes = defaultdict[str, list[Person]](list), dict[str, str]()
        for row in self.rows:
            try:
                person, group = _person(row, matcher), _group(row, groups)
            except NotMatched as error:
                mistakes.append(Mistake(row.line, str(error)))
                continue
            if homes.setdefault(person.number, group) != group:
                mistakes.append(Mistake(row.line, texts.two_lines(person.number)))
            elif group:
                wanted[group].append(person)
        if mistakes:
            raise FileMistakes(self.name, mistakes)
        setup = WantedSetup(
            groups=tuple(_joined(now, wanted, homes)),
            leaving=frozenset(number for number, group in homes.items() if not group),
        )
        return Resolved(setup, [texts.columns(*self.columns), texts.ONLY_LISTED])


def _person(row: Row, matcher: Matcher) -> Person:
    if not is_extension(row.number):
        raise NotMatched(texts.no_extension(row.number))
    return matcher.member(FileMember(row.number))


def _group(row: Row, groups: dict[str, str]) -> str:
    """Returns the name of the row's group, which a spreadsheet may have marked as text; empty for none."""
    found = groups.get(fold(row.group)) or groups.get(fold(row.group.removeprefix("'")))
    if row.group and found is None:
        similar = closest_names(row.group, groups.values(), 1)
        raise NotMatched(texts.no_group(row.group, similar[0] if similar else ""))
    return found or ""


def _joined(now: PbxSetup, wanted: Mapping[str, list[Person]], homes: Mapping[str, str]) -> Iterator[WantedGroup]:
    """Yields the groups that the file names: who is in one and not in the file stays there."""
    for target, snapshot in now.groups:
        name = target.title
        if people := wanted.get(name):
            stay = [one for one in snapshot.members or () if homes.get(one.number, name) == name]
            there = {one.number for one in stay}
            new = {one.number: one for one in people if one.number not in there}
            yield WantedGroup(target.title, members=(*stay, *new.values()))


def parse(name: str, text: str) -> MemberTable:
    """Reads a table with a column of extensions and one of groups, whatever they are called; raises FileMistakes."""
    rows = list(_cells(text))
    if not rows:
        raise FileMistakes(name, [Mistake(None, texts.EMPTY_TABLE)])
    header = [fold(cell).rstrip(".:").replace("_", " ").replace("-", " ") for cell in rows[0][1]]
    has_header = not any(is_extension(_number(cell)) for cell in rows[0][1])
    extension, group = _columns(header if has_header else [""] * len(header), rows[has_header:])
    if extension is None or group is None or extension == group:
        raise FileMistakes(name, [Mistake(rows[0][0], texts.NO_COLUMNS)])
    if not rows[has_header:]:
        raise FileMistakes(name, [Mistake(None, texts.EMPTY_TABLE)])
    if mistakes := list(_uneven(rows[has_header:], len(header), max(extension, group) + 1)):
        raise FileMistakes(name, mistakes)
    called = (rows[0][1][extension], rows[0][1][group]) if has_header else (f"{extension + 1}", f"{group + 1}")
    found = (
        Row(line, _number(_cell(cells, extension)), " ".join(_cell(cells, group).split()))
        for line, cells in rows[has_header:]
    )
    return MemberTable(name, tuple(row for row in found if row.number or row.group), called)


def _uneven(rows: Sequence[tuple[int, list[str]]], width: int, needed: int) -> Iterator[Mistake]:
    """Yields the lines that lack one of both columns, or have more than the first line: a comma in a name, perhaps."""
    for line, cells in rows:
        if len(cells) < needed:
            yield Mistake(line, texts.short_line(len(cells), width))
        elif any(cell.strip() for cell in cells[width:]):
            yield Mistake(line, texts.long_line(len(cells), width))


def _columns(header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> tuple[int | None, int | None]:
    """Returns the columns by their names or else by what is in them."""
    extension = next((at for at, title in enumerate(header) if title in _EXTENSION), None)
    group = next((at for at, title in enumerate(header) if title in _GROUP), None)
    numbers = Counter(at for _, cells in rows for at, cell in enumerate(cells) if is_extension(_number(cell)))
    if extension is None:
        extension = next((at for at, _ in numbers.most_common() if at != group), None)
    if group is None and len(header) == 2 and extension is not None:
        group = 1 - extension
    if group is None:
        group = next((at for at, title in enumerate(header) if "group" in title or "gruppe" in title), None)
    return extension, group


def _cell(cells: Sequence[str], at: int) -> str:
    return _plain(cells[at]) if at < len(cells) else ""


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the lines that are not empty, split at the separator that the file uses."""
    skipped = 0
    if (named := re.match(r"(?i)sep=(.)\r?\n", text)) is not None:
        text, skipped = text[named.end() :], 1
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = named[1] if named else max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", first).count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    line = skipped
    for cells in table:
        first_line, line = line + 1, table.line_num + skipped
        if any(cell.strip() for cell in cells):
            yield first_line, cells


def _plain(cell: str) -> str:
    """Returns a cell without what spreadsheets put around a text: `="1001"`, `'1001`."""
    cell = cell.strip().strip("\u200b\ufeff\u00a0").strip()
    if (formula := re.fullmatch(r'="([^"]*)"', cell)) is not None:
        cell = formula[1]
    return re.sub(r"^'(?=[=+\-@'\d\u2212\uff1d\uff0b\uff0d\uff20])", "", cell)


def _number(cell: str) -> str:
    """Returns an extension as digits, where a spreadsheet has written it as a number."""
    text = re.sub(r"[\s\u00a0]", "", _plain(cell))
    return re.sub(r"\.0+$", "", text)
