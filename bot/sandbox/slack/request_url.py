"""Delivery in HTTP mode: signed POST requests to the app's request URL."""

import hashlib
import hmac
import json
import secrets
import time
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from bot.sandbox.slack.model import Ack, Json

FORM_CONTENT_TYPE, JSON_CONTENT_TYPE = "application/x-www-form-urlencoded", "application/json"
_RETRY_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class HttpResponse(NamedTuple):
    """The app's response."""

    status: int
    kind: str
    body: bytes


class RequestUrlClient:
    """Client of the verified request URL; `url` is None in Socket Mode."""

    def __init__(self, secret: str, timeout: float) -> None:
        self.url: str | None = None
        self._secret = secret
        self._timeout = timeout
        self._failed: dict[str, str] = {}

    def verify(self, url: str) -> None:
        """Sends a url_verification request, as Slack does when the URL is saved.

        Raises:
            ValueError: The challenge is not echoed.
        """
        challenge = secrets.token_urlsafe(32)
        body = json.dumps({"type": "url_verification", "token": "", "challenge": challenge}).encode()
        answer = self._post(url, body, {"Content-Type": JSON_CONTENT_TYPE})
        if answer.status != 200 or challenge.encode() not in answer.body:
            raise ValueError(f"{url} didn't respond with the value of the challenge: HTTP {answer.status}")
        self.url = url

    def send(self, envelope: Json) -> Ack:
        """Delivers the payload of an envelope."""
        assert self.url is not None  # noqa: S101  # else it goes over the link
        begun = time.monotonic()
        kind, body = _encode_payload(envelope)
        try:
            answer = self._post(self.url, body, {"Content-Type": kind, **self._retry_headers(envelope)})
        except (OSError, HTTPException) as failure:
            error = "operation_timeout" if isinstance(failure, TimeoutError) else "dispatch_failed"
            ack = Ack(ok=False, seconds=time.monotonic() - begun, error=error)
        else:
            ack = _read_response(answer, time.monotonic() - begun)
        if ack.error and envelope["type"] == "events_api":
            self._failed[envelope["payload"]["event_id"]] = _RETRY_REASONS.get(ack.error, "http_error")
        return ack

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
        """Sends a request on a new connection."""
        there = urlsplit(url)
        connection = HTTPConnection(there.hostname or "", there.port, timeout=self._timeout)
        sent = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Connection": "close", **headers}
        try:
            connection.request("POST", there.path, body, sent | signature_headers(self._secret, body, int(time.time())))
            answer = connection.getresponse()
            return HttpResponse(answer.status, answer.headers.get_content_type(), answer.read())
        finally:
            connection.close()

    def _retry_headers(self, envelope: Json) -> dict[str, str]:
        """Returns the headers of further deliveries."""
        if not envelope.get("retry_attempt"):
            return {}
        reason = self._failed.get(envelope["payload"]["event_id"], "http_timeout")
        return {"X-Slack-Retry-Num": str(envelope["retry_attempt"]), "X-Slack-Retry-Reason": reason}


def signature_headers(secret: str, body: bytes, at: int) -> dict[str, str]:
    """Returns the headers that authenticate a request and hold its time."""
    digest = hmac.new(secret.encode(), b"v0:%d:%b" % (at, body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _encode_payload(envelope: Json) -> tuple[str, bytes]:
    """Returns content type and body: a form for commands, a form field for interactions, JSON for events."""
    payload = envelope["payload"]
    if envelope["type"] == "events_api":
        return JSON_CONTENT_TYPE, json.dumps(payload).encode()
    return FORM_CONTENT_TYPE, urlencode(
        payload if envelope["type"] == "slash_commands" else {"payload": json.dumps(payload)}
    ).encode()


def _read_response(answer: HttpResponse, seconds: float) -> Ack:
    """Returns the acknowledgement; a text body becomes the text of a command's response."""
    if answer.status >= 300:
        error = "http_client_error" if answer.status < 500 else "http_service_error"
        return Ack(ok=False, seconds=seconds, error=error)
    if answer.kind == JSON_CONTENT_TYPE:
        return Ack(ok=True, seconds=seconds, payload=json.loads(answer.body) or None)
    return Ack(ok=True, seconds=seconds, payload={"text": answer.body.decode()} if answer.body else None)
