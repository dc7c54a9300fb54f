"""Checks of the journal's changes: ends that fail, outcomes that were not told, and a PBX that is another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.cli.doctor.conftest import Installation, installation_on
from tests.waiting import wait_until


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(now=datetime.now(UTC))


@pytest.fixture
def installation(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Installation]:
    with installation_on(sandbox, tmp_path, monkeypatch, capsys, running=True) as running:
        yield running


def type_line(sandbox: Sandbox, line: str) -> None:
    assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line).ok
    sandbox.settle()


def test_an_end_that_fails_is_told_with_its_number(installation: Installation, sandbox: Sandbox) -> None:
    type_line(sandbox, "recall Sales to Night Desk for 2h")
    assert installation.diagnose()["ends"]["severity"] == "ok"
    sandbox.pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST /api/call_park*", times=None, status=403))
    sandbox.forward(timedelta(hours=3))
    sandbox.slack.wait_for(lambda: sandbox.park.tenant.journal.failing_ends().number)
    report = installation.diagnose()
    assert report["ends.failing"]["about"] == "#1"
    assert "change #1 should have ended; that has failed since" in report["ends.failing"]["text"]
    assert "/park keep 1" in report["ends.failing"]["remedy"]


def test_an_outcome_that_could_not_be_told_is_told_here(
    installation: Installation, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.diagnose()["told"]["severity"] == "ok"

    for method in ("chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.open"):
        sandbox.slack.faults.fail(method, "internal_error", times=500)
    assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "add 1001 to Sales").ok
    sandbox.slack.wait_for(lambda: sandbox.pbx.writes)
    monkeypatch.setattr("bot.cli.doctor.command.utc_now", lambda: datetime.now(UTC) + timedelta(minutes=10))
    wait_until(lambda: "told.not" in installation.diagnose().problems)
    report = installation.diagnose()
    assert "the outcome of #1 could not be told in Slack" in report["told.not"]["text"]


@contextmanager
def another_pbx(sandbox: Sandbox, installation: Installation) -> Iterator[FakePbx]:
    """The same names, other ids, as after a new installation from the same plan."""
    with FakePbx() as other:
        other.state.groups = {f"new{id}": {**group, "id": f"new{id}"} for id, group in other.state.groups.items()}
        other.state.members = {f"new{id}": members for id, members in other.state.members.items()}
        installation.set(PBX_URL=other.url, PBX_TOKEN=other.token)
        yield other


def test_a_pbx_that_is_not_the_one_of_the_journal_is_told_with_what_matches_by_name(
    installation: Installation, sandbox: Sandbox
) -> None:
    assert installation.diagnose()["pbx.identity"]["text"] == "the journal has no park group yet"
    type_line(sandbox, "recall Sales to Night Desk for 2h")
    type_line(sandbox, "add 1001 to Support")
    assert installation.diagnose()["pbx.identity"]["severity"] == "ok"
    with another_pbx(sandbox, installation):
        report = installation.diagnose()
    text, remedy = report["pbx.identity.other"]["text"], report["pbx.identity.other"]["remedy"]
    assert text.startswith("none of the 2 park groups that Park has changed is on this PBX; 2 have the name of a group")
    assert "Sales" in text
    assert "undo and pending ends work: they go by name then" in remedy


def test_a_group_that_somebody_deleted_is_no_other_pbx(installation: Installation, sandbox: Sandbox) -> None:
    type_line(sandbox, "recall Sales to Night Desk for 2h")
    type_line(sandbox, "add 1001 to Support")
    [sales] = [id for id, group in sandbox.pbx.state.groups.items() if group["name"] == "Sales"]
    del sandbox.pbx.state.groups[sales], sandbox.pbx.state.members[sales]
    report = installation.diagnose()
    assert report.problems == {"pbx.identity.group_gone": "warning"}
    assert report["pbx.identity.group_gone"]["about"] == "#1"
