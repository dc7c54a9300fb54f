"""Checks of the installations of the app in several workspaces, where there is no SLACK_BOT_TOKEN."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.cli.network_errors import describe_failure
from bot.errors import JournalUnavailable, SettingsError, SlackFailure
from bot.journal.database import open_beside
from bot.settings.tenants import read_tenants
from bot.slack.app_config import GrantedScopes, fetch_granted_scopes
from bot.slack.client import Client, connect_client
from bot.slack.installations import Installations, InstalledApp

_INSTALL = "Start Park, and open /slack/install in a browser."
_KEYS = "Set the key with which the tokens were encrypted, behind a new one if it was replaced: PARK_TOKEN_KEY=new,old"


def check_installations(context: DoctorContext) -> Iterator[Finding]:
    """Checks each installation that Park uses; the first one that Slack accepts is used by the other checks."""
    found = False
    try:
        settings = read_tenants()[0].settings  # its journal holds the installations
        with closing(open_beside(settings.database_url)) as database:
            installations = Installations(database, str(settings.slack_client_id), settings.token_keys)
            apps = installations.all()
            yield from _compare(apps, settings.park_install_teams or ())
            for app in apps:
                if not _is_used(app, settings.park_install_teams or ()):
                    continue
                client, granted, finding = _check(app, installations, settings.slack_api_url)
                yield finding
                if granted is not None and not found:
                    context.slack, context.granted, found = client, granted, True
    except (JournalUnavailable, SettingsError) as failure:
        yield error("slack.bot_token.journal", f"the installations can't be read: {failure}", _INSTALL)
        return
    if not found:
        yield error("slack.bot_token.nowhere", "the app is installed nowhere that Slack accepts", _INSTALL)


def _is_used(app: InstalledApp, allowed: Collection[str]) -> bool:
    return not {app.team, app.enterprise}.isdisjoint(allowed)


def _compare(apps: Sequence[InstalledApp], allowed: Sequence[str]) -> Iterator[Finding]:
    """Compares the installations with PARK_INSTALL_TEAMS."""
    for app in apps:
        if not _is_used(app, allowed):
            text = f"Park does not use the installation in {app.name}: {app.id} is not in PARK_INSTALL_TEAMS"
            remedy = f"Add {app.id} there, or delete its token: installations remove {app.id}"
            yield warning("slack.installations.not_allowed", text, remedy, about=app.id)
    for id in allowed:
        if not any(id in (app.team, app.enterprise) for app in apps):
            text = f"{id} is in PARK_INSTALL_TEAMS, and the app is not installed there"
            yield warning("slack.installations.missing", text, f"{_INSTALL} Or take {id} out.", about=id)


def _check(
    app: InstalledApp, installations: Installations, api_url: str
) -> tuple[Client, GrantedScopes | None, Finding]:
    client = connect_client("", api_url)
    try:
        client.use(installations.token(app.id) or "", app.team)
        granted = fetch_granted_scopes(client)
    except SettingsError:
        text = f"the token for {app.name} can't be decrypted with PARK_TOKEN_KEY"
        return client, None, error("slack.installations.key", text, _KEYS, about=app.id)
    except SlackFailure as failure:
        text = f"the token for {app.name} does not work: {describe_failure(failure)}"
        remedy = f"Install the app there again at /slack/install, or remove it: installations remove {app.id}"
        return client, None, warning("slack.installations.refused", text, remedy, about=app.id)
    return client, granted, ok("slack.installations", f"the app is installed in {app.name} ({app.id})")
