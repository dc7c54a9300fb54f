"""Texts about times: what can't be read, what is meant, what can't be."""

from bot.texts.english.wording import NOTHING_CHANGED

END_EXAMPLES, START_EXAMPLES = "for 2h, until 18:00, until Fri 9:00", "at 18:00, in 2h, on Mon 9:00"
"""Ends and starts as they are typed."""
ANY_EXAMPLES = "at 18:00, for 2h, until Fri 9:00"
PERIOD_EXAMPLES = "today, last night, since Monday, in November, from 1 to 15 November"
"""Periods of the history as they are typed."""


NO_QUOTES = "Don't put quotes around a time."


def unreadable(typed: str, examples: str) -> str:
    """A time that can't be read."""
    return f"I can't read “{typed}” as a time. Try: {examples}."


def unreadable_duration(typed: str) -> str:
    """A setting in seconds that can't be read."""
    return unreadable(typed, "5m, 90s, 1m30s")


def start_or_end(day: str) -> str:
    """A day of which it is not clear whether it is the start or the end."""
    return f"Start or end {day}? Type “at {day} 8:00” to start then, or “until {day}” to end then."


def cannot_be_temporary() -> str:
    """An end on an operation that has none."""
    return "create, rename and delete can't be temporary. You can schedule them: at 18:00."


def clock_or_duration(typed: str, clock: str) -> str:
    """1h30, which may be either."""
    return f"Is {typed} a time of day or a duration? Type {clock} or {typed}m."


def which_unit(number: str) -> str:
    """A number without a unit."""
    return f"Minutes, hours or days? Type {number}m, {number}h or {number} days."


def minutes_or_seconds(number: str) -> str:
    """A short setting without a unit."""
    return f"Minutes or seconds? Type {number}m or {number}s."


def until_when(day: str) -> str:
    """`until today`, which could be its beginning or its end."""
    return f"Until when {day}? Type “until 22:00”, or just “{day}”: today ends at midnight, tonight at 7:00."


def for_or_until(duration: str) -> str:
    """A duration after `until`."""
    return f"Type “for {duration}”, or “until” with a time of day: until 18:00."


def in_or_at(duration: str) -> str:
    """A duration after `at`."""
    return f"Type “in {duration}”, or “at” with a time of day: at 18:00."


def when_in(part: str) -> str:
    """A part of a day without a time of day."""
    return f"When in the {part}? Type a time: until 22:00, or until tomorrow 7:00."


def which_night(clock: str) -> str:
    """A time after midnight in the night of a day."""
    return f"Which night? Type the day and the time: until Tuesday {clock}."


def from_before(typed: str) -> str:
    """Two times without the word that begins them."""
    return f"Type “from” before the times: from {typed}."


def which_night_of(begins: str, ends: str) -> str:
    """The times of a night with one day, which may be that of its evening or of its morning."""
    return f"Which night? Type the day of both times: from Friday {begins} to Saturday {ends}."


def not_in_part(clock: str, part: str) -> str:
    """`18:00 in the morning`."""
    return f"{clock} isn't in the {part}. Type just the one that you mean."


def not_at_night(clock: str) -> str:
    """`tonight 14:00`."""
    return f"{clock} isn't at night. Type “today {clock}”, or a time such as 22:00. {NOTHING_CHANGED}"


def no_such_date(text: str) -> str:
    """A date that the calendar does not have."""
    return f"There is no {text} in the calendar."


def no_such_numbers(first: int, second: int) -> str:
    """Numbers that are no date in either order."""
    return f"{first}/{second} isn't a date. Type the month as a word: 3 November."


def two_dates(first: int, second: int) -> str:
    """Numbers that are a date in both orders."""
    return f"{first}/{second} can be two dates. Type the month as a word: 3 November."


def out_of_range(typed: str) -> str:
    """A duration below a minute or above a year."""
    return f"“{typed}” is too short or too long. Use anything from 1 minute to 1 year."


def ambiguous_zone(zone: str) -> str:
    """An abbreviation of several time zones."""
    return f"{zone} can mean several time zones. Type the time with its offset from UTC: 18:00 UTC+01:00."


def past(typed: str) -> str:
    """A time that is over."""
    return f"“{typed}” is in the past. Type a later time. {NOTHING_CHANGED}"


def skipped(start: str, end: str) -> str:
    """A span that lies in the hour that clocks skip when they are put forward."""
    return f"The clocks are put forward over {start} to {end} on that day. Type other times. {NOTHING_CHANGED}"


def before_start(typed: str, begins: str) -> str:
    """An end that is over when the change begins."""
    return f"“{typed}” is before the start, which is {begins}. Type a later end. {NOTHING_CHANGED}"


def end_is_past(end: str) -> str:
    """An end that is over now."""
    return f"The end, {end}, is in the past. {NOTHING_CHANGED}"


def too_far(typed: str) -> str:
    """A time in more than a year."""
    return f"“{typed}” is more than a year away. Type an earlier time. {NOTHING_CHANGED}"


def which_time(day: str) -> str:
    """A day without a time."""
    return f"When {day}? Add the time: at {day} 22:00. {NOTHING_CHANGED}"


def which_time_at_the_weekend() -> str:
    """A start at the weekend."""
    return f"When at the weekend? Type the day and the time: Saturday 8:00. {NOTHING_CHANGED}"


def not_that_weekday(date: str, weekday: str, typed: str) -> str:
    """A date with a weekday that it does not fall on."""
    return f"{date} is a {weekday}, not a {typed}. Type only the date, or only the weekday. {NOTHING_CHANGED}"


def which_meaning() -> str:
    """A time with several meanings, each on a button."""
    return f"Which time do you mean? {NOTHING_CHANGED}"


def now_or_later() -> str:
    """A line with `now` and a start."""
    return f"Now or later? Your line says both. {NOTHING_CHANGED}"


def unreadable_period(typed: str) -> str:
    """A period of the history that can't be read."""
    return f"I can't read “{typed}” as a period. Try: {PERIOD_EXAMPLES}."


def future_period(typed: str) -> str:
    """A period that has not begun."""
    return f"“{typed}” is still to come, so there is no history of it."
