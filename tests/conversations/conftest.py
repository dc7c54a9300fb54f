"""Somebody who types, and reads what comes back."""

from collections.abc import Callable, Iterator

import pytest

from bot.sandbox.environment import Stage
from bot.sandbox.slack.model import Message

Typed = Callable[..., str]


@pytest.fixture
def stage(http: bool) -> Iterator[Stage]:
    with Stage(http=http) as running:
        yield running


@pytest.fixture
def typed(stage: Stage) -> Typed:
    """Types a line as a person in a channel; returns what is new to that person, threads included, as plain text."""

    def type_line(line: str, *, person: str = "ana", channel: str = "phones", thread: str | None = None) -> str:
        before = {one.ts for one in seen(stage, person, channel)}
        if line.startswith("@"):
            ts = stage.slack.say(stage.people[person], stage.channels[channel], line, thread=thread)
            before.add(ts)
            stage.slack.wait_for(lambda: {one.ts for one in seen(stage, person, channel)} - before, timeout=10)
        else:
            assert stage.slack.slash(stage.people[person], stage.channels[channel], line).ok
        stage.settle()
        new = [one for one in seen(stage, person, channel) if one.ts not in before]
        return "\n".join(one.plain for one in new).replace("*", "")

    return type_line


def seen(stage: Stage, person: str, channel: str) -> list[Message]:
    """All that a person sees in a channel, its threads included."""
    user, place = stage.people[person], stage.channels[channel]
    tops = stage.slack.seen_by(user, place)
    return [*tops, *(reply for top in tops for reply in stage.slack.seen_by(user, place, thread=top.ts)[1:])]
