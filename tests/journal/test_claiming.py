"""Whose turn it is, and what becomes of a worker that was too slow."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.errors import LeaseLost, TargetBusy
from bot.journal.models import Entry, State
from tests.journal.making import START, JournalHarness

MINUTE = timedelta(minutes=1)


def test_a_claim_takes_the_oldest_and_puts_a_lease_on_it(harness: JournalHarness) -> None:
    first, second = harness.accept("sales"), harness.accept("support")
    entry = harness.claim("one")
    assert (entry.id, entry.state, entry.owner, entry.attempt) == (first, State.RUNNING, "one", 1)
    assert entry.lease_until == START + MINUTE
    assert harness.claim("two").id == second
    assert harness.journal.claim("three") is None


def test_overlapping_footprints_run_one_after_the_other_in_the_order_of_acceptance(harness: JournalHarness) -> None:
    first, second, third = harness.accept("sales", "1001"), harness.accept("1001", "support"), harness.accept("support")
    free = harness.accept("night")
    running = harness.claim()
    assert (running.id, harness.claim().id, harness.journal.claim("idle")) == (first, free, None)
    harness.journal.end(running, State.DONE, {})
    running = harness.claim()
    assert (running.id, harness.journal.claim("idle")) == (second, None)
    harness.journal.end(running, State.FAILED, {})
    assert harness.claim().id == third


def test_those_of_busy_people_are_passed_over_and_are_no_reason_to_wake(harness: JournalHarness) -> None:
    theirs, other = harness.accept("sales"), harness.accept("support", user="U2")
    claimed = harness.journal.claim("worker", ["U1"])
    assert claimed is not None
    assert claimed.id == other
    assert harness.journal.claim("worker", ["U1", "U2"]) is None
    assert harness.journal.due_in(["U1"]) == harness.journal.lease
    assert harness.journal.due_in() == timedelta(0)
    assert harness.claim().id == theirs


def test_those_without_a_footprint_run_side_by_side(harness: JournalHarness) -> None:
    numbers = [harness.accept(), harness.accept()]
    assert [harness.claim().id, harness.claim().id] == numbers


def test_what_is_for_later_is_not_claimed_before_and_keeps_nobody_waiting_until_it_is_due(
    harness: JournalHarness,
) -> None:
    later = harness.accept("sales", run_at=START + MINUTE)
    now = harness.accept("sales")
    entry = harness.claim()
    assert (entry.id, harness.journal.claim("idle")) == (now, None)
    harness.journal.end(entry, State.DONE, {})
    harness.accept("sales")
    harness.clock.move(minutes=1)
    assert harness.claim().id == later
    assert harness.journal.get(later).run_at == START + MINUTE


def test_what_becomes_due_waits_for_one_that_was_begun_though_it_came_first(harness: JournalHarness) -> None:
    later, now = harness.accept("sales", run_at=START + MINUTE), harness.accept("sales")
    begun = harness.claim()
    harness.journal.release(begun, START + 2 * MINUTE)
    harness.clock.move(minutes=1)
    assert harness.journal.claim("idle") is None
    harness.clock.move(minutes=1)
    begun = harness.claim()
    assert begun.id == now
    harness.journal.end(begun, State.DONE, {})
    assert harness.claim().id == later


def test_a_request_is_due_at_once_though_the_clock_was_set_back(harness: JournalHarness) -> None:
    first, second = harness.accept("sales"), harness.accept("sales")
    harness.clock.move(hours=-1)
    running = harness.claim()
    harness.journal.end(running, State.DONE, {})
    assert (running.id, harness.claim().id) == (first, second)


def test_giving_back_keeps_the_place_the_attempts_and_the_time_it_was_meant_for(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    harness.accept("sales")
    harness.journal.release(harness.claim("one"), START + MINUTE)
    entry = harness.journal.get(number)
    assert (entry.state, entry.attempt, entry.owner, entry.lease_until) == (State.WAITING, 1, None, None)
    assert (entry.run_at, entry.due_at) == (START, START + MINUTE)
    assert harness.journal.claim("idle") is None
    harness.clock.move(minutes=1)
    assert (harness.claim("two").id, harness.journal.get(number).attempt) == (number, 2)
    assert harness.event_names(number) == ["accepted", "claimed"], "waiting is no event"


def test_a_lease_that_ran_out_is_taken_over_and_its_old_owner_is_fenced_out(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    slow = harness.journal.checkpoint(harness.claim("slow"), plan={"wanted": 1}, began=True)
    harness.clock.move(seconds=59)
    assert harness.journal.claim("next") is None
    harness.clock.move(seconds=1)
    taken = harness.claim("next")
    assert (taken.id, taken.attempt, taken.plan, taken.began) == (number, 2, {"wanted": 1}, True)
    _raises_lease_lost(harness, slow)
    assert harness.journal.get(number) == taken


def test_an_earlier_attempt_of_the_same_owner_is_fenced_out_too(harness: JournalHarness) -> None:
    harness.accept("sales")
    slow = harness.claim("same")
    harness.clock.move(minutes=1)
    harness.claim("same")
    _raises_lease_lost(harness, slow)


def test_nobody_changes_what_they_have_not_claimed(harness: JournalHarness) -> None:
    _raises_lease_lost(harness, harness.journal.get(harness.accept("sales")))


def _raises_lease_lost(harness: JournalHarness, entry: Entry) -> None:
    before = harness.journal.get(entry.id), harness.event_names(entry.id)
    for attempt in (
        lambda: harness.journal.renew(entry),
        lambda: harness.journal.checkpoint(entry, plan={"stale": 1}),
        lambda: harness.journal.end(entry, State.DONE, {}),
        lambda: harness.journal.release(entry, START),
        lambda: harness.journal.mark_notified(entry),
    ):
        with pytest.raises(LeaseLost, match=f"Change {entry.id} "):
            attempt()
    assert (harness.journal.get(entry.id), harness.event_names(entry.id)) == before


def test_renewing_and_every_checkpoint_make_the_lease_last_from_then_on(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.claim()
    harness.clock.move(seconds=30)
    assert harness.journal.renew(entry).lease_until == START + timedelta(seconds=90)
    harness.clock.move(seconds=30)
    assert harness.journal.checkpoint(entry, began=True).lease_until == START + 2 * MINUTE
    assert harness.journal.claim("idle") is None
    assert harness.event_names(entry.id) == ["accepted", "claimed", "began"]


def test_a_lease_that_ran_out_unnoticed_is_still_its_owners(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.claim()
    harness.clock.move(hours=1)
    assert harness.journal.renew(entry).attempt == 1
    assert harness.journal.claim("idle") is None


def test_a_checkpoint_leaves_alone_what_it_does_not_mention(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.journal.checkpoint(harness.claim(), plan={"wanted": 1}, began=True, rule="leads")
    entry = harness.journal.checkpoint(entry, card={"ts": "1.2"})
    assert (entry.plan, entry.began, entry.rule, entry.card) == ({"wanted": 1}, True, "leads", {"ts": "1.2"})


def test_what_has_ended_is_still_told_by_another_if_its_worker_dies(harness: JournalHarness) -> None:
    number = harness.accept("sales")
    harness.journal.end(harness.claim("one"), State.DONE, {"text": "done"})
    assert harness.journal.claim("two") is None
    harness.clock.move(minutes=1)
    entry = harness.claim("two")
    assert (entry.id, entry.state, entry.outcome, entry.notified) == (number, State.DONE, {"text": "done"}, False)
    harness.journal.mark_notified(entry)
    assert harness.journal.get(number).notified
    assert harness.next_due() is None


def test_telling_can_be_put_off_and_then_stays_ended(harness: JournalHarness) -> None:
    number, other = harness.accept("sales"), harness.accept("sales")
    harness.journal.release(harness.journal.end(harness.claim(), State.ALREADY, {}), START + MINUTE)
    assert (harness.journal.get(number).state, harness.claim().id) == (State.ALREADY, other)
    harness.clock.move(seconds=50)
    assert harness.journal.claim("idle") is None
    harness.clock.move(seconds=10)
    entry = harness.journal.claim("teller")
    assert entry is not None
    assert (entry.id, entry.state) == (number, State.ALREADY)


def test_an_unsettled_one_blocks_nobody_and_may_end_once_more(harness: JournalHarness) -> None:
    harness.accept("sales")
    after = harness.accept("sales")
    unsettled = harness.journal.end(harness.claim(), State.UNKNOWN, {"text": "unknown"})
    assert harness.claim().id == after
    assert unsettled.id not in {entry.id for entry in harness.journal.waiting()}
    settled = harness.journal.end(unsettled, State.DONE, {"text": "it was done after all"})
    assert settled.state is State.DONE


def test_ending_so_again_is_harmless_and_ending_otherwise_is_not_possible(harness: JournalHarness) -> None:
    harness.accept("sales")
    ended = harness.journal.end(harness.claim(), State.DONE, {"text": "done"})
    assert harness.journal.end(ended, State.DONE, {"text": "done"}).ended_at == ended.ended_at
    with pytest.raises(LeaseLost):
        harness.journal.end(ended, State.FAILED, {})


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING])
def test_waiting_and_running_are_no_ends(harness: JournalHarness, state: State) -> None:
    harness.accept("sales")
    with pytest.raises(ValueError, match="is no end"):
        harness.journal.end(harness.claim(), state, {})


def test_what_has_not_ended_can_not_be_told_and_what_was_told_can_not_be_changed(harness: JournalHarness) -> None:
    harness.accept("sales")
    entry = harness.claim()
    with pytest.raises(LeaseLost):
        harness.journal.mark_notified(entry)
    entry = harness.journal.end(entry, State.DONE, {})
    harness.journal.mark_notified(entry)
    harness.journal.mark_notified(entry)
    for attempt in (lambda: harness.journal.renew(entry), lambda: harness.journal.release(entry, START)):
        with pytest.raises(LeaseLost):
            attempt()


def test_next_due_is_never_now_at_the_next_time_or_when_a_lease_runs_out(harness: JournalHarness) -> None:
    assert harness.next_due() is None
    harness.accept("sales", run_at=START + 3 * MINUTE)
    assert harness.next_due() == START + 3 * MINUTE
    harness.accept("sales")
    assert harness.next_due() == START
    entry = harness.claim()
    assert harness.next_due() == START + MINUTE
    harness.accept("sales")
    assert harness.next_due() == START + MINUTE, "what is blocked is no reason to wake"
    harness.journal.release(entry, START + 2 * MINUTE)
    assert harness.next_due() == START + 2 * MINUTE


def test_after_a_restart_nobody_waits_for_the_leases_of_the_dead(sqlite_harness: JournalHarness) -> None:
    running, ended, told = (
        sqlite_harness.accept("sales"),
        sqlite_harness.accept("support"),
        sqlite_harness.accept("night"),
    )
    stale = sqlite_harness.claim("dead")
    sqlite_harness.journal.end(sqlite_harness.claim("dead"), State.DONE, {})
    sqlite_harness.journal.mark_notified(sqlite_harness.journal.end(sqlite_harness.claim("dead"), State.DONE, {}))
    sqlite_harness.restart()
    assert sqlite_harness.journal.get(running).state is State.WAITING
    assert (sqlite_harness.claim().id, sqlite_harness.claim().id, sqlite_harness.journal.claim("idle")) == (
        running,
        ended,
        None,
    )
    assert sqlite_harness.event_names(running) == ["accepted", "claimed", "released"]
    assert sqlite_harness.journal.events(running)[2].by == "restart"
    assert sqlite_harness.event_names(told) == ["accepted", "claimed", "ended", "told"]
    _raises_lease_lost(sqlite_harness, stale)


def test_where_replicas_share_the_journal_the_leases_of_the_dead_run_out(harness: JournalHarness) -> None:
    if harness.journal.database.exclusive:
        pytest.skip("SQLite knows that they are dead")
    number = harness.accept("sales")
    stale = harness.claim("dead")
    harness.restart()
    assert harness.journal.get(number) == stale
    assert harness.journal.claim("next") is None
    harness.clock.move(minutes=1)
    assert harness.claim("next").id == number
    _raises_lease_lost(harness, stale)


def test_one_change_at_a_time_has_a_target_whatever_names_it_goes_by(harness: JournalHarness) -> None:
    first, second = harness.accept("sales"), harness.accept("1002")
    has, waits = harness.claim(), harness.claim()
    has = harness.journal.checkpoint(has, plan={"wanted": 1}, targets={"id of sales"})
    with pytest.raises(TargetBusy):
        harness.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})
    waiting = harness.journal.get(second)
    assert (waiting.state, waiting.plan, waiting.owner) == (State.WAITING, None, None)
    assert harness.journal.claim("idle") is None
    assert harness.next_due() == has.lease_until, "what waits is no reason to wake"
    harness.journal.release(has, harness.clock() + MINUTE)
    assert harness.journal.claim("idle") is None, "it has it until it ends"
    harness.clock.move(minutes=1)
    has = harness.claim()
    assert has.id == first
    harness.journal.end(has, State.DONE, {})
    waits = harness.claim()
    assert (waits.id, waits.attempt) == (second, 2)
    harness.journal.checkpoint(waits, plan={"wanted": 2}, targets={"id of sales", "id of support"})


def test_whoever_waits_for_a_target_keeps_nobody_from_the_others(harness: JournalHarness) -> None:
    for name in ("one", "two", "three"):
        harness.accept(name)
    one, two, three = harness.claim(), harness.claim(), harness.claim()
    harness.journal.checkpoint(one, targets={"sales"})
    with pytest.raises(TargetBusy):
        harness.journal.checkpoint(two, targets={"sales", "support"})
    harness.journal.checkpoint(three, targets={"support"})


def test_what_was_taken_over_can_not_take_a_target(harness: JournalHarness) -> None:
    harness.accept("sales")
    slow = harness.claim("slow")
    harness.clock.move(minutes=1)
    taken = harness.claim("next")
    with pytest.raises(LeaseLost):
        harness.journal.checkpoint(slow, plan={}, targets={"id of sales"})
    other = harness.accept("1002")
    harness.journal.checkpoint(harness.claim(), targets={"id of sales"})
    with pytest.raises(TargetBusy):
        harness.journal.checkpoint(taken, targets={"id of sales"})
    assert harness.journal.get(other).state is State.RUNNING


def _resume(harness: JournalHarness) -> None:
    """Ends a pause."""
    harness.accept()
    harness.journal.end(harness.claim("other"), State.DONE, {}, flags={"pause": None})


WAKE_UPS: dict[str, Callable[[JournalHarness], None]] = {
    "the sign-in was repaired": lambda harness: harness.journal.retry_postponed(),
    "a pause has ended": _resume,
}


@pytest.mark.parametrize("wake_up", WAKE_UPS.values(), ids=WAKE_UPS)
@pytest.mark.parametrize("run_at", [None, START])
def test_an_attempt_that_was_under_way_when_others_were_woken_is_followed_by_another_at_once(
    harness: JournalHarness, wake_up: Callable[[JournalHarness], None], run_at: datetime | None
) -> None:
    number = harness.accept("sales", run_at=run_at)
    harness.clock.move(seconds=1)
    entry = harness.claim()
    harness.clock.move(seconds=1)
    wake_up(harness)
    harness.clock.move(seconds=1)
    harness.journal.postpone(entry, harness.clock() + 5 * MINUTE)
    entry = harness.claim()
    assert entry.id == number
    harness.journal.postpone(entry, harness.clock() + 5 * MINUTE)
    assert harness.journal.claim("idle") is None, "nothing has woken it since"


def test_a_report_that_was_under_way_when_slack_accepted_messages_again_is_followed_by_another_at_once(
    harness: JournalHarness,
) -> None:
    number = harness.accept("sales")
    entry = harness.journal.end(harness.claim(), State.DONE, {})
    harness.clock.move(seconds=1)
    harness.journal.retry_untold()
    harness.journal.release(entry, harness.clock() + 5 * MINUTE)
    entry = harness.claim()
    assert (entry.id, entry.state) == (number, State.DONE)
    harness.journal.release(entry, harness.clock() + 5 * MINUTE)
    assert harness.journal.claim("idle") is None
