"""Time zones that are said with a time of day: `EST`, `UTC`, `UTC+05:30`, `Europe/Berlin`."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.texts import times

ABBREVIATIONS = {
    **dict.fromkeys(("EST", "EDT", "ET"), "America/New_York"),
    **dict.fromkeys(("CDT", "CT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT", "MT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT", "PT"), "America/Los_Angeles"),
    **dict.fromkeys(("CET", "CEST"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
    "JST": "Asia/Tokyo",
    "GMT": "UTC",
    "UTC": "UTC",
}
"""Zone of each abbreviation that has one meaning."""
_OFFSETS = {"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "EET": 2}
_OFFSETS |= {"EEST": 3, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
_SEVERAL = {"CST", "IST", "BST", "AST", "SST", "GST", "PKT", "AMT", "ECT"}
_OFFSET = re.compile(r"utc([+-])(\d\d):(\d\d)")


def read_zone(text: str) -> str | None:
    """Reads a normalized zone: an abbreviation, an IANA name or an offset; returns None if the text is none.

    Raises:
        ValueError: the abbreviation means several zones.
    """
    if text.upper() in ABBREVIATIONS:
        return text.upper()
    if text.upper() in _SEVERAL:
        raise ValueError(times.ambiguous_zone(text.upper()))
    if (offset := _OFFSET.fullmatch(text)) and int(offset[2]) <= 14 and int(offset[3]) < 60:
        return text.upper()
    return _iana_names().get(text) if "/" in text else None


def zones_of(zone: str) -> tuple[ZoneInfo | timezone, ...]:
    """The zones that a time may be meant in: an abbreviation of winter or summer time may be said all the year."""
    if offset := _OFFSET.fullmatch(zone.lower()):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return (timezone(-ahead if offset[1] == "-" else ahead),)
    fixed = (timezone(timedelta(hours=_OFFSETS[zone]), zone),) if zone in _OFFSETS else ()
    return (ZoneInfo(ABBREVIATIONS.get(zone, zone)), *fixed)


def is_shown(wall: datetime, zone: tzinfo) -> bool:
    """Returns whether the zone's clocks show a local time: not where they are put forward past it."""
    there = wall.replace(tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)


def is_shown_twice(wall: datetime, zone: tzinfo) -> bool:
    """Returns whether the zone's clocks show a local time twice, as they do where they are put back."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.utcoffset() != second.utcoffset() and is_shown(wall, zone)


@cache
def _iana_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}
