"""Initial data of the fake PBX."""

from collections import Counter

from bot.sandbox.pbx.fake_pbx import FakePbx


def test_the_company_is_believable() -> None:
    state = FakePbx().state
    assert list(state.users) == [str(number) for number in range(1001, 1061)]
    assert (len(state.groups), len(state.ring_groups)) == (12, 4)
    assert {user["email"] for user in state.users.values()} >= {"ana.ruiz@example.com", "grace.obrien@example.com"}
    assert len({user["name"] for user in state.users.values()}) == 60
    assert len({user["email"] for user in state.users.values()}) == 60


def test_two_people_share_a_display_name() -> None:
    names = Counter(user["display_name"] for user in FakePbx().state.users.values())
    assert [name for name, times in names.items() if times > 1] == ["Alex Morgan"]


def test_members_are_users_and_each_is_in_one_group() -> None:
    state = FakePbx().state
    extensions = [extension for members in state.members.values() for extension in members]
    assert len(extensions) == len(set(extensions))
    assert set(extensions) <= set(state.users)


def test_ids_are_distinct_and_need_percent_encoding() -> None:
    state = FakePbx().state
    ids = [*state.groups, *state.ring_groups, *(user["id"] for user in state.users.values())]
    assert len(ids) == len(set(ids))
    assert all("/" in id_ and id_.endswith("==") for id_ in ids)


def test_sizes_are_as_asked_for() -> None:
    state = FakePbx(groups=3, users=6_000).state
    assert (len(state.groups), len(state.users)) == (3, 6_000)
    assert all(state.number(extension) for extension in state.users)
    assert not set(state.users) & {"6001", "7001", "666"}
    assert (len(FakePbx(groups=5).state.groups), len(FakePbx(users=5).state.users)) == (5, 5)
