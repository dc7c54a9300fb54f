"""The commands export and plan."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.setups.yaml_file import schema


@pytest.fixture
def fake_pbx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakePbx]:
    monkeypatch.chdir(tmp_path)
    with FakePbx() as running:
        monkeypatch.setenv("PBX_URL", running.url)
        monkeypatch.setenv("PBX_TOKEN", running.token)
        yield running


def test_an_export_is_checked_against_the_pbx_for_a_pipeline(
    fake_pbx: FakePbx, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export"]) == 0
    Path("park.yaml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["export", "--check", "park.yaml"]) == 0
    assert "as the file says" in capsys.readouterr().out
    fake_pbx.state.members[fake_pbx.state.group_id("Sales")].remove("1002")
    assert main(["export", "--check", "park.yaml"]) == 1
    assert "~ Sales, changed: added 1002 Bjørn Halvorsen" in capsys.readouterr().out
    assert main(["plan", "park.yaml"]) == 0
    assert not fake_pbx.writes


def test_an_update_keeps_comments(fake_pbx: FakePbx, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--update", "park.yaml"]) == 0
    file = Path("park.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("  Sales:\n", "  Sales:  # theirs\n"), encoding="utf-8")
    fake_pbx.state.members[fake_pbx.state.group_id("Sales")].remove("1002")
    assert main(["export", "--update", "park.yaml"]) == 0
    assert "  Sales:  # theirs\n" in file.read_text(encoding="utf-8")
    assert "1002" not in file.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_mistakes_are_told_with_their_lines(fake_pbx: FakePbx, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("groups:\n  Sales:\n    members: [9999 Nobody]\n", encoding="utf-8")
    assert main(["plan", "bad.yaml"]) == 2
    assert "Line 3: 9999 Nobody: the PBX has no user" in capsys.readouterr().err
    assert main(["export", "--check", "none.yaml"]) == 2
    assert "none.yaml can't be read" in capsys.readouterr().err


def test_the_schema_and_the_members_are_printed(fake_pbx: FakePbx, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--schema"]) == 0
    assert capsys.readouterr().out == schema()
    assert main(["export", "--members"]) == 0
    assert '"1002","Bjørn Halvorsen","Sales"' in capsys.readouterr().out
