"""The head is posted once a day, whatever is restarted or away, and by one of several."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import Park
from bot.audit.daily import Daily
from bot.errors import SlackRefused, SlackUnavailable
from bot.journal.events import Link
from bot.journal.maintenance import CLAIM, next_day
from bot.messages.message import Message
from bot.runtime.threads import AGAIN
from bot.sandbox.stage import Stage
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
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    desk = lived(tmp_path)
    desk.clock.time = clock.time
    yield desk
    desk.journal.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running


def daily(desk: Desk, voice: Noting, channel: str | None = "C1") -> Daily:
    return Daily(desk.journal, voice, channel, now=desk.clock)


def heads(messages: list[Message]) -> list[int]:
    """The numbers of those that were posted."""
    return [Link.read(message.facts[0].value).number for message in messages]


def test_the_day_after_the_head_stands_in_the_policys_channel(stage: Stage) -> None:
    ana, ops = stage.people["ana"], stage.channels["ops"]
    stage.slack.slash(ana, stage.channels["phones"], "add 1001 to Sales")
    stage.settle()
    stage.forward(DAY)
    (posted,) = stage.slack.wait_for(lambda: stage.slack.messages(ops))
    head = Link.read(posted.plain.replace("*", "").split("Head: ")[1].split("\n")[0])
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


def test_nothing_is_posted_where_nothing_happened_since(desk: Desk) -> None:
    voice = Noting()
    for _ in range(4):
        desk.clock.move(days=1)
        assert daily(desk, voice).turn() == next_day(desk.clock())
    assert heads(voice.announced) == [18]
    live(desk)
    daily(desk, voice).turn()
    assert heads(voice.announced) == [18, 24]


def test_nothing_is_posted_twice_on_one_day(desk: Desk) -> None:
    voice = Noting()
    for _ in range(3):
        live(desk)
        daily(desk, voice).turn()
    assert voice.announced == []
    desk.clock.time = next_day(desk.clock())
    for _ in range(3):
        live(desk)
        daily(desk, voice).turn()
    assert heads(voice.announced) == [42]


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (SlackUnavailable("ratelimited", 300), timedelta(seconds=300)),
        (SlackUnavailable("no answer"), AGAIN),
        (SlackRefused("channel_not_found"), 60 * AGAIN),
    ],
)
def test_what_slack_does_not_take_is_posted_later(desk: Desk, fault: Exception, away: timedelta) -> None:
    voice = Noting(faults=[fault, fault])
    duty = daily(desk, voice)
    desk.clock.move(days=1)
    for _ in range(2):
        assert duty.turn() == desk.clock() + away
        desk.clock.time += away
    assert duty.turn() == next_day(desk.clock())
    assert heads(voice.announced) == [18]


def test_of_two_replicas_one_posts_and_a_dead_ones_claim_runs_out(desk: Desk) -> None:
    second, first = Noting(), Noting(faults=[KeyboardInterrupt()])  # type: ignore[list-item]  # as a kill: no way back
    desk.clock.time = next_day(desk.clock())
    with pytest.raises(KeyboardInterrupt):
        daily(desk, first).turn()
    assert daily(desk, second).turn() == desk.clock() + CLAIM
    assert second.announced == []
    desk.clock.time += CLAIM
    assert daily(desk, second).turn() == next_day(desk.clock())
    daily(desk, first).turn()
    assert (heads(second.announced), first.announced) == ([18], [])


def test_a_head_that_was_posted_and_could_not_be_recorded_is_not_posted_again(desk: Desk) -> None:
    held = sqlite3.connect(desk.folder / "park.sqlite3", isolation_level=None)
    voice = Holding(before=lambda: held.execute("BEGIN IMMEDIATE"))
    duty = daily(desk, voice)
    desk.clock.move(days=1)
    assert duty.turn() == desk.clock() + AGAIN
    held.close()
    desk.clock.time += AGAIN
    assert duty.turn() == next_day(desk.clock())
    daily(desk, voice).turn()
    assert heads(voice.announced) == [18]


class Holding(Noting):
    """Does something else first."""

    def __init__(self, before: Callable[[], object]) -> None:
        super().__init__()
        self._before = before

    def post(self, channel: str, message: Message) -> None:
        self._before()
        super().post(channel, message)


def test_without_a_channel_nothing_is_posted(desk: Desk) -> None:
    voice = Noting()
    desk.clock.move(days=1)
    assert daily(desk, voice, None).turn() == next_day(desk.clock())
    assert voice.announced == []
