"""Notes on the change of a recall: who is left out, after what time, and for which calls it holds."""

from collections.abc import Sequence

from bot.texts.english.wording import listed

PARKER = "the user who parked the call"
RECALL_TARGETS = (
    "Unanswered parked calls can go to the user who parked them, or to a ring group of the PBX: not to voicemail, and"
    " not to an outside number."
)


def not_called(whom: Sequence[str]) -> str:
    """Who is left out while the setting is in effect; true of a scheduled change as well."""
    return f"Not called with this setting: {listed(whom)}."


def recalled_after(recall_time: str, ring_group_time: str) -> str:
    """When a parked call is recalled; the second time is empty where no ring group follows the user."""
    then = f", and after {ring_group_time} more it goes on to the ring group" if ring_group_time else ""
    return f"A parked call that nobody picks up is recalled after {recall_time}{then}."


def covers_extension_parks(own: str, group: str) -> str:
    """Which calls the server's recall is for, by the star codes that park them."""
    return f"This is for calls parked with {own}. Calls parked in a group ({group}) follow the group."


def covers_group_parks(own: str, group: str) -> str:
    """Which calls a group's recall is for, by the star codes that park them."""
    return f"This is for calls parked in the group ({group}). Calls parked with {own} follow the call park server."
