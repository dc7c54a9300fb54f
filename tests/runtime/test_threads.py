"""Thread pools keep the caller's context and share their threads fairly."""

import threading
from contextvars import ContextVar

from bot.runtime.threads import FairThreadPool, ThreadPool
from tests.waiting import PATIENCE

user: ContextVar[str] = ContextVar("user")


def test_work_is_done_on_behalf_of_whoever_the_caller_works_for() -> None:
    with ThreadPool("reader", 1) as pool:
        for name in ("ana", "ben"):
            token = user.set(name)
            assert pool.submit(user.get).result(30) == name
            user.reset(token)
        assert pool.submit(user.get, "nobody").result(30) == "nobody"
        assert pool.submit(dict, one=1).result(30) == {"one": 1}
    assert pool.idle


def test_whoever_floods_a_fair_pool_waits_for_themselves_and_others_do_not() -> None:
    pool, release, order = FairThreadPool("fair", 4, most=2), threading.Event(), list[str]()
    other_done = threading.Event()

    def slow() -> None:
        assert release.wait(PATIENCE)
        order.append("flood")

    def quick() -> None:
        order.append("other")
        other_done.set()

    for _ in range(20):
        pool.submit_for("flooder", slow)
    pool.submit_for("somebody", quick)
    assert other_done.wait(PATIENCE), "somebody waited for the flood"
    assert not pool.idle
    release.set()
    pool.shutdown()
    assert order == ["other", *["flood"] * 20]
    assert pool.idle


def test_what_fails_in_a_fair_pool_lets_the_next_one_in() -> None:
    pool, done = FairThreadPool("fair", 2, most=1), list[int]()

    def fail() -> None:
        raise ValueError

    pool.submit_for("somebody", fail)
    for number in range(3):
        pool.submit_for("somebody", lambda number=number: done.append(number))  # type: ignore[misc]
    pool.shutdown()
    assert done == [0, 1, 2]
