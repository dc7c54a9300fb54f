"""The commands `apply` and `snapshot`, which write to the journal beside the Park that has it."""

import os
import secrets
import sys
import time
from argparse import Namespace
from contextlib import closing
from dataclasses import dataclass

from bot.changes.plan import Plan
from bot.changes.repository import is_partly_done
from bot.changes.snapshot import digest
from bot.cli.journal_database import open_journal
from bot.cli.setups import content_of, plan_file, print_lines
from bot.errors import SettingsError
from bot.journal import intake
from bot.journal.apply_tokens import ApplyTokens
from bot.journal.database import Database
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.journal.storage import PromptStore, StoredPrompt
from bot.journal.tables import setup_files
from bot.messages.request import Request, Source
from bot.operations.catalog import dump
from bot.operations.footprint import footprint
from bot.operations.setups import Apply
from bot.pbx.client import build_client
from bot.settings.environment import JournalSettings, PBXSettings, Settings
from bot.settings.tenants import read_for, read_tenants
from bot.setups.past import SetupHistory
from bot.slack.client import connect_client, sign_in
from bot.texts import setups as texts

TOKEN_VARIABLE = "PARK_APPLY_TOKEN"  # noqa: S105
"""The environment variable with the token of a pipeline."""
POLL_INTERVAL = 0.5
"""Seconds between two looks for the outcome."""


def run_snapshot(options: Namespace) -> int:
    """Keeps the set-up as it is now."""
    settings, journal = read_for(PBXSettings, options.pbx), read_for(JournalSettings, options.pbx)
    with open_journal(journal.database_url) as database, closing(build_client(settings)) as pbx:
        taken = SetupHistory(Reader(database), pbx).take(os.environ.get("USER", "command line"))
    sys.stdout.writelines(f"{line}\n" for line in (texts.snapshot_taken(taken.id, taken.groups), *taken.left_out))
    return 0


def run_apply(options: Namespace) -> int:
    """Hands a file to Park and waits for the outcome; returns 0 if the PBX is as the file says then, else 1.

    What was confirmed here is what is made: if the plan differs by then, Park changes nothing, and the new one is shown
    and asked about.
    """
    content = content_of(options.file)  # once: what is handed over is what was shown, whatever becomes of the file
    plan = plan_file(options.file, content, options.pbx)
    while True:
        print_lines(plan.lines)
        if not plan.count:
            return 0
        if not options.yes and not _confirmed():
            sys.stdout.write("Nothing was changed.\n")
            return 1
        entry = _carried_out(options, content, None if options.yes else plan.digest)
        sys.stdout.write(f"{_told(entry)}\n")
        if options.yes or entry is None or entry.state is not State.REFUSED:
            done = entry is not None and entry.state in (State.DONE, State.ALREADY) and not is_partly_done(entry)
            return 0 if done else 1
        again = plan_file(options.file, content, options.pbx)
        if again.digest == plan.digest:  # it was refused for another reason, which was printed
            return 1
        plan = again


def _carried_out(options: Namespace, content: bytes, expects: str | None) -> Entry | None:
    """Hands the file over and waits for the outcome, as `_outcome` returns it.

    Args:
        expects: Digest of the plan that was confirmed; None if nobody was asked.
    """
    with open_journal(read_for(JournalSettings, options.pbx).database_url) as database:
        actor = _actor(database, options.user)
        file = StoredPrompt(options.file.name, content, digest(content))
        PromptStore(database, setup_files).keep(file)
        key = _hand_over(database, Apply(file=file.reference), actor, _team(options.pbx), expects)
        return _outcome(Reader(database), key, options.wait)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise SettingsError("Nobody can be asked here. To apply the file without a question, add --yes.")
    sys.stdout.write("Apply this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@dataclass(frozen=True, slots=True)
class _Actor:
    """As whom a file is applied."""

    user: str
    token: str | None
    """Name of the token that says so; None if `--as` does."""


def _actor(database: Database, named: str | None) -> _Actor:
    """Returns the actor of PARK_APPLY_TOKEN, else the one of `--as`; raises SettingsError if they differ."""
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        if named is None:
            raise SettingsError(f"Say as whom: --as U0123ABCD, or set {TOKEN_VARIABLE} (python -m bot token create).")
        return _Actor(named, None)
    found = ApplyTokens(database).use(token)
    if named not in (None, found.acts_as):
        raise SettingsError(f"{TOKEN_VARIABLE} acts as {found.acts_as}, and --as says {named}. Leave one of them out.")
    return _Actor(found.acts_as, found.name)


def _team(pbx: str | None) -> str:
    """Returns the id of the Slack workspace of a PBX; raises SettingsError, and SlackFailure of its token."""
    settings = read_for(Settings, pbx)
    if settings.slack_client_id is None:
        return sign_in(connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)).team
    from bot.slack.installations import Installations  # with the SDK's OAuth, which one workspace does not need

    tenants = read_tenants()
    if (named := next((one for one in tenants if one.name == pbx), tenants[0]).workspace) is not None:
        return named
    common = tenants[0].settings
    with open_journal(common.database_url) as database:
        teams = [one.team for one in Installations(database, str(common.slack_client_id), common.token_keys).all()]
    if len(teams) != 1 or teams[0] is None:
        raise SettingsError("Say in park.toml which workspace the PBX belongs to: the app is not in just one.")
    return teams[0]


def _hand_over(database: Database, operation: Apply, actor: _Actor, team: str, expects: str | None) -> str:
    """Stores the request as Park stores those from Slack, and returns its key."""
    key = f"{team}:terminal:{secrets.token_hex(8)}"
    with database.writing() as connection:
        at = database.now(connection)
        request = Request(
            key=key,
            team=team,
            user=actor.user,
            source=Source.TERMINAL,
            line=operation.text(),
            asked_at=at,
            token=actor.token,
            expects=expects,
        )
        row = intake.waiting_row(request, [dump(operation)], footprint(operation), at=at, run_at=None)
        intake.add(connection, row, {"accepted": intake.request_data(row)})
    return key


def _outcome(journal: Reader, key: str, seconds: float) -> Entry | None:
    """Waits until Park has carried the request out, or waits for approval; None if it has not begun in time."""
    end = time.monotonic() + seconds
    while True:
        entry = journal.find(key)
        if entry is not None and (entry.state.ended or entry.state is State.SCHEDULED):
            return entry
        if time.monotonic() > end:
            return None
        time.sleep(POLL_INTERVAL)


def _told(entry: Entry | None) -> str:
    """Returns what became of the request, as Park says it in Slack."""
    if entry is None:
        return "Park has not carried it out yet. Is it running? It hands the file back if it begins too late."
    outcome = entry.outcome or {}
    message = outcome.get("card") or outcome.get("private") or {}
    title = message.get("title") or (Plan.model_validate(entry.plan).preview_title if entry.plan else entry.state)
    return "\n".join((f"#{entry.id} {title}", *message.get("notes", ())))
