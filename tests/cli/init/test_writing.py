"""Files are replaced atomically, and a failure names the files that were written before it."""

from pathlib import Path

import pytest

from bot.cli.init.files import FileDraft, PartlyWritten, write_files
from bot.errors import SettingsError


def test_one_that_can_not_be_written_keeps_the_others_from_being(tmp_path: Path) -> None:
    one = tmp_path / "one"
    with pytest.raises(SettingsError, match="can't be written"):
        write_files([FileDraft(file=one, text="1"), FileDraft(file=tmp_path / "nowhere" / "two", text="2")])
    assert list(tmp_path.iterdir()) == []


def test_one_that_can_not_take_its_place_is_told_with_those_that_did(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    two.mkdir()
    with pytest.raises(PartlyWritten, match=r"two can't be written: .*: one\."):
        write_files([FileDraft(file=one, text="1"), FileDraft(file=two, text="2")])
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
    assert one.read_text() == "1"


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    write_files([FileDraft(file=link, text="1", secret=True)])
    assert link.is_symlink()
    assert real.read_text() == "1"
    assert real.stat().st_mode & 0o777 == 0o600
