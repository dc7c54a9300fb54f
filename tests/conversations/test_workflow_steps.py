"""Steps of Workflow Builder: what they show and propose, who decides, and what the steps after them are given."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.journal.models import State
from bot.messages.request import Source
from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.pbx.faults import FaultKind
from bot.sandbox.slack.faults import Drop
from bot.sandbox.slack.model import Message, StepExecution
from tests.faults.scene import FAST_RETRIES, ConversationHarness, pending_states

WORKFLOWS = """
[workflows]
channels = ["{phones}", "{secret}"]
time_zone = "Europe/Berlin"
decide_within = "4h"
"""
RULES = """
[[allow]]
name = "On call, once a lead agrees"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members"]
groups = ["Billing"]
approvers = ["{leads}"]
"""
pytestmark = pytest.mark.usefixtures("ordinary_clock")
RECALL = {"group": "Sales", "recall": "Night Desk"}
ADD = {"action": "add", "members": "1001", "group": "Sales"}


@pytest.fixture
def scene(http: bool) -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + WORKFLOWS + RULES, retry_policy=FAST_RETRIES, http=http) as sandbox:
        yield ConversationHarness(sandbox)


def run(scene: ConversationHarness, step: str, where: str = "phones", **inputs: Any) -> StepExecution:
    """Executes a step and waits until Park has taken it in."""
    inputs = {"channel_id": scene.sandbox.channels[where], **inputs}
    execution, ack = scene.sandbox.slack.run_step(step, inputs)
    assert ack.ok
    scene.sandbox.settle()
    return execution


def kept(scene: ConversationHarness, card: Message) -> Message:
    """The same buttons on a message that is never drawn anew, as on a screen that shows an old one."""
    client = WebClient(token=scene.sandbox.slack.bot_token, base_url=scene.sandbox.slack.api_url)
    client.chat_postMessage(channel=scene.sandbox.channels["phones"], text="an old card", blocks=card.blocks)
    return scene.cards()[-1]


def reports(scene: ConversationHarness) -> int:
    """How often Slack has taken the end of a step."""
    calls = scene.sandbox.slack.calls
    return sum(one.method.startswith("functions.") and bool((one.answer or {}).get("ok")) for one in calls)


def test_a_step_asks_and_the_click_of_somebody_allowed_makes_the_change(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD, ends="2h", note="Eve is ill")
    card = scene.card()
    assert "Proposed by a workflow: add 1001 to Sales for 2h" in card.plain
    assert "Eve is ill" in card.plain
    assert "1001 Amara Okafor" in card.plain, "what it would change"
    assert execution.status == "running"
    assert scene.writes == []
    scene.click(card, "Do it", "ben")
    assert scene.members("Sales")[-1] == "1001"
    assert execution.outputs["outcome"] == "done"
    assert "until" in str(execution.outputs["text"])
    entry = scene.sandbox.park.tenant.journal.get(int(execution.outputs["change"]))
    assert (entry.request.user, entry.request.source) == (scene.sandbox.people["ben"], Source.BUTTON)
    assert entry.rule == "On call from #phones"
    assert "Proposal accepted: add 1001 to Sales for 2h" in scene.card().plain
    assert "[Do it]" not in scene.card().plain
    assert reports(scene) == 1


def test_a_change_made_by_a_click_is_undone_like_any_other(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    scene.click(scene.card(), "Do it", "ben")
    (made, _) = scene.replies()
    scene.click(made, "Undo", "ben")
    assert "1001" not in scene.members("Sales")
    assert execution.outputs["outcome"] == "done", "reported once"
    assert reports(scene) == 1


def test_whoever_may_not_make_the_change_decides_nothing(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    for label in ("Do it", "Decline"):
        scene.click(scene.card(), label, "gil")
        assert "You can't do that here" in scene.last_ephemeral("gil").plain
    assert execution.status == "running"
    assert scene.writes == []
    scene.click(scene.card(), "Do it", "ben")
    assert execution.outputs["outcome"] == "done"


def test_a_proposal_is_declined_with_a_reason(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    old = kept(scene, scene.card())
    scene.do("decline 1 because Sales has enough people", "ben")
    assert execution.outputs == {"outcome": "declined", "text": "Declined, because Sales has enough people."}
    assert "Proposal declined" in scene.cards()[0].plain
    assert "*Declined:* by @Ben Ito" in scene.cards()[0].plain
    scene.click(old, "Do it", "ana")
    assert "is decided or has expired" in scene.last_ephemeral("ana").plain
    assert scene.writes == []


def test_a_proposal_expires_and_the_workflow_goes_on(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    old = kept(scene, scene.card())
    scene.sandbox.forward(timedelta(hours=4, seconds=1))
    scene.sandbox.settle()
    assert execution.outputs["outcome"] == "expired"
    assert "Proposal expired" in scene.cards()[0].plain
    assert "[Do it]" not in scene.cards()[0].plain
    for label in ("Do it", "Decline"):
        scene.click(old, label, "ana")
        assert "is decided or has expired" in scene.last_ephemeral("ana").plain
    assert scene.writes == []


def test_one_of_two_who_click_at_once_makes_the_change(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    card, slack, people = scene.card(), scene.sandbox.slack, scene.sandbox.people
    with ThreadPoolExecutor(2) as pool:
        acks = list(pool.map(lambda who: slack.click(people[who], card, label="Do it"), ("ana", "ben")))
    assert all(ack.ok for ack in acks)
    scene.sandbox.settle()
    assert scene.changes() == 1
    assert execution.outputs["outcome"] == "done"
    assert reports(scene) == 1


def test_a_step_that_slack_delivers_twice_asks_once(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    assert scene.sandbox.slack.deliver_again().ok
    scene.sandbox.settle()
    assert len(scene.cards()) == 1
    scene.click(scene.card(), "Do it", "ben")
    assert scene.sandbox.slack.deliver_again("events_api").ok
    scene.sandbox.settle()
    assert scene.changes() == 1
    assert len(scene.cards()) == 1
    assert execution.outputs["outcome"] == "done"


@pytest.mark.parametrize("forged", ["me", "myself"])
def test_nobody_is_me_in_a_workflow(scene: ConversationHarness, forged: str) -> None:
    execution = run(scene, "members", action="add", members=forged, group="Sales")
    assert execution.status == "failed"
    assert execution.error.startswith("Members: “me” is nobody in a workflow.")


def test_a_person_in_an_input_has_no_say(scene: ConversationHarness) -> None:
    """Whatever a workflow puts into its inputs, the change is made as whoever clicks."""
    inputs = {**ADD, "user": scene.sandbox.people["ana"], "user_id": scene.sandbox.people["ana"]}
    execution = run(scene, "members", **inputs, note=f"<@{scene.sandbox.people['ana']}> asks for it")
    assert scene.writes == []
    scene.click(scene.card(), "Do it", "gil")
    assert scene.writes == []
    assert execution.status == "running"


def test_a_member_may_be_a_person_whom_a_form_of_the_workflow_asked_for(scene: ConversationHarness) -> None:
    ana = scene.sandbox.people["ana"]
    note = "<!channel> &amp; <https://example.com>\nplease"
    execution = run(scene, "members", action="add", members=f"<@{ana}>", group="Support", note=note)
    scene.click(scene.card(), "Do it", "ben")
    assert execution.outputs["outcome"] == "done"
    assert "Ana Ruiz" in str(execution.outputs["text"])
    blocks = str(scene.cards()[0].blocks)
    assert "<!channel>" not in blocks, "nobody is notified by a note"
    assert "please" in blocks


def test_what_needs_approval_is_reported_when_it_is_decided(scene: ConversationHarness) -> None:
    execution = run(scene, "members", action="add", members="1001", group="Billing")
    scene.click(scene.card(), "Do it", "ben")
    old = kept(scene, scene.card())
    assert execution.status == "running"
    scene.click(scene.last_ephemeral("ben"), "Ask for approval", "ben")
    assert execution.status == "running"
    _, _, change = scene.cards()
    scene.click(old, "Do it", "ana")
    assert "is decided or has expired" in scene.last_ephemeral("ana").plain, "one is under way"
    scene.sandbox.forward(timedelta(minutes=2))
    scene.sandbox.settle()
    assert "accepted, not made yet" in scene.cards()[0].plain
    assert "[Do it]" not in scene.cards()[0].plain
    scene.click(change, "Approve", "ana")
    scene.sandbox.settle()
    assert "1001" in scene.members("Billing")
    assert execution.outputs["outcome"] == "done"


def test_an_approval_that_is_not_given_is_reported(scene: ConversationHarness) -> None:
    execution = run(scene, "members", action="add", members="1001", group="Billing")
    scene.click(scene.card(), "Do it", "ben")
    scene.click(scene.last_ephemeral("ben"), "Ask for approval", "ben")
    scene.do("reject change 3 because it is full")
    scene.sandbox.forward(timedelta(minutes=2))
    scene.sandbox.settle()
    assert execution.outputs["outcome"] == "cancelled"
    assert "Rejected" in str(execution.outputs["text"])
    assert "not made" in scene.cards()[0].plain
    assert scene.writes == []


def test_a_change_for_later_is_reported_when_it_is_scheduled(scene: ConversationHarness) -> None:
    execution = run(scene, "recall", **RECALL, starts="tomorrow 9:00", ends="tomorrow 18:00")
    assert "Begins:* tomorrow 09:00, Europe/Berlin" in scene.card().plain
    scene.click(scene.card(), "Do it", "ben")
    assert execution.outputs["outcome"] == "scheduled"
    assert scene.writes == []
    scene.sandbox.forward(timedelta(hours=23, seconds=1))
    scene.sandbox.settle()
    assert len(scene.writes) == 1
    assert reports(scene) == 1


def test_a_change_that_the_pbx_rejects_is_reported_as_failed(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    scene.fail(FaultKind.STATUS, status=400)
    scene.click(scene.card(), "Do it", "ben")
    assert execution.outputs["outcome"] == "failed"
    assert "not made" in scene.card().plain
    assert "1001" not in scene.members("Sales")


def test_a_step_asks_although_the_pbx_is_away_and_the_click_tells(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.DROP_BEFORE, "*", times=None)
    execution = run(scene, "members", **ADD)
    assert "Proposed by a workflow" in scene.card().plain
    assert scene.sandbox.slack.click(scene.sandbox.people["ben"], scene.card(), label="Do it").ok
    scene.sandbox.slack.wait_for(lambda: scene.sandbox.park.tenant.journal.get(2).failing_since is not None)
    scene.sandbox.forward(timedelta(minutes=5))
    scene.sandbox.slack.wait_for(lambda: execution.status != "running")
    scene.sandbox.pbx.faults.clear()
    scene.sandbox.settle()
    assert execution.outputs["outcome"] == "failed"
    assert scene.writes == []


@pytest.mark.parametrize(
    ("step", "inputs", "said"),
    [
        ("recall", {"group": "Salse", "recall": "Night Desk"}, "Park group: There is no park group called “Salse”."),
        ("recall", {"group": "Sales", "recall": "Nite"}, "Send calls to: There is no ring group called “Nite”."),
        ("recall", {"group": "Sales"}, "Send calls to: fill it in"),
        ("recall", {**RECALL, "ends": "soon"}, "Until, or for: I can't read “soon” as a time."),
        ("recall", {**RECALL, "ends": "until 8 June 2026 9:00"}, "Until, or for: "),
        ("recall", {**RECALL, "starts": ["at 9"]}, "Begins: write a text"),
        ("members", {**ADD, "action": "swap"}, "Add or remove: “swap” is neither. Write add or remove."),
        ("members", {**ADD, "members": "9999"}, "Members: "),
        ("members", {**ADD, "members": ", ".join(f"<@U{number:09}>" for number in range(100))}, "The inputs are too"),
        ("show_group", {"group": "Nope"}, "Park group: There is no park group called “Nope”."),
        ("show_group", {"group": "Sales", "channel_id": ""}, "Channel: choose the channel"),
    ],
)
def test_a_mistake_names_the_input_and_what_to_write(
    scene: ConversationHarness, step: str, inputs: dict[str, Any], said: str
) -> None:
    execution = run(scene, step, **inputs)
    assert execution.status == "failed"
    assert execution.error.startswith(said)
    assert scene.cards() == []


def test_a_step_that_can_t_post_is_told_so(scene: ConversationHarness) -> None:
    execution = run(scene, "recall", "secret", **RECALL)
    assert execution.error.startswith("Park can't post in that channel (Slack says channel_not_found).")
    scene.sandbox.slack.archive(scene.sandbox.channels["phones"])
    execution = run(scene, "recall", **RECALL)
    assert execution.error.startswith("Park can't post in that channel (Slack says is_archived).")
    assert all(not scene.direct(who) for who in scene.sandbox.people)


def test_what_slack_does_not_take_is_reported_once_it_does(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("functions.completeSuccess", "ratelimited", times=2)
    scene.sandbox.slack.faults.fail("functions.completeSuccess", Drop.AFTER)
    execution = run(scene, "show_group", group="Sales")
    assert execution.outputs["outcome"] == "shown"
    assert not scene.sandbox.park.tenant.journal.has_work()


def test_show_a_group(scene: ConversationHarness) -> None:
    execution = run(scene, "show_group", group="Sales")
    members = scene.members("Sales")
    assert execution.outputs["count"] == len(members)
    assert all(number in execution.outputs["members"] for number in members)
    assert str(execution.outputs["text"]).startswith("Sales: recalls go to ")
    assert scene.cards() == []
    scene.fail(FaultKind.DROP_BEFORE, "*", times=None)
    scene.sandbox.forward(timedelta(minutes=5))
    assert run(scene, "show_group", group="Sales").outputs["outcome"] == "failed"


POLICIES = {
    "no [workflows]": (POLICY, "does not name this channel"),
    "another channel": (POLICY + '[workflows]\nchannels = ["{ops}"]\n', "does not name this channel"),
    "people only": (
        '[[allow]]\nusers = ["{ana}"]\noperations = ["read"]\n[workflows]\nchannels = ["{phones}"]\n',
        "does not let everybody",
    ),
    "some are denied": (
        f'{POLICY}{WORKFLOWS}[[deny]]\nusers = ["{{eve}}"]\noperations = ["read"]\ngroups = ["Sal*"]\n',
        "does not let everybody",
    ),
}


@pytest.mark.parametrize("case", POLICIES)
def test_a_group_is_shown_only_where_everybody_in_the_channel_may_see_it(case: str) -> None:
    policy, said = POLICIES[case]
    with Sandbox(policy=policy, retry_policy=FAST_RETRIES) as sandbox:
        scene = ConversationHarness(sandbox)
        execution = run(scene, "show_group", group="Sales")
        assert execution.outputs["outcome"] == "refused"
        assert said in str(execution.outputs["text"])


def test_what_no_rule_allows_to_anybody_is_not_proposed(scene: ConversationHarness) -> None:
    execution = run(scene, "recall", "random", **RECALL)
    assert execution.outputs["outcome"] == "refused"
    assert scene.cards("random") == []


def test_a_time_of_day_needs_a_time_zone() -> None:
    with Sandbox(policy=POLICY + '[workflows]\nchannels = ["{phones}"]\n', retry_policy=FAST_RETRIES) as sandbox:
        scene = ConversationHarness(sandbox)
        execution = run(scene, "recall", **RECALL, ends="until 18:00")
        assert execution.error.startswith("Until, or for: a time of day needs a time zone.")
        assert run(scene, "recall", **RECALL, ends="2h").status == "running"


def test_pending_lists_proposals_and_other_commands_say_what_they_are(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    scene.do("pending", "ben")
    assert "Proposed by a workflow: add 1001 to Sales" in scene.last_ephemeral("ben").plain
    scene.do("pending as table", "ben")
    assert pending_states(scene.last_ephemeral("ben")) == ["waiting for a click"]
    for line in ("undo 1", "cancel 1", "start 1"):
        scene.do(line, "ben")
        assert "#1 is a proposal of a workflow" in scene.last_ephemeral("ben").plain
    scene.do("pending", "ben")
    scene.click(scene.last_ephemeral("ben"), "Do it", "ben")
    assert execution.outputs["outcome"] == "done"
    scene.do("history Sales")
    assert "#1 add 1001 to Sales" in scene.last_ephemeral().plain


def test_a_proposal_survives_a_restart(scene: ConversationHarness) -> None:
    execution = run(scene, "members", **ADD)
    scene.sandbox.restart()
    scene.click(scene.card(), "Do it", "ben")
    assert execution.outputs["outcome"] == "done"
    assert scene.sandbox.park.tenant.journal.get(1).state is State.DONE
