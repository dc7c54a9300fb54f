"""Set-ups as files: what is wrong in one, what it would change, what was carried out and what was not."""

from collections.abc import Sequence

from bot.texts.english.wording import count, sentence

NO_RING_GROUP = "name the ring group that the calls go to, as ring_group or number"
TWICE = "this key is here twice"
TOO_DEEP = "nested too deeply"
MEND_FILE = "Correct the file and try again."


def no_member(text: str) -> str:
    """A member that can't be read."""
    return f"“{text[:80]}” is not a member: write the extension and, if you like, a name, as in 1001 Ana Ruiz"


def same_name(name: str, other: str) -> str:
    """Two groups that the PBX takes for one."""
    return f"“{name}” and “{other}” are the same name for the PBX"


def in_two_groups(number: str, first: str, second: str) -> str:
    """Somebody in two groups."""
    return f"{number} is in {first} and in {second}: a user is in one park group at most"


def mistake(line: int | None, text: str) -> str:
    """A mistake with its line."""
    return sentence(f"line {line}: {text}" if line else text)


def mistakes(file: str, number: int) -> str:
    """A file with mistakes."""
    return f"{file} can't be used: it has {count(number, 'mistake')}. Nothing was changed."


def more_mistakes(number: int) -> str:
    """How many mistakes are not listed."""
    return f"And {count(number, 'more mistake')}."


# Names that are matched with those of the PBX.


def other_name(number: str, name: str, present: str) -> str:
    """A number that belongs to somebody else by now."""
    return f"{number} is {present} on the PBX, not {name}: the number counts."


def other_number(member: str, number: str) -> str:
    """Somebody who has another number by now."""
    return f"{member} has the number {number} on this PBX: the name counts, as nobody has the old number."


def other_ring_group(name: str, number: str) -> str:
    """A ring group that has another number by now."""
    return f"The ring group {name} has the number {number} on this PBX: the name counts."


def renamed_ring_group(number: str, name: str, present: str) -> str:
    """A ring group that has another name by now."""
    return f"The ring group {number} is called {present} on this PBX, not {name}: the number counts."


def no_user(member: str, *, several: bool) -> str:
    """A member whom the PBX does not have."""
    why = "several users have this name" if several else "the PBX has no user with this number or name"
    return f"{member}: {why}"


def no_ring_group(name: str) -> str:
    """A ring group that the PBX does not have."""
    return f"the PBX has no ring group {name}"


def number_taken(number: str, holder: str) -> str:
    """An extension for the server that something else has."""
    return f"{number} belongs to {holder}, so it can't be the call park extension"


# What would change, and what did.

SWITCHES_OFF = "Call park is switched off for everybody."
CREATED, CHANGED, DELETED, MEMBERS, RISK = "Created", "Changed", "Deleted", "Members", "Risk"
KINDS = ("created", "changed", "deleted")
"""What becomes of a group."""
SERVER = "the call park server"
EVERYTHING = "everything"
STATUS_PARTLY = "partly done"
NO_NOTIFICATION = "this PBX has no such setting: it comes with PortSIP 22.6"
SAME = "The PBX is as the file says."
ONLY_LISTED = "People who are not in the file stay where they are."
NOT_UNDOABLE_IDS = "An undo creates a deleted group again as a new one."


def apply(file: str) -> str:
    """A file that is to be applied."""
    return f"Apply {file}"


def applied(file: str) -> str:
    """A file that was applied."""
    return f"Applied {file}"


def partly(planned: str, done: int, of: int) -> str:
    """What was carried out only in part."""
    return f"Partly done: {planned} ({done} of {count(of, 'change')})"


def stopped_at(target: str) -> str:
    """Where it stopped."""
    return f"Park stopped at {target}."


def half_done(names: Sequence[str]) -> str:
    """Targets of which something was changed, and something not."""
    return f"Done in part: {shortened(names)}."


def not_done(names: Sequence[str]) -> str:
    """What was left as it is."""
    return f"Not done: {shortened(names)}."


def changed_by_others(target: str) -> str:
    """Why it stopped."""
    return f"Somebody else changed {target} meanwhile."


def rest_again() -> str:
    """The button that shows what is left to do."""
    return "Preview the rest"


def groups(number: int) -> str:
    """A number of groups."""
    return count(number, "group")


def member_counts(added: int, removed: int, moved: int) -> str:
    """How many members join, leave and change groups."""
    parts = ((added, "added"), (removed, "removed"), (moved, "moved"))
    return ", ".join(f"{number} {what}" for number, what in parts if number) or "none"


def deletes(names: Sequence[str]) -> str:
    """Groups that are deleted."""
    return f"{count(len(names), 'group')} will be deleted: {shortened(names)}."


def in_no_group(people: Sequence[str]) -> str:
    """Users who are in no group afterwards."""
    return f"{count(len(people), 'user')} will be in no park group: {shortened(people)}."


def left_empty(names: Sequence[str]) -> str:
    """Groups without members afterwards."""
    return f"{count(len(names), 'group')} will have no members: {shortened(names)}."


def new_extension(number: str) -> str:
    """Another call park extension."""
    return f"The call park extension becomes {number}: phones and signs that have the old one stop working."


def reordered(names: Sequence[str]) -> str:
    """Groups whose order the PBX can't be told."""
    return f"The order of members stays as it is in {shortened(names)}: the PBX's API can't change it."


def line(group: str, kind: str, details: Sequence[str]) -> str:
    """What changes in one group."""
    return f"{group}, {kind}: {'; '.join(details)}" if details else f"{group}, {kind}"


def shortened(names: Sequence[str], most: int = 10) -> str:
    """Names as a list that stays short."""
    shown = list(names[:most])
    return ", ".join(shown) if len(names) <= most else f"{', '.join(shown)} and {len(names) - most} more"


# Tables of members.

EMPTY_TABLE = "the table is empty"
NO_COLUMNS = "there is no column of extensions beside one of groups: call them extension and group"
NOT_KEPT = "Park no longer has this file."


def columns(extension: str, group: str) -> str:
    """Which columns were read as what."""
    return f"Column “{extension}” was read as the extension, “{group}” as the group."


def no_extension(cell: str) -> str:
    """A cell that is no extension."""
    return f"“{cell[:40]}” is not an extension: write 3 to 64 digits"


def no_group(name: str, similar: str) -> str:
    """A group that the PBX does not have."""
    hint = f"did you mean “{similar}”? If not, create it first" if similar else "create it first"
    return f"the PBX has no group “{name[:80]}”: {hint}"


def short_line(cells: int, columns: int) -> str:
    """A line that has too few cells."""
    return (
        f"it has {count(cells, 'cell')}, and the first line has {columns}: to take somebody out of their group, leave"
        " the cell empty"
    )


def long_line(cells: int, columns: int) -> str:
    """A line that has too many cells."""
    return (
        f"it has {count(cells, 'cell')}, and the first line has {columns}: put a name that holds the separator into"
        " quotes"
    )


def two_lines(number: str) -> str:
    """Somebody who is to be in two groups."""
    return f"{number} is in another line with another group: a user is in one park group at most"


def too_large(file: str, most: int) -> str:
    """A file that is too large."""
    return f"{file} is too large for a set-up: {most} kB are the most."


def no_text(file: str) -> str:
    """A file that holds no text."""
    return f"{file} is not a text file. Export it as CSV or YAML and try again."


def exported(number: int) -> str:
    """The set-up was sent."""
    return f"The set-up of the server and {groups(number)} is in your direct messages with Park."


def exported_members(number: int) -> str:
    """The members were sent."""
    return f"The list of {count(number, 'member')} is in your direct messages with Park."


# Snapshots, and how it was.

NO_SUCH_RING_GROUP = "a ring group of then is no longer known"
NEVER_MADE = "That change was never made, so nothing was different before it."
SNAPSHOT_SAME = "Nothing differs from the last one."


def snapshot_taken(number: int, groups_in_it: int) -> str:
    """A snapshot was taken."""
    return f"Snapshot {number} of the server and {groups(groups_in_it)} is kept."


def snapshot_differs(number: int) -> str:
    """How much differs from the snapshot before."""
    return f"It differs from the last one in {count(number, 'place')}."


def restore(what: str, when: str) -> str:
    """What is to be as it was."""
    return f"Restore {what} to how it was {when}"


def restored(what: str, when: str) -> str:
    """What is as it was."""
    return f"Restored {what} to how it was {when}"


def as_of(moment: str) -> str:
    """An instant in the past."""
    return f"on {moment}"


def before(change: str) -> str:
    """An instant in the past, by a change."""
    return f"before {change}"


def matched_by_name(names: Sequence[str]) -> str:
    """Groups that have another id than then."""
    return f"Matched by name, as the id is another one now: {shortened(names)}."


def left_out(what: str) -> str:
    """What can't be restored."""
    return f"Left out: {sentence(what)}"


def no_group_then(name: str) -> str:
    """A group that did not exist."""
    return f"There was no park group {name} then. Nothing was changed."


def created_since(names: Sequence[str]) -> str:
    """Groups that stay although they were not there then."""
    return f"Created since, and kept: {shortened(names)}. To delete them too, add: and delete new groups."


def no_moment(text: str) -> str:
    """Words that are no time to go back to."""
    what = f"“{text[:80]}” is no time in the past." if text else "Type a time in the past."
    return f"{what} Try: Friday 18:00, yesterday 9:00, 2 hours ago, before #42."
