"""What a person has before them when they point at a message or a view."""

from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.model import Ack, Json, Message, Post
from bot.sandbox.slack.payloads import block_actions
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.payloads import view_actions
from bot.sandbox.slack.views.seen import View
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import Values, first

TROUBLE = "We had some trouble connecting. Try again?"


class Pointing:
    """People use what is before them, and nothing of anybody else's."""

    state: State
    urls: ResponseURLs
    deliveries: Deliveries

    def _before(self, user: str, where: Message | View | None) -> Sheet | Post:
        """The message or view as it is now, by default the view on top; LookupError where it is gone."""
        found = self._post(user, where) if isinstance(where, Message) else self._sheet(user, where)
        if found is None:
            raise LookupError("that is not there for them any more")
        return found

    def _post(self, user: str, message: Message) -> Post | None:
        channel = self.state.channels[message.channel]
        if user not in channel.members and (channel.private or channel.direct):
            raise ValueError(f"{user} is not in {channel.name}")
        post = self.state.find(message.channel, message.ts, ephemeral=message.ephemeral)
        return post if post and post.only_for in (None, user) else None

    def _sheet(self, user: str, view: View | None) -> Sheet | None:
        stack = self.state.sheets.stack(user)
        if view is None:
            return stack[-1] if stack else None
        sheet = self.state.sheets.find(view.id)
        return sheet if sheet and (sheet in stack[-1:] or sheet is self.state.sheets.home(user)) else None

    def _values(self, where: Sheet | Post) -> Values:
        return where.values if isinstance(where, Sheet) else first(where.blocks, where.channel)

    def _act(self, user: str, where: Sheet | Post, action: Json, values: Json | None = None) -> Ack:
        """Tell the app of an action; the person is told beside it when that fails."""
        action["action_ts"] = self.state.stamps.next()
        if isinstance(where, Sheet):
            ack = self.deliveries.once("interactive", view_actions(self.state, where, action))
            where.trouble = TROUBLE if ack.error else where.trouble
            return ack
        url = self.urls.new(where.channel, user, where)
        person = self.state.people[user]
        ack = self.deliveries.once("interactive", block_actions(self.state, person, where, action, url, values))
        if ack.error:
            self.state.by_slackbot(where.channel, user, f'The app failed with the error "{ack.error}"')
        return ack
