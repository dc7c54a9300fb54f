"""Ring groups, numbers, feature codes and audit logs."""

import json
from urllib.parse import quote

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import NO_AUDIT_LOGS, ErrorResponse
from tests.sandbox.pbx.paths import code, group_path


def test_a_ring_group_is_shown_by_id(pbx: FakePbx, api: httpx.Client) -> None:
    id_ = pbx.state.ring_group_id("Night Desk")
    shown = api.get(f"/ring_groups/{quote(id_, safe='')}").json()
    assert (shown["id"], shown["name"], shown["extension_number"]) == (id_, "Night Desk", "6001")


def test_an_unknown_ring_group_is_404(api: httpx.Client) -> None:
    assert api.get("/ring_groups/none").status_code == 404


@pytest.mark.parametrize(
    ("extension", "kind"),
    [
        ("1001", "EXTENSION"),
        ("6004", "RING_GROUP"),
        ("7001", "CALL_QUEUE"),
        ("8001", "CONFERENCE_ROOM"),
        ("9001", "VIRTUAL_RECEPTIONIST"),
    ],
)
def test_a_number_tells_what_answers_it(api: httpx.Client, extension: str, kind: str) -> None:
    number = api.get(f"/extension_numbers/{extension}").json()
    assert set(number) == {"id", "extension_number", "name", "type"}
    assert (number["extension_number"], number["type"]) == (extension, kind)


def test_a_number_that_nobody_has_is_404(api: httpx.Client) -> None:
    assert (answer := api.get("/extension_numbers/1999")).status_code == 404
    assert code(answer) == "UNKNOWN"


@pytest.mark.parametrize("extension", ["12", "1" * 65, "10a1"])
def test_what_is_no_number_is_refused(api: httpx.Client, extension: str) -> None:
    assert code(api.get(f"/extension_numbers/{extension}")) == "VALIDATE_FAILED"


def test_the_star_codes_of_call_park_are_there(api: httpx.Client) -> None:
    items = api.get("/feature_access_codes").json()["items"]
    codes = {item["feature"]: item["code"] for item in items if item["enabled"]}
    assert (codes["CALL_PARK"], codes["GROUP_CALL_PARK"], codes["CALL_RETRIEVE"]) == ("*68", "*58", "*88")


def test_every_change_leaves_an_audit_log_newest_first(pbx: FakePbx, api: httpx.Client) -> None:
    api.post("/call_park", json={"recall_time": 60})
    api.post("/call_park_groups", json={"name": "Parts"})
    api.post(group_path(pbx, "Parts", "members", "1001"))
    api.post(group_path(pbx, "Parts", "destroy"))
    logs = api.get("/audit_logs").json()
    assert logs["count"] == 4
    assert [(log["action"], log["object_type"], log["object_name"]) for log in logs["items"]] == [
        ("DELETE", "CALL_PARK_GROUP", "Parts"),
        ("UPDATE", "CALL_PARK_GROUP", "Parts"),
        ("CREATE", "CALL_PARK_GROUP", "Parts"),
        ("UPDATE", "CALL_PARK_SERVER", "Call Park"),
    ]
    assert json.loads(logs["items"][1]["new_state"])["members"] == ["1001"]
    assert json.loads(logs["items"][3]["old_state"])["recall_time"] == 300


def test_a_change_at_the_console_is_told_apart_in_the_audit_log(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.console_update_group(pbx.state.group_id("Sales"), name="Sales EMEA")
    api.post("/call_park", json={"recall_time": 60})
    assert [log["source"] for log in api.get("/audit_logs").json()["items"]] == ["REST API", "Web Portal"]


@pytest.mark.parametrize("refusal", [NO_AUDIT_LOGS, ErrorResponse(403, "DENIED", "Not for you.")])
def test_a_pbx_can_be_without_audit_logs(pbx: FakePbx, api: httpx.Client, refusal: ErrorResponse) -> None:
    pbx.switches.audit_logs = refusal
    answer = api.get("/audit_logs")
    assert (answer.status_code, code(answer)) == (refusal.status, refusal.code)
