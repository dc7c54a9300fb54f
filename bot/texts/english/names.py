"""What names and numbers belong to."""

NUMBER_KINDS = {
    "EXTENSION": "a user's extension",
    "RING_GROUP": "a ring group",
    "CALL_QUEUE": "a call queue",
    "CONFERENCE_ROOM": "a conference room",
    "VIRTUAL_RECEPTIONIST": "a virtual receptionist",
}
"""What a number belongs to, by the PBX's type."""
OTHER_NUMBER_KIND = "something else, not a user"
PARK_GROUPS, RING_GROUPS, PEOPLE = "park groups", "ring groups", "people"
"""Kinds of what has a name, in the plural."""


def renamed(then: str, now: str) -> str:
    """The name of a group with the one that it had when a change was made."""
    return f"{now} (earlier {then})"


def is_now(title: str, then: str, now: str) -> str:
    """The title of a change, of which a group has another name now."""
    return f"{title} ({then} is now {now})"
