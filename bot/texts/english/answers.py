"""Answers to questions about groups, the server, what is pending and the policy."""

from bot.texts.english.wording import change_number, count

MEMBERS, PROMPT = "Members", "Prompt"
ASKED, IN, POLICY = "Asked", "In", "Policy"
"""Labels of facts."""
GROUP_COLUMNS = ("Park group", "Recall to", "Members", "Temporary until")
GROUP_IS_EMPTY = "none yet"
NOTHING_PENDING = "Nothing is pending: no change is scheduled, temporary or waiting for approval."
SHOW_GROUP_USAGE = "group <name>"
OWN_CHANGE = "people may always undo their own changes"
"""What allows an undo where no rule has to."""
LOOK_AND_RETRY = "Check and try again"
AS_TABLE, AS_LIST = "As table", "As list"
"""Buttons between the two views of a list."""
PENDING_COLUMNS = ("Number", "What", "State", "Who", "Begins", "Ends or expires")
WAITS, TEMPORARY, LATE, SCHEDULED = "waiting for approval", "temporary", "late", "scheduled"
RECURRING, UNKNOWN, UNREADABLE = "recurring", "not known whether done", "cannot be read"
"""States in the table of what is pending."""


def groups_found(number: int, search: str | None) -> str:
    """The title of the list of groups."""
    matching = f" with “{search}” in the name" if search else ""
    found = count(number, "park group")
    return found[:1].upper() + found[1:] + matching


def group_in_list(recall: str, members: int | None) -> str:
    """A group's recall target and its number of members, if that is known."""
    return f"recall to {recall}" + ("" if members is None else f", {members_in_list(members)}")


def members_in_list(members: int | None) -> str:
    """How many members a group has, if that is known."""
    return "" if members is None else count(members, "member")


def group(name: str) -> str:
    """The title of a group's settings."""
    return f"Park group {name}"


def is_in(person: str, group_name: str) -> str:
    """Where somebody was found."""
    return f"{person} is in {group_name}"


def in_none_of(person: str, searched: int) -> str:
    """Somebody who was not found among the groups that could be searched."""
    return f"{person} isn't in any of the {searched} groups that I searched"


def search_further(total: int) -> str:
    """How to search the rest of the groups."""
    return f"There are {total} groups, and the PBX has to be asked for each. Ask again to search the rest."


def in_no_group(person: str) -> str:
    """Somebody who is in none of the groups."""
    return f"{person} isn't in any park group that you may see"


SERVER = "Call park server"
TIMES_SERVE_BOTH = "The timers apply to both."


def parks_on_extension(code: str) -> str:
    """What the first star code does."""
    return f"{code} parks a call on your own extension, or on another one if you dial its number after it."


def parks_in_group(park: str, retrieve: str) -> str:
    """What the star codes of group parking do."""
    return f"{park} parks a call in your park group. {retrieve} picks a parked call up."


def server_recall_serves(code: str) -> str:
    """Which calls the server's recall target is for."""
    return f"The recall target above is for calls parked with {code}. Calls parked in a group follow the group."


def pending(number: int) -> str:
    """The title of what is pending."""
    return f"{number} pending"


def first_of(shown: int, total: int) -> str:
    """That a table does not show all that is pending."""
    return f"These are the first {shown} of {total}. [{AS_LIST}] shows all."


def first_ending(shown: int, total: int) -> str:
    """That not all temporary changes are listed, and how to see others."""
    return f"Of {total} temporary changes these are the {shown} that end first. `group NAME` shows those of a group."


def numbered(text: str, number: int) -> str:
    """A row about a change: its number first."""
    return f"{change_number(number)} {text}"


def waits_for_approval(title: str, until: str) -> str:
    """A request for approval."""
    return f"{title}: waiting for approval until {until}"


def ends(title: str, at: str) -> str:
    """A temporary change."""
    return f"{title}, until {at}"


def ends_late(title: str, at: str, failure: str) -> str:
    """A temporary change whose end fails."""
    return f"{title}: late, should have ended {at}. {failure} Park keeps trying."


def ends_as_soon_as_possible(title: str, at: str) -> str:
    """A temporary change whose end waits for something."""
    return f"{title}: should have ended {at}, and ends as soon as Park can make changes."


def scheduled(title: str, at: str) -> str:
    """A scheduled change."""
    return f"{title}: scheduled for {at}"


def outcome_unknown(title: str) -> str:
    """A change that may have been made."""
    return f"{title}: it isn't known whether this was done. Check the PBX, then use the button."


def outcome_found(number: int, title: str, *, made: bool) -> str:
    """A change that the PBX shows to be made, or not."""
    return f"{change_number(number)} {'was done' if made else 'was not done'}, as the PBX shows: {title}."


def allowed_by(number: int, rule: str) -> str:
    """Which rule allowed a change."""
    return f"{change_number(number)} was allowed by {f'“{rule}”' if rule else 'no rule'}"


def policy_since(then: str, now: str) -> str:
    """Whether the policy has changed since a change."""
    return f"{then}, still in force" if then == now else f"{then}, changed since (now {now})"
