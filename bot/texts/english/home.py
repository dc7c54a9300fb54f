"""Texts of the Home tab and of the panel that the slash command alone shows."""

from bot.texts.english.wording import change_number, count

TITLE = "Call park"
ALL_ACTIONS = "Everything that you may do here"
PANEL_TITLE = "What do you want to do? Use a button, or type a line."

WAITING_FOR_YOU = "Waiting for you"
TEMPORARY_AND_PENDING = "Temporary and pending"
RECENT = "Recent changes"
NO_RECENT = "None that you may see."
YOU_MAY, BUT_NEVER = "You may:", "But never:"

MORE = "More"
TO_LOOK, TO_CHANGE, WITH_CARE = "Look", "Change", "With care: these delete, replace or switch off"
TRY_AGAIN, ALL_GROUPS = "Try again", "All groups"
AGAIN = "What you typed last:"

PROMPTS = "What do you want to do?"
GREETING = "Write here what you want to see or change, as one line."
GREETING_NOTE = "Only you and Park read this. Changes are announced to your team as everywhere else."
WHAT_IS_PENDING, WHAT_MAY_I, WHAT_CAN_PARK = "What is pending", "What may I do?", "What can Park do?"

SEARCH, SEARCH_HINT = "Search groups", "Part of a name, then Enter."
SHOW_ALL, EARLIER, MORE_GROUPS = "Show all groups", "Earlier groups", "More groups"

NO_RIGHTS = "You can't use Park yet: no rule allows you anything."
NO_RIGHTS_HERE = "You can't see or change anything from here: no rule allows it."
UNCERTAIN = "Slack couldn't say which user groups you are in, so you may be able to do more."

PBX_AWAY = "The PBX isn't answering right now. This is what Park knows without it."
JOURNAL_AWAY = "Park can't read its journal right now, so pending and recent changes are missing."
NOTHING_TO_SHOW = "This tab can't be shown right now."
FROM_MEMORY = "The PBX isn't answering right now, so the groups are shown without their settings."


def not_here(command: str) -> str:
    """Says that Park is used elsewhere; the command has its slash."""
    return f"You can use Park in channels, but not from here. Type `{command}` where your team works with it."


def groups(number: int, search: str) -> str:
    """The header of the groups: how many there are, or fit a search."""
    found = count(number, "park group")
    return f"{found} with “{search}” in the name" if search else found[:1].upper() + found[1:]


def members(names: list[str], more: int) -> str:
    """Who is in a group, the first few by name."""
    return ", ".join(names) + (f" and {more} more" if more else "")


def more_pending(number: int) -> str:
    """Pending changes that are not listed."""
    return f"{number} more: type pending"


def recent(number: int, line: str, state: str) -> str:
    """One recent change: its number, what was asked for, and its state; who asked follows."""
    return f"{change_number(number)} {line}: {state}, by"


def groups_left(number: int) -> str:
    """The groups that the panel does not list."""
    return f"and {count(number, 'more group')}"


def what_is_pending(number: int) -> str:
    """The prompt for what is temporary, scheduled or waits."""
    return f"{WHAT_IS_PENDING} ({number})"


def undo(number: int, line: str) -> str:
    """The prompt that takes back the requester's last change."""
    return f"Undo {change_number(number)} {line}"


def again(line: str) -> str:
    """The button for a recent line."""
    return f"Again: {line}"
