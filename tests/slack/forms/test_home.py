"""The Home tab: what it shows to whom, its search, pages and menus."""

import re

import pytest

from bot.planning.overview import RECENT
from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.slack.rendering import View
from bot.slack.home import parse_menu_value
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
    assert "[Switch call park]" in seen


RIGHTS = {
    "ana": ["everything, from anywhere"],
    "ben": ["view any group from #phones", "change members and recall of `Sales*`, `Support*` from #phones"],
}


@pytest.mark.parametrize("person", RIGHTS)
def test_it_says_what_this_person_may_do_and_from_where(sandbox: Sandbox, person: str) -> None:
    seen = opened(sandbox, "You may:", person=person).plain
    assert re.findall("^• (.*)$", seen.partition("*You may:*")[2], re.MULTILINE) == RIGHTS[person]


@pytest.mark.parametrize(
    ("person", "words"), [("ben", "your rights hold in channels"), ("gil", "No rule of the policy")]
)
def test_who_may_look_at_nothing_from_here_is_told_why_and_the_pbx_hears_nothing(
    sandbox: Sandbox, person: str, words: str
) -> None:
    assert "park groups" not in opened(sandbox, words, person=person).plain
    assert not sandbox.pbx.requests


def test_rights_may_be_more_where_slack_does_not_say_who_is_in_which_user_group(sandbox: Sandbox) -> None:
    sandbox.slack.state.scopes -= {"usergroups:read"}
    opened(sandbox, "which user groups you are in: there may be more", person="ben")


def test_a_groups_menu_opens_a_form_that_holds_the_group(sandbox: Sandbox, ready: Ready) -> None:
    view = opened(sandbox, "12 park groups")
    sandbox.slack.click(sandbox.people["ana"], view, value="recall:Sales")
    assert "Park group: Sales" in ready("Where recalls go").plain


@pytest.mark.parametrize("name", ["<&>" * 21 + "<", "W" * 64, "a:b & `c` *d*"])
def test_a_group_of_any_name_has_a_menu(sandbox: Sandbox, ready: Ready, name: str) -> None:
    sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Billing")]["name"] = name
    view = opened(sandbox, "12 park groups")
    (value,) = [
        option["value"]
        for block in view.blocks
        for option in block.get("accessory", {}).get("options", [])
        if parse_menu_value(option["value"]) == ("recall", name)
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
    search(sandbox, "nobody", "0 park groups with “nobody” in the name")
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
    view = home_view(sandbox, "ana", "*Sales*\nrecall to Night Desk (6001)", "@Ana Ruiz: `recall")
    (line,) = [line for line in view.plain.splitlines() if "@Ana Ruiz" in line]
    assert line.endswith(" UTC, @Ana Ruiz: `recall sales to night desk`: done")
    (drawn,) = [block["text"]["text"] for block in view.blocks if "@" in block.get("text", {}).get("text", "")]
    assert re.match(r"• <!date\^\d{10}\^\{date_short_pretty\} \{time\}\|", drawn), "in the viewer's zone"


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
        opened(sandbox, "`recall Sales to Night Desk`: unknown whether it stands")


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
        assert opened(sandbox, "Recent changes").plain.count("@Ana Ruiz: ") == RECENT
