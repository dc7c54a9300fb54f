"""The commands apply and snapshot, beside a running Park."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.__main__ import main
from bot.sandbox.environment import Sandbox
from tests.faults.scene import ConversationHarness

FILE = "groups: {Billing: {members: [1055, 1012]}}\n"


@pytest.fixture
def language() -> str:
    """The language of cards."""
    return "en"


@pytest.fixture
def park(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str) -> Iterator[Sandbox]:
    """The environment of a command on the machine where Park runs, which looks for work more often than usual."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.worker.worker.MAX_SLEEP", timedelta(seconds=0.2))
    with Sandbox(now=datetime.now(UTC), park_language=language) as sandbox:
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


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_stops_half_way_is_no_success(park: Sandbox) -> None:
    text = "groups: {Sales: {recall: {to: ring group, ring_group: Night Desk}}, Warehouse: {recall: {to: user}}}"
    Path("park.yaml").write_text(text, encoding="utf-8")
    scene = ConversationHarness(park)
    park.pbx.state.groups[scene.id("Warehouse")]["recall_to"] = "USER_FIRST_THEN_RING_GROUP"
    held = scene.hold(f"POST {scene.path('Sales')}")
    with ThreadPoolExecutor(1) as pool:
        code = pool.submit(apply, park, "ana")
        scene.reached(held)
        park.pbx.state.groups[scene.id("Warehouse")]["recall_to"] = "RING_GROUP_ONLY"
        scene.go_on(held)
        assert code.result() == 1
    park.settle()
    assert park.pbx.state.groups[scene.id("Sales")]["recall_to"] == "RING_GROUP_ONLY"


class Terminal:
    """A terminal at which somebody answers each question; what happens until then is called first."""

    def __init__(self, *answers: tuple[str, Callable[[], object]]) -> None:
        self.answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        answer, happens = self.answers.pop(0)
        happens()
        return f"{answer}\n"


def nothing() -> None:
    pass


def ask_and_apply(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> int:
    monkeypatch.setattr(sys, "stdin", terminal)
    code = main(["apply", "park.yaml", "--as", sandbox.people["ana"], "--wait", "100"])
    assert not terminal.answers, "not every answer was asked for"
    return code


def put_in_billing(sandbox: Sandbox, *numbers: str) -> None:
    """Does what somebody else does at the PBX's own web page: nobody is in two groups then."""
    state = sandbox.pbx.state
    for id_, members in state.members.items():
        state.members[id_] = [one for one in members if one not in numbers]
    state.members[state.group_id("Billing")] = list(numbers)


def test_what_was_confirmed_is_made(park: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask_and_apply(park, monkeypatch, Terminal(("y", nothing))) == 0
    assert park.pbx.state.members_of("Billing") == ["1055", "1012"]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("second", ["y", "n"])
def test_a_plan_that_differs_from_the_confirmed_one_is_shown_and_asked_about_again(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], second: str
) -> None:
    def written() -> None:
        assert not park.pbx.writes

    terminal = Terminal(("y", lambda: put_in_billing(park, "1055")), (second, written))
    assert ask_and_apply(park, monkeypatch, terminal) == (0 if second == "y" else 1)
    out = capsys.readouterr().out
    assert out.count("Apply this? [y/N]") == 2
    assert out.count("removed 1054 Dina Mansour") == 1
    assert bool(park.pbx.writes) is (second == "y")
    members = ["1055", "1012"] if second == "y" else ["1055"]
    assert park.pbx.state.members_of("Billing") == members


def test_a_plan_with_nothing_left_to_do_by_then_is_no_failure(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask_and_apply(park, monkeypatch, Terminal(("y", lambda: put_in_billing(park, "1055", "1012")))) == 0
    assert "as the file says" in capsys.readouterr().out
    assert not park.pbx.writes


def test_a_file_that_is_written_anew_meanwhile_is_applied_as_it_was_shown(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit() -> None:
        Path("park.yaml").write_text("groups: {Billing: {members: []}}\n", encoding="utf-8")

    assert ask_and_apply(park, monkeypatch, Terminal(("y", edit))) == 0
    assert park.pbx.state.members_of("Billing") == ["1055", "1012"]


def test_a_refusal_for_another_reason_is_not_asked_about_again(
    park: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal := Terminal(("y", nothing)))
    assert main(["apply", "park.yaml", "--as", park.people["gil"], "--wait", "100"]) == 1
    assert not terminal.answers
    assert "You can't do that here" in capsys.readouterr().out
