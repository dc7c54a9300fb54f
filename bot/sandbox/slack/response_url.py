"""response_urls, by which an app answers one interaction."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.sandbox.slack.content import parse_boolean, parse_content
from bot.sandbox.slack.faults import CallInterceptor
from bot.sandbox.slack.model import Json, Post, SlackError
from bot.sandbox.slack.state import SlackState

MAX_USES = 5
"""Uses of one response_url, as documented."""
LIFETIME = 30 * 60.0
"""Seconds that a response_url can be used, as documented."""


@dataclass(kw_only=True)
class _ResponseUrl:
    """`source` is the message that was clicked."""

    channel: str
    user: str
    source: Post | None
    made: float
    used: int = 0


class ResponseURLs:
    """Issued response_urls; their calls and faults have the name `response_url`."""

    def __init__(self, state: SlackState) -> None:
        self._state = state
        self._addresses: dict[str, _ResponseUrl] = {}
        self.base = ""
        """Base URL of the HTTP server."""

    def new(self, channel: str, user: str, source: Post | None = None) -> str:
        """Returns a new response_url."""
        key = secrets.token_urlsafe(18)
        with self._state.changed:
            self._addresses[key] = _ResponseUrl(channel=channel, user=user, source=source, made=time.monotonic())
        return f"{self.base}/{'actions' if source else 'commands'}/{self._state.team}/{key}"

    def expire(self) -> None:
        """Expires all response_urls issued so far."""
        with self._state.changed:
            for address in self._addresses.values():
                address.made -= LIFETIME

    def routes(self, interceptor: CallInterceptor) -> Blueprint:
        """Returns the blueprint with the endpoint."""
        routes = Blueprint("response_urls", __name__)

        @routes.post("/<any(actions, commands):kind>/<team>/<key>")
        def respond(kind: str, team: str, key: str) -> Response:
            body = request.get_json(silent=True)
            shown = body if isinstance(body, dict) else {}
            return interceptor.handle("response_url", shown, "none", lambda: self._respond(key, body))

        return routes

    def _respond(self, key: str, body: Any) -> Response:
        try:
            with self._state.changed:
                address = self._usable(key)
                self._apply(address, body)
                address.used += 1
        except SlackError as refusal:
            answer = jsonify({"ok": False, "error": refusal.code, **refusal.more})
            answer.status_code = 404 if refusal.code.endswith("_url") else 400
            return answer
        return jsonify({"ok": True})

    def _usable(self, key: str) -> _ResponseUrl:
        address = self._addresses.get(key)
        if address is None:
            raise SlackError("invalid_url")
        if time.monotonic() - address.made >= LIFETIME:
            raise SlackError("expired_url")
        if address.used >= MAX_USES:
            raise SlackError("used_url")
        return address

    def _apply(self, address: _ResponseUrl, body: Any) -> None:
        """Deletes or replaces the clicked message, or posts a new one."""
        if not isinstance(body, dict):
            raise SlackError("invalid_payload")
        if self._state.channels[address.channel].archived:
            raise SlackError("is_archived")
        if parse_boolean(body.get("delete_original")) and address.source in self._state.posts:
            self._state.remove(address.source)
        elif parse_boolean(body.get("replace_original")) and address.source in self._state.posts:
            self._replace(address.source, body)
        else:
            self.post(address.channel, address.user, body)

    def post(self, channel: str, user: str, body: Json) -> Post:
        """Posts as the bot, which need not be a member; ephemeral by default."""
        content = parse_content(self._state, body, channel)
        only_for = None if body.get("response_type") == "in_channel" else user
        return self._state.post_as_bot(channel, content, only_for)

    def _replace(self, source: Post, body: Json) -> None:
        content = parse_content(self._state, body, source.channel)
        source.text, source.blocks = content["text"], content["blocks"]
        source.attachments = content["attachments"]
        source.edited = None if source.blocks else {"user": source.user, "ts": self._state.timestamps.next()}
        self._state.changed.notify_all()
