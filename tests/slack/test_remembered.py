"""Answers kept for a short while."""

import pytest

from bot.slack.users import TTLCache


def test_what_was_asked_longest_ago_is_forgotten_first_when_there_is_too_much() -> None:
    asked: list[int] = []

    def double(key: int) -> int:
        asked.append(key)
        return key * 2

    remembered = TTLCache(double, seconds=60, most=2)
    assert [remembered(key) for key in (1, 2, 3, 3, 2, 1)] == [2, 4, 6, 6, 4, 2]
    assert asked == [1, 2, 3, 1]


def test_an_error_is_not_kept() -> None:
    divisors = iter([0, 1])
    remembered: TTLCache[int, int] = TTLCache(lambda key: key // next(divisors), seconds=60)
    with pytest.raises(ZeroDivisionError):
        remembered(7)
    assert remembered(7) == 7
