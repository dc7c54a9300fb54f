"""Database, tables, disk space."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.changes.repository import PAUSED
from bot.cli.doctor.model import DoctorContext, Finding, error, ok, skipped, warning
from bot.errors import JournalUnavailable, SettingsError
from bot.journal.database import beside, is_sqlite, may, parse_url
from bot.journal.migrations import Standing, standing
from bot.journal.sqlite import file_of, holder
from bot.journal.tables import flags, metadata

_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


def writable(connection: Connection) -> Iterator[Finding]:
    """Nothing, where it does."""
    if connection.scalar(select(func.pg_is_in_recovery())):
        text = "the database only follows another one, and takes no writes"
        yield error("journal.tables.standby", text, "Let DATABASE_URL name the database that leads.")
    if connection.scalar(select(func.pg_catalog.current_setting("default_transaction_read_only"))) == "on":
        remedy = "ALTER ROLE ... SET default_transaction_read_only = off, for the role in DATABASE_URL or its database."
        yield error("journal.tables.read_only", "the database takes no writes of this role", remedy)
    for table in metadata.tables:
        may = [connection.scalar(select(func.has_table_privilege(table, one))) for one in _RIGHTS.split(", ")]
        if not all(may):
            remedy = f"GRANT {_RIGHTS} ON {table}, to the role in DATABASE_URL; or let the tables be that role's own."
            yield error("journal.tables.denied", f"the role may not write the table {table}", remedy, about=table)


LITTLE, HARDLY = 500_000_000, 20_000_000
"""Bytes free: a change takes some 10 KB, and SQLite's files beside the journal are a few MB."""
_UPGRADE = "Run this Park's newer version again, or restore the journal's backup of before the upgrade."


def place(context: DoctorContext) -> Iterator[Finding]:
    """Where the journal is, and whether it may be written; nothing is."""
    url = context.settings.database_url
    try:
        yield _file(file_of(url)) if is_sqlite(parse_url(url)) else ok("journal.place", "the journal is on PostgreSQL")
    except SettingsError as fault:
        yield error("journal.place.address", str(fault), "Set DATABASE_URL right: README, 'Running it'.")


def _file(file: Path) -> Finding:
    who = f"the account that runs this (user id {os.geteuid()})"
    if not file.parent.is_dir():
        remedy = f"Make the folder: mkdir -p {file.parent}; or let DATABASE_URL name another."
        return error("journal.place.no_folder", f"there is no folder {file.parent} for the journal", remedy)
    if not may(file.parent, os.W_OK | os.X_OK):
        remedy = f"Let it: chown {file.parent}, or mount it for writing. Or look again as the account that runs Park."
        return error(
            "journal.place.read_only", f"{who} may not write in {file.parent}, where SQLite makes its files", remedy
        )
    if not file.exists():
        return ok("journal.place", f"there is no journal {file} yet: Park makes it when it starts")
    if not may(file, os.R_OK | os.W_OK):
        remedy = f"Let it: chown {file}. Or look again as the account that runs Park."
        return error("journal.place.read_only", f"{who} may not write {file}", remedy)
    if process := holder(file):
        return ok(
            "journal.place",
            f"the journal {file} is held by process {process}: a Park is running, and was not disturbed",
        )
    return ok("journal.place", f"the journal is {file}")


def tables(context: DoctorContext) -> Iterator[Finding]:
    """Read beside whoever has it, without its lock."""
    url = context.settings.database_url
    if (alone := is_sqlite(parse_url(url))) and not file_of(url).exists():
        yield ok("journal.tables", "there are no tables yet: Park makes them when it starts")
        return
    try:
        with beside(url, brief=True) as connection:
            stands = standing(connection)
            yield from _standing(stands, alone=alone)
            if stands is Standing.CURRENT:
                context.paused = connection.scalar(select(flags.c.text).where(flags.c.name == PAUSED))
                yield from () if alone else writable(connection)
    except (JournalUnavailable, SettingsError) as failure:
        remedy = "Look whether DATABASE_URL is right and the database runs. A broken file comes back from its backup."
        yield error("journal.tables.unreadable", str(failure), remedy)


def _standing(stands: Standing, *, alone: bool) -> Iterator[Finding]:
    if stands is Standing.CURRENT:
        yield ok("journal.tables", "the journal's tables are those of this Park")
    elif stands is Standing.NEWER:
        yield error("journal.tables.newer", "the journal was written by a newer Park", _UPGRADE)
    elif alone:
        yield ok("journal.tables", "the journal is that of an older Park: this one brings it up to date when it starts")
    else:
        what = "has no tables yet" if stands is Standing.NONE else "is that of an older Park"
        yield error("journal.tables.older", f"the journal {what}", "Bring it up to date: python -m bot migrate")


def pause(context: DoctorContext) -> Iterator[Finding]:
    if context.paused is None:
        yield ok("pause", "Park is not paused")
    else:
        yield warning("pause.on", f"Park is paused: {context.paused}", "`/park resume` in Slack ends it.")


def space(context: DoctorContext) -> Iterator[Finding]:
    """Where SQLite's file is; what PostgreSQL has, it does not tell."""
    if not is_sqlite(parse_url(context.settings.database_url)):
        yield skipped("journal.space", "how much room the database has is not known from here")
        return
    folder = file_of(context.settings.database_url).parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e6:,.0f} MB are free in {folder}"
    remedy = "Make room: without it nothing can be acknowledged. PARK_RETENTION_DAYS prunes what is old."
    if free < HARDLY:
        yield error("journal.space.none", text, remedy)
    elif free < LITTLE:
        yield warning("journal.space.little", text, remedy)
    else:
        yield ok("journal.space", text)
