"""What Slack tells an app about a gesture in a view, and about shortcuts and the Home tab."""

from bot.sandbox.slack.content import sender
from bot.sandbox.slack.model import Json, Person, Post
from bot.sandbox.slack.payloads import container, interaction, place
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.wire import wire_view


def view_actions(state: State, sheet: Sheet, action: Json) -> Json:
    """An action in a view: there is no conversation, so there is no response_url."""
    return {
        **interaction(state, state.people[sheet.user], "block_actions"),
        "container": {"type": "view", "view_id": sheet.id},
        "trigger_id": state.triggers.new(sheet.user, channel=sheet.channel, view=sheet.id),
        "view": wire_view(state, sheet),
        "actions": [action],
    }


def view_submission(state: State, sheet: Sheet, urls: list[Json]) -> Json:
    """`urls` are those of the fields that have one: block_id, action_id, channel_id, response_url."""
    return {
        **interaction(state, state.people[sheet.user], "view_submission"),
        "trigger_id": state.triggers.new(sheet.user, channel=sheet.channel, view=sheet.id),
        "view": wire_view(state, sheet),
        "response_urls": urls,
    }


def view_closed(state: State, sheet: Sheet, cleared: bool) -> Json:
    """`cleared` where the whole modal was closed at once."""
    payload = interaction(state, state.people[sheet.user], "view_closed")
    return payload | {"view": wire_view(state, sheet), "is_cleared": cleared}


def block_suggestion(state: State, person: Person, where: Sheet | Post, block: Json, element: Json, text: str) -> Json:
    """What was typed into a menu whose options the app knows."""
    payload = interaction(state, person, "block_suggestion")
    payload |= {"block_id": block["block_id"], "action_id": element["action_id"], "value": text}
    if isinstance(where, Sheet):
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": wire_view(state, where)}
    payload |= {"container": container(where), "channel": place(state.channels[where.channel])}
    return payload if where.only_for else payload | {"message": sender(state, where)}


def shortcut(state: State, person: Person, callback_id: str) -> Json:
    """A global shortcut: it knows of no conversation."""
    payload = interaction(state, person, "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": state.stamps.next()}
    return payload | {"trigger_id": state.triggers.new(person.id)}


def message_action(state: State, person: Person, post: Post, callback_id: str, url: str) -> Json:
    """A message shortcut."""
    return {
        **interaction(state, person, "message_action"),
        "callback_id": callback_id,
        "action_ts": state.stamps.next(),
        "trigger_id": state.triggers.new(person.id, channel=post.channel),
        "response_url": url,
        "message_ts": post.ts,
        "channel": place(state.channels[post.channel]),
        "message": sender(state, post),
    }


def app_home_opened(state: State, person: Person, channel: str, tab: str) -> Json:
    """The inner event; with the view that the Home tab shows, if one was ever published."""
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab}
    event["event_ts"] = state.stamps.next()
    sheet = state.sheets.home(person.id)
    return event | {"view": wire_view(state, sheet)} if sheet and tab == "home" else event
