"""What a thread does for somebody, it does in their name."""

import threading
from contextvars import ContextVar

from bot.runtime.threads import FairThreadPool, ThreadPool

whose: ContextVar[str] = ContextVar("whose")


def test_work_is_done_on_behalf_of_whoever_the_caller_works_for() -> None:
    with ThreadPool("reader", 1) as pool:
        for name in ("ana", "ben"):
            token = whose.set(name)
            assert pool.submit(whose.get).result(30) == name
            whose.reset(token)
        assert pool.submit(whose.get, "nobody").result(30) == "nobody"
        assert pool.submit(dict, one=1).result(30) == {"one": 1}
    assert pool.idle


def test_whoever_floods_a_fair_pool_waits_for_themselves_and_others_do_not() -> None:
    pool, authorizer, order = FairThreadPool("fair", 4, most=2), threading.Event(), list[str]()
    ours = threading.Event()

    def slow() -> None:
        assert authorizer.wait(10)
        order.append("flood")

    def quick() -> None:
        order.append("other")
        ours.set()

    for _ in range(20):
        pool.submit_for("flooder", slow)
    pool.submit_for("somebody", quick)
    assert ours.wait(10), "somebody waited for the flood"
    assert not pool.idle
    authorizer.set()
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
