"""Whether a PostgreSQL database takes what Park writes, asked without writing."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from bot.doctor.finding import Finding, error
from bot.journal.tables import metadata

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
