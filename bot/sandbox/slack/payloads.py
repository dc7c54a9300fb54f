"""Payloads that Slack sends to an app: commands, events, interactions and views."""

import copy
from collections.abc import Iterator

from bot.sandbox.slack.content import message_object
from bot.sandbox.slack.model import Channel, Json, Post, StepExecution, User, new_id
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.views import StoredView

VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105  # Slack's deprecated verification token: Socket Mode needs none
"""Slack's deprecated verification token."""


def slash_command(
    state: SlackState, person: User, channel: Channel, command: str, text: str, url: str, trigger_id: str | None
) -> Json:
    """Returns the payload of a slash command; all values are strings."""
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
        "is_enterprise_install": str(state.org_wide).lower(),
        **({"enterprise_id": state.enterprise} if state.enterprise else {}),
        "response_url": url,
        "trigger_id": state.triggers.new(person.id, channel=channel.id, id=trigger_id),
    }


def app_event(state: SlackState, event: Json) -> Json:
    """Returns the outer payload of an event about the app itself, which belongs to no channel."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": state.team,
        "enterprise_id": state.enterprise,
        "api_app_id": state.app,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.timestamps.time()),
    }


def event_callback(state: SlackState, channel: Channel | None, event: Json) -> Json:
    """Returns the outer payload of an event; one that happens in no channel is in no shared one."""
    authorization = {"enterprise_id": state.enterprise, "team_id": state.team, "user_id": state.bot.id, "is_bot": True}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": state.team,
        "context_team_id": state.team,
        "api_app_id": state.app,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.timestamps.time()),
        "authorizations": [authorization | {"is_enterprise_install": state.org_wide}],
        "is_ext_shared_channel": channel is not None and is_shared(state, channel),
        "event_context": f"4-{new_id('', 40)}",
    }


def message_event(state: SlackState, post: Post, kind: str) -> Json:
    """Returns the inner event of a message ("message") or a mention ("app_mention")."""
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


def changed_event(state: SlackState, post: Post, before: Json) -> Json:
    """Returns the inner event of an edited message, which holds the message as it was and as it is."""
    now = {key: value for key, value in message_event(state, post, "message").items() if key != "channel_type"}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": post.channel,
        "channel_type": channel_type(state.channels[post.channel]),
        "ts": now["event_ts"],
        "event_ts": now["event_ts"],
        "message": now,
        "previous_message": before,
    }


def function_executed(state: SlackState, execution: StepExecution, inputs: Json) -> Json:
    """Returns the inner event of an executed step: docs.slack.dev, function_executed.

    The token in it is one that nothing else accepts: the app ends steps with its own.
    """
    declared = state.workflows.declared[execution.callback_id]
    parameters = {kind: list(declared[kind].values()) for kind in ("input_parameters", "output_parameters")}
    return {
        "type": "function_executed",
        "function": {
            "id": new_id("Fn"),
            "callback_id": execution.callback_id,
            "title": declared["title"],
            "description": declared["description"],
            "type": "app",
            **parameters,
            "app_id": state.app,
            "date_created": 0,
            "date_updated": 0,
            "date_deleted": 0,
        },
        "inputs": inputs,
        "function_execution_id": execution.id,
        "workflow_execution_id": new_id("Wx"),
        "event_ts": state.timestamps.next(),
        "bot_access_token": f"xwfp-{new_id('')}",
    }


def interaction_fields(state: SlackState, person: User, kind: str) -> Json:
    """Returns the fields that all interactions share."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": state.app,
        "token": VERIFICATION_TOKEN,
        "team": {"id": state.team, "domain": state.domain},
        "enterprise": {"id": state.enterprise, "name": state.name} if state.enterprise else None,
        "is_enterprise_install": state.org_wide,
    }


def channel_reference(channel: Channel) -> Json:
    """Returns a conversation's id and name, as interactions have them."""
    return {"id": channel.id, "name": "directmessage" if channel.direct else channel.name}


def message_container(post: Post) -> Json:
    """Returns the `container` of an element in a message."""
    where: Json = {"type": "message", "message_ts": post.ts, "channel_id": post.channel}
    where["is_ephemeral"] = post.only_for is not None
    return where | ({"thread_ts": post.thread_ts} if post.thread_ts else {})


def block_actions(state: SlackState, person: User, post: Post, action: Json, url: str, values: Json | None) -> Json:
    """Returns an action in a message; the message itself is left out if it is ephemeral."""
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
    """Returns channel, group, im or mpim."""
    if channel.direct:
        return "im" if len(channel.members) == 2 else "mpim"
    return "group" if channel.private else "channel"


def is_shared(state: SlackState, channel: Channel) -> bool:
    """Returns whether members of another workspace are in the channel (Slack Connect)."""
    return any(state.people[m].team != state.team for m in channel.members)


def view_object(state: SlackState, stored_view: StoredView, *, with_state: bool = True) -> Json:
    """Returns the view object, with the user's entries in payloads and without them in API responses."""
    shown: Json = {
        "id": stored_view.id,
        "team_id": state.team,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **stored_view.content,
        "state": {"values": copy.deepcopy(stored_view.values) if with_state else {}},
        "hash": stored_view.hash,
        "root_view_id": stored_view.root,
        "previous_view_id": stored_view.previous,
        "app_id": state.app,
        "app_installed_team_id": state.team,
        "bot_id": state.bot.bot_id,
    }
    return shown if shown["type"] == "home" else {"submit": None, "close": None, **shown}


def view_actions(state: SlackState, stored_view: StoredView, action: Json) -> Json:
    """Returns an action in a view, which has no conversation and no response_url."""
    return {
        **interaction_fields(state, state.people[stored_view.user], "block_actions"),
        "container": {"type": "view", "view_id": stored_view.id},
        "trigger_id": state.triggers.new(stored_view.user, channel=stored_view.channel, view=stored_view.id),
        "view": view_object(state, stored_view),
        "actions": [action],
    }


def view_submission(state: SlackState, stored_view: StoredView, urls: list[Json]) -> Json:
    """Returns a submission; `urls` are dicts of block_id, action_id, channel_id, response_url."""
    return {
        **interaction_fields(state, state.people[stored_view.user], "view_submission"),
        "trigger_id": state.triggers.new(stored_view.user, channel=stored_view.channel, view=stored_view.id),
        "view": view_object(state, stored_view),
        "response_urls": urls,
    }


def view_closed(state: SlackState, stored_view: StoredView, cleared: bool) -> Json:
    """Returns the payload of a closed view; `cleared` if the whole modal was closed."""
    payload = interaction_fields(state, state.people[stored_view.user], "view_closed")
    return payload | {"view": view_object(state, stored_view), "is_cleared": cleared}


def block_suggestion(
    state: SlackState, person: User, where: StoredView | Post, block: Json, element: Json, text: str
) -> Json:
    """Returns the request for the options of an external menu."""
    payload = interaction_fields(state, person, "block_suggestion")
    payload |= {"block_id": block["block_id"], "action_id": element["action_id"], "value": text}
    if isinstance(where, StoredView):
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": view_object(state, where)}
    payload |= {"container": message_container(where), "channel": channel_reference(state.channels[where.channel])}
    return payload if where.only_for else payload | {"message": message_object(state, where)}


def global_shortcut(state: SlackState, person: User, callback_id: str) -> Json:
    """Returns the payload of a global shortcut, which has no conversation."""
    payload = interaction_fields(state, person, "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": state.timestamps.next()}
    return payload | {"trigger_id": state.triggers.new(person.id)}


def message_action(state: SlackState, person: User, post: Post, callback_id: str, url: str) -> Json:
    """Returns the payload of a message shortcut."""
    return {
        **interaction_fields(state, person, "message_action"),
        "callback_id": callback_id,
        "action_ts": state.timestamps.next(),
        "trigger_id": state.triggers.new(person.id, channel=post.channel),
        "response_url": url,
        "message_ts": post.ts,
        "channel": channel_reference(state.channels[post.channel]),
        "message": message_object(state, post),
    }


def app_home_opened(state: SlackState, person: User, channel: str, tab: str) -> Json:
    """Returns the inner event, with the published view if there is one."""
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab}
    event["event_ts"] = state.timestamps.next()
    stored_view = state.views.home(person.id)
    return event | {"view": view_object(state, stored_view)} if stored_view and tab == "home" else event


_HISTORY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def subscribed_events(state: SlackState, post: Post) -> Iterator[str]:
    """Yields the event types that a message causes: subscribed, covered by a scope, and the bot is in the channel."""
    channel = state.channels[post.channel]
    if state.bot.id not in channel.members or post.user == state.bot.id:
        return
    kind = channel_type(channel)
    history = _HISTORY[kind]
    if f"message.{history}" in state.events and f"{history}:history" in state.scopes:
        yield "message"
    mentioned = f"<@{state.bot.id}>" in post.text and kind != "im"
    if mentioned and "app_mention" in state.events and "app_mentions:read" in state.scopes:
        yield "app_mention"
