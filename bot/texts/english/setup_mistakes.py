"""What is wrong at one place of a set-up file, and what to write there instead."""

from collections.abc import Sequence

EXPECTED = {
    "file": "keys such as server and groups, each with a colon",
    "version": "1",
    "other_groups": "keep or delete",
    "server": "its settings on lines of their own below it, such as enabled: yes",
    "enabled": "yes or no",
    "notify_parker": "yes or no",
    "extension": "3 to 64 digits, such as 888",
    "recall": "user, or a ring group as {to: ring group, ring_group: Night Desk}",
    "to": "user, user then ring group, or ring group",
    "ring_group": "the name of one ring group",
    "number": "the extension number of one ring group",
    "recall_time": "whole seconds from 60 to 900, such as 600",
    "recall_ring_group_time": "whole seconds from 60 to 900, such as 600",
    "groups": "the name of each group on a line of its own below it, with a colon",
    "group": "recall or members on lines of their own below it",
    "name": "a group's name of 1 to 64 characters",
    "members": "a list, with a member on each line, such as - 1001 Ana Ruiz",
    "member": "one member, such as 1001 Ana Ruiz",
}
"""What may stand at each key of a file; `group` is what stands below a group's name, `member` one of a list."""
NO_TABS = "a tab can't indent a line in YAML: write spaces"
NO_REFERENCE = "this refers with * to what nothing here is marked as with &: write it out"
NO_YAML = (
    "this can't be read as YAML: check that lines are indented alike, that a space follows each colon, and that every "
    "quote and bracket is closed"
)


def expected(shown: str, what: str) -> str:
    """A value that can't be used; `shown` is what stands there, empty where that is more than a word."""
    return f"“{shown}” can't be used: write {what}" if shown else f"write {what}"


def unknown_key(known: Sequence[str]) -> str:
    """A key that no set-up has there; `known` are those that it may have."""
    return f"there is no such key; here may stand {', '.join(known)}"
