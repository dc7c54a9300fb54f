"""The Home tab: what it shows to whom, its search, pages and menus."""

import json
import re
from typing import Any

import pytest

from bot.errors import JournalUnavailable
from bot.operations.actions import MAX_PRIMARY
from bot.planning.overview import RECENT, ROWS
from bot.sandbox.environment import DEMO_POLICY, POLICY, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.rendering import View
from bot.worker.lease import RetryPolicy
from tests.slack.forms.conftest import Ready, home_view

LOOKER = '[[allow]]\nname = "Ben looks at Sales"\nusers = ["{ben}"]\noperations = ["read"]\ngroups = ["Sales"]\n'


def opened(sandbox: Sandbox, *words: str, person: str = "ana") -> View:
    sandbox.slack.open_home(sandbox.people[person])
    return home_view(sandbox, person, *words)


def search(sandbox: Sandbox, text: str | None, *words: str) -> View:
    ana = sandbox.people["ana"]
    sandbox.slack.fill(ana, text, label="Search groups", where=sandbox.slack.home(ana))
    return home_view(sandbox, "ana", *words)


def test_it_shows_the_server_and_the_groups(sandbox: Sandbox) -> None:
    seen = opened(sandbox, "12 park groups").plain
    assert "*Extension:* 666" in seen
    assert "*Sales*\nrecall to the user who parked the call" in seen
    assert "[Change recall]  [Add members]  [Remove members]  [Move members]  [Repeat ...]  [More]" in seen
    assert "[Switch call park]" not in seen, "what switches off or deletes is not beside the list"
    assert "[Delete" not in seen


def test_it_names_the_members_of_each_group_once_they_are_read(sandbox: Sandbox) -> None:
    view = opened(sandbox, "1002 Bjørn Halvorsen, 1007 Grace O'Brien")
    assert "4 members\n1002 Bjørn Halvorsen" in view.plain


RIGHTS = {
    "ana": ["everything, from anywhere; on a schedule too"],
    "ben": ["view any group from #phones", "change members and recall of `Sales*`, `Support*` from #phones"],
}


@pytest.mark.parametrize("person", RIGHTS)
def test_it_says_what_this_person_may_do_and_from_where(sandbox: Sandbox, person: str) -> None:
    seen = opened(sandbox, "You may:", person=person).plain
    assert re.findall("^• (.*)$", seen.partition("*You may:*")[2], re.MULTILINE) == RIGHTS[person]


@pytest.mark.parametrize(("person", "words"), [("ben", "not from here"), ("gil", "You can't use Park yet")])
def test_who_may_look_at_nothing_from_here_is_told_why_or_whom_to_ask_and_the_pbx_hears_nothing(
    sandbox: Sandbox, person: str, words: str
) -> None:
    seen = opened(sandbox, words, person=person).plain
    assert "park groups" not in seen
    assert "Change" not in seen
    assert ("*Ask:* @leads" in seen) is (person == "gil")
    assert not sandbox.pbx.requests


def test_rights_may_be_more_where_slack_does_not_say_who_is_in_which_user_group(sandbox: Sandbox) -> None:
    sandbox.slack.state.scopes -= {"usergroups:read"}
    opened(sandbox, "which user groups you are in, so you may be able to do more", person="ben")


def row(view: View, group: str) -> dict[str, Any]:
    """The block of a group."""
    return next(one for one in view.blocks if one.get("text", {}).get("text", "").startswith(f"*{group}*"))


def test_a_groups_button_opens_a_form_that_holds_the_group_and_the_keyboard_goes_to_what_is_to_be_filled(
    sandbox: Sandbox, ready: Ready
) -> None:
    view = opened(sandbox, "12 park groups")
    sandbox.slack.click(sandbox.people["ana"], view, block_id=row(view, "Sales")["block_id"], label="Change recall")
    form = ready("Where recalls go")
    assert "Park group: Sales" in form.plain
    focused = [one["block_id"] for one in form.blocks if one.get("element", {}).get("focus_on_load")]
    assert focused == ["recall"]


@pytest.mark.parametrize("name", ["<&>" * 21 + "<", "W" * 64, "a:b & `c` *d*"])
def test_a_group_of_any_name_has_a_button(sandbox: Sandbox, ready: Ready, name: str) -> None:
    sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Billing")]["name"] = name
    view = opened(sandbox, "12 park groups")
    (value,) = [
        block["accessory"]["value"]
        for block in view.blocks
        if block.get("accessory", {}).get("action_id", "").startswith("park:form:")
        and json.loads(block["accessory"]["value"]) == {"operation": "recall", "arguments": {"group": name}}
    ]
    assert not set("<&>") & set(value), "Slack may escape these"
    sandbox.slack.click(sandbox.people["ana"], view, value=value)
    picked = ready("Where recalls go").state["group"]["park:pick:group"]["selected_option"]
    assert picked["value"] == name


def test_groups_are_searched_by_a_part_of_the_name_and_the_search_is_taken_back(sandbox: Sandbox) -> None:
    opened(sandbox, "12 park groups")
    found = search(sandbox, "  ALES ", "2 park groups with “ALES” in the name")
    assert re.findall(r"^\*(.*)\*\nrecall", found.plain, re.MULTILINE) == ["Sales", "Sales for Partners"]
    assert found.fields["Search groups"] == "ALES"
    sandbox.slack.click(sandbox.people["ana"], found, label="Show all groups")
    whole = home_view(sandbox, "ana", "\n12 park groups\n")
    assert whole.fields["Search groups"] == ""
    assert "Show all groups" not in whole.plain
    search(sandbox, "nobody", "no park groups with “nobody” in the name")
    search(sandbox, None, "\n12 park groups\n")


def test_a_search_is_still_there_for_who_comes_back_soon(sandbox: Sandbox) -> None:
    opened(sandbox, "12 park groups")
    search(sandbox, "ales", "2 park groups")
    published = len(publishings(sandbox))
    sandbox.slack.open_home(sandbox.people["ana"])
    sandbox.slack.wait_for(lambda: len(publishings(sandbox)) > published)
    assert "2 park groups with" in home_view(sandbox, "ana").plain


def publishings(sandbox: Sandbox) -> list[object]:
    return [call for call in sandbox.slack.calls if call.method == "views.publish"]


def test_pages_keep_the_search_and_a_change_keeps_both() -> None:
    with Sandbox(pbx=FakePbx(groups=1000, users=5)) as sandbox:
        ana = sandbox.people["ana"]
        opened(sandbox, "1000 park groups")
        first = search(sandbox, "group 000", "99 park groups with “group 000” in the name")
        assert "[More groups]" in first.plain
        assert "[Earlier groups]" not in first.plain
        sandbox.slack.click(ana, first, label="More groups")
        middle = home_view(sandbox, "ana", "[Earlier groups]  [More groups]", "99 park groups with", "*Group 00041*")
        assert len(middle.blocks) <= 100
        sandbox.slack.slash(ana, sandbox.channels["phones"], "recall Group 00050 to Night Desk")
        after = home_view(sandbox, "ana", "*Group 00050*\nrecall to Night Desk")
        assert "99 park groups with “group 000” in the name" in after.plain
        sandbox.slack.click(ana, after, label="More groups")
        last = home_view(sandbox, "ana", "*Group 00099*")
        assert "[More groups]" not in last.plain


def test_who_looked_at_a_page_that_is_no_more_sees_the_last_one() -> None:
    with Sandbox(pbx=FakePbx(groups=41, users=5)) as sandbox:
        ana = sandbox.people["ana"]
        sandbox.slack.click(ana, opened(sandbox, "41 park groups"), label="More groups")
        home_view(sandbox, "ana", "*Group 00041*")
        sandbox.pbx.console_delete_group(sandbox.pbx.state.group_id("Group 00041"))
        sandbox.slack.slash(ana, sandbox.channels["phones"], 'rename "Group 00001" to "Group 0"')
        home_view(sandbox, "ana", "40 park groups", "*Group 0*")


def test_a_change_is_seen_by_who_looked_lately(sandbox: Sandbox) -> None:
    ana = sandbox.people["ana"]
    opened(sandbox, "12 park groups", "None that you may see.")
    sandbox.slack.slash(ana, sandbox.channels["phones"], "RECALL sales TO night desk")
    done = "#1 `recall sales to night desk`: done"
    view = home_view(sandbox, "ana", "*Sales*\nrecall to Night Desk (6001)", done, "Open thread")
    (line,) = [line for line in view.plain.splitlines() if "@Ana Ruiz" in line]
    assert line.endswith(" UTC, @Ana Ruiz · Open thread")
    (drawn,) = [block["text"]["text"] for block in view.blocks if "@" in block.get("text", {}).get("text", "")]
    assert re.search(r"\n<!date\^\d{10}\^\{date_short_pretty\} \{time\}\|", drawn), "in the viewer's zone"
    (card,) = sandbox.slack.messages(sandbox.channels["phones"])
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}|Open thread>" in drawn


def test_a_recent_change_is_taken_back_with_one_click_and_told_in_its_thread(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.slack.slash(ana, phones, "recall Sales to Night Desk")
    sandbox.settle()
    sandbox.slack.click(ana, opened(sandbox, "#1 `recall Sales to Night Desk`: done", "[Undo]"), label="Undo")
    home_view(sandbox, "ana", "#1 `recall Sales to Night Desk`: undone", "#2 `undo 1`: done")
    assert sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Sales")]["recall_to"] == "USER_ONLY"
    sandbox.settle()
    (card,) = sandbox.slack.messages(phones)
    assert len(sandbox.slack.messages(phones, thread=card.ts)) > 2


def test_what_is_temporary_comes_first_and_stands_beside_its_group_with_end_now(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.slack.slash(ana, phones, "recall Sales to Night Desk for 2h")
    sandbox.settle()
    view = opened(sandbox, "(#1), by", "1007 Grace O'Brien")
    plain = view.plain
    first = ("Temporary and pending", "*Call park:* on", "[Change recall]", "12 park groups", "Recent changes")
    assert sorted(first, key=plain.index) == list(first)
    assert re.search(r"\*Sales\*\n.*\n.*\n.*, until .* \(#1\), by @Ana Ruiz\n\[End now\]", plain)
    sandbox.slack.click(ana, view, block_id=row(view, "Sales")["block_id"], label="End now")
    home_view(sandbox, "ana", "*Sales*\nrecall to the user who parked the call", "for 2h`: ended")
    assert "Temporary and pending" not in home_view(sandbox, "ana").plain


def test_what_waits_for_an_approver_comes_before_all_and_is_approved_there() -> None:
    with Sandbox(policy=DEMO_POLICY) as sandbox:
        ana, ben, phones = sandbox.people["ana"], sandbox.people["ben"], sandbox.channels["phones"]
        sandbox.slack.slash(ana, phones, "recall Sales to Night Desk for 2h")
        sandbox.slack.slash(ben, phones, "ask rename Warehouse to Depot")
        sandbox.settle()
        view = opened(sandbox, "[Approve]  [Reject]")
        first = ("Waiting for you", "Temporary and pending", "*Call park:* on", "12 park groups")
        assert sorted(first, key=view.plain.index) == list(first)
        theirs = opened(sandbox, "[Withdraw]", person="ben").plain
        assert "Waiting for you" not in theirs
        sandbox.slack.click(ana, view, label="Approve")
        home_view(sandbox, "ana", "*Depot*")


def test_who_may_look_at_nothing_from_here_still_sees_and_takes_back_what_is_their_own(sandbox: Sandbox) -> None:
    ben, phones = sandbox.people["ben"], sandbox.channels["phones"]
    sandbox.slack.slash(ben, phones, "recall Sales to Night Desk for 2h")
    sandbox.slack.slash(sandbox.people["ana"], phones, "recall Billing to Night Desk for 2h")
    sandbox.settle()
    view = opened(sandbox, "[End now]", person="ben")
    assert "Billing" not in view.plain
    sandbox.slack.click(ben, view, label="End now")
    home_view(sandbox, "ben", "for 2h`: ended")


@pytest.mark.parametrize("person", ["ana", "ben"])
def test_while_the_pbx_is_away_it_shows_what_the_journal_knows_and_tries_again(person: str) -> None:
    with Sandbox(policy=DEMO_POLICY) as sandbox:
        user, phones = sandbox.people[person], sandbox.channels["phones"]
        sandbox.slack.slash(user, phones, "recall Sales to Night Desk for 2h")
        sandbox.slack.slash(sandbox.people["ben"], phones, "ask rename Warehouse to Depot")
        sandbox.settle()
        sandbox.pbx.stop()
        sandbox.restart()
        view = opened(sandbox, "Temporary and pending", "[End now]", "Recent changes", person=person)
        if person == "ana":
            assert "The PBX isn't answering right now" in view.plain
            assert "[Approve]  [Reject]" in view.plain
            assert "park groups" not in view.plain
            sandbox.pbx.start()
            sandbox.slack.click(user, view, label="Try again")
            home_view(sandbox, "ana", "12 park groups", "Temporary and pending")


def test_while_the_journal_is_away_the_groups_are_shown_all_the_same(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(sandbox, "12 park groups")
    repository = sandbox.park.tenant.form_service.planner.repository
    monkeypatch.setattr(repository, "scheduled_starts", _away)
    monkeypatch.setattr(repository, "scheduled_ends", _away)
    assert "[Try again]" in opened(sandbox, "Park can't read its journal right now", "12 park groups").plain


def _away(*_: object) -> None:
    raise JournalUnavailable("away")


def test_it_fits_slacks_limits_with_many_groups_and_much_that_is_pending() -> None:
    with Sandbox(pbx=FakePbx(groups=ROWS + 5, users=5)) as sandbox:
        ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
        for number in range(1, 15):
            sandbox.slack.slash(ana, phones, f"recall Group {number:05} to Night Desk for 2h")
        sandbox.settle()
        view = opened(sandbox, f"{ROWS + 5} park groups", "more: type pending", "[More groups]")
        assert len(view.blocks) <= 100, "the fake workspace refuses what Slack would"
        first = next(block for block in view.blocks if len(block.get("elements", ())) > 3)
        assert len(first["elements"]) <= MAX_PRIMARY + 1


def test_what_came_to_nothing_is_no_recent_change(sandbox: Sandbox) -> None:
    phones = sandbox.channels["phones"]
    sandbox.slack.slash(sandbox.people["ana"], phones, "add 1001 to Sales")
    sandbox.settle()
    sandbox.slack.slash(sandbox.people["ana"], phones, "add 1001 to Sales")
    sandbox.slack.slash(sandbox.people["ben"], phones, "add 1016 to Billing")
    sandbox.settle()
    seen = opened(sandbox, "Recent changes").plain
    assert seen.count("`add") == 1


def test_a_change_whose_outcome_is_unknown_is_said_to_be() -> None:
    with Sandbox(retry_policy=RetryPolicy(verify_delays=(0.0,))) as sandbox:
        sandbox.pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="POST *"))
        sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "recall Sales to Night Desk")
        sandbox.settle()
        opened(sandbox, "`recall Sales to Night Desk`: unknown")


def test_only_the_last_few_changes_are_shown_and_none_of_groups_out_of_sight() -> None:
    with Sandbox(policy=f"{POLICY}\n{LOOKER}") as sandbox:
        for line in (
            "recall Sales to Night Desk",
            *("recall Billing to Night Desk", "recall Billing to user") * RECENT,
        ):
            sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], line)
            sandbox.settle()
        bens = opened(sandbox, "Recent changes", person="ben").plain
        assert "`recall Sales to Night Desk`: done" in bens
        assert "Billing" not in bens
        assert opened(sandbox, "Recent changes").plain.count(", @Ana Ruiz · Open thread") == RECENT


def test_recent_changes_have_the_state_that_their_cards_and_the_history_show(sandbox: Sandbox) -> None:
    """One place decides it."""
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    for line in ("recall Sales to Night Desk", "recall Sales to Day Desk", "add 1001 to Support for 1h", "undo 3"):
        sandbox.slack.slash(ana, phones, line)
        sandbox.settle()
    home = opened(sandbox, "replaced by #2").plain
    sandbox.slack.slash(ana, phones, "history")
    sandbox.settle()
    history = sandbox.slack.ephemerals(ana, phones)[-1].plain.replace("*", "")
    for number, line, state in (
        (1, "recall Sales to Night Desk", "replaced by #2"),
        (2, "recall Sales to Day Desk", "done"),
        (3, "add 1001 to Support for 1h", "ended"),
    ):
        assert f"#{number} `{line}`: {state}\n" in home
        assert f"#{number} {line} · {state}\n" in history
    footers = [card.plain.splitlines()[-1].split(" · ")[2] for card in sandbox.slack.messages(phones)]
    assert footers == ["replaced by #2", "done", "ended"]
