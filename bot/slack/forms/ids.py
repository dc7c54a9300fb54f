"""What the inputs of a form are called on their way through Slack."""

PICK = "park:pick:"
"""Starts the action_id of every picker with typeahead; what it picks follows."""
NOBODY = "park:nobody"
"""The value of an option that only says something."""
RECALL_CHOICE = "park:recall"
RING_GROUP = ".ring_group"
"""Ends the block_id of a recall target's ring group."""
