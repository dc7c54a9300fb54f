"""What lists, Home and the card of a recurring schedule say of it: its state, its occurrences, its buttons."""

from collections.abc import Sequence

from bot.texts.english.wording import change_number, count, sentence

NONE = "There is no schedule that you may see. Type one: recall Sales to Night Desk every weekday 18:00 to 8:00."
MORE = "More schedules"
COMING = "Coming up"
COLUMNS = ("Number", "What", "State", "On behalf of", "Next", "Ends", "Overlaps")


# Titles and statuses of the card; `what` is the change with its rule.


def paused(what: str) -> str:
    return f"Paused: {what}"


def in_effect(what: str, until: str) -> str:
    return f"In effect until {until}: {what}"


def status_in_effect(until: str) -> str:
    return f"in effect until {until}"


# Values of facts.

NONE_LEFT = "none"


def after_change(starts: str, number: int) -> str:
    """A next occurrence that begins when a change ends."""
    return f"{starts}, when {change_number(number)} ends"


def occurrence(starts: str, became: str, number: int) -> str:
    """The latest occurrence and what became of it."""
    return f"{starts}, {became} ({change_number(number)})"


def with_note(became: str, note: str) -> str:
    """What became of an occurrence, and what is said about it."""
    said = note[:1].lower() + note[1:].rstrip(".")
    return ", ".join(filter(None, (became, said)))


BECAME_DONE = "done"
BECAME_ALREADY = "nothing to do: it was set already"
BECAME_REFUSED = "not done, see the thread"
BECAME_UNKNOWN = "unknown, see the thread"
BEING_MADE = "being made"
IN_EFFECT = "in effect"

# Rows of lists.


def title(number: int, group: str | None, first: int | None) -> str:
    """The title of the list of schedules; `first` is the number of the first one where it is a page of them."""
    of = f" of {group}" if group else ""
    return f"Schedules{of} from {change_number(first)} on" if first else f"{count(number, 'schedule')}{of}"


def none_of(group: str) -> str:
    """A group without a schedule."""
    return f"No schedule changes {group}."


def row(number: int, what: str, state: str, next_times: Sequence[str], zone: str) -> str:
    """A schedule in the list, before its holder; `zone` if its clocks are not the reader's."""
    coming = f" Next: {', '.join(next_times)}{f', {zone}' if zone else ''}." if next_times else ""
    return f"{change_number(number)} {what}. {sentence(state)}{coming} On behalf of"


def coming(what: str, starts: str, number: int) -> str:
    """The next occurrence of a schedule, before its holder."""
    return f"{starts[:1].upper()}{starts[1:]}: {what} ({change_number(number)}), by"


def state_paused(why: str | None) -> str:
    return f"paused. {sentence(why)}".rstrip(".") if why else "paused"


# Buttons, besides those of the operations.

SKIP_REST = "Skip the rest"
EDIT = "Edit"
REPEAT = "Repeat ..."
