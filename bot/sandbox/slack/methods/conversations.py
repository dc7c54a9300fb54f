"""Channels and who is in them."""

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.methods import method, require
from bot.sandbox.slack.methods.access import direct_channel, visible_channel
from bot.sandbox.slack.methods.paging import page
from bot.sandbox.slack.model import Channel, Json
from bot.sandbox.slack.payloads import channel_type, is_shared
from bot.sandbox.slack.state import State

_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_TYPES = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}


@method("conversations.open", "im:write")
def conversations_open(state: State, args: Json) -> Json:
    users = [user for user in str(args.get("users") or "").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied")
    if any(user not in state.people for user in users):
        raise SlackError("user_not_found")
    if users == [state.bot.id]:
        raise SlackError("cannot_dm_bot")
    return {"channel": {"id": direct_channel(state, users).id}}


@method("conversations.info", *_READ.values())
def conversations_info(state: State, args: Json) -> Json:
    return {"channel": _shown(state, _readable(state, args))}


@method("conversations.members", *_READ.values())
def conversations_members(state: State, args: Json) -> Json:
    members, cursor = page(_readable(state, args).members, args)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", *_READ.values())
def conversations_list(state: State, args: Json) -> Json:
    shown, cursor = page(_wanted(state, args), args, most=999)
    return {"channels": [_shown(state, c) for c in shown], "response_metadata": {"next_cursor": cursor}}


@method("users.conversations", *_READ.values())
def users_conversations(state: State, args: Json) -> Json:
    """Those of `user`, of the bot where none is given: others' that are not public only where the bot is in them too.

    Objects are limited: they lack is_member and num_members."""
    user = str(args.get("user") or state.bot.id)
    if user not in state.people:
        raise SlackError("user_not_found")
    theirs = [c for c in _wanted(state, args) if user in c.members]
    shown, cursor = page(theirs, args, most=999)
    places = [{k: v for k, v in _shown(state, c).items() if k not in ("is_member", "num_members")} for c in shown]
    return {"channels": places, "response_metadata": {"next_cursor": cursor}}


def _wanted(state: State, args: Json) -> list[Channel]:
    """Of the `types` asked for, each of which needs its scope; archived ones too, unless they are excluded."""
    types = str(args.get("types") or "public_channel").split(",")
    if not set(types) <= set(_TYPES.values()):
        raise SlackError("invalid_types")
    kinds = {kind for kind, name in _TYPES.items() if name in types}
    for kind in kinds:
        require(state, _READ[kind])
    wanted = [c for c in state.channels.values() if channel_type(c) in kinds and _is_there(state, c)]
    if str(args.get("exclude_archived")).lower() in ("1", "true"):
        wanted = [c for c in wanted if not c.archived]
    return wanted


def _readable(state: State, args: Json) -> Channel:
    channel = visible_channel(state, args.get("channel"))
    require(state, _READ[channel_type(channel)])
    return channel


def _is_there(state: State, channel: Channel) -> bool:
    return not channel.private or state.bot.id in channel.members


def _shown(state: State, channel: Channel) -> Json:
    if channel.direct:
        other = next(m for m in channel.members if m != state.bot.id)
        return {"id": channel.id, "is_im": True, "user": other, "is_archived": channel.archived}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": state.bot.id in channel.members,
        "is_ext_shared": is_shared(state, channel),
        "num_members": len(channel.members),
    }
