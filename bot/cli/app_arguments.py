"""Arguments of the commands about installations of the Slack app, and about tokens of pipelines."""

import argparse
import re
from functools import partial

from bot.cli.arguments import add_command, loaded_when_run

LONGEST_DAYS = 366
"""Days that a token may be valid; a pipeline whose token is never replaced is forgotten."""
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


def add_installation_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the commands of `installations`."""
    add = partial(add_command, parser.add_subparsers(required=True, metavar="what"))
    module = "bot.cli.installations"
    add("list", "list where the app is installed", "%(prog)s", run=loaded_when_run(module, "run_list"))
    summary = "delete an installation with its token"
    remove = add("remove", summary, "%(prog)s T0123ABCD", run=loaded_when_run(module, "run_remove"))
    remove.add_argument("id", metavar="ID", help="id of the workspace (T...) or organization (E...)")
    example = "PARK_TOKEN_KEY=new,old %(prog)s"
    add("rotate", "encrypt all tokens with the first key", example, run=loaded_when_run(module, "run_rotate"))
    add("key", "print a new key for PARK_TOKEN_KEY", "%(prog)s", run=loaded_when_run(module, "run_key"))


def add_token_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the commands of `token`."""
    add = partial(add_command, parser.add_subparsers(required=True, metavar="what"), of_pbx=True)
    module, example = "bot.cli.tokens", "%(prog)s --as U0123ABCD --name ci"
    create = add("create", "create a token, which is printed once", example, run=loaded_when_run(module, "run_create"))
    as_help = "Slack id of the user who is answerable: the policy decides as for them"
    create.add_argument("--as", dest="user", metavar="USER", required=True, type=_parse_user, help=as_help)
    create.add_argument("--name", required=True, type=_parse_name, help="what the history calls it")
    days_help = f"how long it is valid, at most {LONGEST_DAYS} (default: 90)"
    create.add_argument("--days", metavar="DAYS", type=_parse_days, default=90, help=days_help)
    add("list", "list all tokens; never shows one", "%(prog)s", run=loaded_when_run(module, "run_list"))
    revoke = add("revoke", "end a token", "%(prog)s ci", run=loaded_when_run(module, "run_revoke"))
    revoke.add_argument("name", metavar="NAME")


def _parse_user(text: str) -> str:
    """Parses the id of a Slack user."""
    if not _USER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text} is no id of a Slack user; write one like U0123ABCD")
    return text


def _parse_name(text: str) -> str:
    """Parses the name of a token."""
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("write a name of letters, digits, dots, hyphens and underscores, like ci")
    return text


def _parse_days(text: str) -> int:
    """Parses the days that a token is valid."""
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"write a number of days from 1 to {LONGEST_DAYS}")
    return int(text)
