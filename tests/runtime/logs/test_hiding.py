"""Secrets are redacted in every encoding, and other text is left as it is."""

import json
from functools import partial
from urllib.parse import quote, quote_plus

import pytest

from bot.runtime.logs import REDACTED, SecretRedactor

SECRET = 'pä$$ w/ord"&+='


ENCODINGS = (str, quote, quote_plus, json.dumps, partial(json.dumps, ensure_ascii=False), repr)


@pytest.mark.parametrize("written", [write(SECRET) for write in ENCODINGS])
def test_a_secret_that_was_given_is_hidden_however_it_is_written(written: str) -> None:
    redacted = SecretRedactor([SECRET]).redact(f"sent {written} to the PBX")
    assert REDACTED in redacted
    assert "$$" not in redacted
    assert "ord" not in redacted
    assert redacted.startswith("sent ")
    assert redacted.endswith(" to the PBX")


def test_of_two_secrets_the_longer_is_hidden_whole() -> None:
    assert SecretRedactor(["abcd", "abcdefgh"]).redact("abcdefgh") == REDACTED


SECRETS = {
    "xoxb-1234567890-abcDEF": "a bot token",
    "xapp-1-A012-345-abcdef": "an app token",
    "xoxe.xoxp-1-Mi0yLTU": "a rotated token",
    "wss://wss-primary.slack.com/link/?ticket=5f1c0ffee&app_id=A1": "a socket's ticket",
    "ws://127.0.0.1:8123/link/?ticket=5f1c0ffee": "a socket's ticket",
    "https://hooks.slack.com/commands/T012AB/345/c0ffee": "a response_url",
    "https://hooks.slack.com/app/T012AB/345/c0ffee": "a form's response_url",
    "http://127.0.0.1:8123/actions/T012AB/c0ffee": "another host's",
    "13345224609.738474920.8088930838d88f008e0": "a trigger_id",
    "Bearer c0ffee-c0ffee": "a header",
    'password="c0ffee"': "Python",
    '{"refresh_token": "c0ffee"}': "JSON",
    "grant_type=refresh_token&refresh_token=c0ffee": "a form",
    "postgresql+psycopg://park:c0ffee@db/park": "an address",
    "DETAIL:  Key (key)=(T1:c0ffee) already exists.": "PostgreSQL",
}


@pytest.mark.parametrize("secret", SECRETS, ids=list(SECRETS.values()))
def test_what_has_the_shape_of_a_secret_is_hidden_though_nobody_gave_it(secret: str) -> None:
    redacted = SecretRedactor().redact(f"before {secret}")
    assert redacted.startswith("before ")
    assert REDACTED in redacted
    for part in ("c0ffee", "abc", "Mi0y", "8088930838d88f008e0"):
        assert part not in redacted


@pytest.mark.parametrize(
    "text",
    [
        "change 42 is taken up, attempt 1; asked for by slash command",
        "POST /call_park_groups/{id}/members/{id}: HTTP 200 in 12 ms",
        "Park can't sign in: The PBX no longer accepts PBX_TOKEN: it has expired or was revoked",
        "the PBX can't be reached: [Errno 111] Connection refused",
        "set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)",
        "1712345678.000100",
        "https://pbx.example.com:8887/api",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert SecretRedactor(["xoxb-1", "abc", ""]).redact(text) == text
