"""Adds commands to the argument parser: what all of them have in common, and those of the audit and the policy."""

import argparse
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from bot.messages import slash_command

EXPORT_FORMATS = ("csv", "jsonl")
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Subparsers,
    name: str,
    summary: str,
    example: str,
    *,
    run: Callable[[argparse.Namespace], int] | None = None,
    of_pbx: bool = False,
) -> argparse.ArgumentParser:
    """Adds a command whose `--help` ends with an example; without `run` it takes sub-commands.

    Args:
        of_pbx: It is about one PBX, which has to be named where there are several.
    """
    command = commands.add_parser(
        name, help=summary, epilog=f"example:\n  {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if of_pbx:
        text = "which PBX this is about, by its name in park.toml, where Park serves several"
        command.add_argument("--pbx", metavar="NAME", help=text)
    if run is not None:
        command.set_defaults(run=run)
    return command


def loaded_when_run(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """Returns a command whose module is imported when it is run, as no other command needs it."""
    return lambda options: int(getattr(import_module(module), function)(options))


def loaded_when_given(module: str, function: str) -> Callable[[str], Any]:
    """Returns a parser of an argument whose module is imported when that argument is given."""
    return lambda text: getattr(import_module(module), function)(text)


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
    """Adds the argument for the slash command's name."""
    help_text = f"name of the slash command, such as {slash_command.DEFAULT}-test (default: PARK_COMMAND)"
    parser.add_argument("--command", metavar="NAME", type=_command_name, help=help_text)


def _command_name(text: str) -> str:
    try:
        return slash_command.check_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_audit_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the commands of `audit`."""
    module = "bot.cli.audit"
    day = loaded_when_given(module, "parse_day")
    add = partial(add_command, parser.add_subparsers(required=True, metavar="what"))
    summary = "check that no event was changed or removed; exit status 1 if one was"
    example = f"%(prog)s --head 1042:{'9f86d081884c7d65' * 4}"
    verify = add("verify", summary, example, run=loaded_when_run(module, "run_verify"), of_pbx=True)
    head = loaded_when_given(module, "parse_head")
    verify.add_argument("--head", nargs="+", default=[], type=head, metavar="HEAD", help="heads that Park posted")
    summary = "print the history, oldest first"
    example = "%(prog)s --since 2026-11-01 --format csv > history.csv"
    export = add("export", summary, example, run=loaded_when_run(module, "run_export"), of_pbx=True)
    since, until = "from this day on (UTC), such as 2026-11-01", "up to and including this day"
    export.add_argument("--since", type=day, metavar="DATE", help=since)
    export.add_argument("--until", type=day, metavar="DATE", help=until)
    formats = "csv (safe to open in a spreadsheet) or jsonl"
    export.add_argument("--format", choices=EXPORT_FORMATS, default="csv", help=formats)


def add_policy_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the commands of `policy`."""
    command = partial(loaded_when_run, "bot.cli.policy")
    add = partial(add_command, parser.add_subparsers(required=True, metavar="what"))
    summary = "list mistakes with their lines, and rules that are probably not meant like that"
    check = add("check", summary, "%(prog)s --strict policy.toml", run=command("run_check"), of_pbx=True)
    check.add_argument("file", metavar="FILE", type=Path)
    check.add_argument("--strict", action="store_true", help="exit status 1 also for remarks")
    test = add("test", "run the examples in the file", "%(prog)s policy.toml", run=command("run_test"))
    test.add_argument("file", metavar="FILE", type=Path)
    add(
        "schema",
        "print the JSON Schema for editors",
        "%(prog)s > policy.schema.json",
        run=command("run_schema"),
    )
