"""`python -m bot audit verify`: what it says, and its exit status."""

import os
import tempfile
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.journal.events import GENESIS
from tests.audit.places import as_other_user, hashes, head, journal_with_changes, tamper
from tests.journal.making import sqlite_url


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url(tmp_path))


def test_a_whole_chain_is_status_0_with_its_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal_with_changes(tmp_path).journal.close()
    assert main(["audit", "verify"]) == 0
    message = capsys.readouterr().out
    assert f"Complete and unchanged: 18 events. The head is 18:{hashes(tmp_path)[-1]}\n" in message
    assert "give a head that Park posted" in message


def test_posted_heads_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal_with_changes(tmp_path).journal.close()
    assert main(["audit", "verify", "--head", str(head(tmp_path)), f"6:{hashes(tmp_path)[5]}"]) == 0
    assert "2 posted heads match." in capsys.readouterr().out
    assert main(["audit", "verify", "--head", f"6:{GENESIS}"]) == 1
    assert "The journal was changed. Event 6 is not the one that was posted" in capsys.readouterr().out


def test_a_broken_chain_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal_with_changes(tmp_path).journal.close()
    tamper(tmp_path, "DELETE FROM events WHERE id = 4")
    assert main(["audit", "verify"]) == 1
    assert "The journal was changed. Event 4 is missing" in capsys.readouterr().out


def test_what_is_no_head_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify", "--head", "18"])
    assert ended.value.code == 2
    assert "is no head" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "message"),
    [("sqlite:///nowhere.sqlite3", "There is no journal"), ("park", "DATABASE_URL"), ("sqlite:///a", "can't be read")],
)
def test_a_journal_that_cannot_be_read_is_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, message: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    Path("a").write_text("Dear diary, " * 500)
    assert main(["audit", "verify"]) == 2
    assert message in capsys.readouterr().err


def test_a_journal_from_before_the_chain_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal_with_changes(tmp_path).journal.close()
    tamper(tmp_path, "DROP TABLE chain")
    assert main(["audit", "verify"]) == 2
    assert "older than the chain" in capsys.readouterr().err


def test_neither_the_lock_nor_the_right_to_write_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.setenv("DATABASE_URL", sqlite_url(folder))
        monkeypatch.chdir(folder)
        context = journal_with_changes(folder)
        folder.chmod(0o555)
        with as_other_user():
            assert main(["audit", "verify"]) == (2 if os.getuid() == 0 else 0)  # the file is its owner's alone
        for path in folder.iterdir():
            path.chmod(0o444)
        with as_other_user():
            assert main(["audit", "verify"]) == 0
        folder.chmod(0o755)
        context.journal.close()
        folder.chmod(0o555)
        with as_other_user():
            assert main(["audit", "verify"]) == 0
        folder.chmod(0o755)
        monkeypatch.chdir("/")
    assert capsys.readouterr().out.count("Complete and unchanged: 18 events") >= 2
