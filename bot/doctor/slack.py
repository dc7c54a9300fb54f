"""The app in Slack: its tokens, what they are granted, and the time there."""

from collections.abc import Iterator

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.doctor.skew import skew
from bot.errors import SlackRefused, SlackUnavailable
from bot.slack.connection import connect_client
from bot.slack.granted import granted, try_app_token
from bot.slack.scopes import SCOPES

APPS = "https://api.slack.com/apps > Park"
_BOT = f"Copy the Bot User OAuth Token (xoxb-) from {APPS} > OAuth & Permissions into SLACK_BOT_TOKEN."
_APP = (
    f"Make an app-level token (xapp-) with the scope connections:write under {APPS} > Basic Information > App-Level "
    "Tokens, and put it into SLACK_APP_TOKEN."
)
_INSTALL = (
    f"Install the app to the workspace again under {APPS} > Install App, and put the new token into SLACK_BOT_TOKEN."
)
_GONE = frozenset({"account_inactive", "token_revoked", "token_expired"})
_AWAY = "Look whether this machine gets through to slack.com by HTTPS: a firewall, or https://slack-status.com."


def bot_token(case: Case) -> Iterator[Finding]:
    settings = case.settings
    case.client = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        case.granted = granted(case.client)
    except SlackRefused as refusal:
        remedy = _INSTALL if str(refusal) in _GONE else _BOT
        yield error("slack.bot_token.refused", f"Slack refuses SLACK_BOT_TOKEN: {refusal}", remedy)
    except SlackUnavailable as failure:
        yield error("slack.bot_token.unreachable", f"Slack at {settings.slack_api_url}: {failure}", _AWAY)
    else:
        yield ok("slack.bot_token", f"SLACK_BOT_TOKEN is that of {case.granted.name} in {case.granted.team}")


def scopes(case: Case) -> Iterator[Finding]:
    has = case.granted.scopes
    if has is None:
        yield warning(
            "slack.scopes.untold",
            "Slack did not say what the app is granted",
            f"Look under {APPS} > OAuth & Permissions.",
        )
        return
    for scope in sorted(SCOPES - has):
        remedy = f"Add it under {APPS} > OAuth & Permissions > Scopes, and install the app to the workspace again."
        yield error("slack.scopes.missing", f"the app is not granted {scope}", remedy, about=scope)
    for scope in sorted(has - SCOPES):
        remedy = f"Take it away under {APPS} > OAuth & Permissions > Scopes, and install the app again."
        yield warning(
            "slack.scopes.superfluous", f"the app is granted {scope}, which Park has no use for", remedy, about=scope
        )
    if has == SCOPES:
        yield ok("slack.scopes", f"the app is granted the {len(SCOPES)} scopes of manifest.yaml, and no other")


def way_in(case: Case) -> Iterator[Finding]:
    """Socket Mode's token, where there is one; else requests come over HTTP, signed."""
    if (token := case.settings.slack_app_token) is not None:
        yield from _app_token(token.get_secret_value(), case.settings.slack_api_url)
    else:
        yield ok(
            "slack.way_in", "requests come over HTTP; whether SLACK_SIGNING_SECRET is right, only a request will tell"
        )


def clock(case: Case) -> Iterator[Finding]:
    yield from skew("slack.clock", "Slack", case.granted.date, case.now(), signed=_over_http(case))


def _over_http(case: Case) -> bool:
    return case.settings.slack_app_token is None


def _app_token(token: str, url: str) -> Iterator[Finding]:
    try:
        try_app_token(connect_client("", url), token)
    except SlackRefused as refusal:
        yield error("slack.way_in.refused", f"Slack refuses SLACK_APP_TOKEN: {refusal}", _APP)
    except SlackUnavailable as failure:
        yield error("slack.way_in.unreachable", f"Slack at {url}: {failure}", _AWAY)
    else:
        yield ok("slack.way_in", "SLACK_APP_TOKEN opens connections (Socket Mode)")
