"""/call_park_groups: list, create, show, update, destroy."""

from typing import Any

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.sandbox.pbx.paths import code, group_path


def test_groups_are_listed_with_their_count(api: httpx.Client) -> None:
    page = api.get("/call_park_groups").json()
    assert page["count"] == 12 == len(page["items"])
    assert {"Sales", 'Café "Süd"', "<!channel> & friends"} <= {item["name"] for item in page["items"]}


def test_a_group_is_shown_with_its_recall(pbx: FakePbx, api: httpx.Client) -> None:
    assert api.get(group_path(pbx, "Support")).json() == {
        "id": pbx.state.group_id("Support"),
        "name": "Support",
        "recall_to": "USER_FIRST_THEN_RING_GROUP",
        "ring_group_id": pbx.state.ring_group_id("Night Desk"),
    }


def test_creating_answers_201_with_the_new_id(pbx: FakePbx, api: httpx.Client) -> None:
    answer = api.post("/call_park_groups", json={"name": "Parts"})
    assert answer.status_code == 201
    assert answer.json() == {"id": pbx.state.group_id("Parts")}
    assert api.get(group_path(pbx, "Parts")).json()["recall_to"] == "USER_ONLY"
    assert api.get(group_path(pbx, "Parts", "members")).json() == {"items": []}


def test_updating_answers_200_without_a_body(pbx: FakePbx, api: httpx.Client) -> None:
    body = {"name": "Sales EMEA", "recall_to": "RING_GROUP_ONLY", "ring_group_id": pbx.state.ring_group_id("On Call")}
    answer = api.post(group_path(pbx, "Sales"), json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert body.items() <= api.get(group_path(pbx, "Sales EMEA")).json().items()


def test_destroying_answers_204_and_frees_the_members(pbx: FakePbx, api: httpx.Client) -> None:
    path = group_path(pbx, "Sales")
    answer = api.post(f"{path}/destroy")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.post(group_path(pbx, "Support", "members", "1002")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 65},
        {"name": 7},
        {"name": None},
        {"name": "Parts", "recall_to": "user"},
        {"name": "Parts", "recall_to": "RING_GROUP_ONLY"},
        {"name": "Parts", "ring_group_id": "no such ring group"},
        {"name": "Parts", "recall_time": 300},
        {"name": "Parts", "members": []},
        {"name": "Parts", "id": "chosen"},
        {},
    ],
)
def test_what_a_strict_pbx_would_refuse_creates_nothing(pbx: FakePbx, api: httpx.Client, body: Any) -> None:
    answer = api.post("/call_park_groups", json=body)
    assert (answer.status_code, code(answer)) == (400, "VALIDATE_FAILED")
    assert len(pbx.state.groups) == 12


@pytest.mark.parametrize("name", ["x", "x" * 64, "ü" * 64, "</>", "  "])
def test_names_of_1_to_64_characters_are_accepted(api: httpx.Client, name: str) -> None:
    assert api.post("/call_park_groups", json={"name": name}).status_code == 201


@pytest.mark.parametrize("name", ["Support", "support"])
def test_a_name_is_unique_in_any_case(pbx: FakePbx, api: httpx.Client, name: str) -> None:
    assert code(api.post("/call_park_groups", json={"name": name})) == "VALIDATE_FAILED"
    assert code(api.post(group_path(pbx, "Sales"), json={"name": name})) == "VALIDATE_FAILED"


def test_a_group_may_keep_its_own_name_in_another_case(pbx: FakePbx, api: httpx.Client) -> None:
    assert api.post(group_path(pbx, "Sales"), json={"name": "SALES"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("POST", ""), ("POST", "/destroy"), ("GET", "/members"), ("POST", "/members/1001")],
)
def test_an_unknown_id_is_404_with_an_error_body(api: httpx.Client, method: str, rest: str) -> None:
    answer = api.request(method, f"/call_park_groups/bm8gc3VjaA%3D%3D{rest}")
    assert (answer.status_code, code(answer)) == (404, "UNKNOWN")


def test_an_id_with_a_slash_has_to_be_percent_encoded(pbx: FakePbx, api: httpx.Client) -> None:
    id_ = pbx.state.group_id("Sales")
    assert "/" in id_
    assert api.get(f"/call_park_groups/{id_}").status_code == 404
    assert api.get(group_path(pbx, "Sales")).status_code == 200


def test_destroying_takes_no_body(pbx: FakePbx, api: httpx.Client) -> None:
    assert code(api.post(group_path(pbx, "Sales", "destroy"), json={})) == "VALIDATE_FAILED"
