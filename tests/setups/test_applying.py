"""Applying a set-up to a PBX: what comes out, in which order, and after a crash at every step."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.changes.apply_stages import Stopped, apply_stages, read_all
from bot.changes.change import Change, Conflict, RolledBack, revert, snapshots_equal
from bot.changes.snapshot import Target
from bot.changes.stages import split_into_stages
from bot.changes.target_io import read
from bot.errors import NotPossible
from bot.pbx.client import PbxClient
from bot.pbx.models import Member
from bot.runtime.scope import current_pbx, pbx_scope
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.setups.comparing import differences
from bot.setups.model import SetupFile
from bot.setups.reading import read_setup, to_file
from bot.setups.resolving import ParsedFile
from bot.texts.languages import language, speaking
from tests.setups.strategies import client_of, set_up, setups

WHOLE: dict[str, Any] = {
    "other_groups": "delete",
    "server": {
        "enabled": True,
        "extension": "666",
        "recall": {"to": "user"},
        "recall_time": 300,
        "recall_ring_group_time": 300,
    },
}
USER = {"to": "user"}
GROUPS = {"A": {"recall": USER, "members": ["1001", "1002"]}, "B": {"recall": USER, "members": ["1003"]}}
OTHER_GROUPS = {
    "A": {"recall": {"to": "ring group", "ring_group": "Night Desk"}, "members": ["1001"]},
    "B": {"recall": USER, "members": ["1003", "1002", "1004"]},
}
PRESENT = SetupFile.model_validate(
    {
        **WHOLE,
        "groups": {
            "Sales": {"recall": USER, "members": ["1001 Amara Okafor", "1002 Bjørn Halvorsen"]},
            "Night Shift": {"recall": USER, "members": ["1003 Chloé Dubois"]},
        },
    }
)
WANTED = SetupFile.model_validate(
    {
        **WHOLE,
        "server": {**WHOLE["server"], "recall_time": 120},
        "groups": {
            "on": {
                "recall": {"to": "ring group", "ring_group": "Night Desk", "number": "6001"},
                "members": ["1002 Bjørn Halvorsen"],
            },
            "Sales": {"recall": USER, "members": ["1001 Amara Okafor"]},
        },
    }
)


class Crash(Exception):
    """The process dies here."""


@pytest.fixture(scope="module")
def fake_pbx() -> Iterator[FakePbx]:
    with FakePbx() as running:
        yield running


@pytest.fixture(scope="module")
def pbx(fake_pbx: FakePbx) -> Iterator[PbxClient]:
    client = client_of(fake_pbx)
    yield client
    client.close()


def plan(pbx: PbxClient, wanted: SetupFile) -> tuple[Change, ...]:
    """What has to change so that the PBX is as wanted."""
    now = read_setup(pbx)
    return differences(now, ParsedFile("x", wanted).resolve(now, pbx).wanted)


def apply(
    pbx: PbxClient,
    changes: Sequence[Change],
    *,
    dies_at: int | None = None,
    refused_at: int | None = None,
    began: bool = False,
) -> None:
    """Applies the changes, in a process that dies before that write, or on a PBX that refuses it."""
    writes = count(1)

    def before_write() -> None:
        number = next(writes)
        if number == dies_at:
            raise Crash
        if number == refused_at:
            raise NotPossible("This one is refused.")

    apply_stages(pbx, changes, began=began, before_write=before_write, pauses=())


def undo(pbx: PbxClient, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that take others back."""
    ids = {target.title: target.id for target, _ in read_setup(pbx).groups}

    def present(target: Target) -> Target:
        """A group that was deleted and made again has another id, which Park looks up in its journal."""
        known = target.is_server or target.id in ids.values()
        return target if known else target.model_copy(update={"id": ids.get(target.title, target.id)})

    targets = [one.model_copy(update={"target": present(one.target)}) for one in changes]
    return tuple(revert(one, read(pbx, one.target)) for one in targets)


def unordered(setup: SetupFile) -> object:
    """A set-up without the order of members in a group, which the PBX can't be told."""
    groups = {
        name: (part.recall, frozenset(one.number for one in part.people or ())) for name, part in setup.groups.items()
    }
    return setup.server, groups


@given(setups(), setups())
@settings(max_examples=6)
def test_applying_an_export_makes_it_so_and_undo_takes_it_back(
    fake_pbx: FakePbx, pbx: PbxClient, wanted: SetupFile, present: SetupFile
) -> None:
    set_up(fake_pbx, wanted)
    exported = to_file(read_setup(pbx))
    set_up(fake_pbx, present)
    before = to_file(read_setup(pbx))
    new = {name for name in exported.groups if name not in before.groups}
    changes = plan(pbx, exported)
    apply(pbx, changes)
    after = to_file(read_setup(pbx))
    assert unordered(after) == unordered(exported)
    for name in new:
        assert after.groups[name] == exported.groups[name], "a new group has its members in order"
    assert plan(pbx, exported) == ()
    apply(pbx, undo(pbx, changes))
    assert unordered(to_file(read_setup(pbx))) == unordered(before)


def test_a_crash_before_each_write_is_resumed_to_the_same(fake_pbx: FakePbx, pbx: PbxClient) -> None:
    set_up(fake_pbx, PRESENT)
    changes = plan(pbx, WANTED)
    for dies_at in range(1, 40):
        set_up(fake_pbx, PRESENT)
        try:
            apply(pbx, changes, dies_at=dies_at)
        except Crash:
            apply(pbx, changes, began=True)
            assert unordered(to_file(read_setup(pbx))) == unordered(WANTED)
        else:
            break
    assert dies_at > len(changes)


@given(setups(), setups())
@settings(max_examples=8)
def test_whoever_changes_groups_leaves_and_joins_in_one_stage(
    fake_pbx: FakePbx, pbx: PbxClient, wanted: SetupFile, present: SetupFile
) -> None:
    set_up(fake_pbx, present)
    changes = plan(pbx, wanted)
    joining = {one.number for change in changes for one in change.added}
    states = [change.before for change in changes]
    for stage in split_into_stages(changes):
        without = set[str]()
        for at, small in stage:
            assert states[at] == small.before
            states[at] = small.after
            without |= {one.number for one in small.removed} & joining
            without -= {one.number for one in small.added}
        assert not without
    made = [change.model_copy(update={"after": now}) for change, now in zip(changes, states, strict=True)]
    assert [one.digest() for one in made] == [one.digest() for one in changes]


def test_a_strange_target_stops_everything_before_the_first_write(fake_pbx: FakePbx, pbx: PbxClient) -> None:
    set_up(fake_pbx, SetupFile.model_validate({**WHOLE, "groups": GROUPS}))
    changes = plan(pbx, SetupFile.model_validate({**WHOLE, "groups": OTHER_GROUPS}))
    fake_pbx.state.members[fake_pbx.state.group_id("B")].append("1009")
    writes = len(fake_pbx.writes)
    with pytest.raises(Conflict):
        apply(pbx, changes)
    assert len(fake_pbx.writes) == writes


def test_a_target_that_changes_meanwhile_stops_there_and_tells_what_is_done(fake_pbx: FakePbx, pbx: PbxClient) -> None:
    set_up(fake_pbx, SetupFile.model_validate({**WHOLE, "groups": GROUPS}))
    before = to_file(read_setup(pbx))
    changes = plan(pbx, SetupFile.model_validate({**WHOLE, "groups": OTHER_GROUPS}))
    writes = count(1)

    def before_write() -> None:
        if next(writes) == 1:
            fake_pbx.state.members[fake_pbx.state.group_id("B")].append("1009")

    with pytest.raises(Stopped) as raised:
        apply_stages(pbx, changes, began=False, before_write=before_write, pauses=())
    assert raised.value.change.target.name == "B"
    assert raised.value.done
    apply(pbx, undo(pbx, raised.value.done))
    fake_pbx.state.members[fake_pbx.state.group_id("B")].remove("1009")
    assert unordered(to_file(read_setup(pbx))) == unordered(before)


def test_a_stop_at_any_write_tells_what_is_done_and_what_is_left(fake_pbx: FakePbx, pbx: PbxClient) -> None:
    stops_at = next(at for at in range(1, 40) if not stops(fake_pbx, pbx, WANTED, PRESENT, at))
    assert stops_at > len(differing(fake_pbx, pbx, WANTED, PRESENT))


@given(setups(), setups(), st.integers(1, 20))
@settings(max_examples=6, phases=(Phase.generate,))  # to find a smaller one takes minutes
def test_a_stop_in_any_set_up_does_so_too(
    fake_pbx: FakePbx, pbx: PbxClient, wanted: SetupFile, present: SetupFile, stops_at: int
) -> None:
    stops(fake_pbx, pbx, wanted, present, stops_at)


def differing(fake_pbx: FakePbx, pbx: PbxClient, wanted: SetupFile, present: SetupFile) -> tuple[Change, ...]:
    """What has to change in a PBX that is set up as `present`."""
    set_up(fake_pbx, present)
    return plan(pbx, wanted)


def stops(fake_pbx: FakePbx, pbx: PbxClient, wanted: SetupFile, present: SetupFile, stops_at: int) -> bool:
    """Has the PBX refuse a write, goes on, and takes all back; False where there are fewer writes."""
    changes = differing(fake_pbx, pbx, wanted, present)
    try:
        apply(pbx, changes, refused_at=stops_at)
    except RolledBack:
        assert unordered(to_file(read_setup(pbx))) == unordered(present), "nothing is done"
    except Stopped as stop:
        partly_made(pbx, stop, changes)
        assert unordered(to_file(read_setup(pbx))) == unordered(present)
    else:
        assert unordered(to_file(read_setup(pbx))) == unordered(wanted)
        return False
    return True


def partly_made(pbx: PbxClient, stop: Stopped, changes: Sequence[Change]) -> None:
    """Goes on to the end, back to where it stopped, and back to the beginning, by what is done and what is left."""
    assert not stop.unsure
    assert all(snapshots_equal(read(pbx, one.target), one.after) for one in stop.done)
    assert {one.target.title for one in (*stop.done, *stop.left)} == {one.target.title for one in changes}
    apply(pbx, stop.left)
    assert plan_of_rest(pbx, changes) == []
    apply(pbx, undo(pbx, stop.left))
    apply(pbx, undo(pbx, stop.done))


def plan_of_rest(pbx: PbxClient, changes: Sequence[Change]) -> list[Change]:
    """The changes whose groups are not as they were to be."""
    now = {target.title: snapshot for target, snapshot in read_setup(pbx).groups}
    groups = [one for one in changes if not one.target.is_server]
    return [one for one in groups if not snapshots_equal(now.get(one.target.title), one.after)]


def test_what_is_read_side_by_side_is_read_in_the_scope_and_the_language_of_whoever_reads(
    pbx: PbxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, members = set[tuple[str, str]](), pbx.members

    def noted(group: str) -> tuple[Member, ...]:
        found.add((current_pbx(), language()))
        return members(group)

    monkeypatch.setattr(pbx, "members", noted)
    with pbx_scope("north"), speaking("de"):
        setup = read_setup(pbx)
        assert found == {("north", "de")}
        found.clear()
        changes = [Change(target=target, before=one, after=one.with_members(())) for target, one in setup.groups]
        read_all(pbx, changes)
    assert found == {("north", "de")}
