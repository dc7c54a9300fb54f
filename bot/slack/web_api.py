"""Calls of the Web API methods chat.* and views.*, and of response_urls; all raise SlackFailure."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from slack_sdk import WebClient

from bot.errors import SlackAppRefused, SlackPayloadRefused, SlackRefused
from bot.messages.message import Attachment
from bot.slack.blocks import Payload, plain
from bot.slack.client import SlackClient, translate_errors
from bot.slack.outgoing import Outgoing

log = logging.getLogger(__name__)
T = TypeVar("T")
Json = dict[str, Any]

_UPDATE_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between attempts to update a view that an acknowledgement has just set."""


class PostedMessage(NamedTuple):
    """A message's `ts`, the `ts` of the thread that it is in or starts, and its channel by the id that updates need."""

    ts: str
    thread: str
    channel: str


class ChatApi:
    """Posts and updates messages; links don't unfurl, and only the mentions in a payload notify."""

    def __init__(self, client: SlackClient, outgoing: Outgoing | None = None) -> None:
        self._client, self._outgoing = client, outgoing or Outgoing()

    def post(self, channel: str, payload: Payload, thread: str | None = None) -> PostedMessage:
        """Posts a message; Slack posts to the channel instead when the thread's first message is gone."""

        self._outgoing.require_own(channel)

        def send(content: Payload) -> PostedMessage:
            with translate_errors():
                response = self._client.chat_postMessage(
                    channel=channel, thread_ts=thread, unfurl_links=False, unfurl_media=False, **content
                )
            ts = response["ts"]
            return PostedMessage(ts, response["message"].get("thread_ts", ts), response["channel"])

        return _with_plain_text(send, self._outgoing.message(payload, channel))

    def update(self, channel: str, ts: str, payload: Payload) -> None:
        """Replaces the content of a message."""
        self._outgoing.require_own(channel)

        def send(content: Payload) -> None:
            with translate_errors():
                self._client.chat_update(channel=channel, ts=ts, **content)

        _with_plain_text(send, self._outgoing.message(payload, channel))

    def delete(self, channel: str, ts: str) -> None:
        """Deletes a message that the app has posted."""
        with translate_errors():
            self._client.chat_delete(channel=channel, ts=ts)

    def permalink(self, channel: str, ts: str) -> str:
        """Returns the link to a message."""
        with translate_errors():
            return str(self._client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])

    def post_ephemeral(self, channel: str, user: str, payload: Payload, thread: str | None = None) -> None:
        """Posts a message that only this user sees and that Slack does not keep."""
        self._outgoing.require_own(channel)

        def send(content: Payload) -> None:
            with translate_errors():
                self._client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **content)

        _with_plain_text(send, self._outgoing.message(payload, channel))

    def open_direct_message(self, user: str) -> str:
        """Returns the id of the direct message channel with a user, which a file needs."""
        with translate_errors():
            return str(self._client.conversations_open(users=user)["channel"]["id"])

    def direct_destination(self, user: str) -> str:
        """Returns where a message to a user is posted: the conversation, or without im:write the user's own id.

        chat.postMessage takes both, and answers with the conversation: docs.slack.dev, chat.postMessage.
        """
        try:
            return self.open_direct_message(user)
        except SlackAppRefused as refusal:
            if str(refusal) != "missing_scope":
                raise
            return user

    def set_status(self, conversation: str, thread: str, status: str) -> None:
        """Sets or clears what the app does in a thread; Slack clears it too when the app answers there.

        The scope chat:write suffices: docs.slack.dev, assistant.threads.setStatus.
        """
        with translate_errors():
            self._client.assistant_threads_setStatus(channel_id=conversation, thread_ts=thread, status=status)

    def suggest_prompts(self, conversation: str, title: str, prompts: Mapping[str, str]) -> None:
        """Sets up to four messages to be sent with a click, by their titles.

        A `thread_ts` would let the call fail without a word: docs.slack.dev, assistant.threads.setSuggestedPrompts.
        """
        listed = [{"title": name, "message": line} for name, line in prompts.items()]
        with translate_errors():
            self._client.assistant_threads_setSuggestedPrompts(channel_id=conversation, title=title, prompts=listed)

    def is_empty(self, conversation: str) -> bool:
        """Whether nobody has written anything in a direct conversation yet."""
        with translate_errors():
            return not self._client.conversations_history(channel=conversation, limit=1)["messages"]

    def complete_step(self, execution: str, outputs: Mapping[str, str | int]) -> None:
        """Ends the step of a workflow with its outputs: docs.slack.dev, functions.completeSuccess."""
        with translate_errors():
            self._client.functions_completeSuccess(function_execution_id=execution, outputs=dict(outputs))

    def fail_step(self, execution: str, error: str) -> None:
        """Ends the step of a workflow, and the workflow, with a text: docs.slack.dev, functions.completeError."""
        with translate_errors():
            self._client.functions_completeError(function_execution_id=execution, error=error)

    def upload(self, channel: str, file: Attachment) -> None:
        """Posts a file, with three API calls of which only the last one shows it."""
        with translate_errors():
            self._client.files_upload_v2(
                channel=channel, filename=file.name, title=file.name, content=file.content.encode()
            )

    def respond(self, response_url: str, payload: Payload, *, to_all: bool, channel: str | None = None) -> None:
        """Posts through a response_url, which also works where the bot is not a member.

        Slack accepts five such messages within 30 minutes (docs.slack.dev, handling user interaction); they can't be
        updated later.

        Args:
            channel: Where the gesture was made; None: in a direct message.
        """
        kind = "in_channel" if to_all else "ephemeral"

        def send(content: Payload) -> None:
            self._client.respond(response_url, **content, response_type=kind, replace_original=False)

        _with_plain_text(send, self._outgoing.message(payload, channel))


def _with_plain_text(send: Callable[[Payload], T], payload: Payload) -> T:
    """Sends a payload, and its text alone if Slack does not accept its layout."""
    try:
        return send(payload)
    except SlackPayloadRefused as refusal:
        log.error("Slack refuses the layout of a message, which is sent as plain text: %s", refusal)  # noqa: TRY400
        return send(plain(payload))


class ViewsApi:
    """Opens, updates and publishes views."""

    def __init__(self, client: WebClient, outgoing: Outgoing | None = None) -> None:
        self._client, self._outgoing = client, outgoing or Outgoing()

    def open(self, trigger_id: str, view: Json) -> str:
        """Opens a modal within the three seconds that a trigger_id is valid; returns the view's id."""
        with translate_errors():
            return str(self._client.views_open(trigger_id=trigger_id, view=self._outgoing.view(view))["view"]["id"])

    def update(self, id: str, view: Json, hash: str | None = None) -> str:
        """Updates a view and returns its new hash; with `hash`, raises SlackRefused if the view has changed since."""
        marked = self._outgoing.view(view)
        with translate_errors():
            return str(self._client.views_update(view_id=id, view=marked, hash=hash)["view"]["hash"])

    def replace(self, external_id: str, view: Json) -> None:
        """Updates a view that an acknowledgement has just set, which Slack may need a moment to know."""
        marked = self._outgoing.view(view)
        for pause in (*_UPDATE_PAUSES, None):
            try:
                with translate_errors():
                    self._client.views_update(external_id=external_id, view=marked)
            except SlackRefused as refusal:
                if str(refusal) != "not_found" or pause is None:
                    raise
                time.sleep(pause)
            else:
                return

    def publish(self, user: str, view: Json) -> None:
        """Sets the Home tab of a user."""
        marked = self._outgoing.home(user, view)
        with translate_errors():
            self._client.views_publish(user_id=user, view=marked)
