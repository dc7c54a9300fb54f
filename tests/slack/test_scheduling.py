"""The schedule of calls to Slack: one rate limit holds all calls under it back, and only those."""

import threading
import time
from itertools import pairwise

import pytest

from bot.errors import SlackUnavailable
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.slack import scheduling
from bot.slack.client import connect_client, translate_errors
from bot.slack.scheduling import RECOVERY, SPACING, CallScheduler, Limit, in_background
from tests.slack.conftest import SCOPES
from tests.waiting import PATIENCE

POST, OTHER = Limit("chat.postMessage", "C1"), Limit("chat.postMessage", "C2")


class Clock:
    """A clock that is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> CallScheduler:
    return CallScheduler(clock)


def test_messages_are_limited_in_each_channel_and_other_methods_in_the_workspace() -> None:
    assert Limit.of("chat.postMessage", {"json": {"channel": "C1", "text": ""}}) == POST
    assert Limit.of("views.publish", {"json": {"user_id": "U1", "channel": "C1"}}) == Limit("views.publish")
    assert Limit.of("auth.test", {"params": {}}) == Limit("auth.test")
    assert Limit.of("auth.test", {}) == Limit("auth.test")


def test_whoever_comes_while_slack_wants_a_pause_is_told_how_long_it_takes(
    scheduler: CallScheduler, clock: Clock
) -> None:
    scheduler.hold(POST, 30)
    scheduler.await_turn(OTHER)
    clock.now += 10
    with pytest.raises(SlackUnavailable) as told:
        scheduler.await_turn(POST)
    assert told.value.retry_after == 20
    clock.now += 20
    scheduler.await_turn(POST)


def test_a_shorter_pause_does_not_end_a_longer_one(scheduler: CallScheduler) -> None:
    scheduler.hold(POST, 30)
    scheduler.hold(POST, 5)
    with pytest.raises(SlackUnavailable) as told:
        scheduler.await_turn(POST)
    assert told.value.retry_after == 30


def test_after_the_recovery_nothing_is_held_back(scheduler: CallScheduler, clock: Clock) -> None:
    scheduler.hold(POST, 5)
    clock.now += 60
    for _ in range(100):
        scheduler.await_turn(POST)


def test_home_tabs_leave_room_in_slacks_tiers(scheduler: CallScheduler, clock: Clock) -> None:
    people = Limit("users.info")
    with in_background():
        for _ in range(80):
            scheduler.await_turn(people)
            clock.now += 0.5
        with pytest.raises(SlackUnavailable) as told:
            scheduler.await_turn(people)
        assert told.value.retry_after == 20
    for _ in range(30):
        scheduler.await_turn(people)
    clock.now += 61
    with in_background():
        scheduler.await_turn(people)


def test_a_home_tab_waits_for_those_that_somebody_waits_for() -> None:
    scheduler, order = CallScheduler(), list[str]()
    scheduler.hold(POST, 1)

    def call(name: str, *, background: bool) -> None:
        if background:
            with in_background():
                scheduler.await_turn(POST)
        else:
            scheduler.await_turn(POST)
        order.append(name)

    tab = threading.Thread(target=call, args=("tab",), kwargs={"background": True})
    card = threading.Thread(target=call, args=("card",), kwargs={"background": False})
    for thread in (tab, card):
        thread.start()
    for thread in (tab, card):
        thread.join()
    assert order == ["card", "tab"]


def test_one_limit_is_asked_for_once_however_many_threads_post() -> None:
    with FakeSlack(scopes=SCOPES) as slack:
        ada = slack.add_person("ada", real_name="Ada")
        phones, random = slack.add_channel("phones", [ada]), slack.add_channel("random", [ada])
        client = connect_client(slack.bot_token, slack.api_url)
        slack.faults.fail("chat.postMessage", "ratelimited", retry_after=30)
        for _ in range(5):
            with pytest.raises(SlackUnavailable), translate_errors():
                client.chat_postMessage(channel=phones, text="card")
        client.chat_postMessage(channel=random, text="card")
        asked = [call.args["channel"] for call in slack.calls if call.method == "chat.postMessage"]
        assert asked == [phones, random]


def test_a_burst_is_sent_at_once_and_then_a_message_a_second(scheduler: CallScheduler, clock: Clock) -> None:
    scheduler.burst = 5  # type: ignore[misc]  # of this one alone
    for _ in range(5):
        scheduler.await_turn(POST)
    clock.now += 1
    scheduler.await_turn(POST)
    scheduler.await_turn(OTHER)
    clock.now += 3
    for _ in range(3):
        scheduler.await_turn(POST)
    clock.now += 60
    for _ in range(5):
        scheduler.await_turn(POST)


def test_whoever_would_wait_for_too_long_is_told_when_to_come_back_and_takes_no_place(clock: Clock) -> None:
    scheduler = CallScheduler(clock)
    scheduler.burst = 1  # type: ignore[misc]
    scheduler._free_at[POST] = clock.now + 10
    for _ in range(5):
        with pytest.raises(SlackUnavailable) as told:
            scheduler.await_turn(POST)
        assert told.value.retry_after == 10
    clock.now += 10
    scheduler.await_turn(POST)


def test_messages_after_a_limit_are_counted_in_the_pace(
    scheduler: CallScheduler, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "LONGEST_WAIT", 0.0)
    for _ in range(CallScheduler.burst):
        scheduler.await_turn(POST)
    scheduler.hold(POST, 2)
    for seconds in (2, *[1] * 10):  # the recovery ends with the last one
        clock.now += seconds
        scheduler.await_turn(POST)
    scheduler.await_turn(POST)
    with pytest.raises(SlackUnavailable):  # 12 s have passed: so many of the 32 messages may have been followed up
        scheduler.await_turn(POST)


def test_only_messages_are_paced(scheduler: CallScheduler) -> None:
    scheduler.burst = 1  # type: ignore[misc]
    for _ in range(100):
        scheduler.await_turn(Limit("chat.update", "C1"))
        scheduler.await_turn(Limit("chat.postEphemeral", "C1"))


def test_channels_that_are_idle_are_forgotten(scheduler: CallScheduler, clock: Clock) -> None:
    for number in range(3000):
        scheduler.await_turn(Limit("chat.postMessage", f"C{number}"))
        clock.now += 1
    assert len(scheduler._free_at) <= 1001


def test_the_pace_of_a_channel_is_kept_by_threads_that_wait() -> None:
    scheduler = CallScheduler()
    scheduler.burst = 1  # type: ignore[misc]
    sent = list[float]()

    def send() -> None:
        scheduler.await_turn(POST)
        sent.append(time.monotonic())

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gaps = [later - earlier for earlier, later in pairwise(sorted(sent))]
    assert all(gap > 0.5 for gap in gaps), gaps


def test_a_response_url_is_left_alone_while_slack_wants_that_and_others_are_not() -> None:
    with FakeSlack(scopes=SCOPES) as slack:
        ada = slack.add_person("ada", real_name="Ada Lovelace")
        channel = slack.add_channel("phones", [ada])
        client = connect_client(slack.bot_token, slack.api_url)
        one, other = slack.urls.new(channel, ada), slack.urls.new(channel, ada)
        slack.faults.fail("response_url", "ratelimited", retry_after=60)
        for _ in range(3):
            with pytest.raises(SlackUnavailable):
                client.respond(one, text="Hello")
        client.respond(other, text="Hello")
        assert len([call for call in slack.calls if call.method == "response_url"]) == 2
        slack.faults.fail("response_url", "ratelimited", retry_after=1)
        client.respond(other, text="Hello again")
        assert [message.text for message in slack.ephemerals(ada)] == ["Hello", "Hello again"]


def test_whoever_waits_while_another_ends_the_limit_gets_a_turn(scheduler: CallScheduler, clock: Clock) -> None:
    scheduler.hold(POST, 0)
    clock.now += RECOVERY - 0.5
    scheduler.await_turn(POST)  # the next turn is in a second, when calls are not spaced any more
    failed = list[BaseException]()

    def wait() -> None:
        try:
            scheduler.await_turn(POST)
        except BaseException as error:
            failed.append(error)

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for one in waiting:
        one.start()
    while scheduler._waiting[POST] < len(waiting):
        time.sleep(0.001)
    clock.now += SPACING
    for one in waiting:
        one.join(PATIENCE)
    assert not any(one.is_alive() for one in waiting)
    assert not failed
    scheduler.await_turn(POST)
