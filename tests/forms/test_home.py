"""The Home tab: what it shows to whom, its search, pages and menus."""

import re

import pytest

from bot.planning.overview import RECENT
from bot.sandbox.environment import POLICY, Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.slack.rendering import View
from bot.slack.home import parse_menu_value
from bot.worker.lease import RetryPolicy
from tests.forms.conftest import Ready, home

LOOKER = '[[allow]]\nname = "Ben looks at Sales"\nusers = ["{ben}"]\noperations = ["read"]\ngroups = ["Sales"]\n'


def opened(stage: Stage, *words: str, person: str = "ana") -> View:
    stage.slack.open_home(stage.people[person])
    return home(stage, person, *words)


def search(stage: Stage, text: str | None, *words: str) -> View:
    ana = stage.people["ana"]
    stage.slack.fill(ana, text, label="Search groups", where=stage.slack.home(ana))
    return home(stage, "ana", *words)


def test_it_shows_the_server_and_the_groups(stage: Stage) -> None:
    seen = opened(stage, "12 park groups").plain
    assert "*Extension:* 666" in seen
    assert "*Sales*\nrecall to the user who parked the call" in seen
    assert "[Switch call park]" in seen


RIGHTS = {
    "ana": ["everything, from anywhere"],
    "ben": ["look at any group from #phones", "change members and recalls of `Sales*`, `Support*` from #phones"],
}


@pytest.mark.parametrize("person", RIGHTS)
def test_it_says_what_this_person_may_do_and_from_where(stage: Stage, person: str) -> None:
    seen = opened(stage, "You may:", person=person).plain
    assert re.findall("^• (.*)$", seen.partition("*You may:*")[2], re.MULTILINE) == RIGHTS[person]


@pytest.mark.parametrize(
    ("person", "words"), [("ben", "your rights hold in channels"), ("gil", "No rule of the policy")]
)
def test_who_may_look_at_nothing_from_here_is_told_why_and_the_pbx_hears_nothing(
    stage: Stage, person: str, words: str
) -> None:
    assert "park groups" not in opened(stage, words, person=person).plain
    assert not stage.pbx.requests


def test_rights_may_be_more_where_slack_does_not_say_who_is_in_which_user_group(stage: Stage) -> None:
    stage.slack.state.scopes -= {"usergroups:read"}
    opened(stage, "which user groups you are in: there may be more", person="ben")


def test_a_groups_menu_opens_a_form_that_holds_the_group(stage: Stage, ready: Ready) -> None:
    view = opened(stage, "12 park groups")
    stage.slack.click(stage.people["ana"], view, value="recall:Sales")
    assert "Park group: Sales" in ready("Where recalls go").plain


@pytest.mark.parametrize("name", ["<&>" * 21 + "<", "W" * 64, "a:b & `c` *d*"])
def test_a_group_of_any_name_has_a_menu(stage: Stage, ready: Ready, name: str) -> None:
    stage.pbx.state.groups[stage.pbx.state.group_id("Billing")]["name"] = name
    view = opened(stage, "12 park groups")
    (value,) = [
        option["value"]
        for block in view.blocks
        for option in block.get("accessory", {}).get("options", [])
        if parse_menu_value(option["value"]) == ("recall", name)
    ]
    assert not set("<&>") & set(value), "Slack may escape these"
    stage.slack.click(stage.people["ana"], view, value=value)
    picked = ready("Where recalls go").state["group"]["park:pick:group"]["selected_option"]
    assert picked["value"] == name


def test_groups_are_searched_by_a_part_of_the_name_and_the_search_is_taken_back(stage: Stage) -> None:
    opened(stage, "12 park groups")
    found = search(stage, "  ALES ", "2 park groups with “ALES” in the name")
    assert re.findall(r"^\*(.*)\*\nrecall", found.plain, re.MULTILINE) == ["Sales", "Sales for Partners"]
    assert found.fields["Search groups"] == "ALES"
    stage.slack.click(stage.people["ana"], found, label="Show all groups")
    whole = home(stage, "ana", "\n12 park groups\n")
    assert whole.fields["Search groups"] == ""
    assert "Show all groups" not in whole.plain
    search(stage, "nobody", "0 park groups with “nobody” in the name")
    search(stage, None, "\n12 park groups\n")


def test_a_search_is_still_there_for_who_comes_back_soon(stage: Stage) -> None:
    opened(stage, "12 park groups")
    search(stage, "ales", "2 park groups")
    published = len(publishings(stage))
    stage.slack.open_home(stage.people["ana"])
    stage.slack.wait_for(lambda: len(publishings(stage)) > published)
    assert "2 park groups with" in home(stage, "ana").plain


def publishings(stage: Stage) -> list[object]:
    return [call for call in stage.slack.calls if call.method == "views.publish"]


def test_pages_keep_the_search_and_a_change_keeps_both() -> None:
    with Stage(pbx=SandboxPBX(groups=1000, users=5)) as stage:
        ana = stage.people["ana"]
        opened(stage, "1000 park groups")
        first = search(stage, "group 000", "99 park groups with “group 000” in the name")
        assert "[More groups]" in first.plain
        assert "[Earlier groups]" not in first.plain
        stage.slack.click(ana, first, label="More groups")
        middle = home(stage, "ana", "[Earlier groups]  [More groups]", "99 park groups with", "*Group 00041*")
        assert len(middle.blocks) <= 100
        stage.slack.slash(ana, stage.channels["phones"], "recall Group 00050 to Night Desk")
        after = home(stage, "ana", "*Group 00050*\nrecall to Night Desk")
        assert "99 park groups with “group 000” in the name" in after.plain
        stage.slack.click(ana, after, label="More groups")
        last = home(stage, "ana", "*Group 00099*")
        assert "[More groups]" not in last.plain


def test_who_looked_at_a_page_that_is_no_more_sees_the_last_one() -> None:
    with Stage(pbx=SandboxPBX(groups=41, users=5)) as stage:
        ana = stage.people["ana"]
        stage.slack.click(ana, opened(stage, "41 park groups"), label="More groups")
        home(stage, "ana", "*Group 00041*")
        stage.pbx.console_delete_group(stage.pbx.state.group_id("Group 00041"))
        stage.slack.slash(ana, stage.channels["phones"], "rename Group 00001 to Group 0")
        home(stage, "ana", "40 park groups", "*Group 0*")


def test_a_change_is_seen_by_who_looked_lately(stage: Stage) -> None:
    ana = stage.people["ana"]
    opened(stage, "12 park groups", "None that you may see.")
    stage.slack.slash(ana, stage.channels["phones"], "RECALL sales TO night desk")
    view = home(stage, "ana", "*Sales*\nrecall to Night Desk (6001)", "@Ana Ruiz: `recall")
    (line,) = [line for line in view.plain.splitlines() if "@Ana Ruiz" in line]
    assert line.endswith(" UTC, @Ana Ruiz: `recall sales to night desk`: done")
    (drawn,) = [block["text"]["text"] for block in view.blocks if "@" in block.get("text", {}).get("text", "")]
    assert re.match(r"• <!date\^\d{10}\^\{date_short_pretty\} \{time\}\|", drawn), "in the viewer's zone"


def test_what_came_to_nothing_is_no_recent_change(stage: Stage) -> None:
    phones = stage.channels["phones"]
    stage.slack.slash(stage.people["ana"], phones, "add 1001 to Sales")
    stage.settle()
    stage.slack.slash(stage.people["ana"], phones, "add 1001 to Sales")
    stage.slack.slash(stage.people["ben"], phones, "add 1016 to Billing")
    stage.settle()
    seen = opened(stage, "Recent changes").plain
    assert seen.count("`add") == 1


def test_a_change_whose_outcome_is_unknown_is_said_to_be() -> None:
    with Stage(retry_policy=RetryPolicy(looks=(0.0,))) as stage:
        stage.pbx.faults.add(Fault(kind=Kind.DROP_BEFORE, match="POST *"))
        stage.slack.slash(stage.people["ana"], stage.channels["phones"], "recall Sales to Night Desk")
        stage.settle()
        opened(stage, "`recall Sales to Night Desk`: unknown whether it stands")


def test_only_the_last_few_changes_are_shown_and_none_of_groups_out_of_sight() -> None:
    with Stage(policy=f"{POLICY}\n{LOOKER}") as stage:
        for line in (
            "recall Sales to Night Desk",
            *("recall Billing to Night Desk", "recall Billing to user") * RECENT,
        ):
            stage.slack.slash(stage.people["ana"], stage.channels["phones"], line)
            stage.settle()
        bens = opened(stage, "Recent changes", person="ben").plain
        assert "`recall Sales to Night Desk`: done" in bens
        assert "Billing" not in bens
        assert opened(stage, "Recent changes").plain.count("@Ana Ruiz: ") == RECENT
