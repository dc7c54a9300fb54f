"""Where unanswered calls go that were parked with *68."""

from typing import Any

from bot.desk import Desk
from bot.fields import RecallTarget
from bot.operation import ChangeOperation
from bot.operations.covers import recall_shown
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerRecall(ChangeOperation):
    """The groups have their own."""

    title = "Server recall"
    phrase = "server recall to {recall}"
    also = (
        "recall server to {recall}",
        "set server recall to {recall}",
        "send server recalls|calls to {recall}",
        "recall the server to {recall}",
    )
    permission = Permission.SERVER
    help = "Sends unanswered calls parked outside a group to whoever parked them, to a ring group, or to both in turn."
    examples = ("server recall to user then Night Desk",)

    recall: RecallTarget

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        return {"recall": recall_shown(desk, desk.server().settings)}

    def plan(self, desk: Desk) -> Plan:
        before = desk.server()
        return server_plan(desk, "Recall target", before, **desk.recall_settings(self.recall, before))
