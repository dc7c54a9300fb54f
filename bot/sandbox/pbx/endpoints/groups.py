"""/call_park_groups: list, create, show, update and destroy."""

from flask import request

from bot.sandbox.pbx import fields, shown
from bot.sandbox.pbx.endpoints.body import json_object, nothing
from bot.sandbox.pbx.endpoints.recall import check_recall
from bot.sandbox.pbx.listing import known_only, listing
from bot.sandbox.pbx.problem import Problem, invalid, unknown
from bot.sandbox.pbx.state import API, Record
from bot.sandbox.pbx.world import World


class Groups:
    """Call park groups."""

    def __init__(self, world: World) -> None:
        self.world = world

    def listed(self) -> Record:
        switches = self.world.switches
        groups = self.world.state.groups.values()
        return listing(groups, request.args, switches, lambda group: shown.settings(group, switches))

    def create(self) -> tuple[Record, int]:
        sent = fields.clean(json_object(), fields.GROUP, self.world.switches)
        group = fields.defaults(fields.GROUP) | sent
        self._check(sent, group)
        return {"id": self.world.state.add_group(group, (), API)}, 201

    def show(self, group_id: str) -> Record:
        known_only(request.args)
        return shown.settings(self._group(group_id), self.world.switches)

    def update(self, group_id: str) -> str:
        group = self._group(group_id)
        sent = fields.clean(json_object(), fields.GROUP, self.world.switches)
        replacing = self.world.switches.updates == "replacing"
        wanted = fields.defaults(fields.GROUP) | sent if replacing else sent
        self._check(sent, group | wanted)
        self.world.state.change_group(group_id, wanted, API)
        return ""

    def destroy(self, group_id: str) -> tuple[str, int]:
        nothing()
        self._group(group_id)
        refusal = self.world.switches.delete_with_members
        if refusal and self.world.state.members[group_id]:
            raise Problem(refusal)
        self.world.state.drop_group(group_id, API)
        return "", 204

    def _group(self, id_: str) -> Record:
        if id_ not in self.world.state.groups:
            raise unknown("call park group")
        return self.world.state.groups[id_]

    def _check(self, sent: Record, after: Record) -> None:
        """Names are unique in a tenant, in any case of their letters."""
        if after["name"] is None:
            raise invalid("name must be specified.")
        others = (group for id_, group in self.world.state.groups.items() if id_ != after.get("id"))
        if any(other["name"].casefold() == after["name"].casefold() for other in others):
            raise Problem(self.world.switches.duplicate_name)
        check_recall(sent, after, self.world.state)
