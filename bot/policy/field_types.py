"""Slack ids, hours of the week, durations as the file writes them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from bot.messages.text import Word
from bot.times.model import Duration
from bot.times.parser import read_end


class Kind(NamedTuple):
    """One kind of id."""

    label: str
    key: str
    letters: str
    where: str


KINDS = (
    Kind("a channel", "channels", "CG", "in Slack: channel name > View channel details, at the bottom"),
    Kind("a user", "users", "UW", "in Slack: profile > the three dots > Copy member ID"),
    Kind("a user group", "user_groups", "S", "Slack's usergroups.list names them"),
)
CHANNEL, USER, USER_GROUP = KINDS
APPROVER = Kind("a user or a user group", "approvers", "UWS", USER.where)
_NO_USE = {
    "D": "a direct message, which no rule can name: leave channels out for those",
    "E": "an Enterprise organisation",
    "T": "a workspace",
    "B": "a bot: its user id begins with U",
    "A": "an app: its user id begins with U",
}


def _says(text: str, kind: Kind) -> bool:
    return re.fullmatch(f"[{kind.letters}][A-Z0-9]+", text) is not None


def is_user_group(text: str) -> bool:
    """Of an id."""
    return _says(text, USER_GROUP)


def _complaint(text: str, wanted: Kind) -> str:
    such = f"an id such as {wanted.letters[0]}0123ABCD ({wanted.where})"
    if (found := _NO_USE.get(text[:1])) and re.fullmatch("[A-Z][A-Z0-9]{8,}", text):
        return f'"{text}" is the id of {found}; here write {such}'
    for kind in KINDS:
        if _says(text, kind):
            return f'"{text}" is the id of {kind.label}, which belongs in {kind.key}; here write {such}'
    if inside := re.search(rf"\b[{wanted.letters}][A-Z0-9]{{7,}}\b", text):
        return f'"{text}" is more than an id: write "{inside[0]}"'
    return f'"{text}" is not the id of {wanted.label}; names change, ids do not: write {such}'


def _is_id_of(kind: Kind) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not _says(text, kind):
            raise ValueError(_complaint(text, kind))
        return text

    return check


def _schema(kind: Kind) -> FieldInfo:
    """For editors."""
    extra: JsonDict = {"pattern": f"^[{kind.letters}][A-Z0-9]+$"}
    info: FieldInfo = Field(json_schema_extra=extra)
    return info


ChannelId = Annotated[str, AfterValidator(_is_id_of(CHANNEL)), _schema(CHANNEL)]
UserId = Annotated[str, AfterValidator(_is_id_of(USER)), _schema(USER)]
UserGroupId = Annotated[str, AfterValidator(_is_id_of(USER_GROUP)), _schema(USER_GROUP)]
ApproverId = Annotated[str, AfterValidator(_is_id_of(APPROVER)), _schema(APPROVER)]


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = f"(?:{'|'.join(DAYS)})"
_DAYS = f"{_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
PATTERN = rf"^(?:(?P<days>{_DAYS}) )?(?P<opens>{_CLOCK})-(?P<closes>{_CLOCK}|24:00) (?P<zone>[A-Za-z0-9_+/-]+)$"
SCHEMA_PATTERN = re.sub(r"\?P<\w+>", "", PATTERN)
"""As ECMA 262 has it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` to `closes` on these weekdays, 0 to 6; past midnight where it closes at or before it opens."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo

    def hold(self, at: datetime) -> bool:
        """Whether the zone's clocks show one of these hours then."""
        local = at.astimezone(self.zone)
        clock, today = local.time(), local.weekday()
        if self.opens < self.closes:
            return today in self.days and self.opens <= clock < self.closes
        yesterday = (today - 1) % 7
        return (today in self.days and clock >= self.opens) or (yesterday in self.days and clock < self.closes)

    def bounds_after(self, at: datetime) -> Iterator[datetime]:
        """When they begin and end in the eight days to come, in UTC and in no order."""
        first = at.astimezone(self.zone).replace(tzinfo=None)
        for day in range(9):
            for clock in (self.opens, self.closes):
                local = datetime.combine(first.date() + timedelta(days=day), clock, self.zone)
                if (moment := local.astimezone(UTC)) > at:
                    yield moment


@lru_cache(maxsize=256)
def hours(text: str) -> Hours:
    """Raise ValueError with what to write instead."""
    found = re.fullmatch(PATTERN, text)
    if found is None:
        raise ValueError(f'"{text}" are no hours: write them as in "Mon-Fri 08:00-18:00 Europe/Berlin"')
    try:
        zone = ZoneInfo(found["zone"])
    except (ValueError, OSError, KeyError):
        raise ValueError(f'"{found["zone"]}" is no time zone: write one such as Europe/Berlin') from None
    closes = time(0) if found["closes"] == "24:00" else time.fromisoformat(found["closes"])
    return Hours(_days(found["days"]), time.fromisoformat(found["opens"]), closes, zone)


def _days(text: str | None) -> frozenset[int]:
    days = set[int]()
    for part in re.split(", ?", text or "Mon-Sun"):
        first, last = (DAYS.index(day) for day in (part[:3], part[-3:]))
        days |= {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
    return frozenset(days)


def _read_duration(value: object) -> object:
    """Raise ValueError: what else is raised pydantic takes for a fault of Park's own."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value} is no length of time: write it as in "10m" or "4h"')  # noqa: TRY004
    fault = f'"{value}" is no length of time: write it as in "10m", "4h" or "3 days", a year at most'
    try:
        end = read_end(tuple(map(Word, ("for", *value.split()))))
    except ValueError:
        raise ValueError(fault) from None
    if not isinstance(end.when, Duration):
        raise ValueError(fault)  # noqa: TRY004
    return end.when.elapsed


def _check_hours(text: str) -> str:
    hours(text)
    return text


DurationField = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    WithJsonSchema({"type": "string", "examples": ["10m", "4h", "3 days"]}),
]
HoursText = Annotated[str, AfterValidator(_check_hours), Field(json_schema_extra={"pattern": SCHEMA_PATTERN})]
