"""What is only read: ring groups, numbers, users, star codes and the audit logs."""

from functools import partial

from flask import request

from bot.sandbox.pbx import shown
from bot.sandbox.pbx.fields import NUMBER
from bot.sandbox.pbx.listing import known_only, listing
from bot.sandbox.pbx.problem import Problem, invalid, unknown
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.world import World


class Lookups:
    """Resources that the API of this sandbox does not change."""

    def __init__(self, world: World) -> None:
        self.world = world

    def ring_groups(self) -> Record:
        switches = self.world.switches
        show = partial(shown.blanks, switches=switches)
        return listing(self.world.state.ring_groups.values(), request.args, switches, show)

    def ring_group(self, ring_group_id: str) -> Record:
        known_only(request.args)
        if ring_group_id not in self.world.state.ring_groups:
            raise unknown("ring group")
        return shown.blanks(
            self.world.state.ring_groups[ring_group_id] | {"outbound_caller_ids": []}, self.world.switches
        )

    def number(self, extension_number: str) -> Record:
        known_only(request.args)
        if not NUMBER.fullmatch(extension_number):
            raise invalid("extension_number must be 3 to 64 digits.")
        number = self.world.state.number(extension_number)
        if number is None:
            raise unknown("extension number")
        return number

    def users(self) -> Record:
        switches = self.world.switches
        show = partial(shown.blanks, switches=switches)
        return listing(self.world.state.users.values(), request.args, switches, show)

    def feature_codes(self) -> Record:
        known_only(request.args)
        return {"items": self.world.state.feature_codes}

    def audit_logs(self) -> Record:
        """All of them, newest first: the documentation promises no parameters."""
        known_only(request.args)
        if self.world.switches.audit_logs:
            raise Problem(self.world.switches.audit_logs)
        logs = self.world.state.audit[::-1]
        return {"count": len(logs), "items": logs}
