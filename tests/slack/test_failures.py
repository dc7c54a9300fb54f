"""Undocumented responses are translated into failures: pages of proxies, unusual statuses."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.slack.blocks import Payload
from bot.slack.client import connect_client, sign_in
from bot.slack.web_api import ChatApi

HELLO = Payload(text="hello", blocks=[])


class FixedResponseServer(HTTPServer):
    """Sends the same response to every POST, and counts them."""

    status = 200
    body = b""
    headers: tuple[tuple[str, str], ...] = ()
    requests = 0


class FixedResponseHandler(BaseHTTPRequestHandler):
    server: FixedResponseServer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.requests += 1
        self.send_response(self.server.status)
        for name, value in (("Content-Length", str(len(self.server.body))), *self.server.headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@pytest.fixture
def answers() -> Iterator[FixedResponseServer]:
    with FixedResponseServer(("127.0.0.1", 0), FixedResponseHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def url(answers: FixedResponseServer) -> str:
    return f"http://127.0.0.1:{answers.server_port}/"


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>Sign in to Wi-Fi</html>"), (502, b"<html>"), (500, b"{}")])
def test_a_page_that_is_not_slacks_is_an_outage(
    answers: FixedResponseServer, url: str, status: int, body: bytes
) -> None:
    answers.status, answers.body = status, body
    with pytest.raises(SlackUnavailable):
        sign_in(connect_client("xoxb-1", url))


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, SlackRefused),
        (403, SlackRefused),
        (404, SlackRefused),
        (410, SlackRefused),
        (500, SlackUnavailable),
        (503, SlackUnavailable),
    ],
)
def test_a_response_url_says_by_its_status_whether_another_place_is_needed(
    answers: FixedResponseServer, url: str, status: int, failure: type[SlackFailure]
) -> None:
    answers.status = status
    with pytest.raises(failure):
        ChatApi(connect_client("xoxb-1", url)).respond(url, HELLO, to_all=True)
    assert answers.requests == 1


def test_a_response_urls_rate_limit_is_handed_back_with_its_seconds(answers: FixedResponseServer, url: str) -> None:
    answers.status, answers.headers = 429, (("Retry-After", "30"),)
    with pytest.raises(SlackUnavailable) as raised:
        ChatApi(connect_client("xoxb-1", url)).respond(url, HELLO, to_all=True)
    assert raised.value.retry_after == 30


def test_a_response_url_that_nobody_serves_is_an_outage() -> None:
    with pytest.raises(SlackUnavailable):
        ChatApi(connect_client("xoxb-1", "http://127.0.0.1:9/")).respond("http://127.0.0.1:9/", HELLO, to_all=True)
