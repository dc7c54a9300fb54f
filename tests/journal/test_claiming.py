"""Whose turn it is, and what becomes of a worker that was too slow."""

from datetime import timedelta

import pytest

from bot.errors import LeaseLost, TargetTaken
from bot.journal.models import Entry, State
from tests.journal.making import START, Desk

MINUTE = timedelta(minutes=1)


def test_a_claim_takes_the_oldest_and_puts_a_lease_on_it(desk: Desk) -> None:
    first, second = desk.accept("sales"), desk.accept("support")
    entry = desk.claim("one")
    assert (entry.id, entry.state, entry.owner, entry.attempt) == (first, State.RUNNING, "one", 1)
    assert entry.lease_until == START + MINUTE
    assert desk.claim("two").id == second
    assert desk.journal.claim("three") is None


def test_overlapping_footprints_run_one_after_the_other_in_the_order_of_acceptance(desk: Desk) -> None:
    first, second, third = desk.accept("sales", "1001"), desk.accept("1001", "support"), desk.accept("support")
    free = desk.accept("night")
    running = desk.claim()
    assert (running.id, desk.claim().id, desk.journal.claim("idle")) == (first, free, None)
    desk.journal.end(running, State.DONE, {})
    running = desk.claim()
    assert (running.id, desk.journal.claim("idle")) == (second, None)
    desk.journal.end(running, State.FAILED, {})
    assert desk.claim().id == third


def test_those_of_busy_people_are_passed_over_and_are_no_reason_to_wake(desk: Desk) -> None:
    theirs, other = desk.accept("sales"), desk.accept("support", user="U2")
    claimed = desk.journal.claim("worker", ["U1"])
    assert claimed is not None
    assert claimed.id == other
    assert desk.journal.claim("worker", ["U1", "U2"]) is None
    assert desk.journal.due_in(["U1"]) == desk.journal.lease
    assert desk.journal.due_in() == timedelta(0)
    assert desk.claim().id == theirs


def test_those_without_a_footprint_run_side_by_side(desk: Desk) -> None:
    numbers = [desk.accept(), desk.accept()]
    assert [desk.claim().id, desk.claim().id] == numbers


def test_what_is_for_later_is_not_claimed_before_and_keeps_nobody_waiting_until_it_is_due(desk: Desk) -> None:
    later = desk.accept("sales", run_at=START + MINUTE)
    now = desk.accept("sales")
    entry = desk.claim()
    assert (entry.id, desk.journal.claim("idle")) == (now, None)
    desk.journal.end(entry, State.DONE, {})
    desk.accept("sales")
    desk.clock.move(minutes=1)
    assert desk.claim().id == later
    assert desk.journal.get(later).run_at == START + MINUTE


def test_what_becomes_due_waits_for_one_that_was_begun_though_it_came_first(desk: Desk) -> None:
    later, now = desk.accept("sales", run_at=START + MINUTE), desk.accept("sales")
    begun = desk.claim()
    desk.journal.release(begun, START + 2 * MINUTE)
    desk.clock.move(minutes=1)
    assert desk.journal.claim("idle") is None
    desk.clock.move(minutes=1)
    begun = desk.claim()
    assert begun.id == now
    desk.journal.end(begun, State.DONE, {})
    assert desk.claim().id == later


def test_a_request_is_due_at_once_though_the_clock_was_set_back(desk: Desk) -> None:
    first, second = desk.accept("sales"), desk.accept("sales")
    desk.clock.move(hours=-1)
    running = desk.claim()
    desk.journal.end(running, State.DONE, {})
    assert (running.id, desk.claim().id) == (first, second)


def test_giving_back_keeps_the_place_the_attempts_and_the_time_it_was_meant_for(desk: Desk) -> None:
    number = desk.accept("sales")
    desk.accept("sales")
    desk.journal.release(desk.claim("one"), START + MINUTE)
    entry = desk.journal.get(number)
    assert (entry.state, entry.attempt, entry.owner, entry.lease_until) == (State.WAITING, 1, None, None)
    assert (entry.run_at, entry.due_at) == (START, START + MINUTE)
    assert desk.journal.claim("idle") is None
    desk.clock.move(minutes=1)
    assert (desk.claim("two").id, desk.journal.get(number).attempt) == (number, 2)
    assert desk.story(number) == ["accepted", "claimed", "released", "claimed"]


def test_a_lease_that_ran_out_is_taken_over_and_its_old_owner_is_fenced_out(desk: Desk) -> None:
    number = desk.accept("sales")
    slow = desk.journal.checkpoint(desk.claim("slow"), plan={"wanted": 1}, began=True)
    desk.clock.move(seconds=59)
    assert desk.journal.claim("next") is None
    desk.clock.move(seconds=1)
    taken = desk.claim("next")
    assert (taken.id, taken.attempt, taken.plan, taken.began) == (number, 2, {"wanted": 1}, True)
    _is_fenced_out(desk, slow)
    assert desk.journal.get(number) == taken


def test_an_earlier_attempt_of_the_same_owner_is_fenced_out_too(desk: Desk) -> None:
    desk.accept("sales")
    slow = desk.claim("same")
    desk.clock.move(minutes=1)
    desk.claim("same")
    _is_fenced_out(desk, slow)


def test_nobody_changes_what_they_have_not_claimed(desk: Desk) -> None:
    _is_fenced_out(desk, desk.journal.get(desk.accept("sales")))


def _is_fenced_out(desk: Desk, entry: Entry) -> None:
    before = desk.journal.get(entry.id), desk.story(entry.id)
    for attempt in (
        lambda: desk.journal.renew(entry),
        lambda: desk.journal.checkpoint(entry, plan={"stale": 1}),
        lambda: desk.journal.end(entry, State.DONE, {}),
        lambda: desk.journal.release(entry, START),
        lambda: desk.journal.told(entry),
    ):
        with pytest.raises(LeaseLost, match=f"Change {entry.id} "):
            attempt()
    assert (desk.journal.get(entry.id), desk.story(entry.id)) == before


def test_renewing_and_every_checkpoint_make_the_lease_last_from_then_on(desk: Desk) -> None:
    desk.accept("sales")
    entry = desk.claim()
    desk.clock.move(seconds=30)
    assert desk.journal.renew(entry).lease_until == START + timedelta(seconds=90)
    desk.clock.move(seconds=30)
    assert desk.journal.checkpoint(entry, began=True).lease_until == START + 2 * MINUTE
    assert desk.journal.claim("idle") is None
    assert desk.story(entry.id) == ["accepted", "claimed", "began"]


def test_a_lease_that_ran_out_unnoticed_is_still_its_owners(desk: Desk) -> None:
    desk.accept("sales")
    entry = desk.claim()
    desk.clock.move(hours=1)
    assert desk.journal.renew(entry).attempt == 1
    assert desk.journal.claim("idle") is None


def test_a_checkpoint_leaves_alone_what_it_does_not_mention(desk: Desk) -> None:
    desk.accept("sales")
    entry = desk.journal.checkpoint(desk.claim(), plan={"wanted": 1}, began=True, rule="leads")
    entry = desk.journal.checkpoint(entry, card={"ts": "1.2"})
    assert (entry.plan, entry.began, entry.rule, entry.card) == ({"wanted": 1}, True, "leads", {"ts": "1.2"})


def test_what_has_ended_is_still_told_by_another_if_its_worker_dies(desk: Desk) -> None:
    number = desk.accept("sales")
    desk.journal.end(desk.claim("one"), State.DONE, {"text": "done"})
    assert desk.journal.claim("two") is None
    desk.clock.move(minutes=1)
    entry = desk.claim("two")
    assert (entry.id, entry.state, entry.outcome, entry.told) == (number, State.DONE, {"text": "done"}, False)
    desk.journal.told(entry)
    assert desk.journal.get(number).told
    assert desk.next_due() is None


def test_telling_can_be_put_off_and_then_stays_ended(desk: Desk) -> None:
    number, other = desk.accept("sales"), desk.accept("sales")
    desk.journal.release(desk.journal.end(desk.claim(), State.ALREADY, {}), START + MINUTE)
    assert (desk.journal.get(number).state, desk.claim().id) == (State.ALREADY, other)
    desk.clock.move(seconds=50)
    assert desk.journal.claim("idle") is None
    desk.clock.move(seconds=10)
    entry = desk.journal.claim("teller")
    assert entry is not None
    assert (entry.id, entry.state) == (number, State.ALREADY)


def test_an_unsettled_one_blocks_nobody_and_may_end_once_more(desk: Desk) -> None:
    desk.accept("sales")
    after = desk.accept("sales")
    unsettled = desk.journal.end(desk.claim(), State.UNSETTLED, {"text": "unknown"})
    assert desk.claim().id == after
    assert unsettled.id not in {entry.id for entry in desk.journal.waiting()}
    settled = desk.journal.end(unsettled, State.DONE, {"text": "it was done after all"})
    assert settled.state is State.DONE


def test_ending_so_again_is_harmless_and_ending_otherwise_is_not_possible(desk: Desk) -> None:
    desk.accept("sales")
    ended = desk.journal.end(desk.claim(), State.DONE, {"text": "done"})
    assert desk.journal.end(ended, State.DONE, {"text": "done"}).ended_at == ended.ended_at
    with pytest.raises(LeaseLost):
        desk.journal.end(ended, State.FAILED, {})


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING])
def test_waiting_and_running_are_no_ends(desk: Desk, state: State) -> None:
    desk.accept("sales")
    with pytest.raises(ValueError, match="is no end"):
        desk.journal.end(desk.claim(), state, {})


def test_what_has_not_ended_can_not_be_told_and_what_was_told_can_not_be_changed(desk: Desk) -> None:
    desk.accept("sales")
    entry = desk.claim()
    with pytest.raises(LeaseLost):
        desk.journal.told(entry)
    entry = desk.journal.end(entry, State.DONE, {})
    desk.journal.told(entry)
    desk.journal.told(entry)
    for attempt in (lambda: desk.journal.renew(entry), lambda: desk.journal.release(entry, START)):
        with pytest.raises(LeaseLost):
            attempt()


def test_next_due_is_never_now_at_the_next_time_or_when_a_lease_runs_out(desk: Desk) -> None:
    assert desk.next_due() is None
    desk.accept("sales", run_at=START + 3 * MINUTE)
    assert desk.next_due() == START + 3 * MINUTE
    desk.accept("sales")
    assert desk.next_due() == START
    entry = desk.claim()
    assert desk.next_due() == START + MINUTE
    desk.accept("sales")
    assert desk.next_due() == START + MINUTE, "what is blocked is no reason to wake"
    desk.journal.release(entry, START + 2 * MINUTE)
    assert desk.next_due() == START + 2 * MINUTE


def test_after_a_restart_nobody_waits_for_the_leases_of_the_dead(lite: Desk) -> None:
    running, ended, told = lite.accept("sales"), lite.accept("support"), lite.accept("night")
    stale = lite.claim("dead")
    lite.journal.end(lite.claim("dead"), State.DONE, {})
    lite.journal.told(lite.journal.end(lite.claim("dead"), State.DONE, {}))
    lite.restart()
    assert lite.journal.get(running).state is State.WAITING
    assert (lite.claim().id, lite.claim().id, lite.journal.claim("idle")) == (running, ended, None)
    assert lite.story(running) == ["accepted", "claimed", "released", "claimed"]
    assert lite.journal.events(running)[2].by == "restart"
    assert lite.story(told) == ["accepted", "claimed", "ended", "told"]
    _is_fenced_out(lite, stale)


def test_where_replicas_share_the_journal_the_leases_of_the_dead_run_out(desk: Desk) -> None:
    if desk.journal.database.alone:
        pytest.skip("SQLite knows that they are dead")
    number = desk.accept("sales")
    stale = desk.claim("dead")
    desk.restart()
    assert desk.journal.get(number) == stale
    assert desk.journal.claim("next") is None
    desk.clock.move(minutes=1)
    assert desk.claim("next").id == number
    _is_fenced_out(desk, stale)


def test_one_change_at_a_time_has_a_target_whatever_names_it_goes_by(desk: Desk) -> None:
    first, second = desk.accept("sales"), desk.accept("1002")
    has, waits = desk.claim(), desk.claim()
    has = desk.journal.checkpoint(has, plan={"wanted": 1}, targets={"id of sales"})
    with pytest.raises(TargetTaken):
        desk.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})
    waiting = desk.journal.get(second)
    assert (waiting.state, waiting.plan, waiting.owner) == (State.WAITING, None, None)
    assert desk.journal.claim("idle") is None
    assert desk.next_due() == has.lease_until, "what waits is no reason to wake"
    desk.journal.release(has, desk.clock() + MINUTE)
    assert desk.journal.claim("idle") is None, "it has it until it ends"
    desk.clock.move(minutes=1)
    has = desk.claim()
    assert has.id == first
    desk.journal.end(has, State.DONE, {})
    waits = desk.claim()
    assert (waits.id, waits.attempt) == (second, 2)
    desk.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})


def test_whoever_waits_for_a_target_keeps_nobody_from_the_others(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        desk.accept(name)
    one, two, three = desk.claim(), desk.claim(), desk.claim()
    desk.journal.checkpoint(one, targets={"sales"})
    with pytest.raises(TargetTaken):
        desk.journal.checkpoint(two, targets={"sales", "support"})
    desk.journal.checkpoint(three, targets={"support"})


def test_what_was_taken_over_can_not_take_a_target(desk: Desk) -> None:
    desk.accept("sales")
    slow = desk.claim("slow")
    desk.clock.move(minutes=1)
    taken = desk.claim("next")
    with pytest.raises(LeaseLost):
        desk.journal.checkpoint(slow, plan={}, targets={"id of sales"})
    other = desk.accept("1002")
    desk.journal.checkpoint(desk.claim(), targets={"id of sales"})
    with pytest.raises(TargetTaken):
        desk.journal.checkpoint(taken, targets={"id of sales"})
    assert desk.journal.get(other).state is State.RUNNING
