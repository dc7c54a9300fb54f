"""What allows a change: rules as they stand, others who approve it, or an emergency."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.operation import ChangeOperation, Operation
from bot.policy import Approvers, Decision


class Granted(NamedTuple):
    """The rules that allowed it in one text, and their policy's fingerprint; None where nobody had to."""

    rule: str | None = None
    policy: str | None = None
    approvers: tuple[Approvers, ...] = ()
    """Who has to approve it first."""
    channels: tuple[str, ...] = ()
    """Ids of those that hear of an emergency."""

    def recorded(self) -> dict[str, Any]:
        """For the journal."""
        return {"rule": self.rule, "policy": self.policy}


def is_granted(operation: Operation, decision: Decision) -> bool:
    """Whether it is allowed, or would be in the way that it was asked for."""
    return decision.allowed or (isinstance(operation, ChangeOperation) and _second_way(operation, decision))


def _second_way(operation: ChangeOperation, decision: Decision) -> bool:
    urgent = operation.emergency is not None and decision.emergency
    return bool(urgent or (operation.approval and decision.approvers))


def granted(operation: Operation, decisions: Sequence[Decision], policy: str) -> Granted:
    """By decisions that grant it; an emergency waits for nobody, though somebody could approve it."""
    urgent = isinstance(operation, ChangeOperation) and operation.emergency is not None
    rules, approvers, channels = dict[str, None](), dict[Approvers, None](), dict[str, None]()
    for one in decisions:
        if one.allowed:
            rules |= dict.fromkeys(one.rules)
        elif urgent and one.emergency:
            rules |= dict.fromkeys(one.by_emergency)
            channels |= dict.fromkeys(one.emergency)
        else:
            rules |= dict.fromkeys(one.by_approval)
            approvers |= dict.fromkeys(one.approvers)
    return Granted(" and ".join(rules) or None, policy, tuple(approvers), tuple(channels))
