"""The commands `installations list`, `remove`, `rotate` and `key`; none of them prints a token."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from bot.cli.journal_database import open_journal
from bot.errors import SettingsError
from bot.settings.environment import Settings
from bot.settings.tenants import read_tenants
from bot.slack.installations import Installations, generate_key


def run_list(_: Namespace) -> int:
    """Prints each installation: what it is in, since when, and by whom."""
    with _opened(_settings()) as installations:
        found = installations.all()
    for one in found:
        kind, since = "workspace" if one.team else "organization", f"{one.installed_at:%Y-%m-%d %H:%M} UTC"
        sys.stdout.write(f"{one.id}  {one.name} ({kind}), by {one.installed_by}, {since}\n")
    if not found:
        sys.stdout.write("The app is installed nowhere. Open /slack/install, once Park runs.\n")
    return 0


def run_remove(options: Namespace) -> int:
    """Deletes an installation with its token; the app stays in Slack until it is removed there."""
    with _opened(_settings()) as installations:
        if not installations.remove(options.id):
            known = ", ".join(one.id for one in installations.all()) or "none"
            raise SettingsError(f"There is no installation {options.id}. There are: {known}.")
    sys.stdout.write(
        f"The token for {options.id} is deleted, and Park signs out there within 15 seconds. Ends of temporary changes "
        "still happen. Remove the app in Slack, too: https://slack.com/apps/manage\n"
    )
    return 0


def run_rotate(_: Namespace) -> int:
    """Encrypts all tokens with the first key of PARK_TOKEN_KEY."""
    settings = _settings()
    with _opened(settings) as installations:
        count = installations.rotate()
    rest = " Keep the first key alone in PARK_TOKEN_KEY now, and start Park again." if settings.token_keys[1:] else ""
    sys.stdout.write(f"Encrypted with the first key of PARK_TOKEN_KEY: {count}.{rest}\n")
    return 0


def run_key(_: Namespace) -> int:
    """Prints a new key for PARK_TOKEN_KEY."""
    sys.stdout.write(f"{generate_key()}\n")
    return 0


def _settings() -> Settings:
    """Returns the settings of the first PBX, whose journal holds the installations."""
    settings = read_tenants()[0].settings
    if settings.slack_client_id is None:
        raise SettingsError("SLACK_CLIENT_ID is not set: Park uses SLACK_BOT_TOKEN, and has no installations.")
    return settings


@contextmanager
def _opened(settings: Settings) -> Iterator[Installations]:
    """Opens the store beside the Park that may be running."""
    with open_journal(settings.database_url) as database:
        yield Installations(database, str(settings.slack_client_id), settings.token_keys)
