"""The probe finds out how the PBX behaves, and leaves it unchanged."""

import signal
import threading
from contextlib import closing
from copy import deepcopy
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.__main__ import main
from bot.changes.write_switch import PAUSED_FLAG
from bot.cli.doctor import probe
from bot.cli.doctor.experiments import EXPERIMENTS
from bot.cli.doctor.probe import GROUP_PREFIX
from bot.journal.journal import Journal
from bot.journal.tables import flags
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.pbx.switches import ErrorResponse
from bot.slack.samples import messages
from bot.times.model import utc_now
from tests.cli.doctor.conftest import Installation
from tests.cli.test_main import environment
from tests.forked import ForkedProcess
from tests.waiting import PATIENCE

DEFAULT_ANSWERS = {
    "refresh_tokens": "rotate",
    "blanks_shown": "empty",
    "update": "partial",
    "unknown_fields": "refused",
    "id_field": "refused",
    "shown_fields": "accepted",
    "null": "cleared",
    "empty": "cleared",
    "missing": "kept",
    "duplicate_name": "refused",
    "filter": "supported",
    "filter_case": "exact",
    "search": "supported",
    "unknown_extension": "refused",
    "not_a_member": "refused",
    "member_order": "assigned",
    "member_twice": "refused",
    "member_elsewhere": "refused",
    "delete_with_members": "accepted",
}
REJECTION = ErrorResponse(409, "VALIDATE_FAILED", "This PBX says no in words of its own.")


@pytest.fixture
def signed_in(installation: Installation) -> Installation:
    """Signs in with a password, so that there is a refresh token."""
    installation.sign_in_as_user()
    return installation


def pbx_state(installation: Installation) -> Any:
    """The PBX's data, without its audit log."""
    state = installation.pbx.state
    return deepcopy((state.server, state.groups, state.members, state.users, state.ring_groups))


@pytest.fixture(autouse=True)
def few_payloads(monkeypatch: pytest.MonkeyPatch) -> None:
    _validate_few_payloads(monkeypatch)


def _validate_few_payloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One payload is validated, not two hundred: tests/slack/test_payloads.py validates all of them."""
    monkeypatch.setattr("bot.slack.payload_validation.messages", lambda: islice(messages(), 1))
    monkeypatch.setattr("bot.slack.payload_validation.views", lambda: iter(()))


def _probe_in(folder: Path) -> int:
    """Probes in a process of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _validate_few_payloads(monkeypatch)
        monkeypatch.chdir(folder)
        return main(["doctor", "--probe"])


def probe_answers(installation: Installation) -> dict[str, str | None]:
    return {
        finding["id"].removeprefix("probe."): finding["answer"]
        for finding in installation.diagnose("--probe").findings
        if finding["id"].removeprefix("probe.") in EXPERIMENTS
    }


def test_every_lesson_has_its_answer_and_the_pbx_is_as_it_was(signed_in: Installation) -> None:
    before = pbx_state(signed_in)
    report = signed_in.diagnose("--probe")
    assert pbx_state(signed_in) == before
    assert report.status == 0
    assert {id: report[f"probe.{id}"]["answer"] for id in EXPERIMENTS} == DEFAULT_ANSWERS
    assert report["probe.cleaned_up"]["severity"] == "ok"
    assert report.skipped == {"probe.prompt"}
    assert "The name already exists." in report["probe.duplicate_name"]["text"]


def test_only_the_probes_own_groups_are_written_and_the_server_never(signed_in: Installation) -> None:
    theirs = set(signed_in.pbx.state.groups)
    taken = {number for members in signed_in.pbx.state.members.values() for number in members}
    signed_in.diagnose("--probe")
    for heard in signed_in.pbx.writes:
        parts = heard.path.split("/")[2:]
        assert parts[0] == "call_park_groups"
        assert not theirs.intersection(parts)
        assert not taken.intersection(parts)
        assert heard.body is None or heard.body["name"].startswith(GROUP_PREFIX)


def test_nothing_is_tried_unless_it_is_asked_for(signed_in: Installation) -> None:
    signed_in.diagnose()
    assert signed_in.pbx.writes == []


@pytest.mark.parametrize(
    ("switch", "value", "changed"),
    [
        ("updates", "replacing", {"update": "replacement", "missing": "cleared"}),
        ("blanks", "null", {"blanks_shown": "null"}),
        ("blanks", "missing", {"blanks_shown": "missing"}),
        ("nulls", "refused", {"null": "refused"}),
        ("read_only", "ignored", {"id_field": "ignored"}),
        ("newer", True, {}),
        ("shown_only", True, {"shown_fields": "refused"}),
        ("prompt", "cleared", {}),
        ("members", "sorted", {"member_order": "sorted"}),
        ("duplicate_name", REJECTION, {}),
        ("already_here", None, {"member_twice": "accepted"}),
        ("in_other_group", REJECTION, {}),
        ("unknown_extension", REJECTION, {}),
        ("not_a_member", None, {"not_a_member": "accepted"}),
        ("delete_with_members", REJECTION, {"delete_with_members": "refused"}),
        ("filter", "ignored", {"filter": "ignored", "filter_case": None}),
        ("filter", "refused", {"filter": "refused", "filter_case": None}),
        ("search", "ignored", {"search": "ignored"}),
        ("eq_ignores_case", True, {"filter_case": "ignored"}),
        ("refresh_rotates", False, {"refresh_tokens": "stay"}),
        ("sign_in", False, {}),
        ("error_bodies", False, {}),
    ],
)
def test_each_switch_of_the_sandbox_is_learnt(
    signed_in: Installation, switch: str, value: object, changed: dict[str, str | None]
) -> None:
    setattr(signed_in.pbx.switches, switch, value)
    before = pbx_state(signed_in)
    assert probe_answers(signed_in) == DEFAULT_ANSWERS | changed
    assert pbx_state(signed_in) == before


def test_a_refusal_is_told_in_the_pbxs_own_words(signed_in: Installation) -> None:
    signed_in.pbx.switches.in_other_group = REJECTION
    text = signed_in.diagnose("--probe")["probe.member_elsewhere"]["text"]
    assert "HTTP 409, VALIDATE_FAILED: This PBX says no in words of its own." in text


def test_with_a_ready_token_there_is_no_refresh_token_to_learn_of(installation: Installation) -> None:
    report = installation.diagnose("--probe")
    assert report.skipped == {"probe.refresh_tokens", "probe.prompt"}
    assert report.status == 0


def test_where_nobody_is_free_nobody_is_taken_out_of_a_group(signed_in: Installation) -> None:
    id = signed_in.pbx.state.group_id("The Lounge")
    taken = {number for members in signed_in.pbx.state.members.values() for number in members}
    signed_in.pbx.console_set_members(id, *(set(signed_in.pbx.state.users) - taken))
    before = pbx_state(signed_in)
    report = signed_in.diagnose("--probe")
    inconclusive = {"not_a_member", "member_order", "member_twice", "member_elsewhere", "delete_with_members"}
    assert report.skipped == {"probe.prompt", *(f"probe.{id}" for id in inconclusive)}
    assert "every user is in a park group already" in report["probe.member_order"]["text"]
    assert pbx_state(signed_in) == before


def test_two_who_are_free_do_not_tell_the_order_but_all_the_rest(signed_in: Installation) -> None:
    id = signed_in.pbx.state.group_id("The Lounge")
    taken = {number for members in signed_in.pbx.state.members.values() for number in members}
    signed_in.pbx.console_set_members(id, *sorted(set(signed_in.pbx.state.users) - taken)[2:])
    assert probe_answers(signed_in) == DEFAULT_ANSWERS | {"member_order": None}


def test_without_ring_groups_and_other_groups_what_hangs_on_them_is_not_learnt(signed_in: Installation) -> None:
    signed_in.pbx.state.ring_groups.clear()
    signed_in.pbx.state.groups.clear()
    signed_in.pbx.state.members.clear()
    inconclusive = ("update", "null", "empty", "missing", "filter", "filter_case", "search")
    assert probe_answers(signed_in) == DEFAULT_ANSWERS | dict.fromkeys(inconclusive)
    assert signed_in.pbx.state.groups == {}


def test_read_only_means_read_only(signed_in: Installation) -> None:
    signed_in.set(PARK_READ_ONLY="true")
    report = signed_in.diagnose("--probe")
    assert report["probe.read_only"]["severity"] == "error"
    assert report["probe.read_only"]["remedy"]
    assert report.status == 2
    assert signed_in.pbx.writes == []


def test_while_park_is_paused_nothing_is_tried(signed_in: Installation) -> None:
    with closing(Journal(signed_in.database_url)) as journal, journal.database.writing() as connection:
        row = {"name": PAUSED_FLAG, "text": "the PBX is being updated", "by": "U1", "at": utc_now()}
        connection.execute(insert(flags).values(row))
    report = signed_in.diagnose("--probe")
    assert "being updated" in report["probe.paused"]["text"]
    assert signed_in.pbx.writes == []


@pytest.mark.parametrize("variable", ["PBX_URL", "PARK_READ_ONLY", "DATABASE_URL"])
def test_a_probe_needs_to_know_that_it_may(signed_in: Installation, variable: str) -> None:
    signed_in.set(**{variable: "mysql://nonsense"})
    assert "probe" in signed_in.diagnose("--probe").skipped
    assert signed_in.pbx.writes == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.DROP_AFTER, match="POST /api/call_park_groups"),
        Fault(kind=FaultKind.LATE, match="POST /api/call_park_groups", seconds=0.2),
        Fault(kind=FaultKind.GATEWAY, match="POST /api/call_park_groups/*", times=4, lands=True),
        Fault(kind=FaultKind.THROTTLED, match="POST /api/call_park_groups*", times=9),
        Fault(kind=FaultKind.DROP_BEFORE, match="POST */destroy", times=2),
        Fault(kind=FaultKind.STATUS, match="POST */destroy", times=3, status=503),
        Fault(kind=FaultKind.DROP_BEFORE, match="GET /api/call_park_groups/*", times=6),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.match}",
)
def test_whatever_goes_wrong_the_groups_are_gone(
    signed_in: Installation, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "CLEANUP_DELAYS", (0.25,) * 6)
    monkeypatch.setattr(probe, "LATE_CREATION", 1.0)
    before = pbx_state(signed_in)
    signed_in.pbx.faults.add(fault)
    report = signed_in.diagnose("--probe")
    if fault.kind is FaultKind.LATE:
        assert fault.landed.wait(PATIENCE)
    assert pbx_state(signed_in) == before
    assert report["probe.cleaned_up"]["severity"] == "ok"


def test_what_cannot_be_removed_is_said_by_its_name(signed_in: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.doctor.probe.CLEANUP_DELAYS", (0.01, 0.01))
    signed_in.pbx.faults.add(Fault(kind=FaultKind.STATUS, match="POST */destroy", times=None, status=403))
    report = signed_in.diagnose("--probe")
    left = {group["name"] for group in signed_in.pbx.state.groups.values() if group["name"].startswith(GROUP_PREFIX)}
    assert len(left) == 2
    assert all(name in report["probe.left_behind"]["text"] for name in left)
    assert GROUP_PREFIX in report["probe.left_behind"]["remedy"]
    assert report.status == 2
    signed_in.pbx.faults.clear()
    assert {finding["about"] for finding in signed_in.diagnose().findings_with_id("pbx.call_park.left_behind")} == left


def test_a_pbx_that_goes_away_is_said_to_have_kept_what_it_may_have(
    signed_in: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.doctor.probe.CLEANUP_DELAYS", (0.01,))
    signed_in.set(PBX_DEADLINE="1")
    fault = signed_in.pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="POST *members*", times=1))

    def go_away() -> None:
        fault.reached.wait(PATIENCE)
        signed_in.pbx.stop()

    going = threading.Thread(target=go_away)
    going.start()
    report = signed_in.diagnose("--probe")
    going.join()
    assert GROUP_PREFIX in report["probe.left_behind"]["text"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_end_it_with_the_groups_removed(installation: Installation, number: signal.Signals) -> None:
    before = pbx_state(installation)
    fault = Fault(kind=FaultKind.SLOW, match="POST *members*", hold=threading.Event())
    installation.pbx.faults.add(fault)
    log = installation.folder / "log"
    variables = environment(installation.sandbox, installation.folder)
    doctor = ForkedProcess(partial(_probe_in, installation.folder), variables, log)
    assert fault.reached.wait(PATIENCE)
    for _ in range(2):
        doctor.send_signal(number)
    assert fault.hold is not None
    fault.hold.set()
    out = doctor.stdout.read()
    assert doctor.wait(PATIENCE) == 1, log.read_text()
    doctor.close()
    assert pbx_state(installation) == before
    assert "WARNING  probe.stopped" in out
    assert "ok       probe.cleaned_up" in out
    assert "removed first" in log.read_text()
