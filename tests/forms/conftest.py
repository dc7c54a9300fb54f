"""A stage for each test, and helpers for people who click."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.messages.message import FormOffer, Message
from bot.sandbox.environment import Stage
from bot.sandbox.slack.model import Message as SlackMessage
from bot.sandbox.slack.rendering import View
from bot.slack.blocks import render


def pick(stage: Stage, person: str, value: str, label: str) -> None:
    """Selects an option of a picker, as soon as it is offered."""

    def chosen() -> bool:
        try:
            stage.slack.fill(stage.people[person], value, label=label)
        except LookupError:
            return False
        return True

    end = time.monotonic() + 10
    while not chosen():
        assert time.monotonic() < end, f"{value} was never offered"
        time.sleep(0.02)


def form_button(stage: Stage, operation: str, arguments: dict[str, Any] | None = None) -> SlackMessage:
    """Posts a message in #phones with the button *Open* for the operation's form."""
    offer = FormOffer(label="Open", operation=operation, arguments=arguments or {})
    client = WebClient(token=stage.slack.bot_token, base_url=stage.slack.api_url)
    client.chat_postMessage(channel=stage.channels["phones"], **render(Message(title="A form", forms=(offer,)))[0])
    return stage.slack.messages(stage.channels["phones"])[-1]


Ready = Callable[..., View]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running


@pytest.fixture
def ready(stage: Stage) -> Ready:
    """Returns `top` for the test's stage."""
    return partial(top, stage)


def top(stage: Stage, *words: str, person: str = "ana") -> View:
    """Waits until the top view has loaded and contains the words, and returns it."""
    user = stage.people[person]

    def there() -> bool:
        if not stage.slack.views_of(user):
            return False
        plain = stage.slack.view(user).plain
        return not any(word in plain for word in ("Opening ...", "Checking with")) and all(w in plain for w in words)

    stage.slack.wait_for(there, timeout=10)
    return stage.slack.view(user)


def home(stage: Stage, person: str, *words: str) -> View:
    """Waits until the person's Home tab contains the words, and returns it."""

    def there() -> View | None:
        view = stage.slack.home(stage.people[person])
        return view if view is not None and all(word in view.plain for word in words) else None

    found = stage.slack.wait_for(there, timeout=10)
    assert found is not None
    return found
