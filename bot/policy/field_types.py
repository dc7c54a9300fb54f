"""Types of the policy file's fields: Slack ids, weekly hours and durations."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
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


class IdKind(NamedTuple):
    """A kind of Slack id: its name, the key it belongs in, its first letters and where to find it."""

    label: str
    key: str
    letters: str
    where: str


ID_KINDS = (
    IdKind("a channel", "channels", "CG", "in Slack: channel name > View channel details, at the bottom"),
    IdKind("a user", "users", "UW", "in Slack: profile > the three dots > Copy member ID"),
    IdKind("a user group", "user_groups", "S", "Slack's usergroups.list names them"),
)
CHANNEL, USER, USER_GROUP = ID_KINDS
APPROVER = IdKind("a user or a user group", "approvers", "UWS", USER.where)
_OTHER_IDS = {
    "D": "a direct message, which no rule can name: leave channels out for those",
    "E": "an Enterprise organisation",
    "T": "a workspace",
    "B": "a bot: its user id begins with U",
    "A": "an app: its user id begins with U",
}


def _is_id(text: str, kind: IdKind) -> bool:
    return re.fullmatch(f"[{kind.letters}][A-Z0-9]+", text) is not None


def is_user_group(text: str) -> bool:
    """Whether an id is that of a user group."""
    return _is_id(text, USER_GROUP)


def _wrong_id_message(text: str, wanted: IdKind) -> str:
    if len(parts := [part.strip() for part in text.split(",")]) > 1 and all(_is_id(part, wanted) for part in parts):
        return f'"{text}" is several IDs in one text: put each in its own quotes, as in {as_toml_list(parts)}'
    such = f"an id such as {wanted.letters[0]}0123ABCD ({wanted.where})"
    if (found := _OTHER_IDS.get(text[:1])) and re.fullmatch("[A-Z][A-Z0-9]{8,}", text):
        return f'"{text}" is the id of {found}; here write {such}'
    for kind in ID_KINDS:
        if _is_id(text, kind):
            return f'"{text}" is the id of {kind.label}, which belongs in {kind.key}; here write {such}'
    if inside := re.search(rf"\b[{wanted.letters}][A-Z0-9]{{7,}}\b", text):
        return f'"{text}" contains more than an ID: write "{inside[0]}"'
    return f'"{text}" is not the ID of {wanted.label}. Names can change, so use the ID: write {such}'


def as_toml_list(texts: Iterable[str]) -> str:
    """Formats texts as a list in the policy file."""
    return json.dumps(list(texts), ensure_ascii=False)


def _id_validator(kind: IdKind) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not _is_id(text, kind):
            raise ValueError(_wrong_id_message(text, kind))
        return text

    return check


def _schema(kind: IdKind) -> FieldInfo:
    """The field's pattern in the JSON Schema."""
    extra: JsonDict = {"pattern": f"^[{kind.letters}][A-Z0-9]+$"}
    info: FieldInfo = Field(json_schema_extra=extra)
    return info


ChannelId = Annotated[str, AfterValidator(_id_validator(CHANNEL)), _schema(CHANNEL)]
UserId = Annotated[str, AfterValidator(_id_validator(USER)), _schema(USER)]
UserGroupId = Annotated[str, AfterValidator(_id_validator(USER_GROUP)), _schema(USER_GROUP)]
ApproverId = Annotated[str, AfterValidator(_id_validator(APPROVER)), _schema(APPROVER)]


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = f"(?:{'|'.join(WEEKDAYS)})"
_DAYS = f"{_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
HOURS_PATTERN = rf"^(?:(?P<days>{_DAYS}) )?(?P<opens>{_CLOCK})-(?P<closes>{_CLOCK}|24:00) (?P<zone>[A-Za-z0-9_+/-]+)$"
HOURS_SCHEMA_PATTERN = re.sub(r"\?P<\w+>", "", HOURS_PATTERN)
"""The pattern in the syntax of ECMA 262, which JSON Schema uses."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours in a time zone; they end on the next day if `closes` is not after `opens`."""

    days: frozenset[int]
    """Weekdays from 0 for Monday to 6."""
    opens: time
    closes: time
    zone: ZoneInfo

    def contain(self, at: datetime) -> bool:
        """Whether a point in time lies within these hours."""
        local = at.astimezone(self.zone)
        clock, today = local.time(), local.weekday()
        if self.opens < self.closes:
            return today in self.days and self.opens <= clock < self.closes
        yesterday = (today - 1) % 7
        return (today in self.days and clock >= self.opens) or (yesterday in self.days and clock < self.closes)

    def boundaries_after(self, at: datetime) -> Iterator[datetime]:
        """Times at which these hours begin or end in the eight days after `at`, in UTC, unordered."""
        first = at.astimezone(self.zone).replace(tzinfo=None)
        for day in range(9):
            for clock in (self.opens, self.closes):
                local = datetime.combine(first.date() + timedelta(days=day), clock, self.zone)
                if (moment := local.astimezone(UTC)) > at:
                    yield moment


@lru_cache(maxsize=256)
def parse_hours(text: str) -> Hours:
    """Parses hours such as "Mon-Fri 08:00-18:00 Europe/Berlin".

    Raises:
        ValueError: the text is invalid; the message says what to write instead.
    """
    found = re.fullmatch(HOURS_PATTERN, text)
    if found is None:
        raise ValueError(f'"{text}" cannot be read as hours: write, for example, "Mon-Fri 08:00-18:00 Europe/Berlin"')
    try:
        zone = ZoneInfo(found["zone"])
    except (ValueError, OSError, KeyError):
        raise ValueError(f'"{found["zone"]}" is not a time zone: write, for example, Europe/Berlin') from None
    closes = time(0) if found["closes"] == "24:00" else time.fromisoformat(found["closes"])
    return Hours(_parse_days(found["days"]), time.fromisoformat(found["opens"]), closes, zone)


def _parse_days(text: str | None) -> frozenset[int]:
    days = set[int]()
    for part in re.split(", ?", text or "Mon-Sun"):
        first, last = (WEEKDAYS.index(day) for day in (part[:3], part[-3:]))
        days |= {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
    return frozenset(days)


def _read_duration(value: object) -> object:
    """Reads a duration; raises only ValueError, which pydantic reports as a mistake in the file."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value} is not a duration: write, for example, "10m" or "4h"')  # noqa: TRY004
    fault = f'"{value}" is not a duration: write, for example, "10m", "4h" or "3 days", a year at most'
    try:
        end = read_end(tuple(map(Word, ("for", *value.split()))))
    except ValueError:
        raise ValueError(fault) from None
    if not isinstance(end.when, Duration):
        raise ValueError(fault)  # noqa: TRY004
    return end.when.elapsed


def _check_hours(text: str) -> str:
    parse_hours(text)
    return text


DurationField = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    WithJsonSchema({"type": "string", "examples": ["10m", "4h", "3 days"]}),
]
HoursText = Annotated[str, AfterValidator(_check_hours), Field(json_schema_extra={"pattern": HOURS_SCHEMA_PATTERN})]
