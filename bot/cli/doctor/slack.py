"""Checks of the Slack app: tokens, scopes, clock, and the channels and people that the policy names."""

import os
from collections.abc import Iterator

from bot.cli.doctor.model import DoctorContext, Finding, clock_finding, error, ok, warning
from bot.cli.network_errors import describe_failure
from bot.errors import SettingsError, SlackFailure, SlackRefused, SlackUnavailable
from bot.slack.app_config import (
    APP_TOKEN,
    BOT_TOKEN,
    OPTIONAL_SCOPES,
    ORG_WIDE_INSTALL,
    REQUIRED_SCOPES,
    fetch_granted_scopes,
    request_socket_url,
)
from bot.slack.app_manifest import declared_commands, exported_manifest
from bot.slack.client import connect_client
from bot.slack.workspace import PolicyChannel, policy_channels, unknown_users

APP_PAGES = "https://api.slack.com/apps > your app"
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
CONFIG_VARIABLE = "SLACK_CONFIG_TOKEN"
"""The environment variable with an app configuration token, which only doctor reads."""
_NEEDS_REINSTALL = frozenset({"account_inactive", "token_revoked", "token_expired"})
_UNREACHABLE = (
    "Check that this machine reaches slack.com over HTTPS (firewall, HTTPS_PROXY), and https://slack-status.com."
)
_LOOKUP_FAILED = "Correct the token or its scopes as said above, then run this again."
_POLICY_IDS = "Correct the id in the policy file, or remove it."


def check_bot_token(context: DoctorContext) -> Iterator[Finding]:
    """Calls auth.test with the bot token, whose response also has the scopes and Slack's time."""
    settings = context.settings
    if settings.slack_client_id is not None:
        from bot.cli.doctor.installations import check_installations  # with the SDK's OAuth

        yield from check_installations(context)
        return
    context.slack = connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        context.granted = fetch_granted_scopes(context.slack)
    except SlackRefused as refusal:
        remedy = _REINSTALL if str(refusal) in _NEEDS_REINSTALL else _BOT_TOKEN
        text = f"Slack refuses SLACK_BOT_TOKEN: {refusal}"
        if settings.slack_bot_token.get_secret_value().startswith(APP_TOKEN):
            text = f"SLACK_BOT_TOKEN holds an app-level token ({APP_TOKEN}), not the bot token: {refusal}"
        yield error("slack.bot_token.refused", text, remedy)
    except SlackUnavailable as failure:
        yield error("slack.bot_token.unreachable", describe_failure(failure), _UNREACHABLE)
    else:
        text = f"SLACK_BOT_TOKEN belongs to {context.granted.name} in {context.granted.team}"
        yield ok("slack.bot_token", text)


def check_installation(context: DoctorContext) -> Iterator[Finding]:
    """Checks that the app is installed in a workspace, and not for a whole organization."""
    if context.granted.org_wide and context.settings.slack_client_id is None:
        yield error("slack.install.org_wide", "the app is installed for a whole organization", ORG_WIDE_INSTALL)
    else:
        yield ok("slack.install", f"the app is installed in {context.granted.team}")


def check_scopes(context: DoctorContext) -> Iterator[Finding]:
    """Compares the granted scopes with those of manifest.yaml."""
    granted = context.granted.scopes
    if granted is None:
        remedy = f"Check them under {APP_PAGES} > OAuth & Permissions."
        yield warning("slack.scopes.untold", "Slack does not say which scopes the app has", remedy)
        return
    for scope in sorted(REQUIRED_SCOPES - granted):
        remedy = f"Add it under {APP_PAGES} > OAuth & Permissions > Scopes, and reinstall the app."
        if scope in OPTIONAL_SCOPES:
            text = f"the app does not have the scope {scope}: {OPTIONAL_SCOPES[scope]}"
            yield warning("slack.scopes.optional", text, remedy, about=scope)
        else:
            yield error("slack.scopes.missing", f"the app does not have the scope {scope}", remedy, about=scope)
    for scope in sorted(granted - REQUIRED_SCOPES):
        text = f"the app has the scope {scope}, which Park does not use"
        remedy = f"Remove it under {APP_PAGES} > OAuth & Permissions > Scopes, and reinstall the app."
        yield warning("slack.scopes.superfluous", text, remedy, about=scope)
    if granted == REQUIRED_SCOPES:
        yield ok("slack.scopes", f"the app has the {len(REQUIRED_SCOPES)} scopes of manifest.yaml and no others")


def check_connection_mode(context: DoctorContext) -> Iterator[Finding]:
    """Tries the app-level token of Socket Mode; HTTP mode's signing secret can't be tried from here."""
    settings = context.settings
    if settings.slack_app_token is None:
        text = "Slack sends requests over HTTP; only a request can show whether SLACK_SIGNING_SECRET is right"
        yield ok("slack.way_in", text)
        return
    try:
        request_socket_url(connect_client("", settings.slack_api_url), settings.slack_app_token.get_secret_value())
    except SlackRefused as refusal:
        text = f"Slack refuses SLACK_APP_TOKEN: {refusal}"
        if settings.slack_app_token.get_secret_value().startswith(BOT_TOKEN):
            text = f"SLACK_APP_TOKEN holds a bot token ({BOT_TOKEN}), not the app-level token: {refusal}"
        yield error("slack.way_in.refused", text, _APP_TOKEN)
    except SlackUnavailable as failure:
        yield error("slack.way_in.unreachable", describe_failure(failure), _UNREACHABLE)
    else:
        yield ok("slack.way_in", "SLACK_APP_TOKEN can open connections (Socket Mode)")


def check_command(context: DoctorContext) -> Iterator[Finding]:
    """Compares PARK_COMMAND with the app's manifest, which Slack shows only for an app configuration token."""
    command, token = context.settings.park_command, os.environ.get(CONFIG_VARIABLE)
    if not token:
        text = f"Park answers {command}; whether the app declares it can be checked with {CONFIG_VARIABLE} only"
        yield ok("slack.command", text)
        return
    try:
        declared = declared_commands(exported_manifest(context.slack, token, context.granted.bot))
    except (SlackFailure, SettingsError) as failure:
        text = f"the app's manifest could not be read: {describe_failure(failure)}"
        remedy = (
            f"Generate an app configuration token on https://api.slack.com/apps and export it as {CONFIG_VARIABLE}."
        )
        yield warning("slack.command.unread", text, remedy)
        return
    if command in declared:
        yield ok("slack.command", f"the app declares {command}")
        return
    text = f"the app declares {', '.join(sorted(declared)) or 'no slash command'}, and Park answers {command}"
    remedy = f"Set PARK_COMMAND to what the app declares, or add {command} under {APP_PAGES} > Slash Commands."
    yield error("slack.command.differs", text, remedy)


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
        text = f"the policy's channels could not be looked up: {describe_failure(failure)}"
        yield warning("slack.channels.unknown", text, _LOOKUP_FAILED)
        return
    if not problems:
        yield ok("slack.channels", f"Park can use the channels in the policy: {count}")


def _channel_problem(channel: PolicyChannel, bot_name: str) -> Finding | None:
    invite = f"type there /invite @{bot_name}"
    if channel.hidden:
        text = f"{channel.id} ({channel.use}) is private, and the app does not have the scope groups:read to look it up"
        remedy = f"In that channel {invite}, or add the scope under {APP_PAGES} > OAuth & Permissions > Scopes."
        return warning("slack.channels.hidden", text, remedy, about=channel.id)
    if channel.name is None:
        text = f"{channel.id} ({channel.use}): there is no such channel, or it is private and Park is not in it"
        remedy = f"If it is private: {invite}. If not: {_POLICY_IDS}"
        return error("slack.channels.unseen", text, remedy, about=channel.id)
    if channel.archived:
        text = f"#{channel.name} ({channel.use}) is archived, so nothing can be posted there"
        remedy = "Unarchive it, or name another channel in the policy."
        return error("slack.channels.archived", text, remedy, about=channel.id)
    if not channel.member and channel.posted_to:
        where = f"#{channel.name} ({channel.use})"
        text = f"Park is not in {where}: it can post there, but sees no mention and no reply"
        return warning("slack.channels.not_in", text, f"In #{channel.name} {invite}", about=channel.id)
    if channel.shared:
        text = f"#{channel.name} ({channel.use}) is shared with other companies, whose people see what Park posts there"
        remedy = "Name a channel of your own in the policy, unless they are meant to see it."
        return warning("slack.channels.shared", text, remedy, about=channel.id)
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
        yield ok("slack.ids", "Slack knows all users and user groups in the policy")
