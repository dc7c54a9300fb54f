"""Somebody who types, and reads what comes back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from tests.shared import lent
from tests.waiting import wait_until

Typed = Callable[..., str]


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http) as running:
        yield running


@pytest.fixture(scope="module")
def standing(http: bool) -> Iterator[Sandbox]:
    """A stage that the tests of a module share by `untouched`."""
    with Sandbox(http=http) as running:
        yield running


@pytest.fixture
def untouched(standing: Sandbox) -> Iterator[Sandbox]:
    """A stage for a test that changes nothing."""
    with lent(standing, asks=True):
        yield standing


@pytest.fixture
def typed(sandbox: Sandbox) -> Typed:
    """Types a line as `typed_in` says."""
    return typed_in(sandbox)


def typed_in(sandbox: Sandbox) -> Typed:
    """Types a line as a person in a channel; returns what is new to that person, threads included, as plain text."""

    def type_line(line: str, *, person: str = "ana", channel: str = "phones", thread: str | None = None) -> str:
        before = {one.ts for one in seen(sandbox, person, channel)}
        if line.startswith("@"):
            ts = sandbox.slack.say(sandbox.people[person], sandbox.channels[channel], line, thread=thread)
            before.add(ts)
            sandbox.slack.wait_for(lambda: {one.ts for one in seen(sandbox, person, channel)} - before)
        else:
            assert sandbox.slack.slash(sandbox.people[person], sandbox.channels[channel], line).ok
        sandbox.settle()
        new = [one for one in seen(sandbox, person, channel) if one.ts not in before]
        return "\n".join(one.plain for one in new).replace("*", "")

    return type_line


def seen(sandbox: Sandbox, person: str, channel: str) -> list[Message]:
    """All that a person sees in a channel, its threads included."""
    user, place = sandbox.people[person], sandbox.channels[channel]
    tops = sandbox.slack.seen_by(user, place)
    return [*tops, *(reply for top in tops for reply in sandbox.slack.seen_by(user, place, thread=top.ts)[1:])]


def settle_after_retries(sandbox: Sandbox) -> None:
    """Moves the clocks ahead until nothing is left to be tried again."""

    def is_idle() -> bool:
        sandbox.forward(timedelta(seconds=1))
        return sandbox.park.idle

    wait_until(is_idle, "Park still works")
