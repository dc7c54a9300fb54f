"""The whole set-up as a file: exported, applied, stopped half-way, undone, and under the policy like any line."""

from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.dataset import PROMPT, add_group, user_record
from bot.sandbox.slack.model import Message
from tests.conversations.conftest import Typed, seen
from tests.faults.scene import ConversationHarness

MEMBERS_ONLY = """\
announce = "{announce}"
contact = "{leads}"

[[allow]]
name = "Members of two groups"
users = ["{eve}"]
operations = ["read", "members"]
groups = ["Sales", "Sales for Partners"]
"""


@pytest.fixture
def harness(sandbox: Sandbox) -> ConversationHarness:
    return ConversationHarness(sandbox)


def file_of(sandbox: Sandbox, text: str, name: str = "park.yaml", who: str = "ana") -> str:
    """Puts a file into #phones and returns its id."""
    id = f"F07TEST{len(sandbox.slack.state.files):04}"
    sandbox.slack.add_file(sandbox.people[who], name, text.encode(), channel=sandbox.channels["phones"], id=id)
    return id


def exported(harness: ConversationHarness, line: str = "export", who: str = "ana") -> str:
    """The file that Park sends for a line."""
    known = set(harness.sandbox.slack.state.files)
    harness.do(line, who)
    (file,) = (file for id, file in harness.sandbox.slack.state.files.items() if id not in known)
    assert file.content is not None
    return file.content.decode()


def previewed(harness: ConversationHarness, id: str, who: str = "ana") -> Message:
    harness.do(f"apply {id}", who)
    return harness.last_ephemeral(who)


def test_an_export_takes_the_pbx_back_and_an_undo_takes_that_back(harness: ConversationHarness) -> None:
    state = harness.sandbox.pbx.state
    text = exported(harness)
    before = {group["name"]: set(state.members[id]) for id, group in state.groups.items()}
    for line in ("move 1002 to Billing", "recall Support to Day Desk", "create Extra", "server recall time 10m"):
        harness.do(line)
    changed = {group["name"]: set(state.members[id]) for id, group in state.groups.items()}
    shown = previewed(harness, file_of(harness.sandbox, text))
    assert "Risk: 1 group will be deleted: Extra." in shown.plain.replace("*", "")
    assert "Extra, deleted" in shown.plain
    assert "Call park server, changed: recall time 10m → 5m".replace("Call", "The call") in shown.plain
    harness.click(shown, "Apply")
    assert {group["name"]: set(state.members[id]) for id, group in state.groups.items()} == before
    assert state.server["recall_time"] == 300
    card = harness.cards()[-1]
    assert "Applied park.yaml" in card.plain
    harness.click(card, "Undo")
    assert {group["name"]: set(state.members[id]) for id, group in state.groups.items()} == changed
    assert state.server["recall_time"] == 600


def test_a_file_from_the_form_is_reviewed_and_applied(sandbox: Sandbox, harness: ConversationHarness) -> None:
    ana = sandbox.people["ana"]
    harness.do("apply")
    sandbox.slack.fill(ana, sandbox.files["setup"], label="File")
    assert sandbox.slack.submit(ana).ok
    sandbox.settle()
    assert "Risk: 1 user will be in no park group" in sandbox.slack.view(ana).plain.replace("*", "")
    assert sandbox.slack.submit(ana).ok
    sandbox.settle()
    assert harness.members("Billing") == ["1055", "1012"]


def test_a_csv_moves_people(sandbox: Sandbox, harness: ConversationHarness) -> None:
    shown = previewed(harness, file_of(sandbox, "Ext;Gruppe\r\n1002;Support\r\n1040;\r\n", "people.csv"))
    assert "“Ext” was read as the extension, “Gruppe” as the group" in shown.plain
    harness.click(shown, "Apply")
    assert harness.members("Support")[-1] == "1002"
    assert harness.members('Café "Süd"') == []
    assert '"1002","Bjørn Halvorsen","Support"' in exported(harness, "export members as csv")


def test_a_file_with_mistakes_lists_them_and_changes_nothing(sandbox: Sandbox, typed: Typed) -> None:
    text = (
        "groups:\n  Sales:\n    recall: {to: ring group, ring_group: Nihgt Desk}\n    members:\n      - 7777 Nobody\n"
    )
    answer = typed(f"apply {file_of(sandbox, text)}")
    assert "park.yaml can't be used: it has 2 mistakes. Nothing was changed." in answer
    assert "Line 3: the PBX has no ring group Nihgt Desk." in answer
    assert "Line 5: 7777 Nobody: the PBX has no user with this number or name." in answer
    assert not sandbox.pbx.writes


def test_the_policy_judges_each_change_by_what_it_is() -> None:
    with Sandbox(policy=MEMBERS_ONLY) as sandbox:
        harness = ConversationHarness(sandbox)
        allowed = "groups: {Sales: {members: [1007, 1003, 1011]}, Sales for Partners: {members: [1012, 1013, 1002]}}"
        shown = previewed(harness, file_of(sandbox, allowed), "eve")
        harness.click(shown, "Apply", "eve")
        assert harness.members("Sales for Partners") == ["1012", "1013", "1002"]
        writes = len(sandbox.pbx.writes)
        for refused in (
            "groups: {Sales: {recall: {to: ring group, ring_group: Night Desk}}}",
            "groups: {Sales: {members: [1007, 1003, 1011, 1055]}}",
            "groups: {Sales new: {members: [1007]}}",
            "server: {enabled: false}",
            "other_groups: delete",
        ):
            assert "Nothing was changed" in previewed(harness, file_of(sandbox, refused), "eve").plain
        assert len(sandbox.pbx.writes) == writes
        assert "Billing" not in exported(harness, who="eve")


def test_what_stops_half_way_says_what_is_done_and_what_is_not_and_can_be_undone(harness: ConversationHarness) -> None:
    sandbox = harness.sandbox
    text = (
        "groups: {Billing: {members: [1055, 1012]}, Sales: {recall: {to: ring group, ring_group: Night Desk}},"
        " Warehouse: {recall: {to: user}}}"
    )
    shown = previewed(harness, file_of(sandbox, text))
    held = harness.hold(f"POST {harness.path('Sales')}")
    sandbox.slack.click(sandbox.people["ana"], shown, label="Apply")
    harness.reached(held)
    sandbox.pbx.state.groups[harness.id("Warehouse")]["recall_to"] = "USER_FIRST_THEN_RING_GROUP"
    harness.go_on(held)
    sandbox.settle()
    card = harness.cards()[-1].plain.replace("*", "")
    assert "Partly done: Apply park.yaml (1 of 4 changes)" in card
    assert "Park stopped at Warehouse." in card
    assert "Somebody else changed Warehouse meanwhile." in card
    assert "Not done: Billing, Sales for Partners, Warehouse." in card
    assert "partly done" in card
    assert "Preview the rest" in seen(sandbox, "ana", "phones")[-1].plain
    harness.click(harness.cards()[-1], "Undo")
    assert sandbox.pbx.state.groups[harness.id("Sales")]["recall_to"] == "USER_ONLY"
    assert sandbox.pbx.state.groups[harness.id("Warehouse")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"


def test_more_groups_than_a_message_holds_fit_slack_and_the_pbx() -> None:
    with Sandbox() as sandbox:
        _create_many(ConversationHarness(sandbox))


def _create_many(harness: ConversationHarness) -> None:
    sandbox, state = harness.sandbox, harness.sandbox.pbx.state
    for order in range(120):
        state.users[str(2000 + order)] = user_record(2000 + order, f"User {order}")
    lines = [f"  Site {order:03}:\n    members: ['{2000 + order}']" for order in range(120)]
    shown = previewed(harness, file_of(sandbox, "groups:\n" + "\n".join(lines)))
    before = len(sandbox.pbx.requests)
    first = next(one for one in harness.ephemerals() if "Apply park.yaml?" in one.plain)
    assert "Created:* 120 groups" in first.plain
    button = next(one for one in harness.ephemerals() if "[Apply]" in one.plain)
    harness.click(button, "Apply")
    sandbox.settle(120)
    assert len([one for one in state.groups.values() if one["name"].startswith("Site ")]) == 300
    assert state.members_of("Site 119") == ["2119"]
    assert len(sandbox.pbx.requests) - before < 2000
    assert shown


def test_a_scheduled_file_is_applied_even_if_it_is_deleted_in_slack(harness: ConversationHarness) -> None:
    sandbox = harness.sandbox
    id = file_of(sandbox, "groups: {Billing: {members: [1055]}}")
    harness.do(f"apply {id} in 1h")
    harness.click(harness.last_ephemeral(), "Apply")
    del sandbox.slack.state.files[id]
    sandbox.forward(timedelta(hours=1, seconds=1))
    sandbox.slack.wait_for(lambda: harness.members("Billing") == ["1055"])


def test_an_extension_of_another_is_refused_as_the_servers(sandbox: Sandbox, typed: Typed) -> None:
    answer = typed(f"apply {file_of(sandbox, 'server:' + chr(10) + '  extension: 7001')}")
    assert "Line 2: 7001 belongs to Orders Queue" in answer


def test_hidden_groups_are_neither_exported_nor_deleted_by_somebody_who_does_not_see_them() -> None:
    with Sandbox(policy=MEMBERS_ONLY) as sandbox:
        harness = ConversationHarness(sandbox)
        add_group(sandbox.pbx.state, 99, "Secret", "USER_ONLY", None)
        text = exported(harness, who="eve")
        assert "Secret" not in text
        assert "other_groups: keep" in text
        answer = previewed(harness, file_of(sandbox, text.replace("keep", "delete")), "eve")
        assert "Secret" not in answer.plain
        assert "Nothing was changed" in answer.plain


TWO_GROUPS = """\
groups:
  Billing: {members: [1055, 1012]}
  Sales: {recall: {to: ring group, ring_group: Night Desk}}
  Support: {recall: {to: user}}
"""


def stopped_undo(harness: ConversationHarness) -> Message:
    """Applies a file, and has its undo stop after the first write, since Sales is changed meanwhile."""
    sandbox = harness.sandbox
    harness.click(previewed(harness, file_of(sandbox, TWO_GROUPS)), "Apply")
    held = harness.hold(f"POST {harness.path('Support')}")
    sandbox.slack.click(sandbox.people["ana"], harness.card(), label="Undo")
    harness.reached(held)
    sandbox.pbx.state.groups[harness.id("Sales")]["recall_to"] = "USER_FIRST_THEN_RING_GROUP"
    harness.go_on(held)
    sandbox.settle()
    return harness.card()


def test_an_undo_that_stops_half_way_is_partly_undone_and_goes_on(harness: ConversationHarness) -> None:
    state = harness.sandbox.pbx.state
    card = stopped_undo(harness)
    text = card.plain.replace("*", "")
    assert "Partly undone: Apply park.yaml" in text
    assert "Partly undone: #2 by" in text
    assert "Not done: Sales for Partners, Sales, Billing." in harness.replies()[-1].plain
    assert state.groups[harness.id("Support")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"
    assert harness.members("Billing") == ["1055", "1012"]
    harness.do("history")
    assert "partly undone" in harness.last_ephemeral().plain
    state.groups[harness.id("Sales")]["recall_to"] = "RING_GROUP_ONLY"
    harness.click(harness.card(), "Undo the rest")
    assert "Undone: Apply park.yaml" in harness.card().plain.replace("*", "")
    assert set(harness.members("Billing")) == {"1055", "1054"}
    assert state.groups[harness.id("Sales")]["recall_to"] == "USER_ONLY"
    harness.do("undo 1")
    assert "already" in harness.last_ephemeral().plain


def test_an_undo_that_stopped_half_way_is_itself_undone(harness: ConversationHarness) -> None:
    state = harness.sandbox.pbx.state
    stopped_undo(harness)
    assert state.groups[harness.id("Support")]["recall_to"] == "USER_FIRST_THEN_RING_GROUP"
    harness.click(harness.card(), "Do it again")
    assert state.groups[harness.id("Support")]["recall_to"] == "USER_ONLY"
    card = harness.card().plain.replace("*", "")
    assert "Applied park.yaml" in card
    assert "[Undo]" in card


def test_what_is_done_again_half_way_says_so_and_goes_on(harness: ConversationHarness) -> None:
    sandbox, state = harness.sandbox, harness.sandbox.pbx.state
    harness.click(previewed(harness, file_of(sandbox, TWO_GROUPS)), "Apply")
    harness.click(harness.card(), "Undo")
    held = harness.hold(f"POST {harness.path('Sales')}")
    sandbox.slack.click(sandbox.people["ana"], harness.card(), label="Do it again")
    harness.reached(held)
    state.groups[harness.id("Support")]["recall_to"] = "RING_GROUP_ONLY"
    harness.go_on(held)
    sandbox.settle()
    assert "Partly done again: Apply park.yaml" in harness.card().plain.replace("*", "")
    state.groups[harness.id("Support")]["recall_to"] = "USER_FIRST_THEN_RING_GROUP"
    harness.click(harness.card(), "Do the rest again")
    assert "Applied park.yaml" in harness.card().plain
    assert harness.members("Billing") == ["1055", "1012"]


@pytest.mark.parametrize("came_far", [False, True])
def test_a_temporary_change_is_ended_only_if_the_plan_came_that_far(
    harness: ConversationHarness, came_far: bool
) -> None:
    sandbox, state = harness.sandbox, harness.sandbox.pbx.state
    temporary = "Sales" if came_far else "Support"
    harness.do(f"recall {temporary} to Day Desk for 2h")
    harness.do(f"apply {file_of(sandbox, TWO_GROUPS)}")
    held = harness.hold(f"POST {harness.path('Sales')}")
    sandbox.slack.click(sandbox.people["ana"], harness.last_ephemeral(), label="End #1 and do this")
    harness.reached(held)
    state.members[harness.id("Support")].append("1001")
    harness.go_on(held)
    sandbox.settle()
    assert "Partly done: Apply park.yaml (1 of 4 changes)" in harness.cards()[-1].plain
    harness.do("pending")
    assert ("Day Desk" in harness.last_ephemeral().plain) is not came_far
    harness.click(harness.cards()[-1], "Undo")
    assert state.groups[harness.id("Sales")]["recall_to"] == "USER_ONLY", "how it was before both"
    assert "1001" in harness.members("Support")
    sandbox.forward(timedelta(hours=2, seconds=1))
    sandbox.settle()
    before = "USER_ONLY" if came_far else "USER_FIRST_THEN_RING_GROUP"
    assert state.groups[harness.id(temporary)]["recall_to"] == before


def test_that_the_prompt_is_in_no_file_and_no_snapshot_is_said(harness: ConversationHarness) -> None:
    state, missing = harness.sandbox.pbx.state, f"The prompt {PROMPT} is not in it"
    assert "prompt" not in exported(harness)
    state.server["prompt_file_id"] = next(iter(state.files))
    assert f"# {missing}" in exported(harness)
    for line in ("export", "snapshot", "restore everything to an hour ago", "restore server to an hour ago"):
        harness.do(line)
        assert missing in harness.last_ephemeral().plain, line
    harness.do("restore Sales to an hour ago")
    assert missing not in harness.last_ephemeral().plain
