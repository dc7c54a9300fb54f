"""The texts that an operation has in every language."""

from typing import NamedTuple


class OperationTexts(NamedTuple):
    """What people read of one operation, besides what it answers."""

    title: str
    """Name on buttons and forms; at most 24 characters, the limit of a Slack modal's title."""
    help: str
    button: str = ""
    """Label of the button that applies a preview; empty where it is that of any change."""
    card_label: str = ""
    """Label of its fact on the card of the change that it is about: Extended, Kept; for control operations."""
    modifies: str = ""
    """Ends the message "... isn't a change, so", for a line that holds no change; for operations that hold a line."""
