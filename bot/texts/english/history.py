"""The history: its titles, what is said of each entry, and its files."""

from bot.texts.english.wording import ARROW, change_number, count, sentence

OLDER, EXPORT, OPEN = "Older", "Export as CSV", "Open thread"
COLUMNS = ("Number", "What", "State", "Who", "When")
NOTHING_TO_EXPORT = "There is nothing to export."
NARROW = "There is more. Narrow it by a group, by @somebody or by a period, or look further back with [Older]."

STATES = {
    "waiting": "being made",
    "running": "being made",
    "scheduled": "scheduled",
    "done": "done",
    "already": "nothing to do",
    "refused": "refused",
    "failed": "not done",
    "late": "not run",
    "cancelled": "cancelled",
    "unsettled": "unknown",
}
"""What became of a request that has no card, by the state of its entry in the journal."""
BY_CLOCK = "the clock"
SOURCES = {BY_CLOCK: "automatically", "a schedule": "by a schedule"}


def searched_by_plans(number: int) -> str:
    """Says what of the older requests a search by a group or a member finds."""
    return f"Of the requests up to change #{number}, only those that were planned are searched."


def title(selection: str, number: int, *, more: bool) -> str:
    """The title of a list of entries; `selection` says which, as in ` of Sales last night`."""
    return f"History{selection}: {f'the latest {number}' if more else count(number, 'entry', 'entries')}"


def nothing(selection: str) -> str:
    """The title where there is no entry."""
    return f"History{selection}: nothing that you may see"


def of_group(group: str, aspect: str) -> str:
    """The part of a selection that names a group, what of it was changed, or both."""
    possessive = f"{group}'" if group.endswith("s") else f"{group}'s"
    return f" of {possessive} {aspect}" if group and aspect else f" of {group or aspect}"


def of_member(name: str, of: str) -> str:
    """The part of a selection that names a member, in front of the part `of` that names a group."""
    return f" of {name}{of.replace(' of ', ' in ', 1)}"


def by_person(name: str, *, own: bool) -> str:
    """The part of a selection that names a person."""
    return " by you" if own else f" by {name or 'that person'}"


def in_period(typed: str) -> str:
    """The part of a selection that names a period, as it was typed."""
    return f" {typed}"


def period_in_full(start: str, end: str, zone: str) -> str:
    """The period that was understood, with its dates; the first and the last of whole days."""
    if start and end:
        return f"{start}, {zone}" if start == end else f"{start} to {end}, {zone}"
    return f"Since {start}, {zone}" if start else f"Until {end}, {zone}"


def before_number(number: int) -> str:
    """The part of a selection that begins further back."""
    return f" before {change_number(number)}"


def of_schedule(number: int, line: str) -> str:
    """What an occurrence of a schedule does: `schedule #42: recall Sales to Night Desk`."""
    return f"schedule {change_number(number)}: {line}"


def end_of(number: int) -> str:
    """What the end of a temporary change is called."""
    return f"End of {change_number(number)}"


def wanted(changes: str) -> str:
    """What a change that was not made was to do."""
    return f"wanted: {changes}"


def value(label: str, after: str, before: str | None) -> str:
    """One difference."""
    return f"{label}: {after}" if before is None else f"{label}: {before} {ARROW} {after}"


def of_target(target: str, differences: str) -> str:
    """The differences of one group or of the server."""
    return f"{target}: {differences}"


def ring_group(id: str) -> str:
    """A ring group of which only the id is recorded."""
    return f"ring group {id}"


def exported(number: int) -> str:
    """The answer to an export."""
    return sentence(f"The history ({count(number, 'entry', 'entries')}) is in your direct messages with Park")
