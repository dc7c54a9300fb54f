"""The cache with a limited lifetime and size."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SlackUnavailable
from bot.slack.users import TTLCache
from tests.waiting import PATIENCE


def test_what_was_fetched_longest_ago_is_forgotten_first_when_there_is_too_much() -> None:
    fetched: list[int] = []

    def double(key: int) -> int:
        fetched.append(key)
        return key * 2

    cached = TTLCache(double, seconds=60, max_entries=2)
    assert [cached(key) for key in (1, 2, 3, 3, 2, 1)] == [2, 4, 6, 6, 4, 2]
    assert fetched == [1, 2, 3, 1]


def test_an_error_is_not_kept() -> None:
    divisors = iter([0, 1])
    cached: TTLCache[int, int] = TTLCache(lambda key: key // next(divisors), seconds=60)
    with pytest.raises(ZeroDivisionError):
        cached(7)
    assert cached(7) == 7


def test_all_who_wait_for_one_key_share_one_call_and_its_failure() -> None:
    calls, may_answer = [], threading.Event()

    def fail(key: int) -> int:
        calls.append(key)
        may_answer.wait(PATIENCE)
        raise SlackUnavailable("away")

    cached = TTLCache(fail, seconds=60)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(cached, 7) for _ in range(8)]
        while 7 not in cached._fetching or len(cached._fetching[7]._condition._waiters) < 7:  # type: ignore[attr-defined]
            time.sleep(0.001)
        may_answer.set()
        assert {str(one.exception()) for one in waiting} == {"away"}
    assert calls == [7]


def test_the_last_known_value_is_used_within_its_bound_while_slack_is_away() -> None:
    now, values = datetime(2026, 6, 10, tzinfo=UTC), iter([1])

    def fetch(key: str) -> int:
        for value in values:
            return value
        raise SlackUnavailable("away")

    cached = TTLCache(fetch, seconds=60, stale_seconds=3600, now=lambda: now)
    assert cached("all") == 1
    now += timedelta(minutes=59)
    assert cached("all") == 1
    now += timedelta(minutes=2)
    with pytest.raises(SlackUnavailable):
        cached("all")


def test_a_clock_that_is_set_back_lets_nothing_count_for_longer() -> None:
    now, fetched = datetime(2026, 1, 5, 9, tzinfo=UTC), list[int]()

    def fetch(key: int) -> int:
        fetched.append(key)
        return len(fetched)

    cached = TTLCache(fetch, seconds=60, now=lambda: now)
    assert cached(1) == 1
    now -= timedelta(hours=1)
    assert cached.recall(1, seconds=3600) is None
    assert cached(1) == 2


def test_what_took_long_to_fetch_is_as_old_as_its_question() -> None:
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def fetch(key: int) -> datetime:
        nonlocal now
        now += timedelta(seconds=10)
        return now

    cached = TTLCache(fetch, seconds=60, now=lambda: now)
    first = cached(1)
    now += timedelta(seconds=49)
    assert cached(1) == first
    now += timedelta(seconds=1)
    assert cached(1) != first
