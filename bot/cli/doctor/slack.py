"""Tokens, scopes, channels."""

from collections.abc import Iterator

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skew, warning
from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.slack.app_config import SCOPES, fetch_granted_scopes, try_app_token
from bot.slack.client import connect_client
from bot.slack.workspace import PolicyChannel, people, places

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


def bot_token(context: DoctorContext) -> Iterator[Finding]:
    settings = context.settings
    context.client = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        context.granted = fetch_granted_scopes(context.client)
    except SlackRefused as refusal:
        remedy = _INSTALL if str(refusal) in _GONE else _BOT
        yield error("slack.bot_token.refused", f"Slack refuses SLACK_BOT_TOKEN: {refusal}", remedy)
    except SlackUnavailable as failure:
        yield error("slack.bot_token.unreachable", f"Slack at {settings.slack_api_url}: {failure}", _AWAY)
    else:
        yield ok("slack.bot_token", f"SLACK_BOT_TOKEN is that of {context.granted.name} in {context.granted.team}")


def scopes(context: DoctorContext) -> Iterator[Finding]:
    has = context.granted.scopes
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


def way_in(context: DoctorContext) -> Iterator[Finding]:
    """Socket Mode's token, where there is one; else requests come over HTTP, signed."""
    if (token := context.settings.slack_app_token) is not None:
        yield from _app_token(token.get_secret_value(), context.settings.slack_api_url)
    else:
        yield ok(
            "slack.way_in", "requests come over HTTP; whether SLACK_SIGNING_SECRET is right, only a request will tell"
        )


def clock(context: DoctorContext) -> Iterator[Finding]:
    yield from skew("slack.clock", "Slack", context.granted.date, context.now(), signed=_over_http(context))


def _over_http(context: DoctorContext) -> bool:
    return context.settings.slack_app_token is None


def _app_token(token: str, url: str) -> Iterator[Finding]:
    try:
        try_app_token(connect_client("", url), token)
    except SlackRefused as refusal:
        yield error("slack.way_in.refused", f"Slack refuses SLACK_APP_TOKEN: {refusal}", _APP)
    except SlackUnavailable as failure:
        yield error("slack.way_in.unreachable", f"Slack at {url}: {failure}", _AWAY)
    else:
        yield ok("slack.way_in", "SLACK_APP_TOKEN opens connections (Socket Mode)")


_IDS = "Set the id right in the policy file, or take it out: `python -m bot policy check` tells where it stands."


def channels(context: DoctorContext) -> Iterator[Finding]:
    number, said = 0, False
    try:
        for place in places(context.client, context.policy):
            number += 1
            for finding in _of(place, context.granted.name):
                said = True
                yield finding
    except SlackFailure as failure:
        yield warning(
            "slack.channels.unknown",
            f"the policy's channels could not be asked about: {failure}",
            "Set right what is said of the token and its scopes, then look again.",
        )
        return
    if not said:
        yield ok("slack.channels", f"Park can use the channels that the policy names: {number}")


def _of(place: PolicyChannel, me: str) -> Iterator[Finding]:
    invite = f"/invite @{me} in that channel."
    about = {"about": place.id}
    if place.name is None:
        text = f"{place.id} ({place.use}): there is no such channel, or it is private and Park is not in it"
        yield error("slack.channels.unseen", text, f"If it is private: {invite} Else: {_IDS}", **about)
    elif place.archived:
        text = f"#{place.name} ({place.use}) is archived: nothing can be said there"
        yield error("slack.channels.archived", text, "Unarchive it, or let the policy name another channel.", **about)
    elif not place.member and place.posted_to:
        text = f"Park is not in #{place.name} ({place.use}): it can post there, and hears no mention or answer there"
        yield warning("slack.channels.not_in", text, invite, **about)


def ids(context: DoctorContext) -> Iterator[Finding]:
    """Users and user groups."""
    found = False
    for doubt in people(context.client, context.policy):
        found = True
        kind = "slack.ids.unknown" if doubt.id else "slack.ids.unasked"
        remedy = _IDS if doubt.id else "Set right what is said of the token and its scopes, then look again."
        yield warning(kind, str(doubt), remedy, about=doubt.id)
    if not found:
        yield ok("slack.ids", "Slack knows the users and user groups that the policy names")
