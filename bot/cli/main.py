"""The argument parser of `python -m bot`, and the commands that need only a few lines."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot import __version__
from bot.cli.app_arguments import add_installation_commands, add_token_commands
from bot.cli.arguments import (
    add_audit_commands,
    add_command,
    add_command_name,
    add_manifest_arguments,
    add_policy_commands,
    loaded_when_run,
)
from bot.cli.invocation import command_line
from bot.errors import ParkError, SettingsError
from bot.messages import slash_command
from bot.runtime import logs
from bot.runtime.loading import loading_modules
from bot.runtime.signals import StopRequest
from bot.settings.environment import (
    JournalSettings,
    SettingsT,
    SlackTokens,
    read_command_settings,
    read_slack_tokens,
    secrets_of,
)
from bot.settings.tenants import TenantSettings, names, read_for, read_tenants

DemoLoader = Callable[[], Callable[..., int]]
"""Imports the sandbox and returns its demo, which plays lines and returns the exit status."""


def run_command_line(arguments: list[str] | None, load_demo: DemoLoader) -> int:
    """Runs one command and returns its exit status: 2 after an error that the user has to fix.

    Args:
        arguments: The words after the program's name; None reads them from `sys.argv`.
        load_demo: Comes from `bot.__main__`, the only module that may import the sandbox.
    """
    options = _build_parser(load_demo).parse_args(arguments)
    logs.configure()
    try:
        return int(options.run(options))
    except ParkError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def run_bot(_: argparse.Namespace) -> int:
    """Runs the bot until SIGTERM or SIGINT; SIGHUP reads the policy again."""
    with loading_modules():
        from bot.app import Park

    stop = StopRequest(signal.SIGTERM, signal.SIGINT)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the start reads the policy anyway; the default ends the process
    tenants = [_redacting(one) for one in _settings_to_run()]
    logs.configure(tenants[0].settings.park_log_level, frozenset().union(*(one.settings.secrets for one in tenants)))
    logs.catch_all()
    with Park(*tenants, read_tokens=_read_tokens) as park:
        signal.signal(signal.SIGHUP, lambda *_: park.read_policy())
        sys.stdout.write(f"{park}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _redacting(tenant: TenantSettings) -> TenantSettings:
    """Returns the settings of a PBX, whose secrets are redacted also when they are read again."""
    return replace(tenant, read_again=partial(_redacted, tenant.read_again) if tenant.read_again else None)


def _settings_to_run() -> tuple[TenantSettings, ...]:
    """Reads all settings; raises SettingsError with the command that helps."""
    try:
        return read_tenants()
    except SettingsError as error:
        required = ("SLACK_BOT_TOKEN", "PBX_URL")
        if not Path(".env").exists() and not any(os.environ.get(name) for name in required):
            raise SettingsError(f"Park is not set up in this folder. Run: {command_line('init')}") from error
        advice = f"docs/setup.md explains each variable. To set Park up, run: {command_line('init')}"
        raise SettingsError(f"{error}\n{advice}") from error


def _redacted(read: Callable[[], SettingsT]) -> SettingsT:
    """Reads settings again, and redacts what is secret in them before anything can be logged of it."""
    settings = read()
    logs.redact_also(secrets_of(settings))
    return settings


def _read_tokens() -> SlackTokens:
    return _redacted(read_slack_tokens)


def run_migrate(_: argparse.Namespace) -> int:
    """Migrates the journal's tables to this version; concurrent runs wait for each other."""
    from bot.journal.migrations import migrate_database

    for name in names() or (None,):
        revision = migrate_database(read_for(JournalSettings, name).database_url)
        sys.stdout.write(f"{name + ': ' if name else ''}The journal's tables are up to date ({revision}).\n")
    return 0


def run_demo(load_demo: DemoLoader, options: argparse.Namespace) -> int:
    """Runs the demo; raises SettingsError if the packages of the extra `sandbox` are not installed."""
    try:
        demo = load_demo()
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package == "bot":
            raise
        raise SettingsError(f"The demo needs {package}: pip install 'park-bot[sandbox]'") from missing
    return demo(options.lines, picture=options.picture, where=options.where)


def run_manifest(options: argparse.Namespace) -> int:
    """Prints the Slack app's manifest, for Socket Mode or for HTTP mode."""
    from bot.slack.app_manifest import http_manifest, installable, manifest_as_json, socket_mode_manifest
    from bot.slack.workflow_manifest import with_workflow_steps

    slash_command.use(options.command or read_command_settings().park_command)
    plain = options.plain
    text = socket_mode_manifest(plain=plain) if options.http is None else http_manifest(options.http, plain=plain)
    text = with_workflow_steps(text) if options.workflows else text
    text = installable(text, options.install) if options.install is not None else text
    sys.stdout.write(f"{manifest_as_json(text)}\n" if options.json else text)
    return 0


def run_table(options: argparse.Namespace) -> int:
    """Prints the table of commands, or returns 1 if a file's copy of it is out of date."""
    from bot.operations.catalog import check, markdown

    if options.check is None:
        sys.stdout.write(markdown())
        return 0
    if problem := check(Path(options.check)):
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _build_parser(load_demo: DemoLoader) -> argparse.ArgumentParser:
    installed = Path(sys.argv[0]).stem == "parkbot"
    parser = argparse.ArgumentParser(
        prog="parkbot" if installed else "python -m bot", description="Park: call park settings, changed from Slack."
    )
    parser.add_argument("--version", action="version", version=f"Park {__version__}")
    add = partial(add_command, parser.add_subparsers(required=True, metavar="command"))
    summary = "set Park up: asks for Slack, the PBX and who may do what, and writes .env and a policy"
    run_init = loaded_when_run("bot.cli.init.wizard", "run_init")
    init = add("init", summary, "%(prog)s < answers.txt", run=run_init)
    create_help = "create the Slack app first, with an app configuration token from https://api.slack.com/apps"
    init.add_argument("--create-app", action="store_true", help=create_help)
    add_command_name(init)
    summary = "run the bot, with the settings in the environment or in .env"
    add("run", summary, "PARK_READ_ONLY=true %(prog)s", run=run_bot)
    example = "DATABASE_URL=postgresql+psycopg://park@database/park %(prog)s"
    add("migrate", "create or update the tables of a journal on PostgreSQL", example, run=run_migrate)
    example = '%(prog)s "/park add 1001 to Sales" "/park group Sales"'
    demo = add(
        "demo", "try Park in a sandbox, without Slack and without a PBX", example, run=partial(run_demo, load_demo)
    )
    _add_demo_arguments(demo)
    summary = "check the journal for tampering, or export the history"
    add_audit_commands(add("audit", summary, "%(prog)s verify"))
    summary = "check a policy file, or run the examples in it"
    add_policy_commands(add("policy", summary, "%(prog)s check policy.toml"))
    example = "%(prog)s --http https://park.example.com"
    add_manifest_arguments(add("manifest", "print the manifest of the Slack app", example, run=run_manifest))
    summary = "check the whole set-up and say what to do about each problem; changes nothing"
    run_doctor = loaded_when_run("bot.cli.doctor.command", "run_doctor")
    _add_doctor_arguments(add("doctor", summary, "%(prog)s --json", run=run_doctor, of_pbx=True))
    summary = "write a sample of every message, form and Home tab as JSON, to be validated"
    payloads = add("payloads", summary, "%(prog)s payloads", run=loaded_when_run("bot.cli.payloads", "run_payloads"))
    payloads.add_argument("folder", metavar="DIR", type=Path)
    _add_setup_commands(add)
    _add_access_commands(add)
    summary = "print the command table of docs/commands.md"
    table = add("table", summary, "%(prog)s --check docs/commands.md", run=run_table)
    table.add_argument("--check", metavar="FILE", help="check that FILE holds the current table")
    return parser


def _add_access_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    summary = "list or remove the installations of the app in Slack workspaces"
    add_installation_commands(add("installations", summary, "%(prog)s list"))
    summary = "tokens with which pipelines run apply"
    add_token_commands(add("token", summary, "%(prog)s create --as U0123ABCD --name ci"))


def _add_demo_arguments(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "lines",
        nargs="*",
        help="lines to run, as typed in Slack; without any: a page in your browser, or a prompt here",
    )
    demo.add_argument("--picture", metavar="FILE", type=Path, help="save the screen to FILE as SVG")
    where = demo.add_mutually_exclusive_group()
    for name, text in (
        ("terminal", "stay in the terminal, even if there is a browser"),
        ("page", "serve the page even if there is no browser here, for example over SSH with a forwarded port"),
    ):
        where.add_argument(f"--{name}", dest="where", action="store_const", const=name, help=text)


def _add_setup_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    summary = "write the set-up of the PBX as YAML: the server, and all groups with their members"
    export = add(
        "export", summary, "%(prog)s > park.yaml", run=loaded_when_run("bot.cli.setups", "run_export"), of_pbx=True
    )
    what = export.add_mutually_exclusive_group()
    check_help = "only compare: print what differs from FILE; exit status 1 if anything does"
    what.add_argument("--check", metavar="FILE", type=Path, help=check_help)
    update_help = "bring FILE up to date; its comments and its order stay"
    what.add_argument("--update", metavar="FILE", type=Path, help=update_help)
    what.add_argument("--members", action="store_true", help="write the members as CSV instead")
    what.add_argument("--schema", action="store_true", help="print the JSON Schema of set-up files, for editors")
    summary = "show what a set-up file, or a CSV of extension and group, would change"
    plan = add("plan", summary, "%(prog)s park.yaml", run=loaded_when_run("bot.cli.setups", "run_plan"), of_pbx=True)
    plan.add_argument("file", metavar="FILE", type=Path)
    summary = "hand a file to the running Park, which applies it as somebody, under the policy"
    apply = add(
        "apply",
        summary,
        "%(prog)s park.yaml --as U0123ABCD",
        run=loaded_when_run("bot.cli.setups_apply", "run_apply"),
        of_pbx=True,
    )
    apply.add_argument("file", metavar="FILE", type=Path)
    as_help = "Slack id of the user who is answerable: the policy decides as for them (or set PARK_APPLY_TOKEN)"
    apply.add_argument("--as", dest="user", metavar="USER", help=as_help)
    apply.add_argument("--yes", action="store_true", help="don't ask before it is handed over")
    wait_help = "how long to wait for the outcome (default: 180)"
    apply.add_argument("--wait", metavar="SECONDS", type=float, default=180.0, help=wait_help)
    summary = "keep the set-up of the PBX as it is now, so that it can be restored"
    add("snapshot", summary, "%(prog)s", run=loaded_when_run("bot.cli.setups_apply", "run_snapshot"), of_pbx=True)


def _add_doctor_arguments(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help="print JSON, for scripts")
    doctor.add_argument(
        "--probe",
        action="store_true",
        help="also find out what PortSIP leaves undocumented: creates park groups of its own, puts users who are in no "
        "park group into them for a moment, and deletes them again; touches nothing else",
    )
