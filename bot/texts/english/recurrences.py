"""Texts about recurrences: what can't be read, what is meant, what can't repeat."""

from collections.abc import Sequence

from bot.texts.english.wording import NOTHING_CHANGED, listed
from bot.texts.repetition import Repetition

EXAMPLES = "every weekday 18:00 to 8:00, every Saturday and Sunday, every day from 22:00 for 9h, on holidays"
"""Recurrences as they are typed."""

CANNOT_REPEAT = (
    "Only recall, add, remove, move and the server's settings can repeat. Type the change for each time: at 18:00."
)
REPEATS_OR_ONCE = (
    "A change either repeats or happens once. Type the first day after “from”, and the last one after “until”: every"
    " weekday 18:00 to 8:00 from 1 December until 31 March."
)
NO_REPEATED_TIME = (
    "A start or an end can't repeat. Repeat the whole change instead: recall Sales to Night Desk every weekday 18:00"
    " to 8:00."
)
NO_CALENDAR = (
    "Park knows no holidays yet. Whoever runs Park can name a calendar in the policy file, such as [calendars.holidays]"
    f' with country = "DE". {NOTHING_CHANGED}'
)


def unknown_calendar(name: str, known: Sequence[str]) -> str:
    """A calendar that is not configured."""
    return f"There is no calendar “{name}”. Park knows {listed(known)}. {NOTHING_CHANGED}"


def ends_before_it_begins(typed: str) -> str:
    """A last day before the first one."""
    return f"“{typed}” ends before it begins. Type a later last day. {NOTHING_CHANGED}"


def never(typed: str) -> str:
    """A recurrence without an occurrence."""
    return f"“{typed}” never happens from now on. Type another day or a later end. {NOTHING_CHANGED}"


def no_holidays_left(calendar: str) -> str:
    """A calendar without a day to come."""
    return f"The calendar “{calendar}” has no days to come. {NOTHING_CHANGED}"


def without_a_break(typed: str) -> str:
    """A recurrence that never ends in between."""
    return (
        f"“{typed}” has no break, so there is nothing to repeat. Leave it out for a permanent change. {NOTHING_CHANGED}"
    )


def which_meaning() -> str:
    """A recurrence with several meanings, each on a button."""
    return f"Which one do you mean? {NOTHING_CHANGED}"


def which_weekday() -> str:
    """`every week`, without a day."""
    return "On which day of the week? Type it: every Friday 13:00 to 17:00, or every other Friday."


def which_day_of_the_month() -> str:
    """`every month`, without a day."""
    return "On which day of the month? Type it: on the 1st of every month, or on the last Friday of every month."


def weeks_or_place(number: str, days: str) -> str:
    """`every 3rd Friday`, which may be the third of the month."""
    if not number.isdigit():
        return f"Every other week, or every day but one? Type “every 2 weeks on {days}”, or the days: every Monday."
    named = days.capitalize()
    return f"Type “every {number} weeks on {named}”, or “on the {number}{_ending(number)} {named} of every month”."


def range_or_last_day(weekday: str) -> str:
    """`every Monday until Friday`, which may be the days of the week up to Friday, or Mondays up to the next Friday."""
    return (
        f"“until {weekday}” can mean two things. Type “to {weekday}” for the days of the week up to it, "
        f"or “until and including {weekday}” for the last day."
    )


def _ending(number: str) -> str:
    return {"1": "st", "2": "nd", "3": "rd"}.get(number, "th")


def no_such_place(place: str, what: str) -> str:
    """A day that no month has."""
    return f"No month has a {place} {what}. Type another one, or the last: on the last {what} of every month."


def weekday_or_date() -> str:
    """A date with a weekday, every year."""
    return "A date is on another weekday each year. Type only the dates: every 24 December."


def with_or_without_year() -> str:
    """Dates of which some have a year."""
    return "Type every date with its year, or none: on 24 and 31 December, or every 24 December."


def from_when(days: str) -> str:
    """A repetition without times, where they are needed."""
    return f"From when to when {days}? Type both times: {days} 22:00 to 6:00, or {days} from 22:00 for 8h."


def until_when(days: str, begins: str) -> str:
    """A repetition with a start and no end."""
    hour = begins.partition(":")[0]
    end = "17:00" if hour.isdigit() and int(hour) < 12 else "8:00"
    return f"Until when {days}? Type the end too: {days} {begins} to {end}, or {days} from {begins} for 2h."


def two_lengths() -> str:
    """An end and a length."""
    return "The line says two ends. Type one: every day 22:00 to 6:00, or every day from 22:00 for 8h."


def which_days() -> str:
    """Times without days."""
    return "On which days? Type them: every weekday 18:00 to 8:00, or every day 22:00 to 6:00."


def which_midnight() -> str:
    """`Monday midnight`."""
    return "Which midnight? Type 0:00 of the day that begins then: every Friday 18:00 to Monday 0:00."


def two_zones() -> str:
    """Times in different zones."""
    return "Type both times in one time zone: every weekday 18:00 to 8:00 Europe/Berlin."


def no_fixed_offset(zone: str) -> str:
    """A zone that is an offset of less than an hour."""
    return f"Type the place of the clocks in place of {zone}: every weekday 18:00 to 8:00 Asia/Kolkata."


def too_often() -> str:
    """A repetition within a day."""
    return (
        "Park repeats changes by days, not by hours or minutes. Type the days and the times: every day 9:00 to 12:00."
    )


def too_seldom(what: str) -> str:
    """A repetition over quarters."""
    return f"Type the dates in place of “{what}”: every 1 January, 1 April, 1 July and 1 October."


def end_of_february() -> str:
    """`until the end of February`, which is on another day in a leap year."""
    return "Type the last day as a date: until 28 February 2027."


def not_except(typed: str) -> str:
    """Days that can't be left out."""
    return (
        f"Park can leave out holidays and days of the week, not “{typed}”. Type: every weekday 18:00 to 8:00 except on"
        " holidays."
    )


def only_one_weekday(day: str) -> str:
    """A weekday in the times that does not fit those in the days."""
    return (
        f"{day} doesn't fit the other days of the line. Type one start and one end: every Friday 18:00 to Monday 8:00."
    )


def business_hours_have_times() -> str:
    """Business hours with other times."""
    return "Business hours have their times. Type only them, or only your own: every weekday 18:00 to 8:00."


def a_line_for_holidays() -> str:
    """Holidays beside days of the week."""
    return "Type a line for the holidays, and one for the other days: on holidays."


def every_or_once(days: str) -> str:
    """Weekdays of which it is not said that they repeat."""
    return f"Every week, or only once? Type “{days}” for every week, or one line for each day: on Monday 9:00 to 12:00."


def a_line_for_each(rest: str) -> str:
    """Days with other times in the same line."""
    return f"Type a line of its own for “{rest}”: one line has the same times on all its days."


def unreadable(typed: str, rest: str) -> str:
    """A repetition of which some words can't be read."""
    return f"I can't read “{rest}” in “{typed}”. Try: {EXAMPLES}."


def repeated(repetition: Repetition) -> str:
    """A recurrence, in the title of its schedule; in English it is said as it is typed."""
    return repetition.line
