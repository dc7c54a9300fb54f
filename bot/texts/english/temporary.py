"""What is temporary, in the answers that show the present state of a group, the server or a user."""

from bot.texts.english.wording import change_number


def until(at: str) -> str:
    return f"until {at}"


def late(at: str) -> str:
    return f"late, should have ended {at}"


def row(title: str, ends: str, number: int) -> str:
    """A temporary change, before the person who made it; `ends` as `until` or `late` say it."""
    return f"{title}, {ends} ({change_number(number)}), by"


def in_list(summary: str, ends: str) -> str:
    """A group in the list of groups, of which something is temporary."""
    return f"{summary} (temporary, {ends})"


def note(ends: str, by: str) -> str:
    """What is said below a group's name in a list to pick from; `by` may be empty."""
    return f"Temporary, {ends}" + (f", by {by}" if by else "")
