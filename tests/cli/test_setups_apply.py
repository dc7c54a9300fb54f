"""The commands apply and snapshot, beside a running Park."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.__main__ import main
from bot.sandbox.environment import Sandbox

FILE = "groups: {Billing: {members: [1055, 1012]}}\n"


@pytest.fixture
def park(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The environment of a command on the machine where Park runs, which looks for work more often than usual."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.worker.worker.MAX_SLEEP", timedelta(seconds=0.2))
    with Sandbox(now=datetime.now(UTC)) as sandbox:
        _set_environment(monkeypatch, sandbox)
        Path("park.yaml").write_text(FILE, encoding="utf-8")
        yield sandbox


def _set_environment(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    settings = sandbox.settings
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            monkeypatch.setenv(name.upper(), text)


def apply(sandbox: Sandbox, who: str) -> int:
    return main(["apply", "park.yaml", "--as", sandbox.people[who], "--yes", "--wait", "100"])


def test_a_running_park_applies_it_as_somebody(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply(park, "ana") == 0
    out = capsys.readouterr().out
    assert "~ Billing, changed: added 1012 Liam Murphy; removed 1054 Dina Mansour" in out
    assert "#1 Applied park.yaml" in out
    assert park.pbx.state.members_of("Billing") == ["1055", "1012"]
    assert apply(park, "ana") == 0
    assert "as the file says" in capsys.readouterr().out


def test_the_policy_judges_whom_it_names(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply(park, "gil") == 1
    assert "You can't do that here" in capsys.readouterr().out
    assert not park.pbx.writes


def test_nobody_is_asked_where_nobody_is(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "park.yaml", "--as", park.people["ana"]]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert not park.pbx.writes


def test_a_snapshot_is_kept_beside_a_running_park(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot"]) == 0
    assert "Snapshot 1 of the server and 12 groups is kept." in capsys.readouterr().out
