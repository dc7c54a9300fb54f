"""Every source of requests: typed lines, mentions, forms, pickers, menus, shortcuts, Home tab; mouse and keyboard."""

import pytest

from bot.sandbox.page.server import DemoPage
from tests.browser.chromium import Browser
from tests.browser.tab import Tab

pytestmark = pytest.mark.timeout(600)


def focus(tab: Tab) -> str:
    """What the keyboard is on: its label, or its words."""
    return str(tab.js("parkLooks.name(document.activeElement)"))


def test_a_command_a_person_and_a_channel_complete_in_the_message_box(tab: Tab) -> None:
    tab.type("/", "Message")
    tab.see("See and change call park groups", "#say-list")
    tab.press("Enter")
    assert tab.js("document.querySelector('#say').value") == "/park "
    tab.type("find @be")
    tab.see("@Ben Ito", "#say-list")
    tab.press("Tab")
    tab.type("in #ra")
    tab.press("Enter")
    assert tab.js("document.querySelector('#say').value") == "/park find @Ben Ito in #random "
    assert focus(tab) == "Message"


def test_a_mention_is_answered_in_its_thread(tab: Tab) -> None:
    tab.say("@Park add 1001 to Sales")
    tab.see("@Park add 1001 to Sales")
    tab.click("2 replies")
    tab.see("Added 1001 Amara Okafor to Sales", "#thread")
    tab.type("/park groups", "Reply")
    tab.press("Enter")
    tab.see("can't be used in threads", "#toast")
    assert tab.js("document.querySelector('#reply').value") == "/park groups", "what was typed is lost"
    tab.press("Escape")
    tab.until("document.querySelector('#thread').hidden")


def test_a_form_is_filled_by_keyboard_alone(page: DemoPage, tab: Tab) -> None:
    tab.say("/park add")
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    tab.search("amara", "1001 Amara Okafor")
    tab.press("Enter")
    tab.until("document.querySelector('.token')")
    tab.search("1004", "1004 Ana Ruiz")
    tab.press("Enter")
    tab.until("document.querySelectorAll('.token').length === 2")
    tab.press("Tab")
    assert focus(tab) == "Park group"
    tab.search("sales", "Sales for Partners")
    tab.press("Enter")
    tab.until("parkLooks.labelled('Park group').dataset.value === 'Sales'")
    tab.see("Nothing has changed yet.", "#modal")
    tab.click("Apply")
    tab.until("!document.querySelector('#modal').open")
    tab.see("#1 · done")
    assert page.sandbox.pbx.state.members_of("Sales")[-2:] == ["1001", "1004"]


def test_what_is_being_typed_outlives_that_the_form_is_drawn_again(page: DemoPage, tab: Tab) -> None:
    tab.say("/park add")
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    tab.search("amara", "1001 Amara Okafor")
    slack = page.sandbox.slack
    (view,) = slack.state.views.stack(page.sandbox.people["ana"])
    again = [
        {key: block[key] for key in block if block["type"] == "input" or key != "block_id"} for block in view.blocks
    ]
    again.insert(0, {"type": "section", "text": {"type": "plain_text", "text": "Drawn again"}})
    slack.state.views.replace(view, {**view.content, "blocks": again})
    tab.see("Drawn again", "#modal")
    assert focus(tab) == "Members"
    assert tab.js("document.activeElement.value") == "amara"
    tab.type(" o")
    tab.see("1001 Amara Okafor", "#modal [role=listbox]")
    tab.press("Enter")
    tab.see("1001 Amara Okafor", "#modal .token")


def test_what_a_text_would_change_is_shown_while_it_is_typed_and_no_character_is_lost(page: DemoPage, tab: Tab) -> None:
    tab.say("/park rename Sales")
    tab.see("Park group", "#modal")
    for character in "Sales North and West":
        tab.type(character, "Name")
    tab.see("Sales → Sales North and West", "#modal")
    assert focus(tab) == "Name"
    assert tab.js("document.activeElement.value") == "Sales North and West"
    tab.click("Apply")
    tab.until("!document.querySelector('#modal').open")
    tab.see("#1 · done")
    assert page.sandbox.pbx.state.group_id("Sales North and West")


def test_what_is_wrong_in_a_form_stands_under_its_field(tab: Tab) -> None:
    tab.say("/park add")
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    tab.click("Apply")
    tab.see("Please complete this required field.", ".field.wrong", times=2)
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    assert tab.js("document.activeElement.getAttribute('aria-invalid')") == "true"
    described = tab.js(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby').trim()).innerText"
    )
    assert described == "Please complete this required field."


def test_a_form_is_left_by_escape_and_asks_the_pbx_for_no_change(page: DemoPage, tab: Tab) -> None:
    tab.say("/park recall")
    tab.until("parkLooks.name(document.activeElement) === 'Park group'")
    tab.type("the user", "Where recalls go")
    tab.see("The user who parked the call", "#modal [role=listbox]")
    tab.press("Enter")
    tab.until("parkLooks.labelled('Where recalls go').dataset.value === 'The user who parked the call'")
    tab.press("Escape")
    tab.until("!document.querySelector('#modal').open")
    assert not page.sandbox.pbx.writes


def test_a_choice_brings_the_picker_that_it_needs(tab: Tab) -> None:
    tab.say("/park recall")
    tab.see("Park group", "#modal")
    tab.see_no_more("Begins at", "#modal label")
    tab.click("At a date and time ...", "#modal")
    tab.see("Begins at", "#modal label")
    chosen = tab.js("[...document.querySelectorAll('#modal input:checked')].at(-1).parentElement.innerText")
    assert chosen == "At a date and time ..."


def test_the_home_tab_shows_the_groups_and_a_groups_button_opens_its_form(tab: Tab) -> None:
    tab.click("Park", "#places")
    tab.see("12 park groups", "#home")
    tab.see("1002 Bjørn Halvorsen", "#home")  # the tab is drawn again once members are read
    of_sales = "[...document.querySelectorAll('#home .section')].find(one => one.innerText.startsWith('Sales\\n'))"
    tab.js(f"{of_sales}.querySelector('button').focus()")
    assert focus(tab) == "Change recall: recall Sales"
    tab.press("Enter")
    tab.until("document.querySelector('#modal').open && parkLooks.labelled('Park group')?.value === 'Sales'")


def test_the_messages_tab_holds_what_could_not_be_said_elsewhere(page: DemoPage, browser: Browser) -> None:
    with browser.tab(f"{page.url}?as=ana&in=park&tab=messages") as tab:
        tab.say("/park add 1001 to Sales")
        tab.see("It is shown here because it was asked for in a direct message.")
        tab.click("ops", "#places")
        tab.see("asked for in a direct message")


def test_the_shortcuts_open_the_panel(tab: Tab) -> None:
    tab.say("/park add 1001 to Sales")
    tab.see("#1 · done")
    tab.click("Shortcuts")
    tab.press("Enter")
    tab.see("Add members", "#modal")
    tab.click("Close", "#modal")
    tab.until("!document.querySelector('#modal').open")
    tab.click("More actions")
    tab.press("Enter")
    tab.see("Add members", "#modal")


@pytest.mark.parametrize("who", ["ana", "ben", "gil", "eve", "ada"])
def test_each_person_sees_their_own_channels_and_answers(page: DemoPage, browser: Browser, who: str) -> None:
    with browser.tab(f"{page.url}?as={who}") as tab:
        assert ("secret" in tab.text("#places")) is (who in ("ana", "ben"))
        tab.say("/park server extension 667")
        seen = tab.see("Park")
        tab.see("#1 · done" if who == "ana" else "Nothing was changed")
        assert seen
    assert bool(page.sandbox.pbx.writes) is (who == "ana")


def test_times_are_those_of_who_looks(page: DemoPage, tab: Tab) -> None:
    tab.say("/park recall Sales to Night Desk for 2h")
    tab.see("active until")
    clock = "document.querySelector('#bs-clock time').innerText"
    here = tab.js(clock)
    tab.choose("eve", "You are")
    tab.until(f"{clock} !== {here!r}")
    of_the_card = str(tab.js("document.querySelector('#messages .context time').dateTime"))
    assert of_the_card.endswith(("-05:00", "-04:00")), of_the_card


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_a_phone(page: DemoPage, browser: Browser, dark: bool) -> None:
    with browser.tab(page.url, width=360, height=740, dark=dark) as tab:
        tab.say("/park")
        tab.see("Only visible to you")
        assert tab.js("document.documentElement.scrollWidth") <= 360
        assert (
            tab.js(
                "Math.max(...[...document.querySelectorAll('main *')].map(one => one.getBoundingClientRect().right))"
            )
            <= 361
        )
        tab.click("Channels and people")
        tab.click("random", "#places")
        tab.see("#random")
        tab.until("!document.body.classList.contains('side-open')")
        tab.click("PBX")
        tab.see("What the PBX heard", "#backstage")


def test_what_lies_over_the_messages_is_left_by_a_click_beside_it_and_by_escape(
    page: DemoPage, browser: Browser
) -> None:
    with browser.tab(page.url, width=390, height=800) as tab:
        tab.click("Channels and people")
        assert focus(tab) == "You are"
        tab.click_at(370, 400)
        tab.until("!document.body.classList.contains('side-open')")
        assert focus(tab) == "Channels and people"
        assert tab.js("document.querySelector('#backstage-button').ariaExpanded") == "false"
        tab.click("PBX")
        tab.see("What the PBX heard", "#backstage")
        tab.press("Escape")
        tab.until("!document.querySelector('#backstage').checkVisibility()")
        assert focus(tab) == "PBX"


def test_the_pbx_is_shown_in_the_threads_place_where_there_is_no_room_for_both(
    page: DemoPage, browser: Browser
) -> None:
    with browser.tab(page.url, width=1200) as tab:
        tab.say("/park add 1001 to Sales")
        tab.click("1 reply")
        tab.see("verified", "#thread")
        tab.until("!document.querySelector('#backstage').checkVisibility()")
        tab.click("PBX")
        tab.see("1002 1007 1003 1011 1001", "#bs-state")
        tab.until("document.querySelector('#thread').hidden")


def test_one_goes_back_to_where_one_came_from(tab: Tab) -> None:
    tab.click("random", "#places")
    tab.see("#random")
    assert focus(tab) == "Message"
    tab.js("history.back()")
    tab.see("#phones")
    assert tab.js("document.querySelector('#who').value") == "ana"


def test_what_was_not_looked_at_yet_is_marked_as_new(page: DemoPage, tab: Tab) -> None:
    def new() -> str:
        return str(tab.js("[...document.querySelectorAll('#places [data-new]')].map(one => one.innerText).join()"))

    tab.go(f"{page.url}?in=park&tab=messages")
    tab.say("/park add 1001 to Sales")
    tab.until("document.querySelector('#places [data-new]')")
    assert new() == "ops"
    tab.click("ops", "#places")
    tab.see("asked for in a direct message")
    tab.until("!document.querySelector('#places [data-new]')")
    tab.choose("ben", "You are")
    tab.see("asked for in a direct message")
    assert new() == ""
    tab.click("phones", "#places")
    tab.see("#phones")
    assert new() == ""


def test_everything_that_can_be_used_has_a_name(tab: Tab) -> None:
    tab.say("/park")
    tab.see("Only visible to you")
    tab.click("Park", "#places")
    tab.see("12 park groups", "#home")
    nameless = tab.js(
        "[...document.querySelectorAll('button, a, input, select, textarea, [role=log], dialog')]"
        ".filter(one => parkLooks.inSight(one) && !parkLooks.name(one)).map(one => one.outerHTML.slice(0, 120))"
    )
    assert nameless == []


def test_the_first_click_counts_while_a_picker_is_open(tab: Tab) -> None:
    """The open list is in the flow: were it closed when the mouse goes down, the button would move from under it."""
    tab.say("/park add")
    tab.until("parkLooks.name(document.activeElement) === 'Members'")
    tab.search("an", "1004 Ana Ruiz")
    tab.until("document.querySelectorAll('#modal .picker [role=option]').length > 2")
    x, y = tab.until("parkLooks.aim('Cancel', '#modal')")
    for kind in ("mouseMoved", "mousePressed"):
        tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    tab.js("new Promise((done) => setTimeout(done, 150))")  # as long as a finger stays down
    tab.call("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, button="left", clickCount=1)
    tab.until("!document.querySelector('#modal').open")


def test_what_a_command_takes_stays_in_sight_while_its_line_grows(tab: Tab) -> None:
    tab.type("/park", "Message")
    tab.see("add 1001 to Sales | recall Sales", "#say-list")
    for more in (" a", "dd", " 1001"):
        tab.type(more)
        tab.see("add 1001 to Sales | recall Sales", "#say-list")
    tab.type(" to @Ana")
    tab.see("@Ana Ruiz", "#say-list")
    tab.type(" R")
    tab.see("@Ana Ruiz", "#say-list")
    tab.press("Tab")
    assert tab.js("document.querySelector('#say').value") == "/park add 1001 to @Ana Ruiz "
    tab.see("add 1001 to Sales | recall Sales", "#say-list")
    tab.press("Enter")
    tab.until("document.querySelector('#say').value === ''")
    assert tab.js("document.querySelector('#say-list').hidden")
