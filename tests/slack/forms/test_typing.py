"""What would change is shown while a text is typed, and nothing that is being typed is lost."""

import threading

import pytest

from bot.operations.base import ChangeOperation, Operation
from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.slack.forms.inputs import input_blocks
from bot.slack.forms.picking import LatestWork
from tests.slack.forms.conftest import Ready, fill_unseen, form_button
from tests.waiting import PATIENCE

TYPED = {
    "create": ("Name", "Returns", "Create the park group Returns? Nothing has changed yet."),
    "rename Sales": ("Name", "Sales North", "Name: Sales → Sales North"),
    "server recall time": ("Time", "7m", "5m → 7m"),
    "server recall ring group time": ("Time", "90s", "→ 1m30s"),
    "server extension": ("Extension", "667", "666 → 667"),
}


@pytest.fixture(name="ana")
def _ana(sandbox: Sandbox) -> str:
    return sandbox.people["ana"]


@pytest.mark.parametrize("line", TYPED)
def test_what_would_change_is_shown_as_it_is_typed(sandbox: Sandbox, ready: Ready, ana: str, line: str) -> None:
    label, text, diff = TYPED[line]
    sandbox.slack.slash(ana, sandbox.channels["phones"], line)
    ready(label)
    for end in range(1, len(text) + 1):
        assert sandbox.slack.fill(ana, text[:end], label=label) is not None, "each character is an action"
    sandbox.settle()
    view = ready("Nothing has changed yet")
    assert diff in view.plain.replace("*", "")
    assert view.fields[label] == text
    assert not sandbox.pbx.writes
    assert sandbox.slack.submit(ana).ok
    assert not sandbox.slack.views_of(ana), "nothing is left to be shown"
    sandbox.settle()
    assert sandbox.pbx.writes


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if issubclass(one, ChangeOperation) and one.form()])
def test_every_text_of_a_form_that_changes_something_is_sent_with_each_character(operation: type[Operation]) -> None:
    inputs = [block.to_dict() for block in input_blocks(operation, {})]
    texts = [one for one in inputs if one["element"]["type"] == "plain_text_input"]
    wanted = {"trigger_actions_on": ["on_character_entered"]}
    assert all(one["dispatch_action"] and one["element"]["dispatch_action_config"] == wanted for one in texts)
    assert not {one["block_id"] for one in texts} & {"starts", "ends"}


def test_a_text_that_goes_on_while_the_form_is_drawn_anew_stays(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.slash(ana, sandbox.channels["phones"], "rename Sales")
    ready("Name")
    sandbox.settle()
    held = sandbox.pbx.faults.add(Fault(kind=FaultKind.SLOW, match="GET *", seconds=0, hold=threading.Event()))
    sandbox.slack.fill(ana, "Sal", label="Name")
    assert held.reached.wait(PATIENCE)
    for text in ("Sale", "Sales", "Sales N", "Sales North"):
        sandbox.slack.fill(ana, text, label="Name")
    assert held.hold
    held.hold.set()
    sandbox.settle()
    view = ready("Nothing has changed yet")
    assert view.fields["Name"] == "Sales North"
    assert "Sales → Sales North" in view.plain
    assert "Sales → Sal*" not in view.plain


def test_a_text_that_is_not_complete_yet_is_no_error(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.slash(ana, sandbox.channels["phones"], "server recall time")
    ready("Time")
    sandbox.slack.fill(ana, "7", label="Time")
    sandbox.settle()
    assert "what would change is shown here" in sandbox.slack.view(ana).plain
    assert not sandbox.slack.view(ana).errors


def test_a_name_that_is_taken_is_said_before_the_form_is_sent(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    sandbox.slack.slash(ana, sandbox.channels["phones"], "create")
    ready("Name")
    sandbox.slack.fill(ana, "Support", label="Name")
    assert "There is already a park group called Support" in ready("already").plain


def test_a_form_that_is_sent_before_what_changes_is_shown_says_what_it_does(
    sandbox: Sandbox, ready: Ready, ana: str
) -> None:
    sandbox.slack.slash(ana, sandbox.channels["phones"], "create")
    ready("Name")
    fill_unseen(sandbox, ana, "Returns", "Name")
    sandbox.slack.submit(ana)
    assert "On its way: Create the park group Returns" in ready("On its way").plain


@pytest.mark.usefixtures("ordinary_clock")
def test_a_pause_asks_for_its_end_by_a_picker(sandbox: Sandbox, ready: Ready, ana: str) -> None:
    button = form_button(sandbox, "pause")
    sandbox.slack.click(ana, button, label="Open")
    view = ready("Reason")
    assert view.fields["Ends"] == "No end: until somebody resumes"
    sandbox.slack.fill(ana, "At a date and time ...", label="Ends")
    sandbox.slack.submit(ana)
    ready("Ends at")
    sandbox.slack.fill(ana, int(sandbox.now().timestamp()) // 60 * 60 + 7200, label="Ends at")
    sandbox.slack.submit(ana)
    ready("Pause Park? Nothing has changed yet.")
    sandbox.slack.submit(ana)
    sandbox.settle()
    card = sandbox.slack.messages(button.channel, thread=button.ts)[-1]
    assert "Park is paused until Wed 10 Jun 12:00" in card.plain


def test_work_that_waits_gives_way_to_later_work_only() -> None:
    queue, done = list[tuple[object, ...]](), list[int]()
    latest = LatestWork(lambda *work: queue.append(work))
    for gesture in (1, 2, 4, 3):
        latest.submit("V1", gesture, lambda gesture=gesture: done.append(gesture))  # type: ignore[misc]
    latest.submit("V2", 1, lambda: done.append(0))
    while queue:
        run, *arguments = queue.pop(0)
        run(*arguments)  # type: ignore[operator]
        if done == [4]:
            latest.submit("V1", 5, lambda: done.append(5))
    assert done == [4, 0, 5]
