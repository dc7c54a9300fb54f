"""Undocumented behaviour: every value of every switch."""

from typing import Any

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import ErrorResponse, Switches
from tests.sandbox.pbx.paths import code, group_path


def test_a_partial_update_keeps_what_was_left_out(pbx: FakePbx, api: httpx.Client) -> None:
    before = api.get(group_path(pbx, "Support")).json()
    api.post(group_path(pbx, "Support"), json={"name": "Support UK"})
    assert api.get(group_path(pbx, "Support UK")).json() == before | {"name": "Support UK"}


def test_a_replacing_update_resets_what_was_left_out(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.updates = "replacing"
    api.post(group_path(pbx, "Support"), json={"name": "Support"})
    assert api.get(group_path(pbx, "Support")).json()["recall_to"] == "USER_ONLY"
    pbx.console_update_server(recall_time=60, extension_number="777")
    api.post("/call_park", json={"enabled": True})
    assert (pbx.state.server["recall_time"], pbx.state.server["extension_number"]) == (300, "666")
    api.post("/call_park", json={"recall_time": 60})
    assert pbx.state.server["enabled"] is False


def test_a_replacing_update_needs_the_name(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.updates = "replacing"
    assert code(api.post(group_path(pbx, "Support"), json={"recall_to": "USER_ONLY"})) == "VALIDATE_FAILED"


@pytest.mark.parametrize("updates", ["partial", "replacing"])
def test_a_newer_field_survives_if_it_is_sent_back(pbx: FakePbx, api: httpx.Client, updates: Any) -> None:
    pbx.switches.newer, pbx.switches.updates = True, updates
    pbx.console_update_group(pbx.state.group_id("Sales"), description="First floor")
    assert api.get("/call_park").json()["send_notification_to_parker"] is True
    api.post("/call_park", json={"enabled": True, "send_notification_to_parker": True})
    api.post(group_path(pbx, "Sales"), json={"name": "Sales", "description": "First floor"})
    assert api.get("/call_park").json()["send_notification_to_parker"] is True
    assert api.get(group_path(pbx, "Sales")).json()["description"] == "First floor"


@pytest.mark.parametrize(("updates", "survives"), [("partial", True), ("replacing", False)])
def test_a_newer_field_left_out_is_reset_by_a_replacing_update(
    pbx: FakePbx, api: httpx.Client, updates: Any, survives: bool
) -> None:
    pbx.switches.newer, pbx.switches.updates = True, updates
    pbx.console_update_group(pbx.state.group_id("Sales"), description="First floor")
    api.post("/call_park", json={"enabled": True})
    api.post(group_path(pbx, "Sales"), json={"name": "Sales"})
    assert api.get("/call_park").json()["send_notification_to_parker"] is survives
    assert api.get(group_path(pbx, "Sales")).json()["description"] == ("First floor" if survives else "")


def test_an_older_pbx_neither_shows_nor_takes_newer_fields(pbx: FakePbx, api: httpx.Client) -> None:
    assert "send_notification_to_parker" not in api.get("/call_park").json()
    assert "description" not in api.get(group_path(pbx, "Sales")).json()
    assert code(api.post(group_path(pbx, "Sales"), json={"description": "x"})) == "VALIDATE_FAILED"


def test_a_field_that_is_only_shown_is_refused_when_it_is_sent_back(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.shown_only = True
    for path in ("/call_park", group_path(pbx, "Sales")):
        revision = api.get(path).json()["revision"]
        assert code(api.post(path, json={"revision": revision})) == "VALIDATE_FAILED"


@pytest.mark.parametrize(("blanks", "shown"), [("null", {"ring_group_id": None}), ("empty", {"ring_group_id": ""})])
def test_blanks_are_shown_as_null_or_as_nothing_between_quotes(
    pbx: FakePbx, api: httpx.Client, blanks: Any, shown: dict[str, Any]
) -> None:
    pbx.switches.blanks = blanks
    for path in ("/call_park", group_path(pbx, "Sales")):
        assert shown.items() <= api.get(path).json().items()


def test_blanks_are_left_out(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.blanks = "missing"
    assert set(api.get(group_path(pbx, "Sales")).json()) == {"id", "name", "recall_to"}
    assert "prompt_file_name" not in api.get("/call_park").json()
    assert "mobile_phone" not in api.get("/users").json()["items"][0]


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_ring_group_may_be_sent_back(pbx: FakePbx, api: httpx.Client, blank: Any) -> None:
    assert api.post(group_path(pbx, "Sales"), json={"ring_group_id": blank}).status_code == 200


def test_a_pbx_that_takes_its_schema_at_its_word_refuses_null(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.nulls = "refused"
    assert code(api.post(group_path(pbx, "Sales"), json={"ring_group_id": None})) == "VALIDATE_FAILED"
    assert api.post(group_path(pbx, "Sales"), json={"ring_group_id": ""}).status_code == 200


@pytest.mark.parametrize("field", ["id", "prompt_file_name", "prompt_file_size", "prompt_file_url"])
def test_read_only_fields_are_refused_or_ignored(pbx: FakePbx, api: httpx.Client, field: str) -> None:
    for path in ("/call_park", group_path(pbx, "Sales")):
        pbx.switches.read_only = "refused"
        assert code(api.post(path, json={field: "x"})) == "VALIDATE_FAILED"
        pbx.switches.read_only = "ignored"
        before = api.get(path).json()
        assert api.post(path, json={field: "x"}).status_code == 200
        assert api.get(path).json() == before


@pytest.mark.parametrize("updates", ["partial", "replacing"])
@pytest.mark.parametrize(("prompt", "name"), [("kept", "one-moment-please.wav"), ("cleared", "")])
def test_a_prompt_left_out_is_kept_or_cleared(
    pbx: FakePbx, api: httpx.Client, updates: Any, prompt: Any, name: str
) -> None:
    pbx.console_set_prompt()
    pbx.switches.prompt, pbx.switches.updates = prompt, updates
    api.post("/call_park", json={"recall_time": 60})
    assert api.get("/call_park").json()["prompt_file_name"] == name


def test_members_may_come_back_sorted(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.members = "sorted"
    items = api.get(group_path(pbx, "Support", "members")).json()["items"]
    assert [item["extension_number"] for item in items] == ["1020", "1021", "1022", "1023", "1024"]
    assert pbx.state.members_of("Support")[0] == "1021"


def test_the_answers_to_what_is_there_already_can_be_chosen(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.duplicate_name = ErrorResponse(409, "CONFLICT", "Taken.")
    pbx.switches.already_here = ErrorResponse(422, "EXISTS", "Here.")
    pbx.switches.in_other_group = ErrorResponse(403, "DENIED", "There.")
    pbx.switches.unknown_extension = ErrorResponse(404, "UNKNOWN", "Nobody.")
    answers = [
        api.post("/call_park_groups", json={"name": "Sales"}),
        api.post(group_path(pbx, "Sales", "members", "1002")),
        api.post(group_path(pbx, "Support", "members", "1002")),
        api.post(group_path(pbx, "Support", "members", "1999")),
    ]
    assert [answer.status_code for answer in answers] == [409, 422, 403, 404]
    assert [code(answer) for answer in answers] == ["CONFLICT", "EXISTS", "DENIED", "UNKNOWN"]


def test_adding_and_removing_again_may_be_a_plain_success(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.already_here = pbx.switches.not_a_member = None
    before = pbx.state.members_of("Sales")
    assert api.post(group_path(pbx, "Sales", "members", "1002")).status_code == 200
    assert api.post(group_path(pbx, "Sales", "members", "1001", "destroy")).status_code == 204
    assert pbx.state.members_of("Sales") == before
    assert pbx.state.audit == []


def test_deleting_a_group_with_members_may_be_refused(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.delete_with_members = ErrorResponse(400, "VALIDATE_FAILED", "The group has members.")
    assert code(api.post(group_path(pbx, "Sales", "destroy"))) == "VALIDATE_FAILED"
    assert api.post(group_path(pbx, "The Lounge", "destroy")).status_code == 204


def test_a_filter_may_be_ignored_or_refused(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.filter = "ignored"
    assert api.get("/call_park_groups", params={"filter": "name eq 'Sales'"}).json()["count"] == 12
    pbx.switches.filter = "refused"
    assert code(api.get("/call_park_groups", params={"filter": "name eq 'Sales'"})) == "VALIDATE_FAILED"


def test_a_search_may_be_ignored(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.search = "ignored"
    assert api.get("/call_park_groups", params={"search": "sales"}).json()["count"] == 12


def test_eq_may_ignore_case(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.eq_ignores_case = True
    assert api.get("/call_park_groups", params={"filter": "name eq 'sALES'"}).json()["count"] == 1


def test_error_bodies_may_be_missing(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.error_bodies = False
    answers = [api.get("/nowhere"), api.put("/call_park"), api.post("/call_park", json={"recall_time": 1})]
    assert [(answer.status_code, answer.content) for answer in answers] == [(404, b""), (405, b""), (400, b"")]


def test_switches_can_be_given_and_changed_and_replaced_while_it_runs(api: httpx.Client, pbx: FakePbx) -> None:
    pbx.switches = Switches(blanks="null")
    assert api.get("/call_park").json()["ring_group_id"] is None
    pbx.switches.blanks = "missing"
    assert "ring_group_id" not in api.get("/call_park").json()
