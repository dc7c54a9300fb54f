"""Typing into menus whose options the app knows."""

from typing import Any

from bot.sandbox.slack.buttons import find_field
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json, Message, Post
from bot.sandbox.slack.pointing import Pointing
from bot.sandbox.slack.views.answers import suggested
from bot.sandbox.slack.views.choices import by_name
from bot.sandbox.slack.views.payloads import block_suggestion
from bot.sandbox.slack.views.seen import View
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import held

LEAST = 3
"""Characters before the app is asked, where the menu does not say."""


class Offer(list[Json]):
    """Options; with an `error` there are none, and the person reads only that there are no results."""

    error: str | None = None


class Typeahead(Pointing):
    """What was offered last in each menu stays to be chosen from."""

    _offers: dict[tuple[str, str, str], Offer]

    def suggest(
        self,
        user: str,
        text: str,
        *,
        where: Message | View | None = None,
        label: str | None = None,
        block_id: str | None = None,
        action_id: str | None = None,
    ) -> Offer:
        """Type into an external menu, by default of the view on top: what it offers then."""
        before = self._before(user, where)
        block, element = find_field(before.blocks, label=label, block_id=block_id, action_id=action_id)
        if "external" not in element["type"]:
            raise LookupError(f"the app is not asked for the options of a {element['type']}")
        return self._ask(user, before, block, element, text)

    def _ask(self, user: str, where: Sheet | Post, block: Json, element: Json, text: str) -> Offer:
        if len(text) < element.get("min_query_length", LEAST):
            return Offer()
        payload = block_suggestion(self.state, self.state.people[user], where, block, element, text)
        ack = self.deliveries.once("interactive", payload)
        offer = Offer()
        try:
            offer.extend(suggested(ack.payload) if ack.ok else [])
            offer.error = ack.error
        except SlackError as refusal:
            offer.error = refusal.code
        self._offers[self._menu(where, block, element)] = offer
        return offer

    def _offered(self, user: str, where: Sheet | Post, block: Json, element: Json, value: Any) -> list[Json]:
        """What can be chosen in an external menu: what it holds, what it offered last, and what typing brings up."""
        if "external" not in element["type"]:
            return []
        holds = held(self._values(where)[block["block_id"]][element["action_id"]]) or []
        there = [
            *(holds if isinstance(holds, list) else [holds]),
            *self._offers.get(self._menu(where, block, element), []),
        ]
        for one in value if isinstance(value, list) else [value]:
            name = one["text"]["text"] if isinstance(one, dict) else str(one or "")
            if name and name not in by_name(there):
                there += self._ask(user, where, block, element, name)
        return there

    def _menu(self, where: Sheet | Post, block: Json, element: Json) -> tuple[str, str, str]:
        return where.id if isinstance(where, Sheet) else where.ts, block["block_id"], element["action_id"]
