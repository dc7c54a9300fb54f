"""Where each person had a confirmation posted last."""

from bot.journal.storage import DestinationStore
from tests.journal.making import JournalHarness


def test_the_last_choice_of_each_person_is_kept_over_a_restart(harness: JournalHarness) -> None:
    kept = DestinationStore(harness.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U2", "C2")
    kept.keep("T1", "U1", "C3")
    harness.restart()
    kept = DestinationStore(harness.journal.database)
    assert [kept.of("T1", "U1"), kept.of("T1", "U2"), kept.of("T2", "U1")] == ["C3", "C2", None]


def test_choosing_none_is_a_choice(harness: JournalHarness) -> None:
    kept = DestinationStore(harness.journal.database)
    kept.keep("T1", "U1", "C1")
    kept.keep("T1", "U1", None)
    assert kept.of("T1", "U1") is None
