"""Formats times and durations: `describe_` and dates for people, all others as they are typed in a line."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.texts import dates
from bot.times.model import (
    MONTHS,
    Day,
    Duration,
    End,
    Instant,
    OnDate,
    OnNumbers,
    OnWeekday,
    Start,
    WallClock,
)
from bot.times.zones import is_shown_twice

MINUTE, HOUR, DAY = 60, 3600, 86_400


def format_seconds(seconds: int) -> str:
    """Formats seconds: 90 as 1m30s, 300 as 5m."""
    minutes, rest = divmod(seconds, MINUTE)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest or not minutes else "")


def format_time(value: Start | End) -> str:
    """Formats a time value so that it parses as the same value, as in `until tomorrow 08:00`."""
    ends = isinstance(value, End)
    match value.when:
        case Duration():
            return f"{'for' if ends else 'in'} {format_duration(value.when.elapsed)}"
        case Instant():
            return f"{'until' if ends else 'on'} {_format_instant(value.when.at)}"
        case WallClock() as wall:
            return _format_end(wall) if ends else _format_start(wall)


def _format_start(wall: WallClock) -> str:
    on = isinstance(wall.day, OnWeekday | OnDate | OnNumbers)
    return f"{'on' if on else 'at'} {_format_wall_clock(wall)}"


def _format_end(wall: WallClock) -> str:
    if wall.through:
        return f"through {_format_wall_clock(wall)}"
    if wall.clock is None and wall.day in ("today", "tonight", "weekend"):
        # without "for" it would be read as part of a start: at 18:00 today
        return "for the weekend" if wall.day == "weekend" else f"for {wall.day}"
    return f"until {_format_wall_clock(wall)}"


def format_duration(elapsed: timedelta) -> str:
    """Formats a duration in whole seconds, as in `2h`, `1h30m`, `3 days` or `1 day 2h`."""
    days, rest = divmod(int(elapsed.total_seconds()), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    short = "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count)
    long = f"{days} day{'' if days == 1 else 's'}" if days else ""
    return " ".join(part for part in (long, short) if part) or "0s"


def describe_duration(elapsed: timedelta) -> str:
    """Formats a duration for people, in the language in force."""
    days, rest = divmod(int(elapsed.total_seconds()), DAY)
    hours, rest = divmod(rest, HOUR)
    return dates.duration(days, hours, *divmod(rest, MINUTE))


def describe_seconds(seconds: int) -> str:
    """Formats a setting in seconds for people, in the language in force."""
    return dates.duration(0, 0, *divmod(seconds, MINUTE))


def format_moment(at: datetime, now: datetime, zone: ZoneInfo, *, with_zone: bool = True) -> str:
    """Formats an instant relative to today for people, as in `tomorrow 07:00, Europe/Berlin`.

    The year is included if it isn't this one, and the zone's abbreviation if the clocks show the time twice.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    ahead = (local.date() - today).days
    if ahead not in (0, 1) or _is_midnight(local):
        return format_dated(at, zone, now, with_zone=with_zone)
    moment = dates.at(dates.TOMORROW if ahead else dates.TODAY, _format_clock(local, zone))
    return dates.in_zone(moment, zone.key) if with_zone else moment


def format_dated(at: datetime, zone: ZoneInfo, now: datetime | None = None, *, with_zone: bool = True) -> str:
    """Formats an instant with its date for people, as in `Thu 26 Nov 07:00, Europe/Berlin`.

    Midnight is said with the days on both sides, and the year is included unless it is that of `now`.
    """
    local = at.astimezone(zone)
    year = now.astimezone(zone).year if now else None
    if _is_midnight(local):
        before = local.replace(tzinfo=None) - timedelta(days=1)
        years = {"before_with_year": before.year != year, "after_with_year": local.year != year}
        moment = dates.midnight(before, local, **years)
    else:
        moment = dates.at(dates.day(local, with_year=local.year != year), _format_clock(local, zone))
    return dates.in_zone(moment, zone.key) if with_zone else moment


def format_weekday(at: datetime, zone: ZoneInfo) -> str:
    """Formats an instant of the coming days for people by its weekday, as in `Thu 07:00`."""
    local = at.astimezone(zone)
    return dates.at(dates.weekday(local), _format_clock(local, zone))


def exact_time(value: Start | End, at: datetime, zone: ZoneInfo) -> Start | End:
    """Returns a value that means one instant, to everybody and at any time."""
    return type(value)(when=Instant(at=at.astimezone(zone).replace(microsecond=0)))


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _format_clock(local: datetime, zone: ZoneInfo) -> str:
    abbreviation = f" {local.tzname()}" if is_shown_twice(local, zone) else ""
    return f"{local:%H:%M}{abbreviation}"


def _format_instant(at: datetime) -> str:
    """Formats an instant so that it is read as the same, as in `27 November 2026 18:00 UTC+01:00`."""
    offset = f"{at:%z}" or "+0000"
    second = f":{at:%S}" if at.second else ""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year:04} {at:%H:%M}{second} UTC{offset[:3]}:{offset[3:5]}"


def _format_wall_clock(wall: WallClock) -> str:
    parts = (format_day(wall.day) if wall.day else "", _format_time_of_day(wall), wall.zone or "")
    return " ".join(filter(None, parts))


def _format_time_of_day(wall: WallClock) -> str:
    if not isinstance(wall.clock, time):
        return wall.clock or ""
    if not wall.bare:
        return f"{wall.clock:%H:%M}"
    return f"{wall.clock.minute} past {wall.clock.hour}" if wall.clock.minute else str(wall.clock.hour)


def format_day(day: Day) -> str:
    """Formats a day so that it parses as the same day, as in `next Monday` or `24 December`."""
    match day:
        case OnWeekday():
            return f"next {day.weekday}" if day.next else day.weekday
        case OnDate():
            weekday = f"{day.weekday} " if day.weekday else ""
            return f"{weekday}{day.day} {MONTHS[day.month - 1]}" + (f" {day.year:04}" if day.year else "")
        case OnNumbers():
            return f"{day.first:02}/{day.second:02}" + (f"/{day.year:04}" if day.year else "")
    return day
