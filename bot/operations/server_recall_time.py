"""How long a call stays parked before it is recalled."""

from typing import Any

from bot.desk import Desk
from bot.fields import Time
from bot.operation import ChangeOperation
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerRecallTime(ChangeOperation):
    """Holds for every group: groups have no timers."""

    title = "Recall time"
    phrase = "server recall time {time}"
    also = (
        "set server recall time to {time}",
        "server recall time to {time}",
        "recall time {time}",
        "recall time to {time}",
        "set recall time to {time}",
    )
    permission = Permission.SERVER
    help = "Sets how long a parked call waits before it is recalled: 1 to 15 minutes, for every group."
    examples = ("server recall time 5m",)

    time: Time

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        return {"time": desk.server().settings.get("recall_time")}

    def plan(self, desk: Desk) -> Plan:
        return server_plan(desk, "Recall time", recall_time=self.time)
