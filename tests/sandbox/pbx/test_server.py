"""GET and POST /call_park."""

from typing import Any

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.sandbox.pbx.paths import code


def test_the_server_is_shown_as_it_comes_out_of_the_box(api: httpx.Client) -> None:
    answer = api.get("/call_park")
    assert answer.status_code == 200
    assert answer.json() == {
        "enabled": True,
        "extension_number": "666",
        "recall_to": "USER_ONLY",
        "recall_time": 300,
        "recall_ring_group_time": 300,
        "ring_group_id": "",
        "prompt_file_name": "",
        "prompt_file_size": 0,
        "prompt_file_url": "",
    }


def test_an_update_answers_200_without_a_body_and_is_shown_afterwards(pbx: FakePbx, api: httpx.Client) -> None:
    night_desk = pbx.state.ring_group_id("Night Desk")
    body = {"recall_to": "USER_FIRST_THEN_RING_GROUP", "ring_group_id": night_desk, "recall_time": 60}
    answer = api.post("/call_park", json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert body.items() <= api.get("/call_park").json().items()
    assert pbx.state.server["recall_ring_group_time"] == 300


@pytest.mark.parametrize(
    "body",
    [
        {"enabled": "true"},
        {"enabled": 1},
        {"enabled": None},
        {"extension_number": "12"},
        {"extension_number": "1" * 65},
        {"extension_number": 667},
        {"extension_number": "66a"},
        {"extension_number": "667\n"},
        {"extension_number": "٦٦٧"},
        {"recall_to": "EXTENSION"},
        {"recall_to": ["USER_ONLY"]},
        {"recall_time": 59},
        {"recall_time": 901},
        {"recall_time": "300"},
        {"recall_time": 300.0},
        {"recall_time": True},
        {"recall_ring_group_time": 59},
        {"recall_ring_group_time": 901},
        {"recall_to": "RING_GROUP_ONLY"},
        {"recall_to": "USER_FIRST_THEN_RING_GROUP", "ring_group_id": ""},
        {"ring_group_id": "no such ring group"},
        {"ring_group_id": 6001},
        {"prompt_file_id": "no such file"},
        {"prompt_file_name": "x.wav"},
        {"send_notification_to_parker": True},
        {"color": "red"},
        ["not an object"],
        "not an object",
    ],
)
def test_what_a_strict_pbx_would_refuse_is_refused_and_changes_nothing(
    pbx: FakePbx, api: httpx.Client, body: Any
) -> None:
    before = dict(pbx.state.server)
    answer = api.post("/call_park", json=body)
    assert (answer.status_code, code(answer)) == (400, "VALIDATE_FAILED")
    assert pbx.state.server == before
    assert pbx.state.audit == []


@pytest.mark.parametrize("seconds", [60, 900])
def test_the_ends_of_the_ranges_are_accepted(api: httpx.Client, seconds: int) -> None:
    body = {"recall_time": seconds, "recall_ring_group_time": seconds, "extension_number": "9" * 64}
    assert api.post("/call_park", json=body).status_code == 200
    assert api.post("/call_park", json={"extension_number": "667"}).status_code == 200


@pytest.mark.parametrize("taken", ["1001", "6001", "7001", "8001", "9001"])
def test_the_extension_must_not_clash_with_another_number(api: httpx.Client, taken: str) -> None:
    assert code(api.post("/call_park", json={"extension_number": taken})) == "VALIDATE_FAILED"


def test_the_extension_that_it_has_may_be_sent_back(api: httpx.Client) -> None:
    assert api.post("/call_park", json={"extension_number": "666"}).status_code == 200


def test_a_ring_group_in_use_can_not_be_taken_away(pbx: FakePbx, api: httpx.Client) -> None:
    night_desk = pbx.state.ring_group_id("Night Desk")
    api.post("/call_park", json={"recall_to": "RING_GROUP_ONLY", "ring_group_id": night_desk})
    assert code(api.post("/call_park", json={"ring_group_id": None})) == "VALIDATE_FAILED"
    assert api.post("/call_park", json={"recall_to": "USER_ONLY", "ring_group_id": None}).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(api: httpx.Client, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = api.post("/call_park", content=b'{"enabled": false}', headers=headers)
    assert code(answer) == "VALIDATE_FAILED"


def test_broken_json_is_refused(api: httpx.Client) -> None:
    answer = api.post("/call_park", content=b'{"enabled": ', headers={"Content-Type": "application/json"})
    assert code(answer) == "VALIDATE_FAILED"


def test_a_prompt_is_taken_by_id_and_shown_as_a_file(pbx: FakePbx, api: httpx.Client) -> None:
    (prompt,) = pbx.state.files
    assert api.post("/call_park", json={"prompt_file_id": prompt}).status_code == 200
    shown = api.get("/call_park").json()
    assert (shown["prompt_file_name"], shown["prompt_file_size"]) == ("one-moment-please.wav", 96044)
    assert shown["prompt_file_url"].startswith("/api/blobs/")
    assert "prompt_file_id" not in shown
