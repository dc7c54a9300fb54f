"""The stories of the README in a real browser."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.environment import DEMO_POLICY, Sandbox
from bot.sandbox.page.server import DemoPage
from bot.sandbox.pbx.dataset import tone
from tests.browser.chromium import Browser
from tests.browser.tab import Tab

pytestmark = pytest.mark.timeout(600)


def members(page: DemoPage, group: str = "Sales") -> list[str]:
    return page.sandbox.pbx.state.members_of(group)


def recalled_to(page: DemoPage, group: str = "Sales") -> str:
    state = page.sandbox.pbx.state
    return str(state.groups[state.group_id(group)]["recall_to"])


def become(tab: Tab, who: str) -> None:
    tab.choose(who, "You are")
    tab.until(f"document.body.dataset.drawn.includes('as={who}')")


def test_a_member_is_added_and_everybody_in_the_channel_sees_it(page: DemoPage, tab: Tab) -> None:
    tab.say("/park add 1001 to Sales")
    seen = tab.see("#1 · done")
    assert "Added 1001 Amara Okafor to Sales" in seen
    assert "by @Ana Ruiz" in seen
    assert members(page)[-1] == "1001"
    tab.see("1002 1007 1003 1011 1001", "#bs-state")
    tab.see("/call_park_groups/“Sales”/members/1001", "#bs-heard")
    tab.click("1 reply")
    tab.see("Done and verified on the PBX.", "#thread")
    become(tab, "ben")
    tab.see("Added 1001 Amara Okafor to Sales")


def test_calls_are_recalled_elsewhere_for_two_hours_and_then_as_before(page: DemoPage, tab: Tab) -> None:
    tab.say("/park recall Sales to Night Desk for 2h")
    tab.see("Until:")
    tab.see("active until")
    assert recalled_to(page) == "RING_GROUP_ONLY"
    tab.click("+2 hours")
    tab.see("ended")
    tab.until("document.querySelector('#bs-state tbody tr').innerText.includes('user')")
    assert recalled_to(page) == "USER_ONLY"


def test_a_refused_change_says_why_and_reaches_no_pbx(page: DemoPage, tab: Tab) -> None:
    tab.go(f"{page.url}?as=ben&in=phones")
    before = len(page.sandbox.pbx.state.audit)
    tab.say("/park delete Warehouse")
    seen = tab.see("Only visible to you")
    assert "Nothing was changed" in seen
    assert len(page.sandbox.pbx.state.audit) == before
    tab.go(f"{page.url}?as=ana&in=phones")
    tab.see_no_more("Only visible to you")


def test_a_refused_change_is_made_once_another_has_approved_it(page: DemoPage, tab: Tab) -> None:
    become(tab, "ben")
    tab.say("/park rename Warehouse to Depot")
    tab.see("Nothing was changed")
    tab.click("Ask for approval")
    tab.see("Waiting for approval: Rename Warehouse to Depot")
    tab.click("Approve")
    tab.see("You can't approve or reject your own change")
    assert not page.sandbox.pbx.writes
    become(tab, "ana")
    tab.see_no_more("Only visible to you")
    tab.click("Approve")
    tab.see("Renamed Warehouse to Depot")
    assert "by @Ana Ruiz" in tab.see("Approved:")
    tab.see("Depot", "#bs-state tbody")
    tab.see_no_more("Warehouse", "#bs-state tbody")


def test_a_change_is_taken_back_by_its_button(page: DemoPage, tab: Tab) -> None:
    before = members(page)
    tab.say("/park remove 1007 from Sales")
    tab.see("#1 · done")
    assert "1007" not in members(page)
    tab.click("Undo")
    tab.see("Undone: #2 by @Ana Ruiz")
    tab.see("undone", "#messages")
    assert sorted(members(page)) == sorted(before)


def test_a_write_whose_answer_was_lost_is_read_back_and_made_once(page: DemoPage, tab: Tab) -> None:
    tab.choose("DROP_AFTER", "Its next write")
    tab.until("parkLooks.labelled('Its next write').dataset.value === 'DROP_AFTER'")
    tab.say("/park add 1001 to Sales")
    tab.see("#1 · done")
    assert members(page).count("1001") == 1
    assert [heard.path.rpartition("/")[2] for heard in page.sandbox.pbx.writes] == ["1001"]
    tab.see("waiting", "#bs-heard")
    tab.until("parkLooks.labelled('Its next write').value === ''")


def test_a_killed_park_takes_up_what_it_had_accepted(page: DemoPage, tab: Tab) -> None:
    tab.choose("off", "The PBX is")
    tab.until("parkLooks.labelled('The PBX is').dataset.value === 'off'")
    tab.say("/park add 1001 to Sales")
    tab.until("document.querySelector('#places [data-new]')")
    tab.click("Park", "#places")
    tab.click("Messages")
    tab.see("The PBX refuses the connection")
    tab.click("phones", "#places")
    tab.see("#phones")
    tab.click("Kill it (kill -9)")
    tab.see("Killed", "#bs-bot")
    tab.say("/park groups")
    tab.see("dispatch_failed")
    tab.choose("on", "The PBX is")
    tab.click("Start it again")
    tab.see("Running", "#bs-bot")
    tab.see("Added 1001 Amara Okafor to Sales")
    assert members(page).count("1001") == 1


def test_a_file_from_the_machine_becomes_the_prompt(page: DemoPage, tab: Tab, tmp_path: Path) -> None:
    stereo, mono = tmp_path / "stereo.wav", tmp_path / "hold.wav"
    stereo.write_bytes(tone(0.5, channels=2))
    mono.write_bytes(tone(0.5))
    tab.say("/park server prompt")
    tab.attach(stereo, "Sound file")
    tab.click("Review")
    tab.see("It is stereo: save it as mono.", "#modal")
    tab.attach(mono, "Sound file")
    tab.see("hold.wav", "#modal")
    tab.click("Review")
    tab.see("none → hold.wav (16 kB)", "#modal")
    tab.click("Set prompt")
    tab.see("#1 · done")
    state = page.sandbox.pbx.state
    assert state.files[state.server["prompt_file_id"]]["content"] == tone(0.5)


def go_to(page: DemoPage, day: int, hour: int) -> None:
    """Moves the clocks to an hour in June 2026."""
    then = datetime(2026, 6, day, hour, 0, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    page.child.forward(then - page.sandbox.now())


def desk(page: DemoPage) -> str | None:
    """The name of the ring group that parked calls of Sales go to; None if they go to a user."""
    state = page.sandbox.pbx.state
    group = state.groups[state.group_id("Sales")]
    return None if group["recall_to"] == "USER_ONLY" else str(state.ring_groups[group["ring_group_id"]]["name"])


@pytest.fixture
def june(browser: Browser) -> Iterator[DemoPage]:
    """A workspace on Monday, 1 June 2026; Thursday is a holiday."""
    monday = datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    with DemoPage(Sandbox(policy=DEMO_POLICY, now=monday, park_holidays="DE-BY")) as opened:
        yield opened


@pytest.fixture
def june_tab(browser: Browser, june: DemoPage) -> Iterator[Tab]:
    """Ana, in #phones, in June."""
    with browser.tab(june.url) as opened:
        yield opened


def test_a_week_of_schedules_passes_in_seconds(june: DemoPage, june_tab: Tab) -> None:
    """An evening, a night that is skipped, another desk by hand, a holiday, and the weekend."""
    page, tab = june, june_tab
    tab.say("/park recall Sales to Night Desk every weekday 18:00 to 8:00")
    tab.see("Next: Mon 1 Jun 18:00, Europe/Berlin")
    tab.say("/park recall Sales to On Call on holidays")
    tab.see("Next: Thu 4 Jun, Europe/Berlin")
    assert not page.sandbox.pbx.writes

    go_to(page, 1, 18)
    tab.see("In effect until Tue 2 Jun 08:00")
    assert desk(page) == "Night Desk"
    go_to(page, 2, 8)
    tab.see("Latest: Mon 1 Jun 18:00, done")
    assert desk(page) is None

    tab.say("/park skip 1")
    tab.see("Next: Wed 3 Jun 18:00")
    written = len(page.sandbox.pbx.writes)
    go_to(page, 2, 23)
    go_to(page, 3, 18)
    tab.see("In effect until Thu 4 Jun 08:00")
    assert len(page.sandbox.pbx.writes) == written + 1, "the night between was skipped"

    tab.say("/park recall Sales to Day Desk for 2h")
    tab.see("Sales: unanswered parked calls now go to Day Desk")
    assert desk(page) == "Day Desk"
    go_to(page, 3, 20)
    tab.see("Latest: Wed 3 Jun 20:00, in effect")
    assert desk(page) == "Night Desk"

    go_to(page, 4, 0)
    tab.see("In effect until midnight Thu/Fri 4/5 Jun")
    assert desk(page) == "On Call"
    go_to(page, 5, 0)
    tab.see("In effect until Fri 5 Jun 08:00")
    assert desk(page) == "Night Desk"

    go_to(page, 5, 8)
    tab.see("Next: Fri 5 Jun 18:00")
    go_to(page, 5, 18)
    tab.see("In effect until Sat 6 Jun 08:00")
    go_to(page, 6, 8)
    tab.see("Latest: Fri 5 Jun 18:00, done")
    tab.see("Next: Mon 8 Jun 18:00")
    assert desk(page) is None
