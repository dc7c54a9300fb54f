"""What is temporary, in the answers that show the present state of a group, the server or a user."""

from bot.texts.wording import change_number


def row(title: str, until: str, number: int) -> str:
    """A temporary change, before the person who made it."""
    return f"Temporary, until {until}: {title} ({change_number(number)}) by"


def in_list(summary: str, until: str) -> str:
    """A group in the list of groups, of which something is temporary."""
    return f"{summary} (temporary until {until})"


def note(until: str, by: str) -> str:
    """What is said below a group's name in a list to pick from; `by` may be empty."""
    return f"Temporary until {until}" + (f", by {by}" if by else "")
