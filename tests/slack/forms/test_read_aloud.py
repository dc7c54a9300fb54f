"""Forms work by keyboard and screen reader: every element has a text, and colour alone means nothing."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from bot.operations.approvals import Emergency, Refuse
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse_unconfirmed
from bot.operations.setups import Restore
from bot.sandbox.environment import Sandbox
from tests.promises.conftest import newest_pbx
from tests.promises.test_promises import DONE
from tests.slack.forms.conftest import Ready, form_button

WITH_FORMS = [one for one in OPERATIONS if one.form()]
ASKED = {
    **DONE,
    "groups": "groups sal",
    "find": "find 1002",
    "group": "group Sales",
    "schedules": "schedules Sales",
    "pause": "pause because of a test",
    "refuse": "refuse change 42 because of a test",
    "restore": "restore everything to 2 hours ago and delete new groups",
}
"""A command for each form that fills all of its fields."""
URGENT = {"line": "recall Sales to Night Desk", "reason": "a test"}
Json = dict[str, Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(pbx=newest_pbx()) as running:
        yield running


def elements(view: Json) -> Iterator[Json]:
    """The interactive elements of a view."""
    for block in view["blocks"]:
        yield from block.get("elements", ())
        yield from (block[part] for part in ("element", "accessory") if part in block)


def words(text: str) -> str:
    """The text that a screen reader can say, without emoji and symbols."""
    assert not re.search(r":[a-z0-9_+-]+:", text), f"{text} holds an emoji"
    assert not any(unicodedata.category(one) == "So" for one in text), f"{text} holds a pictograph"
    return " ".join(re.findall(r"\w+", text))


def check(view: Json) -> None:
    """Asserts that each element of a view has a text."""
    assert 0 < len(words(view["title"]["text"])) <= 24
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert all(map(words, labels))
    assert len(set(labels)) == len(labels), "each field has a name of its own"
    for block in view["blocks"]:
        assert "alt_text" in block or block["type"] != "image"
        assert block["type"] in ("section", "input", "actions", "divider", "context", "header")
    for element in elements(view):
        assert element.get("alt_text") or element["type"] != "image"
        for option in (*element.get("options", ()), *element.get("initial_options", ())):
            assert words(option["text"]["text"])
    check_buttons([element for element in elements(view) if element["type"] == "button"])


def check_buttons(buttons: list[Json]) -> None:
    """Asserts that the buttons have distinct texts."""
    spoken = [button.get("accessibility_label") or button["text"]["text"] for button in buttons]
    assert all(len(one) <= 75 and len(words(one).split()) > 1 for one in spoken), spoken
    assert len(set(spoken)) == len(spoken), spoken


def drawn(sandbox: Sandbox) -> list[Json]:
    """All views that were sent to Slack."""
    sandbox.settle()
    by_call = [call.args["view"] for call in sandbox.slack.calls if call.method in ("views.open", "views.update")]
    acked = [
        one.ack.payload["view"] for one in sandbox.slack.delivered if one.ack.payload and "view" in one.ack.payload
    ]
    return [*by_call, *acked]


@pytest.mark.parametrize("operation", WITH_FORMS)
def test_every_view_of_every_form_can_be_read_aloud(sandbox: Sandbox, ready: Ready, operation: type[Operation]) -> None:
    ana = sandbox.people["ana"]
    example = Emergency(**URGENT) if operation is Emergency else parse_unconfirmed(ASKED[operation.operation_id])[0]
    arguments = example.model_dump(mode="json", exclude_none=True)
    sandbox.slack.click(ana, form_button(sandbox, operation.operation_id), label="Open")
    sandbox.settle()
    sandbox.slack.click(ana, form_button(sandbox, operation.operation_id, arguments), label="Open")
    sandbox.settle()
    if sandbox.slack.view(ana).submit:
        assert sandbox.slack.submit(ana).ok
        sandbox.settle()
    last = sandbox.slack.view(ana)
    assert last.submit is None or not operation.is_read_only()
    nothing_there = operation is Refuse and "There is no change #42" in last.plain
    nothing_there |= operation is Restore and "nothing differs from how it was" in last.plain
    shown = "Nothing has changed yet" in last.plain or "On its way" in last.plain
    assert shown or operation.is_read_only() or nothing_there
    assert len(drawn(sandbox)) >= 4
    for view in drawn(sandbox):
        check(view)


def test_the_panel_and_a_refusal_with_its_offers_can_be_read_aloud(sandbox: Sandbox, ready: Ready) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.slack.shortcut(ana, "park:panel")
    ready("Add members")
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.slack.click(
        ana, form_button(sandbox, "add", {"members": ["1001", "1002"], "group": "Support"}), label="Open"
    )
    sandbox.settle()
    sandbox.slack.submit(ana)
    ready("one park group only")
    sandbox.slack.click(sandbox.people["gil"], form_button(sandbox, "add"), label="Open")
    for view in drawn(sandbox):
        check(view)


def test_every_form_has_a_line_that_proves_it() -> None:
    assert {one.operation_id for one in WITH_FORMS} <= ASKED.keys() | {Emergency.operation_id}


def test_what_loses_something_says_so_in_words_and_not_by_its_colour(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    for line in ("delete Support", "server off", "recall Sales to Night Desk", "recall Salez to user"):
        sandbox.slack.slash(ana, phones, line)
    sandbox.settle()
    seen = [*sandbox.slack.ephemerals(ana, phones), *sandbox.slack.messages(phones)]
    for message in seen:
        buttons = [one for one in elements({"blocks": message.blocks}) if one["type"] == "button"]
        check_buttons(buttons)
        red = [one for one in buttons if one.get("style") == "danger"]
        assert not red or "Will be lost" in message.plain
