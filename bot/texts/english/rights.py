"""What rules allow and forbid, as it continues "you may": operations on groups, limits, conditions and places."""

from collections.abc import Collection, Sequence

from bot.texts.english.wording import listed

EVERYTHING = "everything"
EMERGENCY = "in an emergency, for a stated reason"

_CHANGED = {"members": "members", "recall": "recall"}
_OTHERS = {"server": "change the call park server", "pause": "pause Park"}


def may(operations: Collection[str], groups: Sequence[str]) -> str:
    """Permissions, and the patterns of the groups that they are for; none if for any group."""
    verbs = ["view"] if "read" in operations else []
    if "history" in operations:
        verbs.append("see the history of")
    if changed := [name for permission, name in _CHANGED.items() if permission in operations]:
        verbs.append(f"change {listed(changed)} of")
    if "groups" in operations:
        verbs.append("create, rename and delete")
    said = listed(verbs) if len(verbs) < 3 else ", ".join(verbs)
    phrases = [f"{said} {', '.join(groups) or 'any group'}"] if verbs else []
    return ", and ".join([*phrases, *(verb for permission, verb in _OTHERS.items() if permission in operations)])


def recalls_to(ring_groups: Sequence[str]) -> str:
    """The ring groups that recalls may be sent to, behind the operations; none if to no ring group."""
    return (
        f" (recalls to ring group {listed(ring_groups, 'or')} only)" if ring_groups else " (recalls to no ring group)"
    )


def place(channels: Sequence[str]) -> str:
    """The channels in which a right holds, behind the operations; none if everywhere."""
    return f" from {listed(channels, 'or')}" if channels else ", from anywhere"


def length(longest: str, *, over: bool) -> str:
    """How long a change may last, or from what length on it is forbidden (`over`)."""
    return f"for {_limit(longest, over=over)}"


def people(number: int, *, over: bool) -> str:
    """How many members may be changed at once."""
    return f"{_limit(str(number), over=over)} people at once"


def recall_time(longest: str, *, over: bool) -> str:
    """Which recall times may be set."""
    return f"a recall time of {_limit(longest, over=over)}"


def _limit(most: str, *, over: bool) -> str:
    return f"over {most}" if over else f"at most {most}"


def after_approvals(number: int) -> str:
    """How many people have to approve a change."""
    return "once it is approved" if number == 1 else f"once {number} have approved"


def repeated(longest: str) -> str:
    """Whether changes may be repeated, and for how long; empty if without an end."""
    return f"on a schedule too, for at most {longest}" if longest else "on a schedule too"
