"""The head is posted once a day, whatever is restarted or away, and by one of several."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import Park
from bot.audit.daily import DailyTask
from bot.errors import SlackRefused, SlackUnavailable
from bot.journal.events import ChainLink
from bot.journal.maintenance import CLAIM, next_day
from bot.messages.message import Message
from bot.runtime.threads import AGAIN
from bot.sandbox.environment import Stage
from tests.audit.places import check, live, lived
from tests.house import Noting
from tests.journal.making import Clock, Desk

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    """Begins now: that is when a journal takes its first head for posted."""
    clock = Clock()
    clock.time = datetime.now(UTC)
    return clock


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    context = lived(tmp_path)
    context.clock.time = clock.time
    yield context
    context.journal.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running


def daily(context: Desk, messenger: Noting, channel: str | None = "C1") -> DailyTask:
    return DailyTask(context.journal, messenger, channel, now=context.clock)


def heads(messages: list[Message]) -> list[int]:
    """The numbers of those that were posted."""
    return [ChainLink.read(message.facts[0].value).number for message in messages]


def test_the_day_after_the_head_stands_in_the_policys_channel(stage: Stage) -> None:
    ana, ops = stage.people["ana"], stage.channels["ops"]
    stage.slack.slash(ana, stage.channels["phones"], "add 1001 to Sales")
    stage.settle()
    stage.forward(DAY)
    (posted,) = stage.slack.wait_for(lambda: stage.slack.messages(ops))
    head = ChainLink.read(posted.plain.replace("*", "").split("Head: ")[1].split("\n")[0])
    assert check(Path(stage.settings.database_url.removeprefix("sqlite:///")).parent, head).head == head


def test_a_restart_on_the_same_day_posts_nothing_and_one_on_the_next_day_does(stage: Stage) -> None:
    ana, ops = stage.people["ana"], stage.channels["ops"]
    for day, posted in ((1, 1), (0, 1), (1, 2), (0, 2)):
        stage.slack.slash(ana, stage.channels["phones"], "group Nowhere")
        stage.slack.slash(ana, stage.channels["phones"], "server extension 1001")
        stage.settle()
        stage.park.stop()
        stage.forward(day * DAY)
        stage.park = Park(stage.settings, now=stage.now)
        assert stage.park.daily.turn() == next_day(stage.now())
        assert len(stage.slack.messages(ops)) == posted
        stage.park.start()


def test_nothing_is_posted_where_nothing_happened_since(context: Desk) -> None:
    messenger = Noting()
    for _ in range(4):
        context.clock.move(days=1)
        assert daily(context, messenger).turn() == next_day(context.clock())
    assert heads(messenger.announced) == [18]
    live(context)
    daily(context, messenger).turn()
    assert heads(messenger.announced) == [18, 24]


def test_nothing_is_posted_twice_on_one_day(context: Desk) -> None:
    messenger = Noting()
    for _ in range(3):
        live(context)
        daily(context, messenger).turn()
    assert messenger.announced == []
    context.clock.time = next_day(context.clock())
    for _ in range(3):
        live(context)
        daily(context, messenger).turn()
    assert heads(messenger.announced) == [42]


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (SlackUnavailable("ratelimited", 300), timedelta(seconds=300)),
        (SlackUnavailable("no answer"), AGAIN),
        (SlackRefused("channel_not_found"), 60 * AGAIN),
    ],
)
def test_what_slack_does_not_take_is_posted_later(context: Desk, fault: Exception, away: timedelta) -> None:
    messenger = Noting(faults=[fault, fault])
    duty = daily(context, messenger)
    context.clock.move(days=1)
    for _ in range(2):
        assert duty.turn() == context.clock() + away
        context.clock.time += away
    assert duty.turn() == next_day(context.clock())
    assert heads(messenger.announced) == [18]


def test_of_two_replicas_one_posts_and_a_dead_ones_claim_runs_out(context: Desk) -> None:
    second, first = Noting(), Noting(faults=[KeyboardInterrupt()])  # type: ignore[list-item]  # as a kill: no way back
    context.clock.time = next_day(context.clock())
    with pytest.raises(KeyboardInterrupt):
        daily(context, first).turn()
    assert daily(context, second).turn() == context.clock() + CLAIM
    assert second.announced == []
    context.clock.time += CLAIM
    assert daily(context, second).turn() == next_day(context.clock())
    daily(context, first).turn()
    assert (heads(second.announced), first.announced) == ([18], [])


def test_a_head_that_was_posted_and_could_not_be_recorded_is_not_posted_again(context: Desk) -> None:
    held = sqlite3.connect(context.folder / "park.sqlite3", isolation_level=None)
    messenger = Holding(before=lambda: held.execute("BEGIN IMMEDIATE"))
    duty = daily(context, messenger)
    context.clock.move(days=1)
    assert duty.turn() == context.clock() + AGAIN
    held.close()
    context.clock.time += AGAIN
    assert duty.turn() == next_day(context.clock())
    daily(context, messenger).turn()
    assert heads(messenger.announced) == [18]


class Holding(Noting):
    """Does something else first."""

    def __init__(self, before: Callable[[], object]) -> None:
        super().__init__()
        self._before = before

    def post(self, channel: str, message: Message) -> None:
        self._before()
        super().post(channel, message)


def test_without_a_channel_nothing_is_posted(context: Desk) -> None:
    messenger = Noting()
    context.clock.move(days=1)
    assert daily(context, messenger, None).turn() == next_day(context.clock())
    assert messenger.announced == []
