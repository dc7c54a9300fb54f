"""/call_park_groups/{id}/members."""

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.sandbox.pbx.paths import code, group_path


def test_members_are_listed_in_the_order_in_which_they_were_assigned(pbx: FakePbx, api: httpx.Client) -> None:
    page = api.get(group_path(pbx, "Support", "members")).json()
    assert set(page) == {"items"}
    assert [item["extension_number"] for item in page["items"]] == ["1021", "1020", "1022", "1023", "1024"]
    assert page["items"][0] == {
        "id": pbx.state.users["1021"]["id"],
        "name": "ursula.weber",
        "display_name": "Ursula Weber",
        "extension_number": "1021",
    }


def test_an_added_member_goes_last(pbx: FakePbx, api: httpx.Client) -> None:
    answer = api.post(group_path(pbx, "Support", "members", "1001"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert pbx.state.members_of("Support")[-1] == "1001"


def test_a_removed_member_is_in_no_group(pbx: FakePbx, api: httpx.Client) -> None:
    answer = api.post(group_path(pbx, "Sales", "members", "1007", "destroy"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert pbx.state.members_of("Sales") == ["1002", "1003", "1011"]
    assert pbx.state.group_with("1007") is None


@pytest.mark.parametrize("extension", ["6001", "7001", "8001", "9001", "1999", "666", "12", "1" * 65, "10a1"])
def test_only_a_user_can_be_a_member(pbx: FakePbx, api: httpx.Client, extension: str) -> None:
    answer = api.post(group_path(pbx, "Sales", "members", extension))
    assert (answer.status_code, code(answer)) == (400, "VALIDATE_FAILED")
    assert pbx.state.members_of("Sales") == ["1002", "1007", "1003", "1011"]


def test_a_user_is_in_one_group_at_most(pbx: FakePbx, api: httpx.Client) -> None:
    assert code(api.post(group_path(pbx, "Support", "members", "1002"))) == "VALIDATE_FAILED"
    assert code(api.post(group_path(pbx, "Sales", "members", "1002"))) == "VALIDATE_FAILED"
    assert pbx.state.members_of("Sales").count("1002") == 1
    assert "1002" not in pbx.state.members_of("Support")


def test_somebody_who_is_no_member_can_not_be_removed(pbx: FakePbx, api: httpx.Client) -> None:
    assert api.post(group_path(pbx, "Sales", "members", "1001", "destroy")).status_code == 404


def test_adding_and_removing_take_no_body(pbx: FakePbx, api: httpx.Client) -> None:
    assert code(api.post(group_path(pbx, "Sales", "members", "1001"), json={})) == "VALIDATE_FAILED"
    assert code(api.post(group_path(pbx, "Sales", "members", "1002", "destroy"), json={})) == "VALIDATE_FAILED"


def test_the_list_of_members_takes_no_parameters(pbx: FakePbx, api: httpx.Client) -> None:
    assert code(api.get(group_path(pbx, "Sales", "members"), params={"top": 5})) == "VALIDATE_FAILED"
