"""The cache with a limited lifetime and size."""

import pytest

from bot.slack.users import TTLCache


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
