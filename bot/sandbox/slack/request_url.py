"""HTTP mode's client: an app's request URL gets every payload as a signed POST."""

import hashlib
import hmac
import json
import secrets
import time
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from bot.sandbox.slack.model import Ack, Json

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_RETRY_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class HttpResponse(NamedTuple):
    """What the app said."""

    status: int
    kind: str
    body: bytes


class RequestUrlClient:
    """Where the app listens, once `verify` has found it there; None: it is in Socket Mode."""

    def __init__(self, secret: str, timeout: float) -> None:
        self.url: str | None = None
        self._secret = secret
        self._timeout = timeout
        self._failed: dict[str, str] = {}

    def verify(self, url: str) -> None:
        """Ask whether it is the app's, as Slack does when it is saved; ValueError where the challenge is not echoed."""
        challenge = secrets.token_urlsafe(32)
        body = json.dumps({"type": "url_verification", "token": "", "challenge": challenge}).encode()
        answer = self._post(url, body, {"Content-Type": JSON})
        if answer.status != 200 or challenge.encode() not in answer.body:
            raise ValueError(f"{url} didn't respond with the value of the challenge: HTTP {answer.status}")
        self.url = url

    def send(self, envelope: Json) -> Ack:
        """Deliver what Socket Mode would have put into that envelope."""
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
        """On a connection of its own."""
        there = urlsplit(url)
        connection = HTTPConnection(there.hostname or "", there.port, timeout=self._timeout)
        sent = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Connection": "close", **headers}
        try:
            connection.request("POST", there.path, body, sent | signature(self._secret, body, int(time.time())))
            answer = connection.getresponse()
            return HttpResponse(answer.status, answer.headers.get_content_type(), answer.read())
        finally:
            connection.close()

    def _retry_headers(self, envelope: Json) -> dict[str, str]:
        """Only further deliveries have these."""
        if not envelope.get("retry_attempt"):
            return {}
        reason = self._failed.get(envelope["payload"]["event_id"], "http_timeout")
        return {"X-Slack-Retry-Num": str(envelope["retry_attempt"]), "X-Slack-Retry-Reason": reason}


def signature(secret: str, body: bytes, at: int) -> dict[str, str]:
    """The two headers by which an app tells Slack from others, and a request of now from one of long ago."""
    digest = hmac.new(secret.encode(), b"v0:%d:%b" % (at, body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _encode_payload(envelope: Json) -> tuple[str, bytes]:
    """Commands are forms, interactions a form of one field, events JSON."""
    payload = envelope["payload"]
    if envelope["type"] == "events_api":
        return JSON, json.dumps(payload).encode()
    return FORM, urlencode(
        payload if envelope["type"] == "slash_commands" else {"payload": json.dumps(payload)}
    ).encode()


def _read_response(answer: HttpResponse, seconds: float) -> Ack:
    """A text alone is what a command's ack shows."""
    if answer.status >= 300:
        error = "http_client_error" if answer.status < 500 else "http_service_error"
        return Ack(ok=False, seconds=seconds, error=error)
    if answer.kind == JSON:
        return Ack(ok=True, seconds=seconds, payload=json.loads(answer.body) or None)
    return Ack(ok=True, seconds=seconds, payload={"text": answer.body.decode()} if answer.body else None)
