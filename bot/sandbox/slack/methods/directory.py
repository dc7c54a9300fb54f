"""Web API methods for the token and team, users, user groups and conversations."""

from bot.sandbox.slack.content import message_object
from bot.sandbox.slack.methods.registry import api_method, direct_channel, paginate, require_scope, visible_channel
from bot.sandbox.slack.model import Channel, Json, SlackError, User
from bot.sandbox.slack.payloads import channel_type, is_shared
from bot.sandbox.slack.state import SlackState


@api_method("auth.test")
def auth_test(state: SlackState, args: Json) -> Json:
    return {
        "url": f"https://{state.domain}.slack.com/",
        "team": state.name,
        "user": state.bot.name,
        "team_id": state.enterprise if state.org_wide else state.team,
        "user_id": state.bot.id,
        "bot_id": state.bot.bot_id,
        "is_enterprise_install": state.org_wide,
    }


@api_method("bots.info", "users:read")
def bots_info(state: SlackState, args: Json) -> Json:
    if args.get("bot") != state.bot.bot_id:
        raise SlackError("bot_not_found")
    return {"bot": {"id": state.bot.bot_id, "app_id": state.app, "user_id": state.bot.id, "name": state.bot.name}}


@api_method("apps.connections.open", app=True)
def connections_open(state: SlackState, args: Json) -> Json:
    return {"url": state.new_link()}


@api_method("team.info", "team:read")
def team_info(state: SlackState, args: Json) -> Json:
    return {"team": {"id": state.team, "name": state.name, "domain": state.domain}}


@api_method("users.info", "users:read")
def users_info(state: SlackState, args: Json) -> Json:
    person = state.people.get(str(args.get("user")))
    if person is None:
        raise SlackError("user_not_found")
    locale = {"locale": person.locale} if str(args.get("include_locale")).lower() in ("1", "true") else {}
    return {"user": _user_object(state, person) | locale}


@api_method("users.list", "users:read")
def users_list(state: SlackState, args: Json) -> Json:
    people, cursor = paginate(list(state.people.values()), args)
    return {"members": [_user_object(state, p) for p in people], "response_metadata": {"next_cursor": cursor}}


@api_method("users.lookupByEmail", "users:read.email")
def lookup_by_email(state: SlackState, args: Json) -> Json:
    email = str(args.get("email") or "").lower()
    found = next((p for p in state.people.values() if p.email and p.email.lower() == email), None)
    if found is None or found.team != state.team:
        raise SlackError("users_not_found")
    return {"user": _user_object(state, found)}


@api_method("usergroups.list", "usergroups:read")
def usergroups_list(state: SlackState, args: Json) -> Json:
    def shown(group_id: str) -> Json:
        group = state.groups[group_id]
        entry: Json = {"id": group.id, "team_id": state.team, "is_usergroup": True, "name": group.name}
        entry |= {"handle": group.handle, "user_count": len(group.members), "date_delete": 0}
        return entry | ({"users": group.members} if args.get("include_users") in ("1", "true", True) else {})

    return {"usergroups": [shown(group_id) for group_id in state.groups]}


@api_method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(state: SlackState, args: Json) -> Json:
    group = state.groups.get(str(args.get("usergroup")))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def _user_object(state: SlackState, person: User) -> Json:
    """Returns the user object; email needs its scope and is left out for users of other workspaces."""
    profile: Json = {"real_name": person.real_name, "display_name": person.real_name, "team": person.team}
    if "users:read.email" in state.scopes and person.email and person.team == state.team:
        profile["email"] = person.email
    shown: Json = {"id": person.id, "team_id": person.team, "name": person.name, "real_name": person.real_name}
    return shown | {
        "deleted": person.deleted,
        "tz": person.tz,
        "profile": profile,
        "is_admin": person.admin,
        "is_owner": False,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
        "is_bot": person.bot_id is not None,
        "is_app_user": False,
        "is_stranger": person.team != state.team and not _is_seen(state, person),
    }


def _is_seen(state: SlackState, person: User) -> bool:
    """Returns whether somebody of another workspace is in a channel of the bot's: docs.slack.dev, user object."""
    channels = [one.members for one in state.channels.values() if not one.direct and state.bot.id in one.members]
    return any(person.id in members for members in channels)


_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_HISTORY = {kind: scope.replace(":read", ":history") for kind, scope in _READ.items()}
_TYPES = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}


@api_method("conversations.open", "im:write")
def conversations_open(state: SlackState, args: Json) -> Json:
    users = [user for user in str(args.get("users") or "").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied")
    if any(user not in state.people for user in users):
        raise SlackError("user_not_found")
    if users == [state.bot.id]:
        raise SlackError("cannot_dm_bot")
    return {"channel": {"id": direct_channel(state, users).id}}


@api_method("conversations.info", *_READ.values())
def conversations_info(state: SlackState, args: Json) -> Json:
    return {"channel": _channel_object(state, _readable_channel(state, args))}


@api_method("conversations.history", "channels:history", "groups:history", "im:history", "mpim:history")
def conversations_history(state: SlackState, args: Json) -> Json:
    """Lists the latest messages first, without replies in threads and ephemeral messages."""
    channel = visible_channel(state, args.get("channel"))
    require_scope(state, _HISTORY[channel_type(channel)])
    tops = [p for p in state.posts if p.channel == channel.id and not p.only_for and p.thread_ts in (None, p.ts)]
    shown, cursor = paginate(tops[::-1], args, most=999)
    messages = [message_object(state, post) for post in shown]
    return {"messages": messages, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


@api_method("conversations.members", *_READ.values())
def conversations_members(state: SlackState, args: Json) -> Json:
    members, cursor = paginate(_readable_channel(state, args).members, args)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@api_method("conversations.list", *_READ.values())
def conversations_list(state: SlackState, args: Json) -> Json:
    shown, cursor = paginate(_listed_channels(state, args), args, most=999)
    return {"channels": [_channel_object(state, c) for c in shown], "response_metadata": {"next_cursor": cursor}}


@api_method("users.conversations", *_READ.values())
def users_conversations(state: SlackState, args: Json) -> Json:
    """Lists the conversations of `user`, by default of the bot.

    Another user's private conversations are listed only if the bot is in them. Objects lack is_member and num_members.
    """
    user = str(args.get("user") or state.bot.id)
    if user not in state.people:
        raise SlackError("user_not_found")
    theirs = [c for c in _listed_channels(state, args) if user in c.members]
    shown, cursor = paginate(theirs, args, most=999)
    places = [
        {k: v for k, v in _channel_object(state, c).items() if k not in ("is_member", "num_members")} for c in shown
    ]
    return {"channels": places, "response_metadata": {"next_cursor": cursor}}


def _listed_channels(state: SlackState, args: Json) -> list[Channel]:
    """Returns the channels of the requested `types`, each of which needs its scope."""
    types = str(args.get("types") or "public_channel").split(",")
    if not set(types) <= set(_TYPES.values()):
        raise SlackError("invalid_types")
    kinds = {kind for kind, name in _TYPES.items() if name in types}
    for kind in kinds:
        require_scope(state, _READ[kind])
    wanted = [c for c in state.channels.values() if channel_type(c) in kinds and _is_visible(state, c)]
    if str(args.get("exclude_archived")).lower() in ("1", "true"):
        wanted = [c for c in wanted if not c.archived]
    return wanted


def _readable_channel(state: SlackState, args: Json) -> Channel:
    channel = visible_channel(state, args.get("channel"))
    require_scope(state, _READ[channel_type(channel)])
    return channel


def _is_visible(state: SlackState, channel: Channel) -> bool:
    return not channel.private or state.bot.id in channel.members


def _channel_object(state: SlackState, channel: Channel) -> Json:
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
