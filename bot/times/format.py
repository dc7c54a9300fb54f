"""Formats times and durations as text."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous

from bot.times.model import MONTHS, WEEKDAYS, Day, Duration, End, OnDate, OnNumbers, OnWeekday, Start, WallClock

MINUTE, HOUR, DAY = 60, 3600, 86_400


def format_seconds(seconds: int) -> str:
    """Formats seconds: 90 as 1m30s, 300 as 5m."""
    minutes, rest = divmod(seconds, MINUTE)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest or not minutes else "")


def format_time(value: Start | End) -> str:
    """Formats a time value so that it parses as the same value, as in `until tomorrow 08:00`."""
    ends = isinstance(value, End)
    if isinstance(value.when, Duration):
        return f"{'for' if ends else 'in'} {format_duration(value.when.elapsed)}"
    if ends and value.when.clock is None and value.when.day in ("today", "tonight"):
        return f"for {value.when.day}"  # without "for" it would be read as part of a start: at 18:00 today
    on = isinstance(value.when.day, OnWeekday | OnDate | OnNumbers)
    return f"{'until' if ends else 'on' if on else 'at'} {_format_wall_clock(value.when)}"


def format_duration(elapsed: timedelta) -> str:
    """Formats a duration in whole seconds, as in `2h`, `1h30m`, `3 days` or `1 day 2h`."""
    days, rest = divmod(int(elapsed.total_seconds()), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    short = "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count)
    long = f"{days} day{'' if days == 1 else 's'}" if days else ""
    return " ".join(part for part in (long, short) if part) or "0s"


def format_moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Formats an instant relative to today, as in `tomorrow 07:00, Europe/Berlin`.

    The year is included if it isn't this one, and the zone's abbreviation if the clocks show the time twice.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days_ahead = (local.date() - today).days
    day = {0: "today", 1: "tomorrow"}.get(days_ahead) or _format_date(local)
    year = f" {local.year}" if days_ahead not in (0, 1) and local.year != today.year else ""
    return f"{day}{year} {_format_clock(local, zone)}, {zone.key}"


def format_dated(at: datetime, zone: ZoneInfo) -> str:
    """Formats an instant with its date, as in `Thu 26 Nov 07:00, Europe/Berlin`."""
    local = at.astimezone(zone)
    return f"{_format_date(local)} {_format_clock(local, zone)}, {zone.key}"


def exact_time(value: Start | End, at: datetime, zone: ZoneInfo) -> Start | End:
    """Returns a value with the full date of one instant; it resolves to that instant alone."""
    local = at.astimezone(zone)
    day = OnDate(day=local.day, month=local.month, year=local.year)
    return type(value)(when=WallClock(day=day, clock=time(local.hour, local.minute)))


def _format_clock(local: datetime, zone: ZoneInfo) -> str:
    abbreviation = f" {local.tzname()}" if datetime_ambiguous(local.replace(tzinfo=None), zone) else ""
    return f"{local:%H:%M}{abbreviation}"


def _format_date(local: datetime) -> str:
    return f"{WEEKDAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1][:3]}"


def _format_wall_clock(wall: WallClock) -> str:
    parts = (_format_day(wall.day) if wall.day else "", f"{wall.clock:%H:%M}" if wall.clock is not None else "")
    return " ".join(filter(None, parts))


def _format_day(day: Day) -> str:
    match day:
        case OnWeekday():
            return f"next {day.weekday}" if day.next else day.weekday
        case OnDate():
            weekday = f"{day.weekday} " if day.weekday else ""
            return f"{weekday}{day.day} {MONTHS[day.month - 1]}" + (f" {day.year:04}" if day.year else "")
        case OnNumbers():
            return f"{day.first:02}/{day.second:02}" + (f"/{day.year:04}" if day.year else "")
    return day
