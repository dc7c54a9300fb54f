"""The number of the call park server."""

from typing import Any

from bot.desk import Desk
from bot.errors import NotPossible
from bot.fields import ExtensionNumber
from bot.operation import ChangeOperation
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerExtension(ChangeOperation):
    """Must not clash with any other number of the tenant."""

    title = "Server extension"
    phrase = "server extension {extension}"
    also = ("set server extension to {extension}", "server extension to {extension}", "server number {extension}")
    permission = Permission.SERVER
    help = "Gives the call park server another extension number, one that nothing else on the PBX has."
    examples = ("server extension 666",)

    extension: ExtensionNumber

    @classmethod
    def present(cls, desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
        return {"extension": desk.server().settings.get("extension_number")}

    def plan(self, desk: Desk) -> Plan:
        plan = server_plan(desk, "Extension", extension_number=self.extension)
        holder = None if plan.changes[0].already else desk.pbx.number(self.extension)
        if holder is not None:
            raise NotPossible(f"{self.extension} already belongs to {holder.name or holder.type}. Nothing was changed.")
        return plan
