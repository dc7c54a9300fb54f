"""What Slack tells an app about a gesture."""

import copy
import time
from collections.abc import Iterator

from bot.sandbox.slack.content import message_object
from bot.sandbox.slack.model import Channel, Json, Post, User, new_id
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.views import StoredView

VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105  # Slack's deprecated verification token: Socket Mode needs none


def slash_command(
    state: SlackState, person: User, channel: Channel, command: str, text: str, url: str, trigger_id: str | None
) -> Json:
    """A slash command as sent: all values are text."""
    name = "directmessage" if channel.direct else "privategroup" if channel.private else channel.name
    return {
        "token": VERIFICATION_TOKEN,
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


def event_callback(state: SlackState, channel: Channel, event: Json) -> Json:
    """The outer shape of every event."""
    authorization = {"enterprise_id": None, "team_id": state.team, "user_id": state.bot.id, "is_bot": True}
    return {
        "token": VERIFICATION_TOKEN,
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


def message_event(state: SlackState, post: Post, kind: str) -> Json:
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


def interaction_fields(state: SlackState, person: User, kind: str) -> Json:
    """What all interactions have in common."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": state.app,
        "token": VERIFICATION_TOKEN,
        "team": {"id": state.team, "domain": state.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_reference(channel: Channel) -> Json:
    """A conversation as interactions name it."""
    return {"id": channel.id, "name": "directmessage" if channel.direct else channel.name}


def message_container(post: Post) -> Json:
    """Where in a conversation the element is that a person uses."""
    where: Json = {"type": "message", "message_ts": post.ts, "channel_id": post.channel}
    where["is_ephemeral"] = post.only_for is not None
    return where | ({"thread_ts": post.thread_ts} if post.thread_ts else {})


def block_actions(state: SlackState, person: User, post: Post, action: Json, url: str, values: Json | None) -> Json:
    """A click on a message; of an ephemeral one the message itself is not shown."""
    payload = {
        **interaction_fields(state, person, "block_actions"),
        "container": message_container(post),
        "trigger_id": state.triggers.new(person.id, channel=post.channel),
        "channel": channel_reference(state.channels[post.channel]),
        "state": {"values": values or {}},
        "response_url": url,
        "actions": [action],
    }
    return payload if post.only_for else payload | {"message": message_object(state, post)}


def channel_type(channel: Channel) -> str:
    if channel.direct:
        return "im" if len(channel.members) == 2 else "mpim"
    return "group" if channel.private else "channel"


def is_shared(state: SlackState, channel: Channel) -> bool:
    """Whether people of another workspace are in it (Slack Connect)."""
    return any(state.people[m].team != state.team for m in channel.members)


def view_object(state: SlackState, sheet: StoredView, *, with_state: bool = True) -> Json:
    """With what the person entered in payloads, without it in the Web API's answers."""
    shown: Json = {
        "id": sheet.id,
        "team_id": state.team,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **sheet.content,
        "state": {"values": copy.deepcopy(sheet.values) if with_state else {}},
        "hash": sheet.hash,
        "root_view_id": sheet.root,
        "previous_view_id": sheet.previous,
        "app_id": state.app,
        "app_installed_team_id": state.team,
        "bot_id": state.bot.bot_id,
    }
    return shown if shown["type"] == "home" else {"submit": None, "close": None, **shown}


def view_actions(state: SlackState, sheet: StoredView, action: Json) -> Json:
    """An action in a view: there is no conversation, so there is no response_url."""
    return {
        **interaction_fields(state, state.people[sheet.user], "block_actions"),
        "container": {"type": "view", "view_id": sheet.id},
        "trigger_id": state.triggers.new(sheet.user, channel=sheet.channel, view=sheet.id),
        "view": view_object(state, sheet),
        "actions": [action],
    }


def view_submission(state: SlackState, sheet: StoredView, urls: list[Json]) -> Json:
    """`urls` are those of the fields that have one: block_id, action_id, channel_id, response_url."""
    return {
        **interaction_fields(state, state.people[sheet.user], "view_submission"),
        "trigger_id": state.triggers.new(sheet.user, channel=sheet.channel, view=sheet.id),
        "view": view_object(state, sheet),
        "response_urls": urls,
    }


def view_closed(state: SlackState, sheet: StoredView, cleared: bool) -> Json:
    """`cleared` where the whole modal was closed at once."""
    payload = interaction_fields(state, state.people[sheet.user], "view_closed")
    return payload | {"view": view_object(state, sheet), "is_cleared": cleared}


def block_suggestion(
    state: SlackState, person: User, where: StoredView | Post, block: Json, element: Json, text: str
) -> Json:
    """What was typed into a menu whose options the app knows."""
    payload = interaction_fields(state, person, "block_suggestion")
    payload |= {"block_id": block["block_id"], "action_id": element["action_id"], "value": text}
    if isinstance(where, StoredView):
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": view_object(state, where)}
    payload |= {"container": message_container(where), "channel": channel_reference(state.channels[where.channel])}
    return payload if where.only_for else payload | {"message": message_object(state, where)}


def global_shortcut(state: SlackState, person: User, callback_id: str) -> Json:
    """A global shortcut: it knows of no conversation."""
    payload = interaction_fields(state, person, "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": state.stamps.next()}
    return payload | {"trigger_id": state.triggers.new(person.id)}


def message_action(state: SlackState, person: User, post: Post, callback_id: str, url: str) -> Json:
    """A message shortcut."""
    return {
        **interaction_fields(state, person, "message_action"),
        "callback_id": callback_id,
        "action_ts": state.stamps.next(),
        "trigger_id": state.triggers.new(person.id, channel=post.channel),
        "response_url": url,
        "message_ts": post.ts,
        "channel": channel_reference(state.channels[post.channel]),
        "message": message_object(state, post),
    }


def app_home_opened(state: SlackState, person: User, channel: str, tab: str) -> Json:
    """The inner event; with the view that the Home tab shows, if one was ever published."""
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab}
    event["event_ts"] = state.stamps.next()
    sheet = state.sheets.home(person.id)
    return event | {"view": view_object(state, sheet)} if sheet and tab == "home" else event


_HISTORY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def subscribed_events(state: SlackState, post: Post) -> Iterator[str]:
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
