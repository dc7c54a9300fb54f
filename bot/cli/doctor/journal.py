"""Checks of the journal: its location, tables, access rights and disk space, and whether Park is paused."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.changes.write_switch import PAUSE_END_FLAG, PAUSED_FLAG, pause_end
from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skipped, warning
from bot.cli.invocation import command_line
from bot.errors import JournalUnavailable, SettingsError
from bot.journal.address import is_sqlite, parse_url
from bot.journal.aside import read_set_aside
from bot.journal.database import has_access, open_read_only
from bot.journal.migrations import SchemaStatus, schema_status
from bot.journal.slack_tables import metadata
from bot.journal.sqlite import database_file, lock_holder
from bot.journal.tables import flags
from bot.messages.slash_command import typed

LOW_SPACE, NO_SPACE = 500_000_000, 20_000_000
"""Free bytes below which there is a warning or an error: a change takes about 10 KB, SQLite's extra files a few MB."""
_PRIVILEGES = "SELECT, INSERT, UPDATE, DELETE"
_ADDRESS_REMEDY = "Correct DATABASE_URL: sqlite:///park.sqlite3, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
_DOWNGRADE_REMEDY = "Run the newer version of Park again, or restore the journal's backup from before the upgrade."


def check_location(context: DoctorContext) -> Iterator[Finding]:
    """Checks that the journal's file can be written or created, without writing."""
    url = context.settings.database_url
    try:
        if is_sqlite(parse_url(url)):
            yield _check_file(database_file(url))
        else:
            yield ok("journal.place", "the journal is on PostgreSQL")
    except ValueError:
        yield error("journal.place.address", "DATABASE_URL is not an address of a database", _ADDRESS_REMEDY)
    except SettingsError as failure:
        yield error("journal.place.address", str(failure), _ADDRESS_REMEDY)


def _check_file(file: Path) -> Finding:
    account = f"the account that runs this (user id {os.geteuid()})"
    if not file.parent.is_dir():
        remedy = f"Make the folder: mkdir -p {file.parent}. Or let DATABASE_URL name another."
        return error("journal.place.no_folder", f"there is no folder {file.parent} for the journal", remedy)
    if not has_access(file.parent, os.W_OK | os.X_OK):
        text = f"{account} may not write in {file.parent}, where SQLite keeps its files"
        remedy = "Change the folder's owner (chown) or mount it writable. Or run this as the account that runs Park."
        return error("journal.place.read_only", text, remedy)
    if not file.exists():
        return ok("journal.place", f"there is no journal {file} yet; Park makes it when it starts")
    if not has_access(file, os.R_OK | os.W_OK):
        remedy = "Change the file's owner (chown). Or run this as the account that runs Park."
        return error("journal.place.read_only", f"{account} may not write {file}", remedy)
    if process := lock_holder(file):
        text = f"the journal {file} is in use by process {process}: Park is running, and was not disturbed"
        return ok("journal.place", text)
    return ok("journal.place", f"the journal is {file}")


def check_tables(context: DoctorContext) -> Iterator[Finding]:
    """Checks the tables' revision and, on PostgreSQL, the access rights; reads without taking the journal's lock."""
    url = context.settings.database_url
    if (sqlite := is_sqlite(parse_url(url))) and not database_file(url).exists():
        yield ok("journal.tables", "there are no tables yet; Park makes them when it starts")
        return
    try:
        with open_read_only(url, brief=True) as connection:
            state = schema_status(connection)
            yield _revision_finding(state, sqlite=sqlite)
            context.has_tables = state is SchemaStatus.CURRENT
            if context.has_tables:
                context.pause_reason = _pause_reason(connection, context.now())
                yield from _check_set_aside(connection)
                if not sqlite:
                    yield from _check_postgresql_access(connection)
    except (JournalUnavailable, SettingsError) as failure:
        remedy = "Check DATABASE_URL, and whether the database runs. If the file is broken, restore its backup."
        yield error("journal.tables.unreadable", str(failure), remedy)


def _pause_reason(connection: Connection, now: datetime) -> str | None:
    """The reason of the pause in force; None if there is none."""
    texts = {row.name: row.text for row in connection.execute(select(flags.c.name, flags.c.text))}
    until, _ = pause_end(texts.get(PAUSE_END_FLAG))
    return texts.get(PAUSED_FLAG) if until is None or now < until else None


def _check_set_aside(connection: Connection) -> Iterator[Finding]:
    numbers = ", ".join(f"#{one.entry}" for one in read_set_aside(connection))
    if numbers:
        text = f"{numbers} can't be read from the journal, and was set aside: it is neither made nor ended"
        remedy = "Check on the PBX what it was to change. Mend the row, or restore the backup: docs/operations.md."
        yield warning("journal.rows.set_aside", text, remedy)


def _revision_finding(state: SchemaStatus, *, sqlite: bool) -> Finding:
    if state is SchemaStatus.CURRENT:
        return ok("journal.tables", "the journal's tables fit this version of Park")
    if state is SchemaStatus.NEWER:
        return error("journal.tables.newer", "the journal was written by a newer version of Park", _DOWNGRADE_REMEDY)
    if state is SchemaStatus.OLDER:
        remedy = "Move it away and let Park make a new one. The old one can be read with the version that wrote it."
        return error(
            "journal.tables.unreleased", "the journal was written by a version from before the first release", remedy
        )
    if sqlite:
        return ok("journal.tables", "the journal has no tables yet; Park makes them when it starts")
    return error("journal.tables.older", "the journal has no tables yet", f"Make them: {command_line('migrate')}")


def _check_postgresql_access(connection: Connection) -> Iterator[Finding]:
    if connection.scalar(select(func.pg_is_in_recovery())):
        text = "this database is a standby and takes no writes"
        yield error("journal.tables.standby", text, "Let DATABASE_URL name the primary.")
    if connection.scalar(select(func.pg_catalog.current_setting("default_transaction_read_only"))) == "on":
        remedy = "ALTER ROLE ... SET default_transaction_read_only = off, for the role in DATABASE_URL or its database."
        yield error("journal.tables.read_only", "the database takes no writes from this role", remedy)
    for table in metadata.tables:
        granted = (connection.scalar(select(func.has_table_privilege(table, one))) for one in _PRIVILEGES.split(", "))
        if not all(granted):
            remedy = (
                f"GRANT {_PRIVILEGES} ON {table}, to the role in DATABASE_URL; or let the tables be that role's own."
            )
            yield error("journal.tables.denied", f"the role may not write the table {table}", remedy, about=table)


def check_pause(context: DoctorContext) -> Iterator[Finding]:
    """Warns if Park is paused."""
    if context.pause_reason is None:
        yield ok("pause", "Park is not paused")
    else:
        yield warning(
            "pause.on",
            f"Park is paused: {context.pause_reason}",
            f"To end the pause, type in Slack: {typed('resume')}",
        )


def check_disk_space(context: DoctorContext) -> Iterator[Finding]:
    """Checks the free space next to SQLite's file; PostgreSQL does not report its own."""
    if not is_sqlite(parse_url(context.settings.database_url)):
        yield skipped("journal.space", "the free space of the database server is not visible from here")
        return
    folder = database_file(context.settings.database_url).parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e6:,.0f} MB are free in {folder}"
    remedy = "Free some space: on a full disk Park can accept nothing. PARK_RETENTION_DAYS prunes old changes."
    if free < NO_SPACE:
        yield error("journal.space.none", text, remedy)
    elif free < LOW_SPACE:
        yield warning("journal.space.little", text, remedy)
    else:
        yield ok("journal.space", text)
