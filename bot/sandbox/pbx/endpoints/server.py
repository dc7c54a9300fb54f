"""GET and POST /call_park."""

from flask import request

from bot.sandbox.pbx import fields, shown
from bot.sandbox.pbx.endpoints.body import json_object
from bot.sandbox.pbx.endpoints.recall import check_recall
from bot.sandbox.pbx.listing import known_only
from bot.sandbox.pbx.problem import invalid
from bot.sandbox.pbx.state import API, Record
from bot.sandbox.pbx.world import World


class Server:
    """The call park server."""

    def __init__(self, world: World) -> None:
        self.world = world

    def show(self) -> Record:
        known_only(request.args)
        return shown.server(self.world.state, self.world.switches)

    def update(self) -> str:
        state = self.world.state
        sent = fields.clean(json_object(), fields.SERVER, self.world.switches)
        wanted = self._left_out() | sent
        check_recall(sent, state.server | wanted, state)
        self._check_number(sent)
        self._check_prompt(sent)
        state.change_server(wanted, API)
        return ""

    def _left_out(self) -> Record:
        """What becomes of fields that the body does not have."""
        left = fields.defaults(fields.SERVER) if self.world.switches.updates == "replacing" else {}
        left.pop("prompt_file_id", None)
        return left | ({"prompt_file_id": None} if self.world.switches.prompt == "cleared" else {})

    def _check_number(self, sent: Record) -> None:
        number = sent.get("extension_number")
        if number and self.world.state.number(number):
            raise invalid("extension_number is used by another resource.")

    def _check_prompt(self, sent: Record) -> None:
        prompt = sent.get("prompt_file_id")
        if prompt and prompt not in self.world.state.files:
            raise invalid("prompt_file_id does not exist.")
