"""Entries are processed whatever another entry does to its thread."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.models import Entry, Json
from bot.sandbox.environment import ORDINARY_INSTANT
from bot.worker.worker import THREADS_PER_USER, Worker
from tests.bot_harness import ANA, BEN, BotHarness, bot_harness
from tests.waiting import PATIENCE


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path) as whole:
        yield whole


@pytest.fixture
def worker(park: BotHarness) -> Iterator[Worker]:
    """The worker, stopped at the end if the test has started it."""
    yield park.worker
    if park.worker._threads:
        park.worker.stop()


def confirmed(park: BotHarness, number: int, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Returns an event that is set once that many changes are confirmed."""
    done, told, count = threading.Event(), park.journal.mark_notified, 0

    def counted(entry: Entry, card: Json | None = None) -> None:
        nonlocal count
        told(entry, card)
        count += 1
        if count == number:
            done.set()

    monkeypatch.setattr(park.journal, "mark_notified", counted)
    return done


def failing_once(real: Callable[..., Any], fault: Exception) -> Callable[..., Any]:
    faults = [fault]

    def call(*args: Any, **named: Any) -> Any:
        if faults:
            raise faults.pop()
        return real(*args, **named)

    return call


def test_what_waits_from_before_is_worked_off_and_what_comes_too(
    park: BotHarness, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = confirmed(park, 2, monkeypatch)
    park.ask("add 1016 to Billing")
    worker.start()
    park.ask("add 1014 to Billing")
    assert done.wait(PATIENCE)
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]


@pytest.mark.parametrize("fault", [JournalUnavailable("busy"), RuntimeError("of Park's own")])
def test_a_fault_in_one_change_leaves_the_workers_alive(
    park: BotHarness,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    monkeypatch.setattr(worker.processor, "process", failing_once(worker.processor.process, fault))
    done = confirmed(park, 1, monkeypatch)
    worker.start()
    park.ask("add 1016 to Billing")
    park.ask("add 1021 to Billing")
    park.ask("recall Sales to Night Desk")
    assert done.wait(PATIENCE)
    assert "change 1" in caplog.text


def test_a_journal_that_can_not_be_read_is_tried_again(
    park: BotHarness, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.worker.worker.JOURNAL_RETRY", timedelta(seconds=0.01))
    monkeypatch.setattr(park.journal, "claim", failing_once(park.journal.claim, JournalUnavailable("busy")))
    monkeypatch.setattr(park.journal, "due_in", failing_once(park.journal.due_in, JournalUnavailable("busy")))
    done = confirmed(park, 1, monkeypatch)
    park.ask("add 1016 to Billing")
    worker.start()
    assert done.wait(PATIENCE)
    assert "the journal can't be read" in caplog.text


def test_what_takes_longer_than_a_lease_is_not_taken_over(
    park: BotHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park.journal.close()
    lease, passed = timedelta(seconds=0.4), timedelta()
    park.journal = journal = Journal(
        f"sqlite:///{tmp_path / 'park.sqlite3'}", lease=lease, now=lambda: ORDINARY_INSTANT + passed
    )
    park.dispatcher.journal = park.worker.processor.journal = park.worker.processor.notifier.journal = journal
    worker = Worker(journal, park.worker.processor, threads=2)
    park.dispatcher.worker = worker
    attempts: list[int] = []
    renewed, renew = threading.Event(), journal.renew

    def note_renewed(entry: Entry) -> Entry:
        entry = renew(entry)
        renewed.set()
        return entry

    def take_three_leases(entry: Entry) -> None:
        nonlocal passed
        attempts.append(entry.attempt)
        for _ in range(4):
            renewed.clear()
            assert renewed.wait(PATIENCE)
            passed += lease * 0.75
            worker.wake()
        journal.mark_notified(journal.end(entry, entry.state.DONE, {}))

    monkeypatch.setattr(journal, "renew", note_renewed)
    monkeypatch.setattr(park.worker.processor, "process", take_three_leases)
    worker.start()
    for line in ("add 1016 to Billing", "remove 1016 from Billing"):  # between them nothing is claimed
        done = confirmed(park, 1, monkeypatch)
        park.ask(line)
        assert done.wait(PATIENCE)
        for thread in [one for one in threading.enumerate() if one.name == "lease-renewal"]:
            thread.join(PATIENCE)
            assert not thread.is_alive()
    assert worker.alive
    worker.stop()
    journal.close()
    assert attempts == [1, 1]


def test_a_thread_that_waits_to_release_an_entry_is_not_woken_instead_of_an_idle_one(
    park: BotHarness, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.worker.JOURNAL_RETRY", timedelta(seconds=PATIENCE))
    failed, idle = threading.Event(), threading.Event()
    process, sleep = worker.processor.process, worker._sleep

    def fail_first(entry: Entry) -> None:
        if entry.id == 1:
            failed.set()
            raise JournalUnavailable("busy")
        process(entry)

    def note_idle(wake_ups: int, due: timedelta | None) -> None:
        if worker._claimed:  # the other thread has found nothing to claim
            idle.set()
        sleep(wake_ups, due)

    monkeypatch.setattr(worker.processor, "process", fail_first)
    monkeypatch.setattr(worker, "_sleep", note_idle)
    done = confirmed(park, 1, monkeypatch)
    worker.start()
    park.ask("add 1016 to Billing")
    assert failed.wait(PATIENCE)
    assert idle.wait(PATIENCE)
    park.ask("recall Sales to Night Desk")
    assert done.wait(PATIENCE / 2)


def test_what_gets_another_time_is_in_time_though_those_who_know_of_it_are_busy(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that claims an entry wakes another one, which learns when the next entry is due."""
    journal, later, others = park.journal, threading.Event(), threading.Barrier(2)

    def process(entry: Entry) -> None:
        if entry.id == 1 and entry.attempt == 1:
            park.ask("recall Sales to Night Desk")
            others.wait(PATIENCE)
            park.dispatcher.worker = Worker(journal, park.worker.processor)  # nobody is woken for the third
            park.ask("recall Support to Night Desk")
            journal.schedule(entry, journal.now() + timedelta(seconds=0.5))
        elif entry.id == 1:
            later.set()
            journal.mark_notified(journal.end(entry, entry.state.DONE, {}))
        else:
            if entry.id == 2:
                others.wait(PATIENCE)
            assert later.wait(PATIENCE)
            journal.mark_notified(journal.end(entry, entry.state.DONE, {}))

    monkeypatch.setattr(park.worker.processor, "process", process)
    worker = Worker(journal, park.worker.processor, threads=3)
    park.dispatcher.worker = worker
    done = confirmed(park, 3, monkeypatch)
    worker.start()
    park.ask("add 1016 to Billing")
    assert done.wait(PATIENCE)
    worker.stop()


def test_whoever_floods_park_waits_for_themselves_and_nobody_else_does(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, lock, released = park.journal, threading.Lock(), threading.Event()
    park.dispatcher.worker = worker = Worker(journal, park.worker.processor)
    running, most, order, looks = set[int](), 0, list[str](), 0
    due_in = journal.due_in

    def process(entry: Entry) -> None:
        nonlocal most
        with lock:
            running.add(entry.id)
            most = max(most, len(running))
        if entry.request.user == ANA:
            assert released.wait(PATIENCE)
        with lock:
            running.discard(entry.id)
            order.append(entry.request.user)
        journal.mark_notified(journal.end(entry, entry.state.DONE, {}))

    def looking(*busy: Any) -> timedelta | None:
        nonlocal looks
        looks += 1
        return due_in(*busy)

    monkeypatch.setattr(worker.processor, "process", process)
    monkeypatch.setattr(journal, "due_in", looking)
    flood = 3 * THREADS_PER_USER
    for number in range(flood):
        park.ask(f"create Group{number}")
    worker.start()
    others = confirmed(park, 1, monkeypatch)
    park.ask("add 1016 to Billing", user=BEN)
    assert others.wait(PATIENCE), "somebody waited for the flood"
    assert looks < 100, "whoever has nothing to do looks again and again"
    done = confirmed(park, flood, monkeypatch)
    released.set()
    assert done.wait(PATIENCE)
    assert (order[0], order.count(ANA)) == (BEN, flood)
    assert most <= THREADS_PER_USER + 1
    worker.stop()


def test_threads_are_started_as_work_comes_and_no_more_than_there_is_work_for(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    park.dispatcher.worker = worker = Worker(park.journal, park.worker.processor, threads=4)
    together = threading.Barrier(4)

    def process(entry: Entry) -> None:
        together.wait(PATIENCE)
        park.journal.mark_notified(park.journal.end(entry, entry.state.DONE, {}))

    monkeypatch.setattr(worker.processor, "process", process)
    worker.start()
    assert len(worker._threads) == 1
    done = confirmed(park, 4, monkeypatch)
    for number in range(4):
        park.ask(f"create Group{number}")
    assert done.wait(PATIENCE), "four were not processed at once"
    assert len(worker._threads) == 4
    assert worker.alive
    worker.stop()
