"""Checks of the Slack app: tokens, scopes, clock, and the channels and people that the policy names."""

from collections.abc import Iterator

from bot.cli.doctor.model import DoctorContext, Finding, clock_finding, error, ok, warning
from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.slack.app_config import REQUIRED_SCOPES, fetch_granted_scopes, request_socket_url
from bot.slack.client import connect_client
from bot.slack.workspace import PolicyChannel, policy_channels, unknown_users

APP_PAGES = "https://api.slack.com/apps > Park"
"""Where the remedies send people: the app's pages in Slack."""
_BOT_TOKEN = f"Copy the Bot User OAuth Token (xoxb-) from {APP_PAGES} > OAuth & Permissions into SLACK_BOT_TOKEN."
_APP_TOKEN = (
    f"Make an app-level token (xapp-) with the scope connections:write under {APP_PAGES} > Basic Information > "
    "App-Level Tokens, and put it into SLACK_APP_TOKEN."
)
_REINSTALL = (
    f"Install the app to the workspace again under {APP_PAGES} > Install App, and put the new token into "
    "SLACK_BOT_TOKEN."
)
_NEEDS_REINSTALL = frozenset({"account_inactive", "token_revoked", "token_expired"})
_UNREACHABLE = "Look whether this machine gets through to slack.com by HTTPS: a firewall, or https://slack-status.com."
_LOOKUP_FAILED = "Set right what is said of the token and its scopes, then look again."
_POLICY_IDS = "Set the id right in the policy file, or take it out: `python -m bot policy check` tells where it stands."


def check_bot_token(context: DoctorContext) -> Iterator[Finding]:
    """Calls auth.test with the bot token, whose response also has the scopes and Slack's time."""
    settings = context.settings
    context.slack = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        context.granted = fetch_granted_scopes(context.slack)
    except SlackRefused as refusal:
        remedy = _REINSTALL if str(refusal) in _NEEDS_REINSTALL else _BOT_TOKEN
        yield error("slack.bot_token.refused", f"Slack refuses SLACK_BOT_TOKEN: {refusal}", remedy)
    except SlackUnavailable as failure:
        yield error("slack.bot_token.unreachable", f"Slack at {settings.slack_api_url}: {failure}", _UNREACHABLE)
    else:
        yield ok("slack.bot_token", f"SLACK_BOT_TOKEN is that of {context.granted.name} in {context.granted.team}")


def check_scopes(context: DoctorContext) -> Iterator[Finding]:
    """Compares the granted scopes with those of manifest.yaml."""
    granted = context.granted.scopes
    if granted is None:
        remedy = f"Look under {APP_PAGES} > OAuth & Permissions."
        yield warning("slack.scopes.untold", "Slack did not say what the app is granted", remedy)
        return
    for scope in sorted(REQUIRED_SCOPES - granted):
        remedy = f"Add it under {APP_PAGES} > OAuth & Permissions > Scopes, and install the app to the workspace again."
        yield error("slack.scopes.missing", f"the app is not granted {scope}", remedy, about=scope)
    for scope in sorted(granted - REQUIRED_SCOPES):
        text = f"the app is granted {scope}, which Park has no use for"
        remedy = f"Take it away under {APP_PAGES} > OAuth & Permissions > Scopes, and install the app again."
        yield warning("slack.scopes.superfluous", text, remedy, about=scope)
    if granted == REQUIRED_SCOPES:
        yield ok("slack.scopes", f"the app is granted the {len(REQUIRED_SCOPES)} scopes of manifest.yaml, and no other")


def check_connection_mode(context: DoctorContext) -> Iterator[Finding]:
    """Tries the app-level token of Socket Mode; HTTP mode's signing secret can't be tried from here."""
    settings = context.settings
    if settings.slack_app_token is None:
        text = "requests come over HTTP; whether SLACK_SIGNING_SECRET is right, only a request will tell"
        yield ok("slack.way_in", text)
        return
    try:
        request_socket_url(connect_client("", settings.slack_api_url), settings.slack_app_token.get_secret_value())
    except SlackRefused as refusal:
        yield error("slack.way_in.refused", f"Slack refuses SLACK_APP_TOKEN: {refusal}", _APP_TOKEN)
    except SlackUnavailable as failure:
        yield error("slack.way_in.unreachable", f"Slack at {settings.slack_api_url}: {failure}", _UNREACHABLE)
    else:
        yield ok("slack.way_in", "SLACK_APP_TOKEN opens connections (Socket Mode)")


def check_clock(context: DoctorContext) -> Iterator[Finding]:
    """Compares the clocks; in HTTP mode a large difference invalidates every request's signature."""
    http_mode = context.settings.slack_app_token is None
    yield clock_finding("slack.clock", "Slack", context.granted.date, context.now(), signed=http_mode)


def check_channels(context: DoctorContext) -> Iterator[Finding]:
    """Checks that each channel in the policy exists, is active, and has Park in it where it posts."""
    count, problems = 0, False
    try:
        for channel in policy_channels(context.slack, context.policy):
            count += 1
            if problem := _channel_problem(channel, context.granted.name):
                problems = True
                yield problem
    except SlackFailure as failure:
        text = f"the policy's channels could not be asked about: {failure}"
        yield warning("slack.channels.unknown", text, _LOOKUP_FAILED)
        return
    if not problems:
        yield ok("slack.channels", f"Park can use the channels that the policy names: {count}")


def _channel_problem(channel: PolicyChannel, bot_name: str) -> Finding | None:
    invite = f"/invite @{bot_name} in that channel."
    if channel.name is None:
        text = f"{channel.id} ({channel.use}): there is no such channel, or it is private and Park is not in it"
        remedy = f"If it is private: {invite} Else: {_POLICY_IDS}"
        return error("slack.channels.unseen", text, remedy, about=channel.id)
    if channel.archived:
        text = f"#{channel.name} ({channel.use}) is archived: nothing can be said there"
        remedy = "Unarchive it, or let the policy name another channel."
        return error("slack.channels.archived", text, remedy, about=channel.id)
    if not channel.member and channel.posted_to:
        where = f"#{channel.name} ({channel.use})"
        text = f"Park is not in {where}: it can post there, and hears no mention or answer there"
        return warning("slack.channels.not_in", text, invite, about=channel.id)
    return None


def check_people(context: DoctorContext) -> Iterator[Finding]:
    """Checks that Slack knows each user and user group in the policy."""
    found = False
    for problem in unknown_users(context.slack, context.policy):
        found = True
        if problem.id:
            yield warning("slack.ids.unknown", str(problem), _POLICY_IDS, about=problem.id)
        else:
            yield warning("slack.ids.unasked", str(problem), _LOOKUP_FAILED)
    if not found:
        yield ok("slack.ids", "Slack knows the users and user groups that the policy names")
