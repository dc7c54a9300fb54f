"""Whose turn it is, and what becomes of a worker that was too slow."""

from datetime import timedelta

import pytest

from bot.errors import LeaseLost, TargetTaken
from bot.journal.models import Entry, State
from tests.journal.making import START, Desk

MINUTE = timedelta(minutes=1)


def test_a_claim_takes_the_oldest_and_puts_a_lease_on_it(context: Desk) -> None:
    first, second = context.accept("sales"), context.accept("support")
    entry = context.claim("one")
    assert (entry.id, entry.state, entry.owner, entry.attempt) == (first, State.RUNNING, "one", 1)
    assert entry.lease_until == START + MINUTE
    assert context.claim("two").id == second
    assert context.journal.claim("three") is None


def test_overlapping_footprints_run_one_after_the_other_in_the_order_of_acceptance(context: Desk) -> None:
    first, second, third = context.accept("sales", "1001"), context.accept("1001", "support"), context.accept("support")
    free = context.accept("night")
    running = context.claim()
    assert (running.id, context.claim().id, context.journal.claim("idle")) == (first, free, None)
    context.journal.end(running, State.DONE, {})
    running = context.claim()
    assert (running.id, context.journal.claim("idle")) == (second, None)
    context.journal.end(running, State.FAILED, {})
    assert context.claim().id == third


def test_those_of_busy_people_are_passed_over_and_are_no_reason_to_wake(context: Desk) -> None:
    theirs, other = context.accept("sales"), context.accept("support", user="U2")
    claimed = context.journal.claim("worker", ["U1"])
    assert claimed is not None
    assert claimed.id == other
    assert context.journal.claim("worker", ["U1", "U2"]) is None
    assert context.journal.due_in(["U1"]) == context.journal.lease
    assert context.journal.due_in() == timedelta(0)
    assert context.claim().id == theirs


def test_those_without_a_footprint_run_side_by_side(context: Desk) -> None:
    numbers = [context.accept(), context.accept()]
    assert [context.claim().id, context.claim().id] == numbers


def test_what_is_for_later_is_not_claimed_before_and_keeps_nobody_waiting_until_it_is_due(context: Desk) -> None:
    later = context.accept("sales", run_at=START + MINUTE)
    now = context.accept("sales")
    entry = context.claim()
    assert (entry.id, context.journal.claim("idle")) == (now, None)
    context.journal.end(entry, State.DONE, {})
    context.accept("sales")
    context.clock.move(minutes=1)
    assert context.claim().id == later
    assert context.journal.get(later).run_at == START + MINUTE


def test_what_becomes_due_waits_for_one_that_was_begun_though_it_came_first(context: Desk) -> None:
    later, now = context.accept("sales", run_at=START + MINUTE), context.accept("sales")
    begun = context.claim()
    context.journal.release(begun, START + 2 * MINUTE)
    context.clock.move(minutes=1)
    assert context.journal.claim("idle") is None
    context.clock.move(minutes=1)
    begun = context.claim()
    assert begun.id == now
    context.journal.end(begun, State.DONE, {})
    assert context.claim().id == later


def test_a_request_is_due_at_once_though_the_clock_was_set_back(context: Desk) -> None:
    first, second = context.accept("sales"), context.accept("sales")
    context.clock.move(hours=-1)
    running = context.claim()
    context.journal.end(running, State.DONE, {})
    assert (running.id, context.claim().id) == (first, second)


def test_giving_back_keeps_the_place_the_attempts_and_the_time_it_was_meant_for(context: Desk) -> None:
    number = context.accept("sales")
    context.accept("sales")
    context.journal.release(context.claim("one"), START + MINUTE)
    entry = context.journal.get(number)
    assert (entry.state, entry.attempt, entry.owner, entry.lease_until) == (State.WAITING, 1, None, None)
    assert (entry.run_at, entry.due_at) == (START, START + MINUTE)
    assert context.journal.claim("idle") is None
    context.clock.move(minutes=1)
    assert (context.claim("two").id, context.journal.get(number).attempt) == (number, 2)
    assert context.story(number) == ["accepted", "claimed", "released", "claimed"]


def test_a_lease_that_ran_out_is_taken_over_and_its_old_owner_is_fenced_out(context: Desk) -> None:
    number = context.accept("sales")
    slow = context.journal.checkpoint(context.claim("slow"), plan={"wanted": 1}, began=True)
    context.clock.move(seconds=59)
    assert context.journal.claim("next") is None
    context.clock.move(seconds=1)
    taken = context.claim("next")
    assert (taken.id, taken.attempt, taken.plan, taken.began) == (number, 2, {"wanted": 1}, True)
    _is_fenced_out(context, slow)
    assert context.journal.get(number) == taken


def test_an_earlier_attempt_of_the_same_owner_is_fenced_out_too(context: Desk) -> None:
    context.accept("sales")
    slow = context.claim("same")
    context.clock.move(minutes=1)
    context.claim("same")
    _is_fenced_out(context, slow)


def test_nobody_changes_what_they_have_not_claimed(context: Desk) -> None:
    _is_fenced_out(context, context.journal.get(context.accept("sales")))


def _is_fenced_out(context: Desk, entry: Entry) -> None:
    before = context.journal.get(entry.id), context.story(entry.id)
    for attempt in (
        lambda: context.journal.renew(entry),
        lambda: context.journal.checkpoint(entry, plan={"stale": 1}),
        lambda: context.journal.end(entry, State.DONE, {}),
        lambda: context.journal.release(entry, START),
        lambda: context.journal.told(entry),
    ):
        with pytest.raises(LeaseLost, match=f"Change {entry.id} "):
            attempt()
    assert (context.journal.get(entry.id), context.story(entry.id)) == before


def test_renewing_and_every_checkpoint_make_the_lease_last_from_then_on(context: Desk) -> None:
    context.accept("sales")
    entry = context.claim()
    context.clock.move(seconds=30)
    assert context.journal.renew(entry).lease_until == START + timedelta(seconds=90)
    context.clock.move(seconds=30)
    assert context.journal.checkpoint(entry, began=True).lease_until == START + 2 * MINUTE
    assert context.journal.claim("idle") is None
    assert context.story(entry.id) == ["accepted", "claimed", "began"]


def test_a_lease_that_ran_out_unnoticed_is_still_its_owners(context: Desk) -> None:
    context.accept("sales")
    entry = context.claim()
    context.clock.move(hours=1)
    assert context.journal.renew(entry).attempt == 1
    assert context.journal.claim("idle") is None


def test_a_checkpoint_leaves_alone_what_it_does_not_mention(context: Desk) -> None:
    context.accept("sales")
    entry = context.journal.checkpoint(context.claim(), plan={"wanted": 1}, began=True, rule="leads")
    entry = context.journal.checkpoint(entry, card={"ts": "1.2"})
    assert (entry.plan, entry.began, entry.rule, entry.card) == ({"wanted": 1}, True, "leads", {"ts": "1.2"})


def test_what_has_ended_is_still_told_by_another_if_its_worker_dies(context: Desk) -> None:
    number = context.accept("sales")
    context.journal.end(context.claim("one"), State.DONE, {"text": "done"})
    assert context.journal.claim("two") is None
    context.clock.move(minutes=1)
    entry = context.claim("two")
    assert (entry.id, entry.state, entry.outcome, entry.told) == (number, State.DONE, {"text": "done"}, False)
    context.journal.told(entry)
    assert context.journal.get(number).told
    assert context.next_due() is None


def test_telling_can_be_put_off_and_then_stays_ended(context: Desk) -> None:
    number, other = context.accept("sales"), context.accept("sales")
    context.journal.release(context.journal.end(context.claim(), State.ALREADY, {}), START + MINUTE)
    assert (context.journal.get(number).state, context.claim().id) == (State.ALREADY, other)
    context.clock.move(seconds=50)
    assert context.journal.claim("idle") is None
    context.clock.move(seconds=10)
    entry = context.journal.claim("teller")
    assert entry is not None
    assert (entry.id, entry.state) == (number, State.ALREADY)


def test_an_unsettled_one_blocks_nobody_and_may_end_once_more(context: Desk) -> None:
    context.accept("sales")
    after = context.accept("sales")
    unsettled = context.journal.end(context.claim(), State.UNKNOWN, {"text": "unknown"})
    assert context.claim().id == after
    assert unsettled.id not in {entry.id for entry in context.journal.waiting()}
    settled = context.journal.end(unsettled, State.DONE, {"text": "it was done after all"})
    assert settled.state is State.DONE


def test_ending_so_again_is_harmless_and_ending_otherwise_is_not_possible(context: Desk) -> None:
    context.accept("sales")
    ended = context.journal.end(context.claim(), State.DONE, {"text": "done"})
    assert context.journal.end(ended, State.DONE, {"text": "done"}).ended_at == ended.ended_at
    with pytest.raises(LeaseLost):
        context.journal.end(ended, State.FAILED, {})


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING])
def test_waiting_and_running_are_no_ends(context: Desk, state: State) -> None:
    context.accept("sales")
    with pytest.raises(ValueError, match="is no end"):
        context.journal.end(context.claim(), state, {})


def test_what_has_not_ended_can_not_be_told_and_what_was_told_can_not_be_changed(context: Desk) -> None:
    context.accept("sales")
    entry = context.claim()
    with pytest.raises(LeaseLost):
        context.journal.told(entry)
    entry = context.journal.end(entry, State.DONE, {})
    context.journal.told(entry)
    context.journal.told(entry)
    for attempt in (lambda: context.journal.renew(entry), lambda: context.journal.release(entry, START)):
        with pytest.raises(LeaseLost):
            attempt()


def test_next_due_is_never_now_at_the_next_time_or_when_a_lease_runs_out(context: Desk) -> None:
    assert context.next_due() is None
    context.accept("sales", run_at=START + 3 * MINUTE)
    assert context.next_due() == START + 3 * MINUTE
    context.accept("sales")
    assert context.next_due() == START
    entry = context.claim()
    assert context.next_due() == START + MINUTE
    context.accept("sales")
    assert context.next_due() == START + MINUTE, "what is blocked is no reason to wake"
    context.journal.release(entry, START + 2 * MINUTE)
    assert context.next_due() == START + 2 * MINUTE


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


def test_where_replicas_share_the_journal_the_leases_of_the_dead_run_out(context: Desk) -> None:
    if context.journal.database.alone:
        pytest.skip("SQLite knows that they are dead")
    number = context.accept("sales")
    stale = context.claim("dead")
    context.restart()
    assert context.journal.get(number) == stale
    assert context.journal.claim("next") is None
    context.clock.move(minutes=1)
    assert context.claim("next").id == number
    _is_fenced_out(context, stale)


def test_one_change_at_a_time_has_a_target_whatever_names_it_goes_by(context: Desk) -> None:
    first, second = context.accept("sales"), context.accept("1002")
    has, waits = context.claim(), context.claim()
    has = context.journal.checkpoint(has, plan={"wanted": 1}, targets={"id of sales"})
    with pytest.raises(TargetTaken):
        context.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})
    waiting = context.journal.get(second)
    assert (waiting.state, waiting.plan, waiting.owner) == (State.WAITING, None, None)
    assert context.journal.claim("idle") is None
    assert context.next_due() == has.lease_until, "what waits is no reason to wake"
    context.journal.release(has, context.clock() + MINUTE)
    assert context.journal.claim("idle") is None, "it has it until it ends"
    context.clock.move(minutes=1)
    has = context.claim()
    assert has.id == first
    context.journal.end(has, State.DONE, {})
    waits = context.claim()
    assert (waits.id, waits.attempt) == (second, 2)
    context.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})


def test_whoever_waits_for_a_target_keeps_nobody_from_the_others(context: Desk) -> None:
    for name in ("one", "two", "three"):
        context.accept(name)
    one, two, three = context.claim(), context.claim(), context.claim()
    context.journal.checkpoint(one, targets={"sales"})
    with pytest.raises(TargetTaken):
        context.journal.checkpoint(two, targets={"sales", "support"})
    context.journal.checkpoint(three, targets={"support"})


def test_what_was_taken_over_can_not_take_a_target(context: Desk) -> None:
    context.accept("sales")
    slow = context.claim("slow")
    context.clock.move(minutes=1)
    taken = context.claim("next")
    with pytest.raises(LeaseLost):
        context.journal.checkpoint(slow, plan={}, targets={"id of sales"})
    other = context.accept("1002")
    context.journal.checkpoint(context.claim(), targets={"id of sales"})
    with pytest.raises(TargetTaken):
        context.journal.checkpoint(taken, targets={"id of sales"})
    assert context.journal.get(other).state is State.RUNNING
