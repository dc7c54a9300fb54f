"""Tokens of pipelines: created once, stored as hashes, named in the history, expired and revoked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.__main__ import main
from bot.journal.apply_tokens import ApplyTokens
from bot.sandbox.environment import Sandbox

FILE = "groups: {Billing: {members: [1055, 1012]}}\n"


@pytest.fixture
def park(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The environment of a pipeline on the machine where Park runs, which looks for work more often than usual."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.worker.worker.MAX_SLEEP", timedelta(seconds=0.2))
    with Sandbox(now=datetime.now(UTC)) as sandbox:
        settings = sandbox.settings
        for name in type(settings).model_fields:
            value = getattr(settings, name)
            if value is not None:
                monkeypatch.setenv(
                    name.upper(), value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                )
        Path("park.yaml").write_text(FILE, encoding="utf-8")
        yield sandbox


def created(park: Sandbox, capsys: pytest.CaptureFixture[str], who: str = "ana", *more: str) -> str:
    """Creates a token and returns it."""
    capsys.readouterr()
    assert main(["token", "create", "--as", park.people[who], "--name", "ci", *more]) == 0
    return capsys.readouterr().out.strip()


def apply(*more: str) -> int:
    return main(["apply", "park.yaml", "--yes", "--wait", "100", *more])


def test_a_pipeline_applies_a_file_as_the_tokens_actor_and_the_history_names_the_token(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARK_APPLY_TOKEN", created(park, capsys))
    assert apply() == 0
    assert park.pbx.state.members_of("Billing") == ["1055", "1012"]
    park.settle()
    assert main(["audit", "export", "--format", "csv"]) == 0
    exported = capsys.readouterr().out
    assert "command line (token ci)" in exported
    assert park.people["ana"] in exported


def test_the_policy_judges_the_tokens_actor(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARK_APPLY_TOKEN", created(park, capsys, "gil"))
    assert apply() == 1
    assert "You can't do that here" in capsys.readouterr().out
    assert not park.pbx.writes


def test_the_token_is_shown_once_and_stored_as_a_hash(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    token = created(park, capsys)
    assert token.startswith("park_")
    assert main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert "ci  as " in listed
    assert "never used" in listed
    assert token not in listed
    folder = Path(park.settings.database_url.removeprefix("sqlite:///")).parent
    assert not [path for path in folder.iterdir() if path.is_file() and token.encode() in path.read_bytes()]


def test_a_name_is_used_once_until_it_is_revoked(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    again = ["token", "create", "--as", park.people["ana"], "--name", "ci"]
    first = created(park, capsys)
    assert main(again) == 2
    assert "There is a token ci already" in capsys.readouterr().err
    assert main(["token", "revoke", "ci"]) == 0
    assert created(park, capsys) != first


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("revoked", "was revoked on"),
        ("expired", "has expired on"),
        ("unknown", "is not known here"),
        ("other", "Leave one of them out"),
    ],
)
def test_a_token_that_cannot_be_used_changes_nothing_and_says_why(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str, said: str
) -> None:
    token, more = created(park, capsys), list[str]()
    if what == "revoked":
        assert main(["token", "revoke", "ci"]) == 0
    elif what == "expired":
        database = park.park.tenant.journal.database
        assert ApplyTokens(database).revoke("ci", by="the test")
        token = ApplyTokens(database).create("old", park.people["ana"], timedelta(seconds=-1), by="the test")
    elif what == "unknown":
        token = f"{token}x"
    else:
        more = ["--as", park.people["ben"]]
    monkeypatch.setenv("PARK_APPLY_TOKEN", token)
    assert apply(*more) == 2
    error = capsys.readouterr().err
    assert said in error
    assert token not in error
    assert not park.pbx.writes


def test_without_a_token_and_a_name_nothing_is_applied(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply() == 2
    assert "--as U0123ABCD, or set PARK_APPLY_TOKEN" in capsys.readouterr().err
    assert not park.pbx.writes


def test_the_chain_records_who_made_and_ended_a_token(park: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    token = created(park, capsys)
    assert main(["token", "revoke", "ci"]) == 0
    with closing(sqlite3.connect(park.settings.database_url.removeprefix("sqlite:///"))) as connection:
        events = connection.execute("SELECT what, data FROM events WHERE entry_id IS NULL ORDER BY id").fetchall()
    assert [what for what, _ in events] == ["token made", "token revoked"]
    assert token not in str(events)
    assert main(["audit", "verify"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--as", "ana", "--name", "ci"],
        ["--as", "U0123ABCD", "--name", "two words"],
        ["--as", "U0123ABCD", "--name", "ci", "--days", "0"],
        ["--as", "U0123ABCD", "--name", "ci", "--days", "9999"],
    ],
)
def test_mistakes_are_refused_with_what_to_write(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["token", "create", *wrong])
    assert "write" in capsys.readouterr().err
