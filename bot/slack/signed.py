"""Slack's requests over HTTP, told from everybody else's before anything in them is read."""

import logging

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from slack_sdk.signature import SignatureVerifier

log = logging.getLogger(__name__)


class Signed(SlackRequestHandler):
    """Bolt's adapter for WSGI; the SDK's check of signature and time, which is Bolt's, comes before Bolt parses."""

    def __init__(self, app: App, path: str, secret: str) -> None:
        super().__init__(app, path)
        self._verifier = SignatureVerifier(secret)

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        """401 for what is not Slack's, or older than five minutes."""
        body, headers = request.environ["wsgi.input"].read(), request.get_headers()
        if b"ssl_check=1" in body.split(b"&"):  # Slack looks at the certificate, and may do so without a signature
            return BoltResponse(status=200)
        if not self._is_slacks(body, headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")):
            log.warning(
                "Refused what %s sent: its signature is not Slack's, or five minutes off by this machine's clock",
                request.environ.get("REMOTE_ADDR"),
            )
            return BoltResponse(status=401)
        return self.app.dispatch(BoltRequest(body=body.decode(), query=request.query_string, headers=headers))

    def _is_slacks(self, body: bytes, at: object, signature: object) -> bool:
        try:
            return self._verifier.is_valid(body, at, signature)  # type: ignore[arg-type]
        except (TypeError, ValueError):  # no number, no ASCII, no UTF-8: Slack sends none such
            return False
