"""The head is posted once a day, whatever is restarted or away, and by one of several."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Park
from bot.audit.daily import DailyTask
from bot.errors import JournalUnavailable, SlackRefused, SlackUnavailable
from bot.journal.events import ChainLink
from bot.journal.heads import next_midnight
from bot.journal.leases import DURATION as HEAD_LEASE
from bot.messages.message import Message
from bot.runtime.metrics import REGISTRY
from bot.runtime.threads import RETRY_DELAY
from bot.sandbox.environment import Sandbox
from bot.settings.tenants import TenantSettings
from tests.audit.places import check, journal_with_changes, make_change, set_head_posted_at
from tests.bot_harness import RecordingMessenger
from tests.journal.making import Clock, JournalHarness

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def harness(tmp_path: Path, clock: Clock) -> Iterator[JournalHarness]:
    harness = journal_with_changes(tmp_path)
    harness.clock.time = clock.time
    set_head_posted_at(harness, clock.time)
    yield harness
    harness.journal.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def daily(harness: JournalHarness, messenger: RecordingMessenger, channel: str | None = "C1") -> DailyTask:
    return DailyTask(harness.journal, messenger, channel, now=harness.clock)


def heads(messages: list[Message]) -> list[int]:
    """The numbers of those that were posted."""
    return [ChainLink.read(message.facts[0].value).number for message in messages]


def test_the_day_after_the_head_stands_in_the_policys_channel(sandbox: Sandbox) -> None:
    ana, ops = sandbox.people["ana"], sandbox.channels["ops"]
    sandbox.slack.slash(ana, sandbox.channels["phones"], "add 1001 to Sales")
    sandbox.settle()
    sandbox.forward(DAY)
    (posted,) = sandbox.slack.wait_for(lambda: sandbox.slack.messages(ops))
    head = ChainLink.read(posted.plain.replace("*", "").split("Head: ")[1].split("\n")[0])
    assert check(Path(sandbox.settings.database_url.removeprefix("sqlite:///")).parent, head).head == head


def test_a_restart_on_the_same_day_posts_nothing_and_one_on_the_next_day_does(sandbox: Sandbox) -> None:
    ana, ops = sandbox.people["ana"], sandbox.channels["ops"]
    for day, posted in ((1, 1), (0, 1), (1, 2), (0, 2)):
        for line in ("group Nowhere", "server extension 1001"):
            assert sandbox.slack.slash(ana, sandbox.channels["phones"], line).ok
        sandbox.settle()
        sandbox.park.stop()
        sandbox.slack.wait_for(lambda: not sandbox.slack.connections)
        sandbox.forward(day * DAY)
        sandbox.park = Park(TenantSettings(settings=sandbox.settings), now=sandbox.now)
        assert sandbox.park.tenant.daily.turn() == next_midnight(sandbox.now())
        assert len(sandbox.slack.messages(ops)) == posted
        sandbox.park.start()
        sandbox.slack.wait_for(lambda: sandbox.slack.connections)


def test_nothing_is_posted_where_nothing_happened_since(harness: JournalHarness) -> None:
    messenger = RecordingMessenger()
    for _ in range(4):
        harness.clock.move(days=1)
        assert daily(harness, messenger).turn() == next_midnight(harness.clock())
    assert heads(messenger.announced) == [18]
    make_change(harness)
    daily(harness, messenger).turn()
    assert heads(messenger.announced) == [18, 24]


def test_nothing_is_posted_twice_on_one_day(harness: JournalHarness) -> None:
    messenger = RecordingMessenger()
    for _ in range(3):
        make_change(harness)
        daily(harness, messenger).turn()
    assert messenger.announced == []
    harness.clock.time = next_midnight(harness.clock())
    for _ in range(3):
        make_change(harness)
        daily(harness, messenger).turn()
    assert heads(messenger.announced) == [42]


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (SlackUnavailable("ratelimited", 300), timedelta(seconds=300)),
        (SlackUnavailable("no answer"), RETRY_DELAY),
        (SlackRefused("channel_not_found"), 60 * RETRY_DELAY),
    ],
)
def test_what_slack_does_not_take_is_posted_later(harness: JournalHarness, fault: Exception, away: timedelta) -> None:
    messenger = RecordingMessenger(faults=[fault, fault])
    duty = daily(harness, messenger)
    harness.clock.move(days=1)
    for _ in range(2):
        assert duty.turn() == harness.clock() + away
        harness.clock.time += away
    assert duty.turn() == next_midnight(harness.clock())
    assert heads(messenger.announced) == [18]


def test_of_two_replicas_one_posts_and_a_dead_ones_claim_runs_out(harness: JournalHarness) -> None:
    second, first = RecordingMessenger(), RecordingMessenger(faults=[KeyboardInterrupt()])  # type: ignore[list-item]  # as a kill: no way back
    harness.clock.time = next_midnight(harness.clock())
    with pytest.raises(KeyboardInterrupt):
        daily(harness, first).turn()
    assert daily(harness, second).turn() == harness.clock() + HEAD_LEASE
    assert second.announced == []
    harness.clock.time += HEAD_LEASE
    assert daily(harness, second).turn() == next_midnight(harness.clock())
    daily(harness, first).turn()
    assert (heads(second.announced), first.announced) == ([18], [])


def test_a_head_that_was_posted_and_could_not_be_recorded_is_not_posted_again(harness: JournalHarness) -> None:
    held = sqlite3.connect(harness.folder / "park.sqlite3", isolation_level=None)
    messenger = Holding(before=lambda: held.execute("BEGIN IMMEDIATE"))
    duty = daily(harness, messenger)
    harness.clock.move(days=1)
    assert duty.turn() == harness.clock() + RETRY_DELAY
    held.close()
    harness.clock.time += RETRY_DELAY
    assert duty.turn() == next_midnight(harness.clock())
    daily(harness, messenger).turn()
    assert heads(messenger.announced) == [18]


class Holding(RecordingMessenger):
    """Does something else first."""

    def __init__(self, before: Callable[[], object]) -> None:
        super().__init__()
        self._before = before

    def post(self, channel: str, message: Message) -> None:
        self._before()
        super().post(channel, message)


def test_without_a_channel_nothing_is_posted(harness: JournalHarness) -> None:
    messenger = RecordingMessenger()
    harness.clock.move(days=1)
    assert daily(harness, messenger, None).turn() == next_midnight(harness.clock())
    assert messenger.announced == []


def test_a_duty_that_fails_delays_no_other_and_is_tried_again(
    harness: JournalHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """For each kind of failure: of the journal, and any other."""
    faults: list[Exception] = [JournalUnavailable("timed out"), RuntimeError("a bug"), RuntimeError("a bug")]

    def fail(*arguments: object, **named: object) -> None:
        if faults:
            raise faults.pop(0)

    monkeypatch.setattr("bot.audit.daily.prune", fail)
    messenger, before = RecordingMessenger(), _failures("prune")
    duty = DailyTask(harness.journal, messenger, "C1", keep=30 * DAY, now=harness.clock)
    harness.clock.move(days=1)
    for delay in (RETRY_DELAY, 2 * RETRY_DELAY, 4 * RETRY_DELAY):
        due = duty.turn()
        assert due == harness.clock() + delay
        assert heads(messenger.announced) == [18]
        assert duty.turn() == due, "it is not tried before"
        harness.clock.time = due
    assert duty.turn() == next_midnight(harness.clock())
    assert _failures("prune") == before + 3
    assert "a bug" in caplog.text


def test_a_head_that_can_t_be_posted_for_a_bug_keeps_pruning_going(harness: JournalHarness) -> None:
    messenger = RecordingMessenger(faults=[TypeError("a bug")])
    duty = DailyTask(harness.journal, messenger, "C1", keep=30 * DAY, now=harness.clock)
    harness.clock.move(days=60)
    make_change(harness)
    assert duty.turn() == harness.clock() + RETRY_DELAY
    assert harness.journal.events(1) == []


def _failures(duty: str) -> float:
    return REGISTRY.get_sample_value("park_duty_failures_total", {"duty": duty, "pbx": ""}) or 0.0
