"""The operation that makes one's last change again."""

from bot.operations.base import Operation


class Again(Operation):
    """Shows a preview of one's last change in the channel, to be made again; the planner replaces it with that."""

    operation_id = "again"
    phrase = "do it again"
    also = (
        "do|make it|this|that again",
        "do|make the same again",
        "same again",
        "redo|repeat [it|this|that]",
        "redo|repeat [the|my] last change",
    )
    permission = None
    requirement = "what the change needed"
    examples = ("do it again",)
