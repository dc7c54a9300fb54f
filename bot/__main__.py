"""The command line: argument parser."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from bot import __version__
from bot.cli import policy as checking
from bot.cli.audit import add_commands
from bot.cli.doctor import command as doctor
from bot.errors import ParkError, SettingsError
from bot.runtime import logs
from bot.settings import read_journal_settings, read_settings


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 when all went well, 2 for what has to be put right first."""
    chosen = _parser().parse_args(arguments)
    logs.configure()
    try:
        return int(chosen.run(chosen))
    except ParkError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def init(chosen: argparse.Namespace) -> int:
    """For who has seen neither file before."""
    from bot.cli.init.wizard import run

    return run(chosen)


def run(_: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C."""
    from bot.app import Park

    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the policy is about to be read; unhandled, it would end the process
    settings = read_settings()
    logs.configure(settings.park_log_level, settings.secrets)
    logs.catch_all()
    with Park(settings) as park:
        signal.signal(signal.SIGHUP, lambda *_: park.read_policy())
        sys.stdout.write(f"{park}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def migrate(_: argparse.Namespace) -> int:
    """For PostgreSQL, before the first replica of a new Park; two at once wait for each other."""
    from bot.journal.migrations import bring_up_to_date

    revision = bring_up_to_date(read_journal_settings().database_url)
    sys.stdout.write(f"The journal is up to date: its tables are at {revision}\n")
    return 0


def demo(chosen: argparse.Namespace) -> int:
    """The sandbox needs its own dependencies, which a production install may leave out."""
    try:
        from bot.sandbox.demo import play
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package == "bot":
            raise
        raise SettingsError(f"The demo needs {package}: pip install 'park-bot[sandbox]'") from missing
    return play(chosen.lines, picture=chosen.picture, where=chosen.where)


def manifest(chosen: argparse.Namespace) -> int:
    """To be pasted where Slack asks for it."""
    from bot.slack.app_config import over_http, over_socket_mode

    sys.stdout.write(over_socket_mode() if chosen.http is None else over_http(chosen.http))
    return 0


def table(chosen: argparse.Namespace) -> int:
    """Print the command table, or tell whether a file has it as it is."""
    from bot.operations.catalog import check, markdown

    if chosen.check is None:
        sys.stdout.write(markdown())
        return 0
    if fault := check(Path(chosen.check)):
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    installed = Path(sys.argv[0]).stem == "parkbot"
    parser = argparse.ArgumentParser(
        prog="parkbot" if installed else "python -m bot", description="Park: call park settings, changed from Slack."
    )
    parser.add_argument("--version", action="version", version=f"Park {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    one = commands.add_parser("init", help="ask a few questions, and write .env and a policy to begin with")
    one.set_defaults(run=init)
    one = commands.add_parser("run", help="answer Slack and change the PBX that the environment names")
    one.set_defaults(run=run)
    one = commands.add_parser("migrate", help="bring a journal on PostgreSQL up to date")
    one.set_defaults(run=migrate)
    one = commands.add_parser("demo", help="try Park on a sandbox: no Slack, no PBX")
    one.add_argument(
        "lines", nargs="*", help="lines to play, as typed in Slack; none: a page in your browser, or type them yourself"
    )
    one.add_argument("--picture", metavar="FILE", type=Path, help="draw the screen into FILE as SVG")
    where = one.add_mutually_exclusive_group()
    for name, words in (
        ("terminal", "stay in the terminal, though there is a browser"),
        ("page", "serve the page, though no browser is seen here, as over SSH with a forwarded port"),
    ):
        where.add_argument(f"--{name}", dest="where", action="store_const", const=name, help=words)
    one.set_defaults(run=demo)
    one = commands.add_parser("audit", help="verify the journal's chain of events, or export the history")
    add_commands(one)
    one = commands.add_parser("policy", help="check a policy file before it is shipped, or run its examples")
    checking.add_commands(one)
    one = commands.add_parser("manifest", help="print the Slack app's manifest")
    one.add_argument("--http", metavar="URL", help="for HTTP mode: where Slack reaches Park, https://park.example.com")
    one.set_defaults(run=manifest)
    one = commands.add_parser("doctor", help="tell what keeps Park from working, and the remedy; changes nothing")
    doctor.add_command(one)
    one = commands.add_parser("table", help="print the command table that the README holds")
    one.add_argument("--check", metavar="FILE", help="tell whether FILE holds it as it is")
    one.set_defaults(run=table)
    return parser


if __name__ == "__main__":
    sys.exit(main())
