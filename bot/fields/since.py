"""Days that people look back to: dates, weekdays, today and yesterday; and who did it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.fields.noun import Noun
from bot.words import Words

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED = ("today", "yesterday")


def _read_day(words: Words) -> str:
    text = " ".join(word.text for word in words).lower().removeprefix("last ").removeprefix("on ")
    if text in _NAMED:
        return text
    if found := [day for day in DAYS if len(text) >= 2 and day.lower().startswith(text)]:
        return found[0]
    try:
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "no").isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day: type a date as in 2026-11-01, a weekday, today or yesterday.") from None


def begins(day: str, zone: str, now: datetime) -> datetime:
    """When that day began there, in UTC; a weekday is the last one, today included."""
    here = ZoneInfo(zone)
    return datetime.combine(_date(day, now.astimezone(here).date()), time(), here).astimezone(UTC)


def _date(day: str, today: date) -> date:
    if day in _NAMED:
        return today - timedelta(days=_NAMED.index(day))
    if day in DAYS:
        return today - timedelta(days=(today.weekday() - DAYS.index(day)) % 7)
    return date.fromisoformat(day)


def _read_person(words: Words) -> str:
    if len(words) == 1 and words[0].means("me", "myself"):
        return "me"
    if len(words) == 1 and re.fullmatch(r"<@\w+>", words[0].text):
        return words[0].text
    raise ValueError("Whose? Type me, or mention somebody with @.")


SINCE = Noun(placeholder="<day>", read=_read_day, say=str)
PERSON = Noun(placeholder="<@somebody | me>", read=_read_person, say=str)

Since = Annotated[str, SINCE]
SomeoneId = Annotated[str, PERSON]
