"""Connections to Slack over TLS verify its certificate, and read the authorities' certificates once."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import SlackUnavailable
from bot.slack import client as slack_client
from bot.slack.client import connect_client, tls_context, translate_errors
from tests.certificates import MISSING, OPENSSL, self_signed
from tests.pbx.scripted import json_reply, scripted

pytestmark = pytest.mark.skipif(OPENSSL is None, reason=MISSING)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ssl.SSLContext]]:
    """The contexts that are made meanwhile."""
    found = list[ssl.SSLContext]()
    make = ssl.create_default_context

    def counted(*arguments: object, **named: object) -> ssl.SSLContext:
        found.append(make(*arguments, **named))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(ssl, "create_default_context", counted)
    monkeypatch.setattr(ssl, "_create_default_https_context", counted)
    slack_client.shared_tls_context.cache_clear()
    yield found
    slack_client.shared_tls_context.cache_clear()


def test_calls_and_answers_of_all_clients_share_what_they_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[ssl.SSLContext]
) -> None:
    file, tls = self_signed(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with scripted(lambda _: json_reply({"ok": True}), tls) as slack:
        for _ in range(2):
            client = connect_client("xoxb-1", f"{slack.url}/")
            client.api_call("api.test")
            client.api_call("api.test")
        assert len(slack.asked) == 4
    assert len(made) == 1
    assert tls_context("wss://wss-primary.slack.com/link") is made[0]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, made: list[ssl.SSLContext]) -> None:
    _, tls = self_signed(tmp_path, "IP:127.0.0.1")
    with scripted(lambda _: json_reply({"ok": True}), tls) as slack:
        with pytest.raises(SlackUnavailable), translate_errors():
            connect_client("xoxb-1", f"{slack.url}/").api_call("api.test")
        assert slack.asked == []
    assert len(made) == 1


def test_without_tls_there_is_nothing_to_trust(made: list[ssl.SSLContext]) -> None:
    refusal = json_reply({"ok": False, "error": "invalid_auth"})
    with scripted(lambda _: refusal) as slack, pytest.raises(SlackApiError, match="invalid_auth"):
        connect_client("xoxb-1", f"{slack.url}/").api_call("api.test")
    assert made == []
