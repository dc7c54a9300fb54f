"""Lists of any length are read completely, with each item once."""

import pytest

from bot.errors import Unreachable
from tests.pbx.clients import client
from tests.pbx.listing import FakeLists, park_groups
from tests.pbx.scripted import json_reply, scripted

GROUPS = "/call_park_groups"


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (250, 3), (10_000, 100)])
def test_a_list_costs_a_request_for_every_100(count: int, requests: int) -> None:
    with scripted(FakeLists({GROUPS: park_groups(count)})) as pbx, client(pbx.url) as ours:
        assert [group.id for group in ours.groups()] == [f"g{place}" for place in range(count)]
        assert len(pbx.asked) == requests


@pytest.mark.parametrize("count", [0, 100, 101, 250])
def test_without_a_count_the_list_ends_at_an_empty_page(count: int) -> None:
    with scripted(FakeLists({GROUPS: park_groups(count)}, counts=False)) as pbx, client(pbx.url) as ours:
        assert len(list(ours.groups())) == count
        assert len(pbx.asked) == -(-count // 100) + 1


def test_a_pbx_that_shows_fewer_at_a_time_is_followed() -> None:
    with scripted(FakeLists({GROUPS: park_groups(25)}, most=10)) as pbx, client(pbx.url) as ours:
        assert len(list(ours.groups())) == 25


def test_a_pbx_that_shows_the_same_page_for_ever_is_left() -> None:
    lists = FakeLists({GROUPS: park_groups(150)}, skips=False)
    with scripted(lists) as pbx, client(pbx.url) as ours:
        assert len(list(ours.groups())) == 100
        assert len(pbx.asked) == 2


def test_a_thing_that_moved_between_pages_is_shown_once() -> None:
    shown = park_groups(100)
    doubled = [*shown[-1:], *shown[-1:], {"id": "new", "name": "New"}]
    pages = {"0": json_reply({"count": 103, "items": shown}), "100": json_reply({"count": 103, "items": doubled})}
    with scripted(lambda request: pages[request.query["skip"]]) as pbx, client(pbx.url) as ours:
        assert [group.id for group in ours.groups()][-2:] == ["g99", "new"]


@pytest.mark.parametrize("blank", [{"items": None}, {}, {"items": ""}, {"items": [], "count": None}, {"count": ""}])
def test_a_blank_list_is_an_empty_one(blank: dict[str, object]) -> None:
    with scripted(lambda _: json_reply(blank)) as pbx, client(pbx.url) as ours:
        assert list(ours.groups()) == []
        assert list(ours.ring_groups()) == []
        assert list(ours.users()) == []
        assert ours.members("g1") == ()
        assert ours.feature_codes() == ()


def test_a_page_that_fails_in_the_middle_fails_the_list() -> None:
    first = json_reply({"count": 101, "items": park_groups(100)})
    with (
        scripted(lambda request: first if request.query["skip"] == "0" else json_reply("?")) as pbx,
        client(pbx.url) as ours,
        pytest.raises(Unreachable),
    ):
        list(ours.groups())


def test_a_filter_and_a_search_go_along_with_every_page() -> None:
    with scripted(FakeLists({GROUPS: park_groups(250)}, narrows=False)) as pbx, client(pbx.url) as ours:
        list(ours.groups(search="Group"))
    assert {request.query["search"] for request in pbx.asked} == {"Group"}
    assert [request.query["skip"] for request in pbx.asked] == ["0", "100", "200"]
