"""Where each person had a confirmation posted last."""

from bot.journal.destinations import Destinations
from tests.journal.making import Desk


def test_the_last_choice_of_each_person_is_kept_over_a_restart(desk: Desk) -> None:
    kept = Destinations(desk.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U2", "C2")
    kept.keep("T1", "U1", "C3")
    desk.restart()
    kept = Destinations(desk.journal.database)
    assert [kept.of("T1", "U1"), kept.of("T1", "U2"), kept.of("T2", "U1")] == ["C3", "C2", None]


def test_choosing_none_is_a_choice(desk: Desk) -> None:
    kept = Destinations(desk.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U1", None)
    assert kept.of("T1", "U1") is None


def test_a_journal_from_before_there_were_destinations_gets_their_table(desk: Desk) -> None:
    number = desk.accept("sales")
    with desk.journal.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE destinations")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    desk.restart()
    Destinations(desk.journal.database).keep("T1", "U1", "C1")
    assert desk.journal.get(number).id == number
