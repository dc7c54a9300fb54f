"""What a person types and chooses."""

from typing import Any

from bot.sandbox.slack.attached import give
from bot.sandbox.slack.buttons import find_field
from bot.sandbox.slack.model import Ack, Json, Message, Post
from bot.sandbox.slack.typeahead import Typeahead
from bot.sandbox.slack.views.choices import choices
from bot.sandbox.slack.views.entering import entered
from bot.sandbox.slack.views.seen import View
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import entry_of


class Filling(Typeahead):
    """A choice outside of inputs is an action at once, in an input only with `dispatch_action`."""

    def fill(
        self,
        user: str,
        value: Any,
        *,
        label: str | None = None,
        block_id: str | None = None,
        action_id: str | None = None,
        where: Message | View | None = None,
        sure: bool = True,
    ) -> Ack | None:
        """Type or choose by name or value, a list for several, None to take it out; an Ack where that is an action.

        What an external menu has not offered yet is typed into it first. LookupError lists what can be chosen."""
        before = self._before(user, where)
        block, element = find_field(before.blocks, label=label, block_id=block_id, action_id=action_id)
        acts = block["type"] != "input" or bool(block.get("dispatch_action"))
        if acts and "confirm" in element and not sure:
            return Ack(ok=False, seconds=0.0, error="cancelled")
        there = choices(self.state, user, element, self._offered(user, before, block, element, value))
        now = entry_of(element, entered(element, value, there))
        give(self.state, element, now)
        if isinstance(before, Sheet):
            self._enter(before, block, element, now)
        return self._chosen(user, before, block, element, now) if acts else None

    def _enter(self, sheet: Sheet, block: Json, element: Json, now: Json) -> None:
        with self.state.changed:
            sheet.values[block["block_id"]][element["action_id"]] = now
            sheet.errors.pop(block["block_id"], None)
            self.state.changed.notify_all()

    def _chosen(self, user: str, where: Sheet | Post, block: Json, element: Json, now: Json) -> Ack:
        """Tell the app of the element's new entry; a message's other elements are as nobody had touched them."""
        action = {**now, "block_id": block["block_id"], "action_id": element["action_id"]}
        values = self._values(where)
        values.setdefault(block["block_id"], {})[element["action_id"]] = now
        return self._act(user, where, action, values)
