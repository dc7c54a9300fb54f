"""Messages are late by Slack's own clock, however far it is from the one here."""

from collections.abc import Iterator

import pytest

from bot.journal.models import State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox

SKEWS = pytest.mark.parametrize("skew", [-3600, -300, 0, 300, 3600])
"""Seconds that Slack's clock is ahead of Park's."""
SOURCES = pytest.mark.parametrize("source", ["mention", "direct"])


@pytest.fixture
def sandbox(skew: int) -> Iterator[Sandbox]:
    running = Sandbox(now=ORDINARY_INSTANT)
    running.slack.state.timestamps.ahead += skew
    with running:
        yield running


def write(sandbox: Sandbox, source: str) -> None:
    ana, line = sandbox.people["ana"], "recall Sales to Night Desk for 2h"
    if source == "mention":
        sandbox.slack.say(ana, sandbox.channels["phones"], f"<@{sandbox.slack.bot_user}> {line}")
    else:
        sandbox.slack.say(ana, sandbox.slack.direct(ana), line)


@SKEWS
@SOURCES
def test_what_is_delivered_at_once_is_made_and_its_times_are_those_here(sandbox: Sandbox, source: str) -> None:
    write(sandbox, source)
    sandbox.settle()
    journal = sandbox.park.tenant.journal
    assert journal.get(1).state is State.DONE
    assert abs((journal.get(2).run_at - sandbox.now()).total_seconds() - 7200) < 60


@SKEWS
@SOURCES
def test_what_is_delivered_late_is_handed_back(sandbox: Sandbox, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    timestamps = sandbox.slack.state.timestamps
    with monkeypatch.context() as patched:
        patched.setattr(timestamps, "next", lambda: f"{timestamps.time() - 420:.6f}")
        write(sandbox, source)
    sandbox.settle()
    assert sandbox.park.tenant.journal.get(1).state is State.EXPIRED
