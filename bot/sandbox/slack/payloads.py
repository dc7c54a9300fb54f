"""What Slack tells an app about a gesture."""

import time

from bot.sandbox.slack.content import sender
from bot.sandbox.slack.ids import new_id
from bot.sandbox.slack.model import Channel, Json, Person, Post
from bot.sandbox.slack.state import State

TOKEN = "sandbox-verification"  # noqa: S105  # Slack's deprecated verification token: Socket Mode needs none


def slash_command(
    state: State, person: Person, channel: Channel, command: str, text: str, url: str, trigger_id: str | None
) -> Json:
    """A slash command as sent: all values are text."""
    name = "directmessage" if channel.direct else "privategroup" if channel.private else channel.name
    return {
        "token": TOKEN,
        "team_id": person.team,
        "team_domain": state.domain,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": state.app,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": state.triggers.new(person.id, channel=channel.id, id=trigger_id),
    }


def event_callback(state: State, channel: Channel, event: Json) -> Json:
    """The outer shape of every event."""
    authorization = {"enterprise_id": None, "team_id": state.team, "user_id": state.bot.id, "is_bot": True}
    return {
        "token": TOKEN,
        "team_id": state.team,
        "context_team_id": state.team,
        "api_app_id": state.app,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [authorization | {"is_enterprise_install": False}],
        "is_ext_shared_channel": is_shared(state, channel),
        "event_context": f"4-{new_id('', 40)}",
    }


def message_event(state: State, post: Post, kind: str) -> Json:
    """The inner event of a message (`kind` message) or a mention (app_mention)."""
    event: Json = {"type": kind, "user": post.user, "text": post.text, "ts": post.ts, "channel": post.channel}
    event |= {"team": state.people[post.user].team, "blocks": post.blocks, "event_ts": post.ts}
    event |= {"client_msg_id": new_id("").lower()}
    if post.thread_ts:
        parent = state.find(post.channel, post.thread_ts)
        event |= {"thread_ts": post.thread_ts, "parent_user_id": parent.user if parent else post.user}
    if post.edited:
        event |= {"edited": post.edited, "event_ts": post.edited["ts"]}
    if kind == "message":
        event["channel_type"] = channel_type(state.channels[post.channel])
    return event


def interaction(state: State, person: Person, kind: str) -> Json:
    """What all interactions have in common."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": state.app,
        "token": TOKEN,
        "team": {"id": state.team, "domain": state.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def place(channel: Channel) -> Json:
    """A conversation as interactions name it."""
    return {"id": channel.id, "name": "directmessage" if channel.direct else channel.name}


def container(post: Post) -> Json:
    """Where in a conversation the element is that a person uses."""
    where: Json = {"type": "message", "message_ts": post.ts, "channel_id": post.channel}
    where["is_ephemeral"] = post.only_for is not None
    return where | ({"thread_ts": post.thread_ts} if post.thread_ts else {})


def block_actions(state: State, person: Person, post: Post, action: Json, url: str, values: Json | None) -> Json:
    """A click on a message; of an ephemeral one the message itself is not shown."""
    payload = {
        **interaction(state, person, "block_actions"),
        "container": container(post),
        "trigger_id": state.triggers.new(person.id, channel=post.channel),
        "channel": place(state.channels[post.channel]),
        "state": {"values": values or {}},
        "response_url": url,
        "actions": [action],
    }
    return payload if post.only_for else payload | {"message": sender(state, post)}


def channel_type(channel: Channel) -> str:
    if channel.direct:
        return "im" if len(channel.members) == 2 else "mpim"
    return "group" if channel.private else "channel"


def is_shared(state: State, channel: Channel) -> bool:
    """Whether people of another workspace are in it (Slack Connect)."""
    return any(state.people[m].team != state.team for m in channel.members)
