"""filter, search, orderby, skip and top."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.listing import parse_filter
from tests.sandbox.pbx.paths import code


def names(api: httpx.Client, path: str = "/call_park_groups", **params: Any) -> list[str]:
    """Names on the page that these parameters give."""
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("name eq 'Sales'", ["Sales"]),
        ("name eq 'sales'", []),
        ("startswith(name,'Sales')", ["Sales", "Sales for Partners"]),
        ("contains(name, 'E')", ["Support EMEA"]),
        ("name eq 'Sales' or name eq 'Billing'", ["Sales", "Billing"]),
        ("name eq 'Sales' or startswith(name,'S') and contains(name,'EMEA')", ["Sales", "Support EMEA"]),
        ("(name eq 'Sales' or startswith(name,'S')) and contains(name,'EMEA')", ["Support EMEA"]),
        ("  name  eq  'Sales'  ", ["Sales"]),
        ("name eq 'Sales' and recall_to eq 'USER_ONLY'", ["Sales"]),
    ],
)
def test_a_filter_narrows(api: httpx.Client, filter_: str, expected: list[str]) -> None:
    assert names(api, filter=filter_) == expected


@pytest.mark.parametrize(
    "filter_",
    [
        "",
        "name",
        "name eq",
        "name eq Sales",
        "name eq 'Sales",
        "name = 'Sales'",
        "nick eq 'Sales'",
        "name eq 'a' 'b'",
        "(name eq 'Sales'",
        "startswith(name)",
        "endswith(name,'s')",
        "name eq 'O'Brien'",
        "name eq 'Sales' AND name eq 'Sales'",
    ],
)
def test_a_filter_that_is_not_understood_is_refused(api: httpx.Client, filter_: str) -> None:
    assert code(api.get("/call_park_groups", params={"filter": filter_})) == "VALIDATE_FAILED"


def test_a_quote_in_a_literal_is_doubled(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.console_create_group("O'Brien's")
    assert names(api, filter="name eq 'O''Brien''s'") == ["O'Brien's"]


@given(st.text())
def test_any_name_can_be_filtered_for_once_its_quotes_are_doubled(name: str) -> None:
    literal = name.replace("'", "''")
    assert parse_filter(f"name eq '{literal}' and contains(name,'{literal}')", frozenset({"name"}))({"name": name})


def test_other_kinds_of_values_can_be_filtered_for(api: httpx.Client) -> None:
    assert names(api, "/users", filter="enabled eq false") == []
    assert len(names(api, "/ring_groups", filter="ring_time eq 20")) == 4


def test_users_are_found_by_extension_and_by_mail(api: httpx.Client) -> None:
    assert names(api, "/users", filter="extension_number eq '1007'") == ["grace.obrien"]
    assert names(api, "/users", filter="email eq 'ana.ruiz@example.com'") == ["ana.ruiz"]


def test_a_search_finds_parts_in_any_case(api: httpx.Client) -> None:
    assert names(api, search="SUP") == ["Support", "Support EMEA"]
    assert names(api, "/users", search="o'brien") == ["grace.obrien"]
    assert names(api, "/ring_groups", search="6002") == ["Day Desk"]


def test_orderby_sorts_both_ways_and_by_several_fields(api: httpx.Client) -> None:
    assert names(api, orderby="name")[:2] == ["<!channel> & friends", "Back to Front"]
    assert names(api, orderby="name desc")[0] == "Warehouse"
    assert names(api, orderby="recall_to asc, name desc")[0] == "Warehouse"


@pytest.mark.parametrize("orderby", ["nick", "name up", "name asc desc"])
def test_an_orderby_that_is_not_understood_is_refused(api: httpx.Client, orderby: str) -> None:
    assert code(api.get("/call_park_groups", params={"orderby": orderby})) == "VALIDATE_FAILED"


def test_pages_lie_side_by_side_and_count_tells_the_whole(api: httpx.Client) -> None:
    pages = [api.get("/users", params={"skip": skip, "top": 25}).json() for skip in (0, 25, 50, 75)]
    assert [page["count"] for page in pages] == [60] * 4
    assert [len(page["items"]) for page in pages] == [25, 25, 10, 0]
    assert len({item["id"] for page in pages for item in page["items"]}) == 60


def test_count_tells_how_many_matched(api: httpx.Client) -> None:
    page = api.get("/call_park_groups", params={"search": "support", "top": 1}).json()
    assert (page["count"], len(page["items"])) == (2, 1)


@pytest.mark.parametrize(
    "params",
    [{"top": 0}, {"top": 101}, {"top": "x"}, {"top": ""}, {"skip": -1}, {"skip": "1.5"}, {"skip": 2**31}, {"$top": 5}],
)
@pytest.mark.parametrize("path", ["/call_park_groups", "/ring_groups", "/users"])
def test_parameters_out_of_range_are_refused(api: httpx.Client, path: str, params: dict[str, Any]) -> None:
    assert code(api.get(path, params=params)) == "VALIDATE_FAILED"


def test_a_page_has_100_items_unless_told() -> None:
    with FakePbx(groups=250, users=0) as pbx, httpx.Client(base_url=pbx.url) as api:
        api.headers["Authorization"] = f"Bearer {pbx.token}"
        page = api.get("/call_park_groups").json()
        assert (page["count"], len(page["items"])) == (250, 100)
        assert names(api, "/users", filter="name eq 'nobody is there'") == []
