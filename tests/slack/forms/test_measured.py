"""How long the usual tasks take a practised person, by keys, clicks and decisions; printed with `pytest -s`."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from tests.slack.forms.conftest import Ready, home_view

KEY, CLICK, DECISION = 0.28, 1.3, 1.35
"""Seconds for one key, for pointing at something and clicking it, and for making up one's mind, once read."""


@dataclass
class Task:
    """One person's way through a task; every gesture is made in the sandbox and counted."""

    sandbox: Sandbox
    name: str
    keys: int = 0
    clicks: int = 0
    decisions: int = 0

    @property
    def user(self) -> str:
        return self.sandbox.people["ana"]

    def types(self, text: str) -> None:
        """Types a line, and Enter."""
        self.keys += len(text) + 1
        self.sandbox.slack.slash(self.user, self.sandbox.channels["phones"], text.removeprefix("/park").strip())
        self.sandbox.settle()

    def picks(self, typed: str, option: str, label: str) -> None:
        """Types the first characters into the input that has the keyboard, and Enter on the first option."""
        self.keys += len(typed) + 1
        view = self.sandbox.slack.view(self.user)
        focused = [one for one in view.blocks if one.get("element", {}).get("focus_on_load")]
        assert [one["label"]["text"] for one in focused] == [label], "the keyboard is there already"
        first, *_ = self.sandbox.slack.suggest(self.user, typed, label=label)
        assert first["text"]["text"] == option
        self.sandbox.slack.fill(self.user, option, label=label)
        self.sandbox.settle()

    def clicks_on(self, where: object, label: str, **ids: str) -> None:
        """Clicks a button of a message or view."""
        self.clicks += 1
        assert self.sandbox.slack.click(self.user, where, label=label, **ids).ok  # type: ignore[arg-type]
        self.sandbox.settle()

    def chooses(self, option: str, label: str) -> None:
        """Clicks a radio button."""
        self.clicks += 1
        self.sandbox.slack.fill(self.user, option, label=label)
        self.sandbox.settle()

    def submits(self) -> None:
        """Clicks the form's button."""
        self.clicks += 1
        assert self.sandbox.slack.submit(self.user).ok
        self.sandbox.settle()

    def decides(self) -> None:
        """Reads and makes up their mind."""
        self.decisions += 1

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.clicks * CLICK + self.decisions * DECISION

    def took_at_most(self, limit: float) -> None:
        """Prints what was counted; AssertionError if it is more than `limit` seconds."""
        counted = f"{self.keys} keys, {self.clicks} clicks, {self.decisions} decisions"
        print(f"{self.name}: {self.seconds:.1f} s ({counted}; wanted {limit:g} s)")  # noqa: T201 - for people
        assert self.seconds <= limit, counted


def row(blocks: list[dict[str, object]], text: str) -> str:
    """The block_id of the row that begins with a text."""
    return next(str(one["block_id"]) for one in blocks if str(one.get("text", "")).find(text) >= 0)


def recall_for_two_hours(task: Task) -> None:
    """From an open form of the group on: where calls go, for how long, and the button that applies it."""
    task.decides()
    task.picks("nig", "Night Desk (6001)", "Where recalls go")
    task.decides()
    task.chooses("2 h", "Ends")
    assert "*Until:*" in task.sandbox.slack.view(task.user).plain, "shown before it is applied"
    task.submits()
    assert not task.sandbox.slack.views_of(task.user)
    state = task.sandbox.pbx.state
    assert state.groups[state.group_id("Sales")]["recall_to"] == "RING_GROUP_ONLY"


@pytest.fixture(name="known")
def _known(sandbox: Sandbox) -> Sandbox:
    """A workspace in which the names have been read before."""
    ana = sandbox.people["ana"]
    sandbox.slack.slash(ana, sandbox.channels["phones"], "recall")
    sandbox.settle()
    sandbox.slack.close(ana)
    return sandbox


def test_a_recall_for_two_hours_by_line(known: Sandbox) -> None:
    task = Task(known, "recall for 2 h by line")
    for _ in range(2):  # which group, and where to: the rest is the same every time
        task.decides()
    task.types("/park recall sales to night desk for 2h")
    assert "Until:" in known.slack.messages(known.channels["phones"])[-1].plain
    task.took_at_most(14.0)


def test_a_recall_for_two_hours_by_form(known: Sandbox, ready: Ready) -> None:
    known.pbx.state.groups = dict(  # the panel shows the first groups: Sales is one of them in a team's own tenant
        sorted(known.pbx.state.groups.items(), key=lambda pair: pair[1]["name"] != "Sales")[:4]
    )
    known.restart()
    known.slack.slash(known.people["ana"], known.channels["phones"], "recall")
    known.settle()
    known.slack.close(known.people["ana"])
    task = Task(known, "recall for 2 h by form")
    task.types("/park")
    panel = known.slack.ephemerals(task.user)[-1]
    task.decides()
    task.clicks_on(panel, "Change recall", block_id=row(panel.blocks, "Sales:"))
    ready("Park group: Sales")
    recall_for_two_hours(task)
    task.took_at_most(11.0)


def test_a_recall_for_two_hours_from_home(known: Sandbox, ready: Ready) -> None:
    task = Task(known, "recall for 2 h from Home")
    known.slack.open_home(task.user)
    task.clicks += 1
    home_view(known, "ana", "*Sales*")
    known.settle()  # until the members are read too, which draws the tab again
    view = home_view(known, "ana", "*Sales*")
    task.decides()
    task.clicks_on(view, "Change recall", block_id=row(view.blocks, "*Sales*"))
    ready("Park group: Sales")
    recall_for_two_hours(task)
    task.took_at_most(11.0)


def test_undoing_last_nights_change_from_home(known: Sandbox) -> None:
    known.slack.slash(known.people["ben"], known.channels["phones"], "recall Sales to Night Desk")
    known.settle()
    known.forward(timedelta(hours=10))
    task = Task(known, "undo last night's change from Home")
    known.slack.open_home(task.user)
    task.clicks += 1
    view = home_view(known, "ana", "#1 `recall Sales to Night Desk`: done")
    known.settle()
    task.decides()
    task.clicks_on(known.slack.home(task.user) or view, "Undo")
    home_view(known, "ana", "#1 `recall Sales to Night Desk`: undone")
    assert known.pbx.state.groups[known.pbx.state.group_id("Sales")]["recall_to"] == "USER_ONLY"
    task.took_at_most(6.0)
