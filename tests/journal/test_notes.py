"""Where notes of progress are outlives the process that posted them."""

from pathlib import Path

from bot.journal.journal import Journal
from bot.journal.notes import NoteStore


def test_a_note_is_found_by_its_request_until_it_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'park.sqlite3'}")
    notes = NoteStore(journal.database)
    assert notes.find("T1:1") is None
    notes.keep("T1:1", "U1", "D1", "1.0")
    notes.keep("T1:2", "U1", "D1", "2.0")
    notes.keep("T1:2", "U1", "D1", "3.0")
    found = notes.find("T1:2")
    assert found is not None
    assert (found.channel, found.ts) == ("D1", "3.0")
    journal.close()
    journal = Journal(f"sqlite:///{tmp_path / 'park.sqlite3'}")
    notes = NoteStore(journal.database)
    assert {one.ts for one in notes.left_over()} == {"1.0", "3.0"}
    notes.forget([found.name])
    assert [one.ts for one in notes.left_over()] == ["1.0"]
    journal.close()
