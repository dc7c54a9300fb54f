"""Properties of all changes, on a model of a PBX and on the sandbox PBX."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.changes.apply import apply
from bot.changes.change import Change, Conflict, filled_in, is_intermediate, join, revert, snapshots_equal
from bot.changes.plan import Plan
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.changes.target_io import TargetWriter, read
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.models import RecallTo, RingGroup
from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.changes.conftest import Bench

SALES = Target(id="g1", name="Sales")
people = st.sampled_from(["1001", "1002", "1003", "1004"]).map(lambda number: Person(number=number))
members = st.lists(people, max_size=4, unique=True).map(tuple)
names = st.sampled_from(["Sales", "Support"])
newer = {"description": st.sampled_from(["a", "b"])}
alone = st.fixed_dictionaries(
    {"name": names, "recall_to": st.just(RecallTo.USER.value)},
    optional={"ring_group_id": st.sampled_from(["r1", "r2", "", None]), **newer},
)
ringing = st.fixed_dictionaries(
    {
        "name": names,
        "recall_to": st.sampled_from([RecallTo.RING_GROUP.value, RecallTo.USER_THEN_RING_GROUP.value]),
        "ring_group_id": st.sampled_from(["r1", "r2"]),
    },
    optional=newer,
)
settings_of_a_group: st.SearchStrategy[dict[str, Any]] = alone | ringing
"""A ring group wherever recalls go to one; any value or none where they don't."""
snapshots = st.builds(Snapshot, settings=settings_of_a_group, members=members)
sides = snapshots | st.none()
changes = st.builds(Change, target=st.just(SALES), before=sides, after=sides)


class Model:
    """A PBX with one group and the methods that `TargetWriter` calls; keeps every state of the group."""

    def __init__(self, state: Snapshot | None) -> None:
        self.states = [state]

    @property
    def now(self) -> Snapshot:
        assert self.states[-1] is not None
        return self.states[-1]

    def create_group(self, settings: dict[str, Any]) -> str:
        self.states.append(Snapshot(settings=settings, members=()))
        return "g1"

    def update_group(self, _: str, settings: dict[str, Any]) -> None:
        self.states.append(self.now.model_copy(update={"settings": settings}))

    def ring_group(self, ring_group_id: str) -> RingGroup:
        return RingGroup(id=ring_group_id, name=ring_group_id)

    def delete_group(self, _: str) -> None:
        self.states.append(None)

    def add_member(self, _: str, number: str) -> None:
        self.states.append(self.now.with_members((*(self.now.members or ()), Person(number=number))))

    def remove_member(self, _: str, number: str) -> None:
        self.states.append(self.now.with_members(one for one in self.now.members or () if one.number != number))


def applied(change: Change, state: Snapshot | None) -> list[Snapshot | None]:
    """Returns every state of the group while the change is applied, the first and the last included."""
    model = Model(state)
    if not snapshots_equal(state, change.after):
        TargetWriter(model, change, lambda: None).write_to(state, change.after)  # type: ignore[arg-type]
    return model.states


@given(changes)
def test_the_inverse_of_the_inverse_is_the_change(change: Change) -> None:
    assert change.inverse.inverse == change
    assert change.inverse.added == change.removed
    assert change.inverse.is_noop == change.is_noop


@given(changes)
def test_a_change_and_then_its_inverse_restores_what_was(change: Change) -> None:
    made = applied(change, change.before)[-1]
    assert snapshots_equal(made, change.after)
    assert snapshots_equal(applied(change.inverse, made)[-1], change.before)


@given(changes)
def test_every_state_on_the_way_is_known_for_ours_and_can_be_carried_on_from(change: Change) -> None:
    for state in applied(change, change.before):
        assert is_intermediate(state, change)
        assert snapshots_equal(applied(change, state)[-1], change.after)


@given(changes, sides)
def test_what_no_write_of_ours_could_have_left_is_somebody_elses(change: Change, now: Snapshot | None) -> None:
    assert is_intermediate(now, change) == can_be_intermediate(now, change)


def can_be_intermediate(now: Snapshot | None, change: Change) -> bool:
    """Returns whether an attempt at the change can have left `now`, computed from before and after alone."""
    ends = [side for side in (change.before, change.after) if side is not None]
    if now is None:
        return len(ends) < 2
    everybody = frozenset[str]().union(*(side.numbers() for side in ends))
    staying = ends[0].numbers() & ends[1].numbers() if len(ends) == 2 else frozenset[str]()
    return any(now.compared() == side.compared() for side in ends) and staying <= now.numbers() <= everybody


@given(snapshots, snapshots)
def test_being_the_same_holds_of_itself_and_both_ways(one: Snapshot, other: Snapshot) -> None:
    assert snapshots_equal(one, one)
    assert snapshots_equal(one, other) == snapshots_equal(other, one)
    assert snapshots_equal(None, None)
    assert not snapshots_equal(one, None)
    assert not snapshots_equal(None, one)


@given(snapshots, st.randoms(use_true_random=False))
def test_the_order_of_members_and_what_a_newer_pbx_shows_make_no_difference(one: Snapshot, random: Any) -> None:
    shuffled = list(one.members or ())
    random.shuffle(shuffled)
    assert snapshots_equal(one, one.with_members(shuffled).with_settings(shown_by_a_newer_pbx=random.random()))


@given(snapshots, st.sampled_from(["r1", "r9", "", None]))
def test_a_ring_group_that_nothing_is_sent_to_makes_no_difference(one: Snapshot, ring_group: str | None) -> None:
    alone = one.with_settings(recall_to=RecallTo.USER.value)
    assert snapshots_equal(alone, alone.with_settings(ring_group_id=ring_group))
    sent = one.with_settings(recall_to=RecallTo.RING_GROUP.value, ring_group_id="r1")
    assert snapshots_equal(sent, sent.with_settings(ring_group_id=ring_group)) == (ring_group == "r1")


def meant(change: Change) -> tuple[Any, ...]:
    """Returns what of a change counts when changes are compared."""
    return tuple(side and (side.compared(), side.numbers()) for side in (change.before, change.after))


@given(changes, changes)
def test_a_digest_tells_two_changes_apart_whenever_they_differ_in_what_counts(one: Change, other: Change) -> None:
    assert (one.digest() == other.digest()) == (meant(one) == meant(other))


@given(changes, st.randoms(use_true_random=False))
def test_a_digest_goes_by_the_target_and_not_by_the_order_of_members(change: Change, random: Any) -> None:
    sides = {
        name: side and shuffled(side, random) for name, side in (("before", change.before), ("after", change.after))
    }
    assert change.model_copy(update=sides).digest() == change.digest()
    assert change.model_copy(update={"target": Target(id="g2", name="Sales")}).digest() != change.digest()


def shuffled(side: Snapshot, random: Any) -> Snapshot:
    """Returns the snapshot with its members in another order."""
    order = list(side.members or ())
    random.shuffle(order)
    return side.with_members(order)


plans = st.builds(
    Plan, title=st.text(max_size=9), preview_title=st.text(max_size=9), changes=st.lists(changes, max_size=3).map(tuple)
)


@given(plans)
def test_a_plan_comes_out_of_the_journal_as_it_went_in(plan: Plan) -> None:
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan
    assert Plan.model_validate_json(plan.model_dump_json()).digest() == plan.digest()
    for change in plan.changes:
        assert Change.model_validate(change.model_dump(mode="json")) == change


@given(plans, plans)
def test_a_plans_digest_is_of_all_its_changes_in_order(one: Plan, other: Plan) -> None:
    alike = list(map(meant, one.changes)) == list(map(meant, other.changes))
    assert (one.digest() == other.digest()) == alike
    assert len(one.digest()) == 16


TARGETS = st.sampled_from(["Billing", "Sales"])
RING_GROUPS = ["Night Desk", "Day Desk"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    """One sandbox PBX for all examples, each of which restores its state."""
    with FakePbx() as fake_pbx:
        pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        yield Bench(fake_pbx, pbx)
        pbx.close()


@given(TARGETS, st.sampled_from(list(RecallTo)), st.sampled_from(RING_GROUPS), st.data())
@settings(max_examples=12)
def test_on_the_pbx_too_a_change_and_then_its_inverse_restores_what_was(
    shared: Bench, name: str, recall: RecallTo, ring_group: str, data: st.DataObject
) -> None:
    target, before = shared.group(name)
    id = next(one.id for one in shared.pbx.ring_groups() if one.name == ring_group)
    new = data.draw(st.lists(st.sampled_from(["1014", "1015", "1016"]), unique=True))
    kept = [one for one in before.members or () if data.draw(st.booleans())]
    after = before.with_members((*kept, *(Person(number=number) for number in new)))
    change = Change(
        target=target,
        before=before,
        after=after.with_settings(name="Renamed", recall_to=recall.value, ring_group_id=id),
    )
    assert snapshots_equal(apply(shared.pbx, change), change.after)
    with pytest.raises(Conflict):
        apply(shared.pbx, change.model_copy(update={"after": before.with_settings(name="Somebody else's")}))
    apply(shared.pbx, change.inverse)
    assert snapshots_equal(read(shared.pbx, target), before)


@given(st.fixed_dictionaries({}, optional={"recall_time": st.integers(60, 900), "enabled": st.booleans()}))
@settings(max_examples=8)
def test_on_the_pbx_too_the_servers_settings_come_back(shared: Bench, wanted: dict[str, Any]) -> None:
    before = read(shared.pbx, SERVER)
    assert before is not None
    change = Change(target=SERVER, before=before, after=before.with_settings(**wanted))
    apply(shared.pbx, change)
    apply(shared.pbx, change.inverse)
    assert snapshots_equal(read(shared.pbx, SERVER), before)


@given(snapshots, snapshots, snapshots | st.none())
def test_ending_one_change_and_making_another_is_one_change_from_now_on(
    now: Snapshot, between: Snapshot, after: Snapshot | None
) -> None:
    first = Change(target=SALES, before=now, after=between)
    second = Change(target=SALES, before=between, after=after)
    both = join(first, second)
    assert snapshots_equal(both.before, now)
    assert snapshots_equal(both.after, after)
    assert snapshots_equal(applied(both, now)[-1], after)


@given(snapshots, snapshots, snapshots)
def test_of_two_changes_that_concern_other_parts_neither_is_lost(
    now: Snapshot, between: Snapshot, wanted: Snapshot
) -> None:
    first = Change(target=SALES, before=now, after=now.with_members(between.members or ()))
    settings = now.model_copy(update={"members": None})
    second = Change(target=SALES, before=settings, after=settings.model_copy(update={"settings": wanted.settings}))
    both = join(first, second)
    assert snapshots_equal(both.before, now)
    assert snapshots_equal(both.after, now.model_copy(update={"settings": wanted.settings, "members": between.members}))
    base = filled_in(second, first)
    assert snapshots_equal(revert(base, both.after).after, first.after)
