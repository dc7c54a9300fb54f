"""Views on somebody's screen: opened, brought up to date, published; all raise SlackFailure."""

import time
from typing import Any

from slack_sdk import WebClient

from bot.errors import SlackRefused
from bot.slack.failures import translated

_TAKEN = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between looks whether Slack has taken an ack
Json = dict[str, Any]


class Screen:
    """One call a method; the form's own thread waits for it."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def open(self, trigger: str, view: Json) -> str:
        """Within three seconds of the gesture; the view's id."""
        with translated():
            return str(self._client.views_open(trigger_id=trigger, view=view)["view"]["id"])

    def replace(self, external_id: str, view: Json) -> None:
        """In the place of the view that an ack has just put there: it can't be found before Slack has taken the ack."""
        for pause in (*_TAKEN, None):
            try:
                with translated():
                    self._client.views_update(external_id=external_id, view=view)
            except SlackRefused as refusal:
                if str(refusal) != "not_found" or pause is None:
                    raise
                time.sleep(pause)
            else:
                return

    def publish(self, user: str, view: Json) -> None:
        """On the person's Home tab."""
        with translated():
            self._client.views_publish(user_id=user, view=view)

    def update(self, id: str, view: Json, hash: str | None = None) -> str:
        """The view's new hash. With a `hash`, only if nothing has changed the view since: else raise SlackRefused."""
        with translated():
            return str(self._client.views_update(view_id=id, view=view, hash=hash)["view"]["hash"])
