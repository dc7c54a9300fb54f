"""Why an operation is not possible as the PBX is now, and what a reversal can't restore."""

from bot.texts.english.wording import NOTHING_CHANGED

PUT_BACK = "Put back as before"
PROMPT_FILE_HINT = "If you have its file, set it again with: server prompt."
NO_NOTIFICATION = f"This PBX can't notify the parking user: that comes with PortSIP 22.6. {NOTHING_CHANGED}"


def not_searched_enough(person: str, searched: int, total: int) -> str:
    """Somebody whose group could not be found in time."""
    return (
        f"{person} isn't in any of the {searched} of {total} groups that I searched. Name the group. {NOTHING_CHANGED}"
    )


def in_other_group(person: str, group: str) -> str:
    """Somebody who can't be added, being in another group."""
    return f"{person} is in {group}; a user can be in one park group only."


def name_taken(group: str) -> str:
    """A new name that another group has."""
    return f"There is already a park group called {group}. {NOTHING_CHANGED}"


def number_taken(number: str, holder: str) -> str:
    """An extension that something else has."""
    return f"{number} already belongs to {holder}. {NOTHING_CHANGED}"


def prompt_will_be_lost(prompt: str, why: str) -> str:
    """A prompt that can't be saved before it is replaced."""
    return f"the current prompt, {prompt}, because it can't be saved: {why}"


CALLS_LOST = "Nobody can park calls while call park is off. Calls that are parked now may be cut off."


def gone(title: str, what: str) -> str:
    """A reversal of a change of something that no longer exists."""
    return f"{title} no longer exists, so {what} can't be undone. {NOTHING_CHANGED}"


def changed_since(title: str, what: str) -> str:
    """A reversal that would undo somebody else's change."""
    return f"{title} has been changed since {what}. {NOTHING_CHANGED}"


def drift(number: int) -> str:
    """A drift in a sentence."""
    return f"drift {number}"


def prompt_not_saved(prompt: str) -> str:
    """A reversal that would need a file which is not stored."""
    return f"The earlier prompt, {prompt}, was never saved or is no longer stored. {NOTHING_CHANGED}"


def created_again(title: str) -> str:
    """A deleted group that comes back."""
    return f"{title} is created again, with a new id on the PBX."


def added_last(title: str, members: str) -> str:
    """Members who come back at the end of their group."""
    return f"Added back at the end of {title}, so group pickup tries them last: {members}."


def group_is_lost(title: str) -> str:
    """A group that a reversal deletes."""
    return f"the park group {title}"


def members_unknown(title: str) -> str:
    """A group that comes back without members."""
    return f"Nobody knows who was in {title}, so it comes back empty."


def restored(title: str, number: int) -> str:
    """What was changed outside Park, and is as before."""
    return f"{title} is back as it was before drift {number}"


def restore(title: str, number: int) -> str:
    """What is planned for something that was changed outside Park."""
    return f"Restore {title} as it was before drift {number}"


def already_restored(number: int) -> str:
    """A drift that was reversed already."""
    return f"Drift {number} has already been reversed."
