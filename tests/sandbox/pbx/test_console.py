"""Changes in the administrator's console, and the state that tests read."""

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.sandbox.pbx.paths import group_path


def test_the_console_changes_what_the_api_shows(pbx: FakePbx, api: httpx.Client) -> None:
    sales = pbx.state.group_id("Sales")
    pbx.console_update_server(recall_time=90)
    pbx.console_update_group(sales, name="Vertrieb")
    pbx.console_set_members(sales, "1003", "1002")
    pbx.console_add_member(sales, "1001")
    pbx.console_remove_member(sales, "1003")
    assert api.get("/call_park").json()["recall_time"] == 90
    items = api.get(group_path(pbx, "Vertrieb", "members")).json()["items"]
    assert [item["extension_number"] for item in items] == ["1002", "1001"]


def test_the_console_makes_and_deletes_groups(pbx: FakePbx, api: httpx.Client) -> None:
    id_ = pbx.console_create_group("Parts", ["1001"], recall_to="USER_ONLY")
    assert pbx.state.members_of("Parts") == ["1001"]
    assert api.get(group_path(pbx, "Parts")).json()["id"] == id_
    pbx.console_delete_group(id_)
    with pytest.raises(KeyError):
        pbx.state.group_id("Parts")


def test_the_console_sets_and_clears_the_prompt(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.console_set_prompt()
    assert api.get("/call_park").json()["prompt_file_name"] == "one-moment-please.wav"
    pbx.console_set_prompt(None)
    assert api.get("/call_park").json()["prompt_file_name"] == ""


def test_what_was_heard_is_kept_in_order_with_what_was_answered(pbx: FakePbx, api: httpx.Client) -> None:
    api.get("/users", params={"filter": "extension_number eq '1001'"})
    api.post("/call_park", json={"recall_time": 5})
    api.post(group_path(pbx, "Sales", "members", "1001"))
    look, wrong, add = pbx.requests
    assert (look.method, look.path, look.write, look.status) == ("GET", "/api/users", False, 200)
    assert look.query == {"filter": "extension_number eq '1001'"}
    assert (wrong.body, wrong.write, wrong.status) == ({"recall_time": 5}, True, 400)
    assert (add.path, add.body, add.status) == ("/api" + group_path(pbx, "Sales", "members", "1001"), None, 200)
    assert pbx.writes == [wrong, add]
    pbx.requests.clear()
    assert pbx.requests == []
