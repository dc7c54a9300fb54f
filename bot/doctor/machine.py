"""The machine that Park runs on."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok


def time_zones(_: Case) -> Iterator[Finding]:
    """People write times in their own zone, and hours in the policy have one."""
    try:
        ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    except (ZoneInfoNotFoundError, OSError) as fault:
        yield error(
            "time_zones.missing",
            f"there is no time zone data: {fault}. Times that people write would be read as UTC",
            "Install the package tzdata into Park's environment: pip install tzdata",
        )
    else:
        yield ok("time_zones", "time zone data is there")
