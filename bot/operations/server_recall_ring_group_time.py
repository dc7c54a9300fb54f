"""How long a recall rings the user before it goes on to the ring group."""

from typing import Any

from bot.desk import Desk
from bot.fields import Time
from bot.operation import ChangeOperation
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerRecallRingGroupTime(ChangeOperation):
    """Counts where the recall target is the user and then a ring group."""

    title = "Ring group time"
    phrase = "server recall ring group time {time}"
    also = (
        "recall ring group time {time}",
        "set server recall ring group time to {time}",
        "server recall ring group time to {time}",
        "set recall ring group time to {time}",
    )
    permission = Permission.SERVER
    help = "Sets after how long a recalled call goes on to the ring group: 1 to 15 minutes, for every group."
    examples = ("server recall ring group time 90s",)

    time: Time

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        return {"time": desk.server().settings.get("recall_ring_group_time")}

    def plan(self, desk: Desk) -> Plan:
        return server_plan(desk, "Recall ring group time", recall_ring_group_time=self.time)
