"""/call_park_groups/{id}/members: list, add one, destroy one."""

from flask import request

from bot.sandbox.pbx import shown
from bot.sandbox.pbx.endpoints.body import nothing
from bot.sandbox.pbx.fields import NUMBER
from bot.sandbox.pbx.listing import known_only
from bot.sandbox.pbx.problem import Problem, invalid, unknown
from bot.sandbox.pbx.state import API, Record
from bot.sandbox.pbx.world import World


class Members:
    """Members of a call park group: users, each in at most one group."""

    def __init__(self, world: World) -> None:
        self.world = world

    def listed(self, group_id: str) -> Record:
        known_only(request.args)
        return {"items": shown.members(self._extensions(group_id), self.world.state, self.world.switches)}

    def add(self, group_id: str, extension_number: str) -> str:
        """A new member goes last."""
        nothing()
        extensions = self._extensions(group_id)
        self._check_user(extension_number)
        if extension_number in extensions:
            return self._add_again()
        if self.world.state.group_with(extension_number):
            raise Problem(self.world.switches.in_other_group)
        self.world.state.change_members(group_id, [*extensions, extension_number], API)
        return ""

    def destroy(self, group_id: str, extension_number: str) -> tuple[str, int]:
        nothing()
        extensions = self._extensions(group_id)
        if extension_number in extensions:
            rest = [extension for extension in extensions if extension != extension_number]
            self.world.state.change_members(group_id, rest, API)
        elif refusal := self.world.switches.not_a_member:
            raise Problem(refusal)
        return "", 204

    def _add_again(self) -> str:
        if refusal := self.world.switches.already_here:
            raise Problem(refusal)
        return ""

    def _extensions(self, id_: str) -> list[str]:
        if id_ not in self.world.state.members:
            raise unknown("call park group")
        return self.world.state.members[id_]

    def _check_user(self, extension: str) -> None:
        if not NUMBER.fullmatch(extension):
            raise invalid("extension_number must be 3 to 64 digits.")
        number = self.world.state.number(extension)
        if number is None:
            raise Problem(self.world.switches.unknown_extension)
        if number["type"] != "EXTENSION":
            raise invalid("extension_number is not a user.")
