"""What is temporary, in the German answers that show the present state of a group, the server or a user."""

from bot.texts.german.wording import change_number


def until(at: str) -> str:
    return f"bis {at}"


def late(at: str) -> str:
    return f"überfällig, Ende war {at}"


def row(title: str, ends: str, number: int) -> str:
    return f"{title}, {ends} ({change_number(number)}), von"


def in_list(summary: str, ends: str) -> str:
    return f"{summary} (befristet, {ends})"


def note(ends: str, by: str) -> str:
    return f"Befristet, {ends}" + (f", von {by}" if by else "")
