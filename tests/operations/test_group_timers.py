"""A timer of one group is asked for in many ways, and each has the same answer: only the server has timers."""

import pytest

from bot.errors import NotUnderstood
from bot.operations.parser import parse
from bot.texts import lines

WAYS = [
    "recall time of {} to 77 s", "recall time of {} 77", "recall time for {} to 30s", "timeout of {} 30",
    "timeout {} 30",
    "park time for {} 60", "set {} recall time 77", "set {} recall time to 77 s", "set the recall time of {} to 1m",
    "change recall timeout for {} to 30 seconds", "recall ring group time of {} 30", "{} recall time 77",
    "{} timeout 30",
    "recall {} time 30", "recall {} after 30 seconds", "recall {} in 30s", "what is the recall time of {}",
    "how long is the recall time of {}", "what's the timeout of {}", "increase the timeout of {}",
    "preview recall time of {} to 77 s", "please set the timeout of {} to 30",
]  # fmt: skip


@pytest.mark.parametrize("group", ["Sales", "Night Desk", "the Sales group", '"Back to Front"', "Sales for Partners"])
@pytest.mark.parametrize("way", WAYS)
def test_a_timer_of_a_group_is_explained(way: str, group: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse(way.format(group))
    assert str(refused.value) == lines.GROUP_TIMERS
    assert [offer.line for offer in refused.value.message.offers] == ["server"]


@pytest.mark.parametrize(
    "line",
    [
        "recall time 77 s",
        "recall time of the server 77 s",
        "recall time of server to 77",
        "set recall time to 77 s",
        "set the recall time for call park to 77s",
        "server recall time 77s",
        "recall ring group time 77",
    ],
)
def test_the_timers_of_the_server_are_set(line: str) -> None:
    assert parse(line)[0].text() in ("server recall time 1m17s", "server recall ring group time 1m17s")


@pytest.mark.parametrize("line", ["recall Timeout to Reception", 'recall "time of Sales" to Reception', "group Timers"])
def test_a_name_with_such_a_word_stays_a_name(line: str) -> None:
    assert parse(line)[0].text() == line
