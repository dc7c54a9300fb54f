"""Several journals in one PostgreSQL database, each in a schema of its own."""

import pytest

from bot.errors import JournalUnavailable, SettingsError
from bot.journal.database import open_read_only
from bot.journal.journal import Journal
from bot.journal.migrations import SchemaStatus, migrate_database, schema_status
from bot.journal.models import State
from bot.settings.tenants import journal_of
from tests.journal.making import make_request as request
from tests.postgres import Server


def test_journals_of_one_database_know_nothing_of_each_other(postgres: Server, long_timeouts: None) -> None:
    whole = postgres.database()
    own = [journal_of(whole, name) for name in ("berlin", "munich")]
    with pytest.raises(JournalUnavailable, match="has no tables yet"):
        Journal(own[0])
    for address in own:
        migrate_database(address)
        migrate_database(address)  # nothing to do
    journals = [Journal(address) for address in (whole, *own)]
    try:
        accepted = [
            one.accept(request(str(number)), operations=[], footprint=frozenset())
            for number, one in enumerate(journals)
        ]
        assert [one.id for one in accepted] == [1, 1, 1]
        for number, journal in enumerate(journals):
            assert [one.request.key for one in journal.recent(5)] == [request(str(number)).key]
            claimed = journal.claim("the test")
            assert claimed is not None
            journal.end(claimed, State.DONE, {})
    finally:
        for journal in journals:
            journal.close()
    with open_read_only(own[1]) as connection:
        assert schema_status(connection) is SchemaStatus.CURRENT


def test_a_schema_has_a_name_that_needs_no_quotes(postgres: Server) -> None:
    with pytest.raises(SettingsError, match=r"park_schema can't be “Park; DROP”\. It has to be up to 63 small letters"):
        migrate_database(f"{postgres.database()}&park_schema=Park; DROP")
