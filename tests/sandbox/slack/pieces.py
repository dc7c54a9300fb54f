"""Minimal views, blocks and elements."""

from typing import Any

from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import Park

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": text.lower() if value is None else value}


def options(count: int) -> list[Json]:
    return [option(f"Option {n}", str(n)) for n in range(count)]


def entry(element: Json | None = None, *, label: str = "Name", block_id: str = "b", **more: Any) -> Json:
    """An input block, by default of a text with the ids b and a."""
    element = {"action_id": "a", **(element or {"type": "plain_text_input"})}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def button(text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": text.lower(), "text": plain(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": text}, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    shown = {"title": plain("Add"), "submit": plain("Send"), "close": plain("Cancel"), "callback_id": "add", **more}
    return {"type": "modal", "blocks": list(blocks), **{key: value for key, value in shown.items() if value is not ...}}


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


def payload(park: Park) -> Any:
    """What the last gesture told the bot."""
    return park.slack.delivered[-1].envelope["payload"]


def trigger(park: Park) -> str:
    """What a gesture of Ada's in #phone-ops would bring."""
    return park.slack.state.triggers.new(park.ada, channel=park.ops)


def opened(park: Park, *blocks: Json, **more: Any) -> Any:
    """The view object of a modal that is open before Ada."""
    return park.bot.views_open(trigger_id=trigger(park), view=modal(*blocks, **more))["view"]


def faults(caught: SlackApiError) -> list[str]:
    return [str(m) for m in caught.response["response_metadata"]["messages"]]
