"""Texts about recurrences: what can't be read, what is meant, what can't repeat."""

from collections.abc import Sequence

from bot.texts.wording import NOTHING_CHANGED, listed

EXAMPLES = "every weekday 18:00 to 8:00, every Saturday and Sunday, every day from 22:00 for 9h, on holidays"
"""Recurrences as they are typed."""
HINT = f"{EXAMPLES}. Empty: once."

CANNOT_REPEAT = "create, rename and delete can't repeat. You can schedule each once: at 18:00."
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
NOT_YET = f"Park can't repeat changes yet. {NOTHING_CHANGED}"


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
