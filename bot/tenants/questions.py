"""The question which PBX is meant, its buttons, and the choice on top of the Home tab."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.messages import slash_command
from bot.messages.message import Message
from bot.slack.blocks import Payload, render
from bot.slack.buttons import encode_value
from bot.tenants.tenant import Tenant
from bot.texts import tenants as texts

ACTION = "park:pbx"
"""First part of the action_id of what chooses a PBX."""
MAX_BUTTONS, MAX_OPTIONS = 5, 100
"""PBXs up to which there are buttons, and options of a menu; docs.slack.dev, Block Kit, select menu element."""
_MAX_LINE = 1500
"""Characters of a line that a button carries; its value holds 2,000 (docs.slack.dev, Block Kit, button element)."""
_NAME = re.compile(rf"{ACTION}:(.+)")
Json = dict[str, Any]


def question(possible: Sequence[Tenant], line: str = "", nonce: str = "") -> Payload:
    """Returns the question which PBX is meant; its buttons then run the line, if there is one that fits."""
    carried = line if len(possible) <= MAX_BUTTONS and len(line) <= _MAX_LINE else ""
    note = (texts.RUNS_THEN,) if carried else (texts.NOT_RUN_YET,) if line else ()
    (payload,) = render(Message(title=texts.WHICH, notes=(*note, texts.remembered(slash_command.name()))))
    return with_choice(payload, choice(possible, None, carried, nonce))


def with_choice(payload: Payload, block: Json | None) -> Payload:
    """Returns a message with the block that chooses below it."""
    return payload if block is None else {"text": payload["text"], "blocks": [*payload["blocks"], block]}


def choice(possible: Sequence[Tenant], chosen: Tenant | None, line: str = "", nonce: str = "") -> Json:
    """Returns the block that chooses among PBXs: buttons for a few, else a menu."""
    if len(possible) <= MAX_BUTTONS:
        buttons = [
            {
                "type": "button",
                "action_id": f"{ACTION}:{one.name}",
                "text": {"type": "plain_text", "text": one.title},
                "value": encode_value({"line": line, "nonce": nonce}),
                **({"style": "primary"} if one is chosen else {}),
            }
            for one in possible
        ]
        return {"type": "actions", "elements": buttons}
    options = {one.name: _option(one) for one in possible[:MAX_OPTIONS]}
    menu: Json = {
        "type": "static_select",
        "action_id": ACTION,
        "placeholder": {"type": "plain_text", "text": texts.CHOICE_LABEL},
        "options": list(options.values()),
    }
    if chosen is not None and chosen.name in options:
        menu["initial_option"] = options[chosen.name]
    return {"type": "actions", "elements": [menu]}


def _option(tenant: Tenant) -> Json:
    return {"text": {"type": "plain_text", "text": tenant.title}, "value": tenant.name}


def chosen_name(action: Mapping[str, Any]) -> str | None:
    """Returns the name of the PBX that a click chooses; None for a click on anything else."""
    if action.get("action_id") == ACTION:
        return str((action.get("selected_option") or {}).get("value") or "")
    found = _NAME.fullmatch(str(action.get("action_id")))
    return found[1] if found else None


def carried_line(action: Mapping[str, Any]) -> str | None:
    """Returns the value of the click that runs the line of the question; None if it carries none."""
    try:
        value = json.loads(action.get("value") or "{}")
    except ValueError:
        return None
    return encode_value(value) if value.get("line") else None


def modal(payload: Payload) -> Json:
    """Returns a modal with a message."""
    title, close = ({"type": "plain_text", "text": text} for text in (texts.TITLE, texts.CLOSE))
    return {"type": "modal", "title": title, "close": close, "blocks": payload["blocks"]}


def home_tab(payload: Payload) -> Json:
    """Returns a Home tab with a message."""
    return {"type": "home", "blocks": payload["blocks"]}
