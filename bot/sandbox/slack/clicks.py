"""Clicks on buttons and options, in messages and in views."""

from bot.sandbox.slack.buttons import action_of, chosen, find_element
from bot.sandbox.slack.filling import Filling
from bot.sandbox.slack.model import Ack, Json, Message
from bot.sandbox.slack.views.seen import View
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import SLOTS, entry_of


class Clicks(Filling):
    """An element with `confirm` asks first; `sure=False` is the answer no, and nothing is sent."""

    def click(
        self,
        user: str,
        where: Message | View,
        *,
        label: str | None = None,
        action_id: str | None = None,
        value: str | None = None,
        block_id: str | None = None,
        values: Json | None = None,
        sure: bool = True,
    ) -> Ack:
        """Click the first button or option that fits all that is given; `values` is the state of a message's inputs."""
        before = self._before(user, where)
        block, element = find_element(before.blocks, label=label, action_id=action_id, value=value, block_id=block_id)
        if "confirm" in element and not sure:
            return Ack(ok=False, seconds=0.0, error="cancelled")
        if isinstance(before, Sheet) and element["type"] in SLOTS:
            return self._pick(user, before, block, element, chosen(element, label, value))
        return self._act(user, before, action_of(block, element, value=value, label=label), values)

    def _pick(self, user: str, sheet: Sheet, block: Json, element: Json, option: Json) -> Ack:
        now = entry_of(element, [option] if SLOTS[element["type"]].many else option)
        self._enter(sheet, block, element, now)
        return self._chosen(user, sheet, block, element, now)

    def question(
        self, user: str, where: Message | View, *, label: str | None = None, action_id: str | None = None
    ) -> str | None:
        """What the person is asked before a click is sent: title, text and the two buttons; None where nothing is."""
        _, element = find_element(self._before(user, where).blocks, label=label, action_id=action_id)
        if "confirm" not in element:
            return None
        title, text, yes, no = (element["confirm"][key]["text"] for key in ("title", "text", "confirm", "deny"))
        return f"{title}\n{text}\n[{yes}]  [{no}]"
