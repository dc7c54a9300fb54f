"""Where each person had a confirmation posted last."""

from pathlib import Path

from sqlalchemy import create_engine, inspect

from bot.journal.journal import Journal
from bot.journal.migrations import migrate
from bot.journal.storage import DestinationStore
from tests.journal.making import Desk, url


def test_the_last_choice_of_each_person_is_kept_over_a_restart(context: Desk) -> None:
    kept = DestinationStore(context.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U2", "C2")
    kept.keep("T1", "U1", "C3")
    context.restart()
    kept = DestinationStore(context.journal.database)
    assert [kept.of("T1", "U1"), kept.of("T1", "U2"), kept.of("T2", "U1")] == ["C3", "C2", None]


def test_choosing_none_is_a_choice(context: Desk) -> None:
    kept = DestinationStore(context.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U1", None)
    assert kept.of("T1", "U1") is None


def test_a_journal_from_before_there_were_destinations_gets_their_table(tmp_path: Path) -> None:
    engine = create_engine(url(tmp_path))
    with engine.begin() as connection:
        migrate(connection, "0001")
        assert "destinations" not in inspect(connection).get_table_names()
    engine.dispose()
    journal = Journal(url(tmp_path))
    kept = DestinationStore(journal.database)
    kept.keep("T1", "U1", "C1")
    assert kept.of("T1", "U1") == "C1"
    journal.close()
