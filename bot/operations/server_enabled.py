"""Call park itself, on or off."""

from typing import Any

from bot.desk import Desk
from bot.fields import Switch
from bot.operation import ChangeOperation
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerEnabled(ChangeOperation):
    """Off asks first: nobody can park a call then."""

    title = "Switch call park"
    phrase = "server {on}"
    also = ("turn|switch server {on}", "turn|switch {on} server", "turn the server {on}")
    permission = Permission.SERVER
    help = "Switches call park on or off for everybody. Off asks first."
    examples = ("server on", "server off")

    on: Switch

    @property
    def asks(self) -> bool:  # type: ignore[override]
        return not self.on

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        return {"on": desk.server().settings.get("enabled")}

    @property
    def button(self) -> str:  # type: ignore[override]
        return "Switch on" if self.on else "Switch off"

    def plan(self, desk: Desk) -> Plan:
        plan = server_plan(desk, "State", enabled=self.on)
        lost = "Nobody in the company can park a call while it is off; calls that are parked now may be cut off."
        return plan.model_copy(update={"loses": () if self.on or plan.changes[0].already else (lost,)})
