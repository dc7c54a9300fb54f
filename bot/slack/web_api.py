"""Chat.* and views.* calls."""

import time
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.errors import SlackRefused
from bot.messages.message import Attachment
from bot.slack.blocks import Payload
from bot.slack.client import of_webhook, retry_handlers, translated


class PostedMessage(NamedTuple):
    """A message's own `ts`, and that of the thread which it is in or opens."""

    ts: str
    thread: str


class ChatApi:
    """Nothing unfurls, and nobody is notified beyond what a payload mentions."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, channel: str, payload: Payload, thread: str | None = None) -> PostedMessage:
        """A thread whose first message is gone is none: Slack then posts to the channel."""
        with translated():
            answer = self._client.chat_postMessage(
                channel=channel, thread_ts=thread, unfurl_links=False, unfurl_media=False, **payload
            )
        ts = answer["ts"]
        return PostedMessage(ts=ts, thread=answer["message"].get("thread_ts", ts))

    def update(self, channel: str, ts: str, payload: Payload) -> None:
        with translated():
            self._client.chat_update(channel=channel, ts=ts, **payload)

    def whisper(self, channel: str, user: str, payload: Payload, thread: str | None = None) -> None:
        """Only that person sees it, while they have Slack open."""
        with translated():
            self._client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **payload)

    def direct(self, user: str) -> str:
        """The id of the direct conversation with that person."""
        with translated():
            return str(self._client.conversations_open(users=user)["channel"]["id"])

    def upload(self, channel: str, file: Attachment) -> None:
        """A message with the file in it; three calls, and nothing shows before the last."""
        with translated():
            self._client.files_upload_v2(
                channel=channel, filename=file.name, title=file.name, content=file.content.encode()
            )

    def respond(self, url: str, payload: Payload, *, to_all: bool) -> None:
        """Five times and for half an hour; works where the bot is no member, and can't be changed later."""
        with translated():
            answer = WebhookClient(url, timeout=self._client.timeout, retry_handlers=retry_handlers()).send(
                **payload, response_type="in_channel" if to_all else "ephemeral", replace_original=False
            )
        if failure := of_webhook(answer):
            raise failure


_TAKEN = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between looks whether Slack has taken an ack
Json = dict[str, Any]


class ViewsApi:
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
