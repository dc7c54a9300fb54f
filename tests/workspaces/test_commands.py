"""The commands `installations ...` and `doctor`, beside a Park in two workspaces; none of them prints a token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.__main__ import main
from tests.workspaces.two import KEY, TwoWorkspaces


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TwoWorkspaces]:
    monkeypatch.chdir(tmp_path)
    with TwoWorkspaces() as running:
        settings = running.tenants[0].settings
        for name in type(settings).model_fields:
            value = getattr(settings, name)
            if isinstance(value, tuple):
                monkeypatch.setenv(name.upper(), ",".join(value))
            elif value is not None:
                text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                monkeypatch.setenv(name.upper(), text)
        for slack in (running.slack, running.second):
            running.install_and_wait(slack)
        yield running


def run(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(list(words)) == status
    said = capsys.readouterr()
    return said.out + said.err


def test_installations_are_listed_and_removed_while_park_runs(
    both: TwoWorkspaces, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = run(capsys, "installations", "list")
    assert f"{both.second.team}  Second (workspace)" in listed
    assert both.second.bot_token not in listed
    assert "There is no installation T0UNKNOWN" in run(capsys, "installations", "remove", "T0UNKNOWN", status=2)
    assert "is deleted" in run(capsys, "installations", "remove", both.second.team)
    both.park.wake()
    both.slack.wait_for(lambda: not both.connection.is_signed_in(both.second.team))
    assert both.second.team not in run(capsys, "installations", "list")


def test_the_key_is_replaced_while_park_runs(
    both: TwoWorkspaces, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = run(capsys, "installations", "key").strip()
    assert Fernet(new)
    monkeypatch.setenv("PARK_TOKEN_KEY", f"{new},{KEY}")
    assert "Keep the first key alone" in run(capsys, "installations", "rotate")
    monkeypatch.setenv("PARK_TOKEN_KEY", KEY)
    assert "PARK_TOKEN_KEY=new,old" in run(capsys, "installations", "rotate", status=2)


def test_the_doctor_checks_each_installation(
    both: TwoWorkspaces, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    capsys.readouterr()
    main(["doctor"])
    report = capsys.readouterr().out
    assert f"the app is installed in Second ({both.second.team})" in report
    assert both.second.bot_token not in report
    monkeypatch.setenv("PARK_TOKEN_KEY", Fernet.generate_key().decode())
    main(["doctor"])
    report = capsys.readouterr().out
    assert "slack.installations.key" in report
    assert "slack.bot_token.nowhere" in report


def test_without_a_client_id_there_are_none(
    capsys: pytest.CaptureFixture[str], both: TwoWorkspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "PARK_TOKEN_KEY", "PARK_INSTALL_TEAMS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert "has no installations" in run(capsys, "installations", "list", status=2)
