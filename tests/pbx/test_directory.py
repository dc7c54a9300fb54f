"""Names cost no request while they are cached, few otherwise, and are found whichever filters the PBX supports."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.errors import NotPossible, Rejected, Unreachable
from bot.pbx.client import PbxClient
from bot.pbx.directory import CachedValue, Directory
from bot.pbx.models import Member, ParkGroup
from tests.pbx.clients import client
from tests.pbx.listing import FakeLists, Item, park_groups
from tests.pbx.scripted import ReceivedRequest, Reply, ScriptedPbx, json_reply, scripted

GROUPS, RING_GROUPS, USERS = "/call_park_groups", "/ring_groups", "/users"
FEW: dict[str, list[Item]] = {
    GROUPS: [
        {"id": "1", "name": "Sales"},
        {"id": "2", "name": "Support  EMEA"},
        {"id": "3", "name": "SUPPORT"},
        {"id": "4", "name": "support"},
        {"id": "5", "name": "Straße"},
    ],
    RING_GROUPS: [
        {"id": "r1", "name": "Night Desk", "extension_number": "6001"},
        {"id": "r2", "name": "6001", "extension_number": "6002"},
        {"id": "r3", "name": "Day Desk"},
    ],
    USERS: [
        {"id": "u1", "name": "ada", "display_name": "Ada L.", "extension_number": "1001", "email": "Ada@Example.com"},
        {"id": "u2", "name": "ann", "display_name": "Ann", "extension_number": "1002", "email": None},
        {"id": "u3", "name": "ann2", "display_name": "Ann", "extension_number": "1003", "email": ""},
        {"id": "u4", "name": "nobody"},
    ],
}


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class DirectoryFixture:
    """A directory, its clock, and the PBX that it reads."""

    directory: Directory
    clock: Clock
    pbx: ScriptedPbx
    client: PbxClient

    def new_requests(self) -> list[str]:
        """Returns the targets of the requests since the last call."""
        targets = [request.target.replace("skip=0&top=100", "") for request in self.pbx.asked]
        self.pbx.asked.clear()
        return targets


@contextmanager
def directory_for(lists: Any) -> Iterator[DirectoryFixture]:
    with scripted(lists) as pbx, client(pbx.url, deadline=60) as ours:
        clock = Clock()
        yield DirectoryFixture(Directory(ours, lifetime=60, clock=clock), clock, pbx, ours)


def _ids(things: list[Any]) -> list[str]:
    return [thing.id for thing in things]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Sales", ["1"]),
        ("sales", ["1"]),
        ("  SALES ", ["1"]),
        ("\uff33ales", ["1"]),
        ("Support EMEA", ["2"]),
        ("support\u00a0emea", ["2"]),
        ("SUPPORT", ["3"]),
        ("support", ["4"]),
        ("Support", ["3", "4"]),
        ("STRASSE", ["5"]),
        ("Sale", []),
        ("", []),
        (" ", []),
    ],
)
def test_a_group_is_found_by_its_exact_name_first_and_by_its_folded_name_next(text: str, ids: list[str]) -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        assert _ids(fixture.directory.group(text)) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [("night desk", ["r1"]), ("6002", ["r2"]), ("6001", ["r1", "r2"]), ("Day Desk", ["r3"]), ("None", []), ("600", [])],
)
def test_a_ring_group_is_found_by_name_or_number(text: str, ids: list[str]) -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        assert _ids(fixture.directory.ring_group(text)) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1001", ["u1"]),
        ("ada l.", ["u1"]),
        ("ADA", ["u1"]),
        ("ada@example.COM", ["u1"]),
        ("ann", ["u2"]),
        ("Ann", ["u2", "u3"]),
    ],
)
def test_a_user_is_found_by_number_names_or_email(text: str, ids: list[str]) -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        assert _ids(fixture.directory.user(text)) == ids


@pytest.mark.parametrize("count", [0, 1, 100])
def test_up_to_100_groups_cost_one_request_for_all_names(count: int) -> None:
    with directory_for(FakeLists({GROUPS: park_groups(count)})) as fixture:
        for place in range(0, 120, 7):
            assert len(fixture.directory.group(f"group {place}")) == (place < count)
        assert fixture.new_requests() == [f"{GROUPS}?"]


def test_without_a_count_one_more_request_shows_that_nothing_follows() -> None:
    with directory_for(FakeLists(FEW, counts=False)) as fixture:
        assert _ids(fixture.directory.group("Sales")) == ["1"]
        assert _ids(fixture.directory.group("nothing")) == []
        assert len(fixture.new_requests()) == 2


def test_a_name_is_asked_for_again_when_its_lifetime_is_over() -> None:
    lists = FakeLists({GROUPS: park_groups(3)})
    with directory_for(lists) as fixture:
        fixture.directory.group("Group 1")
        lists.items[GROUPS] = [{"id": "g1", "name": "Renamed"}]
        fixture.clock.now += 59
        assert _ids(fixture.directory.group("Group 1")) == ["g1"]
        fixture.clock.now += 1
        assert fixture.directory.group("Group 1") == []
        assert _ids(fixture.directory.group("Renamed")) == ["g1"]
        assert len(fixture.new_requests()) == 2


@pytest.mark.parametrize("count", [101, 250])
def test_among_more_than_100_a_name_costs_one_filter(count: int) -> None:
    with directory_for(FakeLists({GROUPS: park_groups(count)})) as fixture:
        assert _ids(fixture.directory.group("Group 5")) == ["g5"]
        assert fixture.new_requests() == [f"{GROUPS}?"]
        assert _ids(fixture.directory.group("Group 100")) == ["g100"]
        assert fixture.new_requests() == [f"{GROUPS}?&filter=name%20eq%20%27Group%20100%27"]
        assert _ids(fixture.directory.group("Group 100")) == ["g100"]
        assert fixture.new_requests() == []


def test_a_quote_in_a_name_is_doubled_in_the_filter() -> None:
    groups = [*park_groups(100), {"id": "x", "name": "O'Hara's"}]
    with directory_for(FakeLists({GROUPS: groups})) as fixture:
        assert _ids(fixture.directory.group("O'Hara's")) == ["x"]
        assert len(fixture.new_requests()) == 2


def test_a_pbx_that_minds_case_costs_a_search_or_the_whole_list() -> None:
    with directory_for(FakeLists({GROUPS: park_groups(250)}, any_case=False)) as fixture:
        assert _ids(fixture.directory.group("GROUP 200")) == ["g200"]
        assert len(fixture.new_requests()) == 1 + 2 + 3
        assert _ids(fixture.directory.group("group 201")) == ["g201"]
        assert fixture.new_requests() == []


@pytest.mark.parametrize("lists", [{"narrows": False}, {"refuses": True}])
def test_a_pbx_that_can_not_narrow_costs_the_whole_list(lists: dict[str, bool]) -> None:
    with directory_for(FakeLists({GROUPS: park_groups(10_000)}, **lists)) as fixture:  # type: ignore[arg-type]
        assert _ids(fixture.directory.group("group 9999")) == ["g9999"]
        assert len(fixture.new_requests()) == 1 + 2 + 100
        assert fixture.directory.group("nothing") == []
        assert fixture.new_requests() == []


def test_a_name_that_nobody_has_leaves_the_closest_in_memory() -> None:
    with directory_for(FakeLists({GROUPS: [*park_groups(150), {"id": "s", "name": "Sales"}]})) as fixture:
        assert fixture.directory.group("Salse") == []
        fixture.new_requests()
        assert fixture.directory.closest_groups("Salse")[0] == "Sales"
        assert len(fixture.directory.closest_groups("group 1")) == 10
        assert fixture.directory.closest_groups("zzzz") == []
        assert fixture.new_requests() == []


def test_the_closest_ring_groups_and_users_come_from_all_their_names() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        fixture.directory.ring_group("x")
        fixture.directory.user("x")
        assert fixture.directory.closest_ring_groups("nigth desk")[0].id == "r1"
        assert fixture.directory.closest_users("ada@exampel.com")[0].id == "u1"
        assert len(fixture.directory.closest_users("ann")) == len(set(_ids(fixture.directory.closest_users("ann"))))


def test_a_digit_string_is_filtered_by_extension_number() -> None:
    people = [{"id": f"u{n}", "name": f"user{n}", "extension_number": str(1000 + n)} for n in range(300)]
    with directory_for(FakeLists({USERS: people, RING_GROUPS: people})) as fixture:
        assert _ids(fixture.directory.user("1250")) == ["u250"]
        assert fixture.new_requests() == [f"{USERS}?", f"{USERS}?&filter=extension_number%20eq%20%271250%27"]
        assert _ids(fixture.directory.user("user251")) == ["u251"]
        assert fixture.new_requests() == [f"{USERS}?&search=user251"]
        assert _ids(fixture.directory.ring_group("1299")) == ["u299"]
        assert len(fixture.new_requests()) == 2


def test_a_display_name_among_many_is_searched_for_even_if_the_first_page_has_one() -> None:
    people = [
        {"id": f"u{n}", "name": f"user{n}", "display_name": "Ann" if n in {3, 250} else "Bob"} for n in range(300)
    ]
    with directory_for(FakeLists({USERS: people})) as fixture:
        assert _ids(fixture.directory.user("Ann")) == ["u3", "u250"]


def test_names_are_offered_from_memory_alone_even_when_they_are_old() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        assert fixture.directory.cached_groups() == []
        fixture.directory.group("Sales")
        fixture.directory.ring_group("x")
        fixture.clock.now += 3600
        fixture.new_requests()
        assert sorted((one.name for one in fixture.directory.cached_groups()), key=str.casefold) == [
            "Sales",
            "Straße",
            "SUPPORT",
            "support",
            "Support  EMEA",
        ]
        assert sorted(one.name for one in fixture.directory.cached_ring_groups()) == [
            "6001",
            "Day Desk",
            "Night Desk",
        ]
        assert fixture.new_requests() == []


def test_forgetting_asks_again_and_keeps_what_is_offered() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        fixture.directory.group("Sales")
        fixture.directory.invalidate_groups()
        assert "Sales" in sorted((one.name for one in fixture.directory.cached_groups()), key=str.casefold)
        fixture.directory.group("Sales")
        assert len(fixture.new_requests()) == 2


def test_what_was_changed_here_is_known_without_asking_and_the_others_stay_known() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        assert [one.recall_to for one in fixture.directory.group("Sales")] == [None]
        fixture.new_requests()
        fixture.directory.store_group(ParkGroup(id="1", name="Sales", recall_to="USER_ONLY"))
        assert [one.recall_to for one in fixture.directory.group("Sales")] == ["USER_ONLY"]
        assert [one.recall_to for one in fixture.directory.all_groups() if one.id == "1"] == ["USER_ONLY"]
        assert len(fixture.directory.group("straße")) == 1
        assert fixture.new_requests() == []


def test_among_many_too_no_earlier_answer_tells_of_what_was_changed_here() -> None:
    with directory_for(FakeLists({GROUPS: park_groups(250)})) as fixture:
        (group,) = fixture.directory.group("Group 240")
        fixture.new_requests()
        fixture.directory.store_group(group.model_copy(update={"recall_to": "USER_ONLY"}))
        assert [one.recall_to for one in fixture.directory.group("Group 240")] == ["USER_ONLY"]
        assert fixture.new_requests() == []


def test_what_was_being_read_while_it_was_changed_here_does_not_take_its_place() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        fixture.clock.now += 1
        fixture.directory.store_group(ParkGroup(id="1", name="Sales", recall_to="USER_ONLY"))
        return json_reply({"count": 1, "items": [{"id": "1", "name": "Sales", "recall_to": "RING_GROUP_ONLY"}]})

    with directory_for(answer) as fixture:
        fixture.directory.all_groups()
        assert [one.recall_to for one in fixture.directory.group("Sales")] == ["USER_ONLY"]


def test_what_was_being_read_while_it_was_forgotten_is_not_kept() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        if not forgotten:
            forgotten.append(True)
            fixture.directory.invalidate_groups()
        return json_reply({"count": 1, "items": [{"id": "1", "name": "Sales"}]})

    forgotten: list[bool] = []
    with directory_for(answer) as fixture:
        fixture.directory.group("Sales")
        fixture.directory.group("Sales")
        fixture.directory.group("Sales")
        assert len(fixture.new_requests()) >= 2


def test_20_threads_that_ask_together_cost_one_request() -> None:
    with directory_for(FakeLists(FEW)) as fixture, ThreadPoolExecutor(20) as many:
        assert all(len(found) == 1 for found in many.map(lambda _: fixture.directory.group("Sales"), range(20)))
        assert len(fixture.directory.all_groups()) == 5
        assert len(fixture.new_requests()) == 1


def test_all_groups_are_read_once_by_20_threads() -> None:
    with directory_for(FakeLists({GROUPS: park_groups(250)})) as fixture, ThreadPoolExecutor(20) as many:
        assert {len(found) for found in many.map(lambda _: fixture.directory.all_groups(), range(20))} == {250}
        assert len(fixture.new_requests()) == 3


def test_an_id_is_looked_up_in_memory_then_on_the_pbx() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        for _ in range(2):
            ring_group = fixture.directory.ring_group_by_id("r1")
            assert ring_group is not None
            assert ring_group.name == "Night Desk"
        assert fixture.new_requests() == [f"{RING_GROUPS}/r1"]
        assert fixture.directory.ring_group_by_id("none") is None


def test_a_pbx_that_fails_or_throttles_is_not_taken_for_one_without_the_name() -> None:
    first = json_reply({"count": 200, "items": park_groups(100)})
    for reply, error in ((Reply(429, b"", {"Retry-After": "999"}), Rejected), (Reply(302), Unreachable)):
        with (
            directory_for(lambda request, reply=reply: reply if "filter" in request.query else first) as fixture,
            pytest.raises(error),
        ):
            fixture.directory.group("Group 150")


def test_a_name_that_can_not_be_sent_is_refused() -> None:
    with directory_for(FakeLists({GROUPS: park_groups(101)})) as fixture, pytest.raises(NotPossible):
        fixture.directory.group("half \ud800")


def _members(*extensions: str) -> list[Member]:
    return [Member(extension_number=extension) for extension in extensions]


def test_an_extension_is_found_by_reading_members_and_then_from_memory() -> None:
    lists = FakeLists({GROUPS: park_groups(5)}, members={f"g{n}": [f"100{n}"] for n in range(5)})
    with directory_for(lists) as fixture:
        seen: list[tuple[int, int]] = []
        found = fixture.directory.find("1003", visible=lambda _: True, progress=lambda *step: seen.append(step))
        assert (found.group and found.group.id, found.searched, found.total, found.partial) == ("g3", 4, 5, False)
        assert seen == [(1, 5), (2, 5), (3, 5), (4, 5)]
        assert fixture.directory.group_of("1001") == "g1"
        fixture.new_requests()
        again = fixture.directory.find("1003", visible=lambda _: True)
        assert (again.group and again.group.id, again.searched) == ("g3", 1)
        assert fixture.new_requests() == []
        nowhere = fixture.directory.find("9999", visible=lambda _: True)
        assert (nowhere.group, nowhere.searched, nowhere.total, nowhere.partial) == (None, 5, 5, False)
        assert fixture.new_requests() == [f"{GROUPS}/g4/members"]


def test_finding_is_bounded_and_says_when_it_is_partial() -> None:
    lists = FakeLists({GROUPS: park_groups(20)}, members={f"g{n}": [] for n in range(20)})
    with directory_for(lists) as fixture:
        found = fixture.directory.find("1001", visible=lambda _: True, limit=7)
        assert (found.group, found.searched, found.total, found.partial) == (None, 7, 20, True)
        assert len(fixture.new_requests()) == 1 + 7
        assert fixture.directory.find("1001", visible=lambda _: True, limit=7).searched == 14
        assert fixture.directory.find("1001", visible=lambda _: True, limit=7).partial is False


def test_only_visible_groups_are_looked_into() -> None:
    lists = FakeLists({GROUPS: park_groups(5)}, members={f"g{n}": [f"100{n}"] for n in range(5)})
    with directory_for(lists) as fixture:
        fixture.directory.store_members("g3", _members("1003"))
        found = fixture.directory.find("1003", visible=lambda group: group.id in {"g0", "g1"})
        assert (found.group, found.searched, found.total) == (None, 2, 2)
        assert fixture.new_requests() == [f"{GROUPS}?", f"{GROUPS}/g0/members", f"{GROUPS}/g1/members"]


def test_a_group_deleted_meanwhile_has_no_members() -> None:
    with directory_for(FakeLists({GROUPS: park_groups(2)}, members={"g1": ["1001"]})) as fixture:
        found = fixture.directory.find("1001", visible=lambda _: True)
        assert found.group is not None
        assert found.group.id == "g1"


def test_where_it_was_last_seen_is_looked_into_first() -> None:
    lists = FakeLists({GROUPS: park_groups(9)}, members={f"g{n}": [] for n in range(8)} | {"g8": ["1001"]})
    with directory_for(lists) as fixture:
        fixture.directory.store_members("g8", _members("1001"))
        fixture.clock.now += 60
        assert fixture.directory.group_of("1001") is None
        assert fixture.directory.find("1001", visible=lambda _: True).searched == 1
        assert fixture.new_requests() == [f"{GROUPS}?", f"{GROUPS}/g8/members"]


def test_what_was_read_last_about_a_member_counts() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        fixture.directory.store_members("1", _members("1001", "1002"))
        fixture.directory.store_members("2", _members("1001"))
        assert (fixture.directory.group_of("1001"), fixture.directory.group_of("1002")) == ("2", "1")
        fixture.directory.store_members("1", _members())
        assert (fixture.directory.group_of("1001"), fixture.directory.group_of("1002")) == ("2", None)
        fixture.directory.invalidate_members("2")
        assert fixture.directory.group_of("1001") is None


def test_members_that_were_read_before_a_change_are_not_kept_after_it() -> None:
    lists = FakeLists({GROUPS: park_groups(2)}, members={"g0": [], "g1": ["1001"]})
    changes = list[str]()

    def changed_while_read(request: ReceivedRequest) -> Reply:
        reply = lists(request)
        if changes and request.target.startswith(f"{GROUPS}/g1/members"):
            fixture.clock.now += 1
            fixture.directory.invalidate_members(changes.pop())
        return reply

    with directory_for(changed_while_read) as fixture:
        changes.append("g1")
        fixture.directory.refresh_members("g1")
        assert fixture.directory.group_of("1001") is None
        assert fixture.directory.cached_members("g1") is None
        changes.append("g1")
        found = fixture.directory.find("1001", visible=lambda _: True)
        assert found.group is not None
        assert fixture.directory.group_of("1001") is None
        changes.append("g0")
        fixture.directory.refresh_members("g1")
        assert fixture.directory.group_of("1001") == "g1"


def test_a_list_that_another_one_has_overtaken_does_not_count() -> None:
    with directory_for(FakeLists(FEW)) as fixture:
        began = fixture.directory.now()
        fixture.clock.now += 1
        fixture.directory.store_members("1", _members("1001"), fixture.directory.now())
        fixture.directory.store_members("1", _members(), began)
        assert fixture.directory.group_of("1001") == "1"


def test_a_list_that_was_being_read_at_a_time_is_of_before_it() -> None:
    lists = FakeLists({GROUPS: park_groups(1)}, members={"g0": ["1001"]})
    with directory_for(lists) as fixture:
        began = fixture.directory.now()
        fixture.clock.now += 1
        since = fixture.directory.now()
        fixture.clock.now += 1
        fixture.directory.store_members("g0", _members(), began)
        found = fixture.directory.find("1001", visible=lambda _: True, since=since)
        assert found.group is not None


def test_a_value_that_was_read_before_a_change_is_not_kept_after_it() -> None:
    values = iter((1, 2, 3))

    def read() -> int:
        if (value := next(values)) == 1:
            cached.invalidate()
        return value

    cached = CachedValue(read)
    assert [cached(), cached(), cached()] == [1, 2, 2]


def test_with_no_lifetime_at_all_everything_is_asked_for_and_still_found() -> None:
    lists = FakeLists({GROUPS: park_groups(150)}, members={f"g{n}": [f"1{n:03}"] for n in range(150)})
    with scripted(lists) as pbx, client(pbx.url, deadline=60) as ours:
        directory = Directory(ours, lifetime=0)
        assert _ids(directory.group("Group 140")) == ["g140"]
        found = directory.find("1149", visible=lambda _: True)
        assert found.group is not None
        assert found.searched == 150
