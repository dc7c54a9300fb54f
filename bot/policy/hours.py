"""Hours of the week on some zone's clocks, as a policy writes them: `Mon-Fri 08:00-18:00 Europe/Berlin`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

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
