"""Changes made on the PBX's own web pages, behind the bot's back."""

from collections.abc import Iterable
from typing import Any

from bot.sandbox.pbx import fields
from bot.sandbox.pbx.state import CONSOLE, State


class Console:
    """Groups are named by id. Nothing is validated: the console can leave things in any state."""

    state: State

    def console_update_server(self, **changes: Any) -> None:
        self.state.change_server(changes, CONSOLE)

    def console_set_prompt(self, name: str | None = "one-moment-please.wav") -> None:
        """The prompt with this file name; None: no prompt; StopIteration."""
        prompt = next(id_ for id_, file in self.state.files.items() if file["name"] == name) if name else None
        self.state.change_server({"prompt_file_id": prompt}, CONSOLE)

    def console_create_group(self, name: str, members: Iterable[str] = (), **settings: Any) -> str:
        """The id of the new group."""
        group = fields.defaults(fields.GROUP) | {"name": name} | settings
        return self.state.add_group(group, members, CONSOLE)

    def console_update_group(self, group_id: str, **changes: Any) -> None:
        self.state.change_group(group_id, changes, CONSOLE)

    def console_delete_group(self, group_id: str) -> None:
        self.state.drop_group(group_id, CONSOLE)

    def console_set_members(self, group_id: str, *extensions: str) -> None:
        """Exactly these, in this order."""
        self.state.change_members(group_id, extensions, CONSOLE)

    def console_add_member(self, group_id: str, extension: str) -> None:
        self.state.change_members(group_id, [*self.state.members[group_id], extension], CONSOLE)

    def console_remove_member(self, group_id: str, extension: str) -> None:
        rest = [other for other in self.state.members[group_id] if other != extension]
        self.state.change_members(group_id, rest, CONSOLE)
