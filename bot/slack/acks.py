"""How long Slack waits for its acknowledgements: a Bolt app with a watch on it."""

import time
from collections.abc import Mapping
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse

from bot.metrics import ACKS, UNACKNOWLEDGED
from bot.request import Door

_TYPES = {
    "view_submission": Door.FORM.value,
    "view_closed": Door.FORM.value,
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "block_suggestion": "typeahead",
    "app_mention": Door.MENTION.value,
    "app_home_opened": Door.HOME.value,
}
_VIEWS = {"modal": Door.FORM.value, "home": Door.HOME.value}
OTHER = "other"


class WatchedApp(App):
    """Whichever way Slack comes in, by socket or over HTTP: what this returns is the acknowledgement."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        began = time.perf_counter()
        response = super().dispatch(req)
        door = door_of(req.body)
        if response.status == 200:
            ACKS.labels(door).observe(time.perf_counter() - began)
        else:
            UNACKNOWLEDGED.labels(door).inc()
        return response


def door_of(body: Mapping[str, Any]) -> str:
    """In a word of a short list, whatever Slack sends."""
    if "command" in body:
        return Door.SLASH.value
    kind = body.get("type")
    if kind == "event_callback":
        kind = (body.get("event") or {}).get("type")
    if kind == "block_actions":
        return _VIEWS.get(str((body.get("view") or {}).get("type")), Door.BUTTON.value)
    return _TYPES.get(str(kind), OTHER)
