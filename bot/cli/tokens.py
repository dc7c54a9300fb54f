"""The commands `token create`, `list` and `revoke`: tokens with which pipelines run `apply`."""

import os
import sys
from argparse import Namespace
from datetime import timedelta

from bot.cli.journal_database import open_journal
from bot.errors import SettingsError
from bot.journal.apply_tokens import ApplyTokens
from bot.settings.environment import JournalSettings
from bot.settings.tenants import read_for


def run_create(options: Namespace) -> int:
    """Creates a token; it goes to standard output alone, so that it can be piped into a store of secrets."""
    with open_journal(read_for(JournalSettings, options.pbx).database_url) as database:
        lifetime = timedelta(days=options.days)
        token = ApplyTokens(database).create(options.name, options.user, lifetime, by=_operator())
    sys.stdout.write(f"{token}\n")
    sys.stderr.write(
        f"This is shown once. Put it into PARK_APPLY_TOKEN of the pipeline: `apply` then acts as {options.user}, under "
        f"the policy, for {options.days} days. To end it: python -m bot token revoke {options.name}\n"
    )
    return 0


def run_list(options: Namespace) -> int:
    """Prints each token's name, actor and state; never a token."""
    with open_journal(read_for(JournalSettings, options.pbx).database_url) as database:
        tokens, now = ApplyTokens(database).all(), database.current_time()
    for one in tokens:
        state = one.obstacle(now) or f"until {one.expires_at:%Y-%m-%d}"
        used = f"used {one.used_at:%Y-%m-%d %H:%M} UTC" if one.used_at else "never used"
        sys.stdout.write(f"{one.name}  as {one.acts_as}, {state}, {used}, created by {one.created_by}\n")
    if not tokens:
        sys.stdout.write("There are no tokens. To create one: python -m bot token create --as U0123ABCD --name ci\n")
    return 0


def run_revoke(options: Namespace) -> int:
    """Revokes a token."""
    with open_journal(read_for(JournalSettings, options.pbx).database_url) as database:
        if not ApplyTokens(database).revoke(options.name, by=_operator()):
            raise SettingsError(
                f"There is no token {options.name} that can be used. To list them: python -m bot token list"
            )
    sys.stdout.write(f"{options.name} can't be used any more. What was handed over with it before goes on.\n")
    return 0


def _operator() -> str:
    return os.environ.get("USER", "command line")
