"""A test's database is given back when the test has ended: the next one gets it as if it were new."""

import pytest

from bot.journal.journal import Journal
from tests.journal.making import OPERATIONS, make_request
from tests.postgres import Server


def _accepted(url: str) -> int:
    journal = Journal(url)
    accepted = journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset({"a"}))
    journal.close()
    return accepted.id


def _rows(server: Server, url: str) -> list[str]:
    """All rows of all tables, as text."""
    tables = server.do("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", url)
    return server.do(" UNION ALL ".join(f"SELECT '{one}: ' || {one}::text FROM {one}" for one in tables), url)


def test_a_database_that_is_lent_again_is_as_new(postgres: Server) -> None:
    url = postgres.database()
    new = _rows(postgres, url)
    assert _accepted(url) == 1
    assert _rows(postgres, url) != new
    postgres.give_back(url)
    assert postgres.database() == url
    assert _rows(postgres, url) == new
    assert _accepted(url) == 1, "its numbers begin anew"


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE entries ADD CONSTRAINT no CHECK (response_url IS NULL)",
        "ALTER TABLE entries ADD COLUMN more integer",
        "DROP TABLE sights",
        "CREATE SCHEMA more CREATE TABLE more (id integer)",
        "GRANT SELECT ON entries TO PUBLIC",
        "DO 'BEGIN EXECUTE format($$ALTER DATABASE %I SET synchronous_commit = off$$, current_database()); END'",
    ],
)
def test_one_that_was_altered_is_not_lent_again(postgres: Server, statement: str) -> None:
    url = postgres.database()
    postgres.do(statement, url)
    postgres.give_back(url)
    assert postgres.database() != url
