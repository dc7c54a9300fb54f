"""A stage for each test, and helpers for people who click."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.messages.message import FormOffer, Message
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message as SlackMessage
from bot.sandbox.slack.rendering import View
from bot.slack.blocks import render
from tests.shared import lent
from tests.waiting import wait_until


def pick(sandbox: Sandbox, person: str, value: str, label: str) -> None:
    """Selects an option of a picker, as soon as it is offered."""

    def chosen() -> bool:
        try:
            sandbox.slack.fill(sandbox.people[person], value, label=label)
        except LookupError:
            return False
        return True

    wait_until(chosen, f"{value} was never offered")


def form_button(sandbox: Sandbox, operation: str, arguments: dict[str, Any] | None = None) -> SlackMessage:
    """Posts a message in #phones with the button *Open* for the operation's form."""
    offer = FormOffer(label="Open", operation=operation, arguments=arguments or {})
    client = WebClient(token=sandbox.slack.bot_token, base_url=sandbox.slack.api_url)
    client.chat_postMessage(channel=sandbox.channels["phones"], **render(Message(title="A form", forms=(offer,)))[0])
    return sandbox.slack.messages(sandbox.channels["phones"])[-1]


Ready = Callable[..., View]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def standing() -> Iterator[Sandbox]:
    """A stage that the tests of a module share by `untouched`."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def untouched(standing: Sandbox) -> Iterator[Sandbox]:
    """A stage for a test that changes nothing."""
    with lent(standing, asks=True):
        yield standing


@pytest.fixture
def ready(sandbox: Sandbox) -> Ready:
    """Returns `top` for the test's stage."""
    return partial(top_view, sandbox)


def top_view(sandbox: Sandbox, *words: str, person: str = "ana") -> View:
    """Waits until the top view has loaded and contains the words, and returns it."""
    user = sandbox.people[person]

    def there() -> bool:
        if not sandbox.slack.views_of(user):
            return False
        plain = sandbox.slack.view(user).plain
        return not any(word in plain for word in ("Opening ...", "Checking with")) and all(w in plain for w in words)

    try:
        sandbox.slack.wait_for(there)
    except TimeoutError as late:
        seen = [view.plain for view in sandbox.slack.views_of(user)]
        raise AssertionError(f"no view says {words}: {seen}, {sandbox.slack.calls[-8:]}") from late
    return sandbox.slack.view(user)


def fill_unseen(sandbox: Sandbox, user: str, value: str, label: str) -> None:
    """Fills an input of a form that does not show what would change before it is sent, as for somebody who is quick.

    A form that has shown it is closed at once when it is sent.
    """
    sandbox.slack.faults.fail("views.update", "hash_conflict", times=1000)
    sandbox.slack.fill(user, value, label=label)
    sandbox.settle()
    sandbox.slack.faults.clear()


def home_view(sandbox: Sandbox, person: str, *words: str) -> View:
    """Waits until the person's Home tab contains the words, and returns it."""

    def there() -> View | None:
        view = sandbox.slack.home(sandbox.people[person])
        return view if view is not None and all(word in view.plain for word in words) else None

    found = sandbox.slack.wait_for(there)
    assert found is not None
    return found
