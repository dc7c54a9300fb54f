"""Messages about drift: what was changed outside Park."""

SERVER = "The call park server"
BY, NOTICED, UNCHANGED, PUT_BACK = "By", "Noticed", "Still unchanged", "Put it back"
"""Labels of facts, and of the button."""
SAME_AS_BEFORE = "Its settings and members are the same as before."
CHANGED, CREATED, DELETED, CREATED_AGAIN = "changed", "created", "deleted", "deleted and created again"


def outside_park(subject: str, what: str) -> str:
    """The title: `Sales was changed outside Park`."""
    return f"{subject} was {what} outside Park"


def number(drift: int) -> str:
    """How people call a drift."""
    return f"Drift {drift}"
