"""HTTP mode accepts requests with Slack's signature only, and answers all that it has accepted."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from bot.errors import SettingsError
from bot.sandbox.slack.request_url import FORM_CONTENT_TYPE, JSON_CONTENT_TYPE, signature_headers
from bot.slack.http_mode import HTTPMode
from tests.slack.conftest import SlackHarness, build_listening_app, wait_until_connected
from tests.waiting import PATIENCE

LOOPBACK = ("127.0.0.1", 0)


@pytest.fixture
def park(harness: SlackHarness, pool: Executor) -> Iterator[HTTPMode]:
    made = HTTPMode(build_listening_app(harness, pool), harness.slack.signing_secret, LOOPBACK)
    made.start()
    wait_until_connected(harness, made)
    yield made
    made.stop()


def command(harness: SlackHarness) -> bytes:
    """The body of a valid slash command, as Slack sends it."""
    said = {"command": "/park", "text": "add 1001 to Sales", "user_id": harness.ada, "channel_id": harness.phones}
    said |= {"team_id": harness.me.team, "trigger_id": "1.2.a", "response_url": "http://127.0.0.1:9/"}
    return urlencode(said).encode()


def post(park: HTTPMode, body: bytes, headers: Mapping[str, Any], path: str = "") -> httpx.Response:
    url = park.where if not path else httpx.URL(park.where).join(path)
    return httpx.post(
        url, content=body, headers={"Content-Type": FORM_CONTENT_TYPE, **headers}, timeout=PATIENCE, trust_env=False
    )


def test_what_slack_signed_is_taken(harness: SlackHarness, park: HTTPMode) -> None:
    body = command(harness)
    assert post(park, body, signature_headers(harness.slack.signing_secret, body, int(time.time()))).status_code == 200
    assert [request.line for request in harness.inbox.requests] == ["add 1001 to Sales"]


Headers = Callable[[str, bytes, int], dict[str, Any]]
NOT_SLACKS: dict[str, Headers] = {
    "none at all": lambda secret, body, now: {},
    "no signature": lambda secret, body, now: {"X-Slack-Request-Timestamp": str(now)},
    "no time": lambda secret, body, now: {
        "X-Slack-Signature": signature_headers(secret, body, now)["X-Slack-Signature"]
    },
    "another secret": lambda secret, body, now: signature_headers("another", body, now),
    "no secret": lambda secret, body, now: signature_headers("", body, now),
    "of another body": lambda secret, body, now: signature_headers(secret, body + b"0", now),
    "of another time": lambda secret, body, now: (
        signature_headers(secret, body, now - 1) | {"X-Slack-Request-Timestamp": str(now)}
    ),
    "heard before, and sent again later": lambda secret, body, now: signature_headers(secret, body, now - 310),
    "of a time to come": lambda secret, body, now: signature_headers(secret, body, now + 310),
    "no number": lambda secret, body, now: signature_headers(secret, body, now) | {"X-Slack-Request-Timestamp": "now"},
    "no ASCII": lambda secret, body, now: (
        signature_headers(secret, body, now) | {"X-Slack-Signature": "v0=\xe9".encode("latin1")}
    ),
    "another version": lambda secret, body, now: {
        name: value.replace("v0=", "v1=") for name, value in signature_headers(secret, body, now).items()
    },
}


@pytest.mark.parametrize("headers", NOT_SLACKS.values(), ids=NOT_SLACKS)
def test_what_slack_did_not_sign_just_now_is_refused_and_reaches_nothing(
    harness: SlackHarness, park: HTTPMode, headers: Headers, caplog: pytest.LogCaptureFixture
) -> None:
    body = command(harness)
    assert post(park, body, headers(harness.slack.signing_secret, body, int(time.time()))).status_code == 401
    assert harness.inbox.requests == []
    assert "Refused what 127.0.0.1 sent" in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b"payload=%7B", b"payload=7&ssl_check=0"])
@pytest.mark.parametrize("kind", [FORM_CONTENT_TYPE, JSON_CONTENT_TYPE])
def test_nothing_is_read_before_the_signature_is_known_to_be_slacks(
    harness: SlackHarness, park: HTTPMode, body: bytes, kind: str
) -> None:
    forged = signature_headers("another", body, int(time.time()))
    assert post(park, body, {**forged, "Content-Type": kind}).status_code == 401


def test_a_look_at_the_certificate_is_answered_and_reaches_nothing(harness: SlackHarness, park: HTTPMode) -> None:
    assert post(park, command(harness) + b"&ssl_check=1", {}).status_code == 200
    assert harness.inbox.requests == []


def test_an_address_that_echoes_no_challenge_is_not_the_apps(harness: SlackHarness, park: HTTPMode) -> None:
    with pytest.raises(ValueError, match="challenge"):
        harness.slack.send_to(park.where + "/elsewhere")


@pytest.mark.parametrize(("method", "path"), [("GET", "/slack/events"), ("POST", "/"), ("POST", "/slack/events/")])
def test_nothing_else_is_there(park: HTTPMode, method: str, path: str) -> None:
    answer = httpx.request(method, httpx.URL(park.where).join(path), trust_env=False)
    assert (answer.status_code, "server" in answer.headers) == (404, False)


def test_what_is_larger_than_anything_of_slacks_is_refused(harness: SlackHarness, park: HTTPMode) -> None:
    body = command(harness) + b"&more=" + b"x" * (1 << 20)
    with closing(HTTPConnection(*LOOPBACK[:1], urlsplit(park.where).port, timeout=PATIENCE)) as line:
        line.putrequest("POST", "/slack/events")
        line.putheader("Content-Length", str(len(body)))
        line.endheaders(command(harness))
        assert line.getresponse().status == 413
    assert harness.inbox.requests == []


def test_what_a_proxy_passes_on_in_pieces_is_the_same(harness: SlackHarness, park: HTTPMode) -> None:
    body = command(harness)
    headers = signature_headers(harness.slack.signing_secret, body, int(time.time())) | {
        "Content-Type": FORM_CONTENT_TYPE
    }
    assert httpx.post(park.where, content=iter([body[:9], body[9:]]), headers=headers).status_code == 200
    assert len(harness.inbox.requests) == 1


@pytest.mark.parametrize(
    ("proxy", "said"), [(None, "127.0.0.1"), ("127.0.0.1", "203.0.113.9"), ("10.0.0.1", "127.0.0.1")]
)
def test_only_a_trusted_proxy_is_believed_whom_it_passes_on(
    harness: SlackHarness, pool: Executor, proxy: str | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    park = HTTPMode(build_listening_app(harness, pool), harness.slack.signing_secret, LOOPBACK, proxy=proxy)
    park.start()
    post(park, b"", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
    park.stop()
    assert f"Refused what {said} sent" in caplog.text


def test_a_connection_that_is_kept_open_does_not_hold_up_the_end(harness: SlackHarness, park: HTTPMode) -> None:
    with closing(HTTPConnection(*LOOPBACK[:1], urlsplit(park.where).port, timeout=PATIENCE)) as line:
        body = command(harness)
        line.request(
            "POST", "/slack/events", body, signature_headers(harness.slack.signing_secret, body, int(time.time()))
        )
        assert line.getresponse().read() is not None
        park.stop()
        assert not park.connected


def test_a_request_that_never_comes_to_its_end_does_not_either(harness: SlackHarness, park: HTTPMode) -> None:
    with closing(HTTPConnection(*LOOPBACK[:1], urlsplit(park.where).port, timeout=PATIENCE)) as line:
        line.putrequest("POST", "/slack/events")
        line.putheader("Content-Length", "1000")
        line.endheaders(b"half of")
        park.stop()
    assert harness.inbox.requests == []


def test_senders_who_never_finish_keep_nobody_waiting(harness: SlackHarness, park: HTTPMode) -> None:
    lines = [HTTPConnection(*LOOPBACK[:1], urlsplit(park.where).port, timeout=PATIENCE) for _ in range(30)]
    for line in lines:
        line.putrequest("POST", "/slack/events")
        line.putheader("Content-Length", "1000")
        line.endheaders(b"half of")
    assert harness.slack.slash(harness.ada, harness.phones, "groups").ok
    for line in lines:
        line.close()


def test_an_address_that_is_taken_is_an_error_that_names_the_setting(
    harness: SlackHarness, pool: Executor, park: HTTPMode
) -> None:
    port = urlsplit(park.where).port
    assert port
    second = HTTPMode(build_listening_app(harness, pool), harness.slack.signing_secret, ("127.0.0.1", port))
    with pytest.raises(SettingsError, match=rf"PARK_HTTP_LISTEN: 127.0.0.1:{port} .*in use"):
        second.start()
    second.stop()
