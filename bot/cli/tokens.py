"""The commands `token create`, `list` and `revoke`: tokens with which pipelines run `apply`."""

import os
import re
import sys
from argparse import ArgumentTypeError, Namespace
from datetime import timedelta

from bot.cli.beside import beside
from bot.errors import SettingsError
from bot.journal.apply_tokens import ApplyTokens
from bot.settings import JournalSettings
from bot.tenant_settings import read_for

LONGEST_DAYS = 366
"""Days that a token may be valid; a pipeline whose token is never replaced is forgotten."""
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


def run_create(options: Namespace) -> int:
    """Creates a token; it goes to standard output alone, so that it can be piped into a store of secrets."""
    with beside(read_for(JournalSettings, options.pbx).database_url) as database:
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
    with beside(read_for(JournalSettings, options.pbx).database_url) as database:
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
    with beside(read_for(JournalSettings, options.pbx).database_url) as database:
        if not ApplyTokens(database).revoke(options.name, by=_operator()):
            raise SettingsError(
                f"There is no token {options.name} that can be used. To list them: python -m bot token list"
            )
    sys.stdout.write(f"{options.name} can't be used any more. What was handed over with it before goes on.\n")
    return 0


def parse_user(text: str) -> str:
    """Parses the id of a Slack user."""
    if not _USER.fullmatch(text):
        raise ArgumentTypeError(f"{text} is no id of a Slack user; write one like U0123ABCD")
    return text


def parse_name(text: str) -> str:
    """Parses the name of a token."""
    if not _NAME.fullmatch(text):
        raise ArgumentTypeError("write a name of letters, digits, dots, hyphens and underscores, like ci")
    return text


def parse_days(text: str) -> int:
    """Parses the days that a token is valid."""
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_DAYS:
        raise ArgumentTypeError(f"write a number of days from 1 to {LONGEST_DAYS}")
    return int(text)


def _operator() -> str:
    return os.environ.get("USER", "command line")
