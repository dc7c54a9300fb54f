"""The Slack app's manifest: manifest.yaml as it is for Socket Mode, and with request URLs for HTTP mode."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.slack.http_mode import PATH

_HERE = Path(__file__).parent
MANIFEST = next(file for file in (_HERE / "manifest.yaml", _HERE.parents[1] / "manifest.yaml") if file.exists())
"""A wheel has it beside this file."""

_EDITS = {
    "# It also needs an app-level token with connections:write (SLACK_APP_TOKEN) for Socket Mode.": (
        "# Slack posts to the URLs in it, signed with the app's signing secret (SLACK_SIGNING_SECRET)."
    ),
    "    - command: /park\n": "    - command: /park\n      url: {url}\n",
    "  event_subscriptions:\n": "  event_subscriptions:\n    request_url: {url}\n",
    "  interactivity:\n": "  interactivity:\n    request_url: {url}\n    message_menu_options_url: {url}\n",
    "socket_mode_enabled: true": "socket_mode_enabled: false",
}
"""As text, so that every scope keeps its reason; each is found once."""


def over_socket_mode() -> str:
    """The file itself."""
    return MANIFEST.read_text(encoding="utf-8")


def over_http(url: str) -> str:
    """The same app, for a Park that Slack reaches at that address; raise SettingsError where Slack can't."""
    text, quoted = over_socket_mode(), json.dumps(_request_url(url))
    for line, instead in _EDITS.items():
        before, after = text.split(line)
        text = before + instead.format(url=quoted) + after
    return text


def _request_url(url: str) -> str:
    """With the path at which Park listens, where none is said: a proxy may have another."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{url}: say where Slack reaches the proxy before Park, as in https://park.example.com")
    return parts._replace(path=PATH).geturl() if parts.path in ("", "/") else url
