"""Arguments of the commands about the Slack app: manifest, installations and tokens."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from bot.cli import tokens
from bot.messages import slash_command

Run = Callable[[argparse.Namespace], int]


class AddCommand(Protocol):
    """Adds a command with its summary and an example; without `run` it takes sub-commands."""

    def __call__(self, name: str, summary: str, example: str, *, run: Run | None = None) -> argparse.ArgumentParser: ...


def loaded_when_run(module: str, function: str) -> Run:
    """Returns a command whose module is imported when it is run, as no other command needs it."""
    return lambda options: int(getattr(import_module(module), function)(options))


def add_manifest_arguments(manifest: argparse.ArgumentParser) -> None:
    """Adds the arguments of `manifest`."""
    url_help = "for HTTP mode: the address at which Slack reaches Park, such as https://park.example.com"
    manifest.add_argument("--http", metavar="URL", help=url_help)
    install_help = "for several workspaces: the address at which people reach /slack/install, such as the same one"
    manifest.add_argument("--install", metavar="URL", help=install_help)
    add_command_name(manifest)
    steps_help = "with Park's steps for Workflow Builder; see docs/setup.md"
    manifest.add_argument("--workflows", action="store_true", help=steps_help)
    manifest.add_argument("--json", action="store_true", help="as JSON, for the Slack CLI")
    manifest.add_argument(
        "--plain", action="store_true", help="leave out what a workspace without agents has no use for"
    )


def add_command_name(parser: argparse.ArgumentParser) -> None:
    """Adds the argument with the slash command's name."""
    help_text = f"name of the slash command, such as {slash_command.DEFAULT}-test (default: PARK_COMMAND)"
    parser.add_argument("--command", metavar="NAME", type=_command_name, help=help_text)


def add_installation_commands(add: AddCommand) -> None:
    """Adds the sub-commands of `installations`."""
    module = "bot.cli.installations"
    add("list", "list where the app is installed", "%(prog)s", run=loaded_when_run(module, "run_list"))
    summary = "delete an installation with its token"
    remove = add("remove", summary, "%(prog)s T0123ABCD", run=loaded_when_run(module, "run_remove"))
    remove.add_argument("id", metavar="ID", help="id of the workspace (T...) or organization (E...)")
    example = "PARK_TOKEN_KEY=new,old %(prog)s"
    add("rotate", "encrypt all tokens with the first key", example, run=loaded_when_run(module, "run_rotate"))
    add("key", "print a new key for PARK_TOKEN_KEY", "%(prog)s", run=loaded_when_run(module, "run_key"))


def add_token_commands(add: AddCommand) -> None:
    """Adds the sub-commands of `token`."""
    example = "%(prog)s --as U0123ABCD --name ci"
    create = add("create", "create a token, which is printed once", example, run=tokens.run_create)
    as_help = "Slack id of the user who is answerable: the policy decides as for them"
    create.add_argument("--as", dest="user", metavar="USER", required=True, type=tokens.parse_user, help=as_help)
    create.add_argument("--name", required=True, type=tokens.parse_name, help="what the history calls it")
    days = {"type": tokens.parse_days, "default": 90, "help": "how long it is valid (default: 90)"}
    create.add_argument("--days", metavar="DAYS", **days)  # type: ignore[arg-type]
    add("list", "list all tokens; never shows one", "%(prog)s", run=tokens.run_list)
    revoke = add("revoke", "end a token", "%(prog)s ci", run=tokens.run_revoke)
    revoke.add_argument("name", metavar="NAME")


def _command_name(text: str) -> str:
    try:
        return slash_command.check_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
