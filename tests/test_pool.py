"""What a thread does for somebody, it does in their name."""

from contextvars import ContextVar

from bot.pool import Pool

whose: ContextVar[str] = ContextVar("whose")


def test_work_is_done_on_behalf_of_whoever_the_caller_works_for() -> None:
    with Pool("reader", 1) as pool:
        for name in ("ana", "ben"):
            token = whose.set(name)
            assert pool.submit(whose.get).result(30) == name
            whose.reset(token)
        assert pool.submit(whose.get, "nobody").result(30) == "nobody"
        assert pool.submit(dict, one=1).result(30) == {"one": 1}
    assert pool.idle
