"""Which conversations the bot can see and write in."""

from typing import Any

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.ids import new_id
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.state import State


def visible_channel(state: State, given: Any) -> Channel:
    """By id, or a public one by name; a private one that the bot isn't in is not there for it."""
    channel = state.channels.get(given) or _named(state, given)
    if channel is None or ((channel.private or channel.direct) and state.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def channel_to_post_in(state: State, given: Any, *, ephemeral: bool = False) -> Channel:
    """A user's id stands for the direct conversation; `chat:write.public` opens public channels to lasting messages."""
    channel = direct_channel(state, [given]) if given in state.people else visible_channel(state, given)
    if channel.archived:
        raise SlackError("is_archived")
    if state.bot.id not in channel.members and (ephemeral or "chat:write.public" not in state.scopes):
        raise SlackError("not_in_channel")
    return channel


def direct_channel(state: State, users: list[str]) -> Channel:
    """The direct conversation of the bot with these, made when it is not there."""
    members = [state.bot.id, *users]
    with state.changed:
        for channel in state.channels.values():
            if channel.direct and set(channel.members) == set(members):
                return channel
        made = Channel(id=new_id("D"), name="directmessage", members=members, private=True, direct=True)
        state.channels[made.id] = made
        state.changed.notify_all()
        return made


def _named(state: State, given: Any) -> Channel | None:
    name = str(given).removeprefix("#")
    return next((c for c in state.channels.values() if c.name == name and not c.direct and not c.private), None)
