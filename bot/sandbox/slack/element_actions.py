"""What users do with elements of messages and views: click, choose, type, and search in external menus."""

from typing import Any

from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.elements import (
    VALUE_SLOTS,
    Values,
    action_of,
    entry_of,
    find_element,
    find_field,
    find_option,
    initial_values,
    value_of,
)
from bot.sandbox.slack.files import grant_access
from bot.sandbox.slack.menus import available_choices, options_by_name, parse_entered_value, parse_suggestions
from bot.sandbox.slack.model import Ack, Json, Message, Post, SlackError
from bot.sandbox.slack.payloads import block_actions, block_suggestion, view_actions
from bot.sandbox.slack.rendering import View
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.views import StoredView

CONNECTION_ERROR = "We had some trouble connecting. Try again?"
"""Text above a view whose action was not acknowledged."""


class TargetLookup:
    """Finds the message or view that a user acts on; others' are not found."""

    state: SlackState
    urls: ResponseURLs
    deliveries: Deliveries

    def _target(self, user: str, where: Message | View | None) -> StoredView | Post:
        """Returns the current message or view, by default the top view; LookupError if it is gone."""
        found = self._post(user, where) if isinstance(where, Message) else self._find_view(user, where)
        if found is None:
            raise LookupError("that is not there for them any more")
        return found

    def _post(self, user: str, message: Message) -> Post | None:
        channel = self.state.channels[message.channel]
        if user not in channel.members and (channel.private or channel.direct):
            raise ValueError(f"{user} is not in {channel.name}")
        post = self.state.find(message.channel, message.ts, ephemeral=message.ephemeral)
        return post if post and post.only_for in (None, user) else None

    def _find_view(self, user: str, view: View | None) -> StoredView | None:
        stack = self.state.views.stack(user)
        if view is None:
            return stack[-1] if stack else None
        stored_view = self.state.views.find(view.id)
        return (
            stored_view
            if stored_view and (stored_view in stack[-1:] or stored_view is self.state.views.home(user))
            else None
        )

    def _values(self, where: StoredView | Post) -> Values:
        return where.values if isinstance(where, StoredView) else initial_values(where.blocks, where.channel)

    def _act(self, user: str, where: StoredView | Post, action: Json, values: Json | None = None) -> Ack:
        """Sends an action to the app; on failure the user is informed."""
        action["action_ts"] = self.state.timestamps.next()
        if isinstance(where, StoredView):
            ack = self.deliveries.deliver("interactive", view_actions(self.state, where, action))
            where.trouble = CONNECTION_ERROR if ack.error else where.trouble
            return ack
        url = self.urls.new(where.channel, user, where)
        person = self.state.people[user]
        ack = self.deliveries.deliver("interactive", block_actions(self.state, person, where, action, url, values))
        if ack.error:
            self.state.post_as_slackbot(where.channel, user, f'The app failed with the error "{ack.error}"')
        return ack


DEFAULT_MIN_QUERY_LENGTH = 3
"""Characters before the app is asked for options, where the menu does not set `min_query_length`."""


class Suggestions(list[Json]):
    """Options of an external menu; empty with an `error`, of which the user sees only that nothing was found."""

    error: str | None = None


class SuggestionActions(TargetLookup):
    """Typing in external menus; each menu's last options stay selectable."""

    _offers: dict[tuple[str, str, str], Suggestions]

    def suggest(
        self,
        user: str,
        text: str,
        *,
        where: Message | View | None = None,
        label: str | None = None,
        block_id: str | None = None,
        action_id: str | None = None,
    ) -> Suggestions:
        """Types into an external menu, by default of the top view, and returns its options."""
        target = self._target(user, where)
        block, element = find_field(target.blocks, label=label, block_id=block_id, action_id=action_id)
        if "external" not in element["type"]:
            raise LookupError(f"the app is not asked for the options of a {element['type']}")
        return self._ask(user, target, block, element, text)

    def _ask(self, user: str, where: StoredView | Post, block: Json, element: Json, text: str) -> Suggestions:
        if len(text) < element.get("min_query_length", DEFAULT_MIN_QUERY_LENGTH):
            return Suggestions()
        payload = block_suggestion(self.state, self.state.people[user], where, block, element, text)
        ack = self.deliveries.deliver("interactive", payload)
        offer = Suggestions()
        try:
            offer.extend(parse_suggestions(ack.payload) if ack.ok else [])
            offer.error = ack.error
        except SlackError as refusal:
            offer.error = refusal.code
        self._offers[self._menu(where, block, element)] = offer
        return offer

    def _offered(self, user: str, where: StoredView | Post, block: Json, element: Json, value: Any) -> list[Json]:
        """Returns the selectable options of an external menu: selected, last suggested, and found for `value`."""
        if "external" not in element["type"]:
            return []
        holds = value_of(self._values(where)[block["block_id"]][element["action_id"]]) or []
        there = [
            *(holds if isinstance(holds, list) else [holds]),
            *self._offers.get(self._menu(where, block, element), []),
        ]
        for one in value if isinstance(value, list) else [value]:
            name = one["text"]["text"] if isinstance(one, dict) else str(one or "")
            if name and name not in options_by_name(there):
                there += self._ask(user, where, block, element, name)
        return there

    def _menu(self, where: StoredView | Post, block: Json, element: Json) -> tuple[str, str, str]:
        return where.id if isinstance(where, StoredView) else where.ts, block["block_id"], element["action_id"]


class FieldActions(SuggestionActions):
    """Typing and choosing in fields; outside of inputs, or with `dispatch_action`, that is an action."""

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
        """Sets a field's value by name or value: a list for several, None to clear it.

        In an external menu the name is typed first if it was not suggested yet.

        Returns:
            The acknowledgement if this is an action, else None.

        Raises:
            LookupError: The value cannot be chosen; the message lists what can.
        """
        target = self._target(user, where)
        block, element = find_field(target.blocks, label=label, block_id=block_id, action_id=action_id)
        acts = block["type"] != "input" or bool(block.get("dispatch_action"))
        if acts and "confirm" in element and not sure:
            return Ack(ok=False, seconds=0.0, error="cancelled")
        there = available_choices(self.state, user, element, self._offered(user, target, block, element, value))
        now = entry_of(element, parse_entered_value(element, value, there))
        grant_access(self.state, element, now)
        if isinstance(target, StoredView):
            self._enter(target, block, element, now)
        return self._chosen(user, target, block, element, now) if acts else None

    def _enter(self, stored_view: StoredView, block: Json, element: Json, now: Json) -> None:
        with self.state.changed:
            stored_view.values[block["block_id"]][element["action_id"]] = now
            stored_view.errors.pop(block["block_id"], None)
            self.state.changed.notify_all()

    def _chosen(self, user: str, where: StoredView | Post, block: Json, element: Json, now: Json) -> Ack:
        """Sends the element's new value; other elements of a message have their initial values."""
        action = {**now, "block_id": block["block_id"], "action_id": element["action_id"]}
        values = self._values(where)
        values.setdefault(block["block_id"], {})[element["action_id"]] = now
        return self._act(user, where, action, values)


class ClickActions(FieldActions):
    """Clicking buttons and options; `sure=False` declines a confirmation dialog."""

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
        """Clicks the first button or option that matches all arguments.

        Args:
            values: State of the inputs of a message.
        """
        target = self._target(user, where)
        block, element = find_element(target.blocks, label=label, action_id=action_id, value=value, block_id=block_id)
        if "confirm" in element and not sure:
            return Ack(ok=False, seconds=0.0, error="cancelled")
        if isinstance(target, StoredView) and element["type"] in VALUE_SLOTS:
            return self._pick(user, target, block, element, find_option(element, label, value))
        return self._act(user, target, action_of(block, element, value=value, label=label), values)

    def _pick(self, user: str, stored_view: StoredView, block: Json, element: Json, option: Json) -> Ack:
        now = entry_of(element, [option] if VALUE_SLOTS[element["type"]].many else option)
        self._enter(stored_view, block, element, now)
        return self._chosen(user, stored_view, block, element, now)

    def question(
        self, user: str, where: Message | View, *, label: str | None = None, action_id: str | None = None
    ) -> str | None:
        """Returns the text of the confirmation dialog and its buttons, or None if there is none."""
        _, element = find_element(self._target(user, where).blocks, label=label, action_id=action_id)
        if "confirm" not in element:
            return None
        title, text, yes, no = (element["confirm"][key]["text"] for key in ("title", "text", "confirm", "deny"))
        return f"{title}\n{text}\n[{yes}]  [{no}]"
