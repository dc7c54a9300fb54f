"""A probe learns what the PBX does, and leaves it as it was."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import insert

from bot.changes.repository import PAUSED
from bot.cli.doctor.experiments import LESSONS
from bot.cli.doctor.probe import PREFIX
from bot.journal.journal import Journal
from bot.journal.tables import flags
from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.pbx.switches import Refusal
from bot.times.model import utc_now
from tests.doctor.conftest import Patient
from tests.test_main import environment

USUAL = {
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
NO = Refusal(409, "VALIDATE_FAILED", "This PBX says no in words of its own.")


@pytest.fixture
def asked(patient: Patient) -> Patient:
    """Signed in as a user, so that there is a refresh token."""
    patient.sign_in_as_user()
    return patient


def everything(patient: Patient) -> Any:
    """What the PBX knows, but for its audit log."""
    state = patient.pbx.state
    return deepcopy((state.server, state.groups, state.members, state.users, state.ring_groups))


def answers(patient: Patient) -> dict[str, str | None]:
    return {
        one["id"].removeprefix("probe."): one["answer"]
        for one in patient.look("--probe").findings
        if one["id"].removeprefix("probe.") in LESSONS
    }


def test_every_lesson_has_its_answer_and_the_pbx_is_as_it_was(asked: Patient) -> None:
    before = everything(asked)
    report = asked.look("--probe")
    assert everything(asked) == before
    assert report.status == 0
    assert {id: report[f"probe.{id}"]["answer"] for id in LESSONS} == USUAL
    assert report["probe.cleaned_up"]["severity"] == "ok"
    assert report.skipped == {"probe.prompt"}
    assert "The name already exists." in report["probe.duplicate_name"]["text"]


def test_only_the_probes_own_groups_are_written_and_the_server_never(asked: Patient) -> None:
    theirs = set(asked.pbx.state.groups)
    taken = {number for members in asked.pbx.state.members.values() for number in members}
    asked.look("--probe")
    for heard in asked.pbx.writes:
        parts = heard.path.split("/")[2:]
        assert parts[0] == "call_park_groups"
        assert not theirs.intersection(parts)
        assert not taken.intersection(parts)
        assert heard.body is None or heard.body["name"].startswith(PREFIX)


def test_nothing_is_tried_unless_it_is_asked_for(asked: Patient) -> None:
    asked.look()
    assert asked.pbx.writes == []


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
        ("duplicate_name", NO, {}),
        ("already_here", None, {"member_twice": "accepted"}),
        ("in_other_group", NO, {}),
        ("unknown_extension", NO, {}),
        ("not_a_member", None, {"not_a_member": "accepted"}),
        ("delete_with_members", NO, {"delete_with_members": "refused"}),
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
    asked: Patient, switch: str, value: object, changed: dict[str, str | None]
) -> None:
    setattr(asked.pbx.switches, switch, value)
    before = everything(asked)
    assert answers(asked) == USUAL | changed
    assert everything(asked) == before


def test_a_refusal_is_told_in_the_pbxs_own_words(asked: Patient) -> None:
    asked.pbx.switches.in_other_group = NO
    text = asked.look("--probe")["probe.member_elsewhere"]["text"]
    assert "HTTP 409, VALIDATE_FAILED: This PBX says no in words of its own." in text


def test_with_a_ready_token_there_is_no_refresh_token_to_learn_of(patient: Patient) -> None:
    report = patient.look("--probe")
    assert report.skipped == {"probe.refresh_tokens", "probe.prompt"}
    assert report.status == 0


def test_where_nobody_is_free_nobody_is_taken_out_of_a_group(asked: Patient) -> None:
    id = asked.pbx.state.group_id("The Lounge")
    taken = {number for members in asked.pbx.state.members.values() for number in members}
    asked.pbx.console_set_members(id, *(set(asked.pbx.state.users) - taken))
    before = everything(asked)
    report = asked.look("--probe")
    unlearnt = {"not_a_member", "member_order", "member_twice", "member_elsewhere", "delete_with_members"}
    assert report.skipped == {"probe.prompt", *(f"probe.{one}" for one in unlearnt)}
    assert "every user is in a park group already" in report["probe.member_order"]["text"]
    assert everything(asked) == before


def test_two_who_are_free_do_not_tell_the_order_but_all_the_rest(asked: Patient) -> None:
    id = asked.pbx.state.group_id("The Lounge")
    taken = {number for members in asked.pbx.state.members.values() for number in members}
    asked.pbx.console_set_members(id, *sorted(set(asked.pbx.state.users) - taken)[2:])
    assert answers(asked) == USUAL | {"member_order": None}


def test_without_ring_groups_and_other_groups_what_hangs_on_them_is_not_learnt(asked: Patient) -> None:
    asked.pbx.state.ring_groups.clear()
    asked.pbx.state.groups.clear()
    asked.pbx.state.members.clear()
    unlearnt = ("update", "null", "empty", "missing", "filter", "filter_case", "search")
    assert answers(asked) == USUAL | dict.fromkeys(unlearnt)
    assert asked.pbx.state.groups == {}


def test_read_only_means_read_only(asked: Patient) -> None:
    asked.set(PARK_READ_ONLY="true")
    report = asked.look("--probe")
    assert report["probe.read_only"]["severity"] == "error"
    assert report["probe.read_only"]["remedy"]
    assert report.status == 2
    assert asked.pbx.writes == []


def test_while_park_is_paused_nothing_is_tried(asked: Patient) -> None:
    with closing(Journal(asked.database_url)) as journal, journal.database.writing() as connection:
        row = {"name": PAUSED, "text": "the PBX is being updated", "by": "U1", "at": utc_now()}
        connection.execute(insert(flags).values(row))
    report = asked.look("--probe")
    assert "being updated" in report["probe.paused"]["text"]
    assert asked.pbx.writes == []


@pytest.mark.parametrize("variable", ["PBX_URL", "PARK_READ_ONLY", "DATABASE_URL"])
def test_a_probe_needs_to_know_that_it_may(asked: Patient, variable: str) -> None:
    asked.set(**{variable: "mysql://nonsense"})
    assert "probe" in asked.look("--probe").skipped
    assert asked.pbx.writes == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.DROP_AFTER, match="POST /api/call_park_groups"),
        Fault(kind=Kind.LATE, match="POST /api/call_park_groups", seconds=1.0),
        Fault(kind=Kind.GATEWAY, match="POST /api/call_park_groups/*", times=4, lands=True),
        Fault(kind=Kind.THROTTLED, match="POST /api/call_park_groups*", times=9),
        Fault(kind=Kind.DROP_BEFORE, match="POST */destroy", times=2),
        Fault(kind=Kind.STATUS, match="POST */destroy", times=3, status=503),
        Fault(kind=Kind.DROP_BEFORE, match="GET /api/call_park_groups/*", times=6),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.match}",
)
def test_whatever_goes_wrong_the_groups_are_gone(asked: Patient, fault: Fault) -> None:
    before = everything(asked)

    asked.pbx.faults.add(fault)
    report = asked.look("--probe")
    if fault.kind is Kind.LATE:
        assert fault.landed.wait(10)
    assert everything(asked) == before
    assert report["probe.cleaned_up"]["severity"] == "ok"


def test_what_cannot_be_removed_is_said_by_its_name(asked: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.doctor.probe.PAUSES", (0.01, 0.01))
    asked.pbx.faults.add(Fault(kind=Kind.STATUS, match="POST */destroy", times=None, status=403))
    report = asked.look("--probe")
    left = {group["name"] for group in asked.pbx.state.groups.values() if group["name"].startswith(PREFIX)}
    assert len(left) == 2
    assert all(name in report["probe.left_behind"]["text"] for name in left)
    assert PREFIX in report["probe.left_behind"]["remedy"]
    assert report.status == 2
    asked.pbx.faults.clear()
    assert {one["about"] for one in asked.look().every("pbx.call_park.left_behind")} == left


def test_a_pbx_that_goes_away_is_said_to_have_kept_what_it_may_have(
    asked: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.doctor.probe.PAUSES", (0.01,))
    asked.set(PBX_DEADLINE="1")
    fault = asked.pbx.faults.add(Fault(kind=Kind.DROP_BEFORE, match="POST *members*", times=1))

    def go_away() -> None:
        fault.reached.wait(60)
        asked.pbx.stop()

    going = threading.Thread(target=go_away)
    going.start()
    report = asked.look("--probe")
    going.join()
    assert PREFIX in report["probe.left_behind"]["text"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_end_it_with_the_groups_removed(patient: Patient, number: signal.Signals) -> None:
    before = everything(patient)
    fault = Fault(kind=Kind.SLOW, match="POST *members*", hold=threading.Event())
    patient.pbx.faults.add(fault)
    doctor = subprocess.Popen(
        [sys.executable, "-m", "bot", "doctor", "--probe"],
        cwd=patient.folder,
        env=environment(patient.stage, patient.folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert fault.reached.wait(60)
    for _ in range(2):
        os.kill(doctor.pid, number)
    assert fault.hold is not None
    fault.hold.set()
    out, log = doctor.communicate(timeout=60)
    assert everything(patient) == before
    assert "WARNING  probe.stopped" in out
    assert "ok       probe.cleaned_up" in out
    assert "removed first" in log
    assert doctor.returncode == 1, log
