"""TLS to Slack: the certificates of the system are read once, which takes as much CPU as a change."""

import ssl
from typing import Any

import pytest

from bot.errors import SlackUnavailable
from bot.slack.client import connect_client, translate_errors


def test_the_systems_certificates_are_read_once_for_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    read, load = list[ssl.SSLContext](), ssl.SSLContext.load_default_certs

    def record(context: ssl.SSLContext, *arguments: Any) -> None:
        read.append(context)
        load(context, *arguments)

    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", record)
    for _ in range(2):
        client = connect_client("xoxb-1", "https://127.0.0.1:9/api/")  # where nobody answers
        with pytest.raises(SlackUnavailable), translate_errors():
            client.auth_test()
    with pytest.raises(SlackUnavailable):
        client.respond("https://127.0.0.1:9/commands/", text="Done")
    assert len(read) <= 1  # none where an earlier test has made the context
