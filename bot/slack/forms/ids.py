"""What the inputs of a form are called on their way through Slack."""

from collections.abc import Iterable

PICK = "park:pick:"
"""Starts the action_id of every picker with typeahead; what it picks follows."""
NOBODY = "park:nobody"
"""The value of an option that only says something."""
RECALL_CHOICE = "park:recall"
FILES = "park:files"
RING_GROUP = ".ring_group"
"""Ends the name of the input for a recall target's ring group."""


KEPT = ".kept"
"""Ends the name of the input for the file that was chosen before: Slack forgets what a picker held."""


def block_id(name: str, turn: int = 0) -> str:
    """Slack keeps what an input holds while its block_id stays: the next turn shows another value."""
    return f"{name}~{turn}" if turn else name


def names_in(block_ids: Iterable[str]) -> set[str]:
    """The inputs' names, but for what only keeps what was chosen in others."""
    return {name for name in map(name_of, block_ids) if not name.endswith(KEPT)}


def name_of(block_id: str) -> str:
    """The input's name, in whatever turn."""
    return block_id.partition("~")[0]
