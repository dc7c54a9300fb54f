"""Rules of the two recall fields, the same for the server and for groups."""

from bot.sandbox.pbx.fields import NEEDS_RING_GROUP
from bot.sandbox.pbx.problem import invalid
from bot.sandbox.pbx.state import Record, State


def check_recall(sent: Record, after: Record, state: State) -> None:
    """A target that needs a ring group must be sent with one and stay with one, and the one sent must exist."""
    for record in (sent, after):
        if record.get("recall_to") in NEEDS_RING_GROUP and record.get("ring_group_id") is None:
            raise invalid("ring_group_id must be specified.")
    ring_group_id = sent.get("ring_group_id")
    if ring_group_id is not None and ring_group_id not in state.ring_groups:
        raise invalid("ring_group_id does not exist.")
