"""Every form opens from an incomplete command and from a group's card, filled with what is known."""

from functools import partial

import pytest

from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.operations.parser import parse
from bot.sandbox.environment import Sandbox
from tests.promises.entry_points import open_form_label
from tests.slack.forms.conftest import Ready, form_button, top_view

MISTYPED = {
    "find": (f"find {'9' * 70}", {}),
    "group": (f"group {'x' * 70}", {}),
    "add": ("add 1001 1002 Sales to Support", {"Park group": "Support"}),
    "remove": ("remove 10 from Sales", {"Park group": "Sales"}),
    "move": ("move 12 to Support", {"To park group": "Support"}),
    "recall": (f"recall Sales to ring group {'x' * 70}", {"Park group": "Sales"}),
    "create": (f"create Returns recall to ring group {'x' * 70}", {"Name": "Returns"}),
    "rename": (f"rename Sales to {'x' * 70}", {"Park group": "Sales"}),
    "delete": (f"delete {'x' * 70}", {}),
    "server_recall": (f"server recall to ring group {'x' * 70}", {}),
    "server_recall_time": ("server recall time 20m", {}),
    "server_recall_ring_group_time": ("server recall ring group time 20m", {}),
    "server_extension": ("server extension 12", {}),
    "server_enabled": ("turn server sideways", {}),
    "server_prompt": ("server prompt of last year", {}),
    "server_notify": ("server notify parker perhaps", {}),
    "apply": ("apply the file of last year", {}),
    "refuse": ("refuse 42 bacause", {"Change": "42"}),
    "restore": ("restore Sales to neverday", {"What": "Sales"}),
}
"""A command of each operation that is not understood, and what its form contains of it."""


def test_what_can_be_mistyped_has_a_line_that_proves_it() -> None:
    without = {"groups", "schedules", "pause", "emergency"}
    """A list asks for nothing, so its button shows it; what follows pause is its reason, or emergency, its line."""
    assert MISTYPED.keys() == {one.operation_id for one in OPERATIONS if one.form()} - without


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.operation_id in MISTYPED])
def test_the_error_of_a_mistyped_line_opens_its_form_with_what_was_understood(
    untouched: Sandbox, operation: type[Operation]
) -> None:
    sandbox, ready = untouched, partial(top_view, untouched)
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    line, held = MISTYPED[operation.operation_id]
    sandbox.slack.slash(ana, phones, line)
    sandbox.settle()
    answer = sandbox.slack.ephemerals(ana, phones)[-1]
    assert not sandbox.slack.messages(phones)
    sandbox.slack.click(ana, answer, label=open_form_label(answer))
    view = ready(next(iter(operation.form().values())).label)
    assert view.title == operation.title
    assert view.submit in ("Review", "Show", "Apply")
    for label, value in held.items():
        assert view.fields[label] == value


CARD = {
    "Add members": ("add", "Members", "1001 Amara Okafor", "Added: 1001 Amara Okafor"),
    "Remove members": ("remove", "Members", "1002 Bjørn Halvorsen", "Removed: 1002 Bjørn Halvorsen"),
    "Change recall": (
        "recall",
        "Where recalls go",
        "The user, then Night Desk (6001)",
        "Recall: the user who parked the call → the user who parked the call, then Night Desk (6001)",
    ),
    "Rename a group": ("rename", "Name", "Sales North", "Name: Sales → Sales North"),
}


@pytest.mark.parametrize("button", CARD)
def test_a_groups_card_opens_forms_that_hold_the_group_and_work_to_the_end(
    sandbox: Sandbox, ready: Ready, button: str
) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    key, label, value, diff = CARD[button]
    sandbox.slack.slash(ana, phones, "group Sales")
    sandbox.settle()
    sandbox.slack.click(ana, sandbox.slack.ephemerals(ana, phones)[-1], label=button)
    view = ready(label)
    group = next(name for name in view.fields if "ark group" in name)
    assert view.fields[group] == "Sales"
    sandbox.settle()
    sandbox.slack.fill(ana, value if key != "add" and key != "remove" else [value], label=label)
    sandbox.settle()
    assert diff in ready("Nothing has changed yet").plain.replace("*", "")
    assert not sandbox.pbx.writes
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert not sandbox.slack.views_of(ana)
    assert len(sandbox.slack.messages(phones)) == 1
    assert sandbox.pbx.writes


def test_whoever_may_do_less_gets_fewer_buttons_on_a_card(sandbox: Sandbox) -> None:
    phones, ben, eve = sandbox.channels["phones"], sandbox.people["ben"], sandbox.people["eve"]
    for person in (ben, eve):
        sandbox.slack.slash(person, phones, "group Sales")
    sandbox.settle()
    assert "[Change recall]" in sandbox.slack.ephemerals(ben, phones)[-1].plain
    assert "[Rename a group]" not in sandbox.slack.ephemerals(ben, phones)[-1].plain
    assert "actions" not in [block["type"] for block in sandbox.slack.ephemerals(eve, phones)[-1].blocks]


GUARDED = [one for one in OPERATIONS if one.form() and one.permission is not None]


@pytest.mark.parametrize("operation", GUARDED)
def test_whom_a_form_refuses_at_opening_hears_what_the_line_would_say(
    untouched: Sandbox, operation: type[Operation]
) -> None:
    sandbox, ready = untouched, partial(top_view, untouched)
    gil, phones = sandbox.people["gil"], sandbox.channels["phones"]
    example = parse(operation.examples[0])[0]
    sandbox.slack.slash(gil, phones, example.text())
    sandbox.settle()
    by_line = sandbox.slack.ephemerals(gil, phones)[-1].plain
    assert "For your admin" in by_line
    arguments = example.model_dump(mode="json", exclude_none=True)
    sandbox.slack.click(gil, form_button(sandbox, operation.operation_id, arguments), label="Open")
    by_form = ready("You can't do that here", person="gil").plain.splitlines()
    assert by_form == [operation.title, *by_line.splitlines(), "[Close]"]
    assert not sandbox.pbx.requests
