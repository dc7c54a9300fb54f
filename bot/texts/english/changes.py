"""What each kind of change does: the title once it is in effect, the title of its preview, and what is so already."""

from collections.abc import Sequence

from bot.texts.english.wording import change_number, count, listed

CALL_PARK_SERVER = "Call park server"
PARKER_OF_CALL = "the user who parked the call"
PARKER_OF_CALLS = "the user who parked them"
NO_RING_GROUP = "a ring group that is not set"
RING_GROUP_GONE = "a ring group that no longer exists"
RING_GROUP_UNKNOWN = "a ring group whose name the PBX did not tell"
NOT_SET = "not set"
SERVER = "the call park server"
"""The server, in a sentence."""
ON, OFF, NONE = "on", "off", "none"
ADDED, REMOVED = "Added", "Removed"
SWITCH_ON, SWITCH_OFF = "Switch on", "Switch off"
"""Labels of buttons."""
LABELS = {
    "name": "Name",
    "enabled": "Call park",
    "extension_number": "Extension",
    "recall_to": "Recall",
    "recall_time": "Recall time",
    "recall_ring_group_time": "Recall ring group time",
    "send_notification_to_parker": "Notification of the parking user",
    "prompt": "Prompt",
}
"""Labels of the settings, by their names in the REST API, in the order in which they are shown."""


def file_size(size: int) -> str:
    """The size of a prompt file of so many bytes."""
    return f"{size / 1000:,.0f} kB" if size >= 1000 else f"{size} bytes"


def before_after_now(before: str, after: str, now: str) -> str:
    """A setting that was changed, and again since."""
    return f"{before} before the change, {after} after it, {now} now"


def parker_then(parker: str, ring_group: str) -> str:
    """Where calls go that ring the user first: `the user who parked the call, then Night Desk (6001)`."""
    return f"{parker}, then {ring_group}"


def recall_set(where: str, destination: str) -> str:
    """A recall that is in effect."""
    return f"{where}: unanswered parked calls now go to {destination}"


def set_recall(where: str, destination: str) -> str:
    """A recall that is planned; `where` is the name of a group, or SERVER."""
    return f"Send unanswered parked calls of {where} to {destination}"


def recall_already(where: str, destination: str) -> str:
    """A recall that is so already."""
    return f"{where}: unanswered parked calls already go to {destination}."


def call_park_switched(state: str) -> str:
    """Call park, switched `on` or `off`."""
    return f"Call park is now {state}"


def switch_call_park(state: str) -> str:
    """Call park to be switched `on` or `off`."""
    return f"Switch call park {state}"


def call_park_already(state: str) -> str:
    """Call park is so already."""
    return f"Call park is already {state}."


def server_set(setting: str, value: str) -> str:
    """A server setting that is in effect; `setting` as in `recall time`."""
    return f"{CALL_PARK_SERVER}: {setting} is now {value}"


def set_server(setting: str, value: str) -> str:
    """A server setting that is planned."""
    return f"Set the call park server's {setting} to {value}"


def server_already(setting: str, value: str) -> str:
    """A server setting that is so already."""
    return f"{CALL_PARK_SERVER}: {setting} is already {value}."


def people(names: Sequence[str], most_named: int) -> str:
    """Members in a title: by name, or how many they are."""
    return listed(names) if len(names) <= most_named else count(len(names), "user")


def added(users: str, group: str) -> str:
    return f"Added {users} to {group}"


def add(users: str, group: str) -> str:
    return f"Add {users} to {group}"


def already_in(user: str, group: str) -> str:
    return f"{user} is already in {group}."


def removed(users: str, groups: Sequence[str]) -> str:
    return f"Removed {users} from {listed(groups)}" if groups else f"Removed {users}"


def remove(users: str, groups: Sequence[str]) -> str:
    return f"Remove {users} from {listed(groups)}" if groups else f"Remove {users}"


def not_in(user: str, group: str | None) -> str:
    return f"{user} is not in {group or 'any park group that you may see'}."


def moved(users: str, sources: Sequence[str], group: str) -> str:
    return f"Moved {users} from {listed(sources)} to {group}" if sources else f"Moved {users} to {group}"


def move(users: str, sources: Sequence[str], group: str) -> str:
    return f"Move {users} from {listed(sources)} to {group}" if sources else f"Move {users} to {group}"


def created(group: str) -> str:
    return f"Created the park group {group}"


def create(group: str) -> str:
    return f"Create the park group {group}"


def renamed(group: str, name: str) -> str:
    return f"Renamed {group} to {name}"


def rename(group: str, name: str) -> str:
    return f"Rename {group} to {name}"


def already_called(name: str) -> str:
    return f"It is already called {name}."


def deleted(group: str) -> str:
    return f"Deleted the park group {group}"


def delete(group: str) -> str:
    return f"Delete the park group {group}"


def lost_with_group(members: int) -> str:
    """What a deletion loses."""
    return (
        f"the group's settings and its {count(members, 'member')}; the users themselves stay"
        if members
        else ("the group's settings; it has no members")
    )


def undone(title: str) -> str:
    """A change that was undone; `title` is that of its preview."""
    return f"Undone: {title}"


def undo(number: int, title: str) -> str:
    return f"Undo {change_number(number)}: {title}"


def redone(title: str) -> str:
    """A change that was done again after its undo."""
    return f"Done again: {title}"


def redo(number: int, title: str) -> str:
    return f"Do {change_number(number)} again: {title}"


def ended(title: str) -> str:
    """A temporary change whose end was made."""
    return f"Ended: {title}"


def end_now(number: int, title: str) -> str:
    return f"End {change_number(number)} now: {title}"


def already_undone(number: int) -> str:
    return f"{change_number(number)} has already been undone."


SET_AGAIN_SINCE = "What is set now was set by a later change. To undo that one, use its number: see history."


def nothing_left(number: int) -> str:
    """An undo of a change of which later ones have left nothing."""
    return f"Nothing of {change_number(number)} is left: it was changed again since."


def only_ended(number: int, ended: int) -> str:
    """An undo of a change that found all as it wanted once it had ended a temporary change."""
    return f"{change_number(number)} has only ended {change_number(ended)}. There is nothing else to undo."


def set_since(number: int, by: int) -> str:
    """An undo of what a later change has set to the same."""
    return f"{change_number(by)} has set the same since {change_number(number)}. Nothing was changed."


def undone_before(number: int, by: int) -> str:
    """An undo of what is undone, while the same is set again."""
    return f"{change_number(number)} has already been undone, by {change_number(by)}. Nothing was changed."
