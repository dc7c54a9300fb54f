"""Which events a message causes."""

from collections.abc import Iterator

from bot.sandbox.slack.model import Post
from bot.sandbox.slack.payloads import channel_type
from bot.sandbox.slack.state import State

_HISTORY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def events_of(state: State, post: Post) -> Iterator[str]:
    """The types of the events that the bot gets: those it subscribed to, has the scope for, and is there to hear."""
    channel = state.channels[post.channel]
    if state.bot.id not in channel.members or post.user == state.bot.id:
        return
    kind = channel_type(channel)
    history = _HISTORY[kind]
    if f"message.{history}" in state.events and f"{history}:history" in state.scopes and not post.edited:
        yield "message"
    mentioned = f"<@{state.bot.id}>" in post.text and kind != "im"
    if mentioned and "app_mention" in state.events and "app_mentions:read" in state.scopes:
        yield "app_mention"
