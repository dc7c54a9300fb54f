"""Each element's value in the view's state after a user has changed it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.slack.conftest import Park
from tests.sandbox.slack.pieces import Json, actions, button, entry, opened, option, options, payload, section

SALES, SUPPORT = option("Sales", "7"), option("Support", "8")
GROUPED = [{"label": SALES["text"], "options": [SALES]}, {"label": SALES["text"], "options": [SUPPORT]}]
MULTI: Json = {"type": "multi_static_select", "options": [SALES, SUPPORT]}
MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)

HELD: list[tuple[Json, Any, str, Any, str]] = [
    ({"type": "plain_text_input"}, "x", "value", "x", "x"),
    ({"type": "plain_text_input", "initial_value": "x"}, "", "value", None, ""),
    ({"type": "number_input", "is_decimal_allowed": True}, 1.5, "value", "1.5", "1.5"),
    ({"type": "static_select", "options": [SALES, SUPPORT]}, "Support", "selected_option", SUPPORT, "Support"),
    ({"type": "static_select", "option_groups": GROUPED}, "8", "selected_option", SUPPORT, "Support"),
    ({"type": "static_select", "options": [SALES], "initial_option": SALES}, None, "selected_option", None, ""),
    (MULTI, ["8", "Sales"], "selected_options", [SUPPORT, SALES], "Support, Sales"),
    ({"type": "radio_buttons", "options": [SALES, SUPPORT]}, SUPPORT, "selected_option", SUPPORT, "Support"),
    ({"type": "checkboxes", "options": [SALES, SUPPORT]}, "Sales", "selected_options", [SALES], "Sales"),
    ({"type": "datepicker"}, "2026-02-28", "selected_date", "2026-02-28", "2026-02-28"),
    ({"type": "timepicker"}, "08:30", "selected_time", "08:30", "08:30"),
    ({"type": "datetimepicker"}, MOMENT, "selected_date_time", 1767323040, "2026-01-02 03:04+00:00"),
]


@pytest.mark.parametrize(("element", "value", "key", "held", "words"), HELD)
def test_an_element_holds_what_was_entered(
    park: Park, element: Json, value: Any, key: str, held: Any, words: str
) -> None:
    opened(park, entry(element))
    park.slack.fill(park.ada, value, label="Name")
    view = park.slack.view(park.ada)
    assert view.state == {"b": {"a": {"type": element["type"], key: held}}}
    assert view.fields == {"Name": words}


UNTOUCHED: list[tuple[Json, str, Any]] = [
    ({"type": "plain_text_input", "initial_value": "x"}, "value", "x"),
    ({"type": "multi_static_select", "options": [SALES]}, "selected_options", []),
    ({"type": "checkboxes", "options": [SALES], "initial_options": [SALES]}, "selected_options", [SALES]),
    ({"type": "external_select", "initial_option": SALES}, "selected_option", SALES),
    ({"type": "conversations_select"}, "selected_conversation", None),
    ({"type": "timepicker", "initial_time": "08:30"}, "selected_time", "08:30"),
    ({"type": "file_input"}, "files", []),
]


@pytest.mark.parametrize(("element", "key", "held"), UNTOUCHED)
def test_an_untouched_element_holds_its_initial_value(park: Park, element: Json, key: str, held: Any) -> None:
    opened(park, entry(element))
    assert park.slack.view(park.ada).state["b"]["a"] == {"type": element["type"], key: held}


@pytest.mark.parametrize("name", ["ben", "Ben Ortiz"])
def test_people_are_picked_by_name(park: Park, name: str) -> None:
    opened(park, entry({"type": "multi_users_select"}))
    park.slack.fill(park.ada, [name, park.ada], block_id="b")
    assert park.slack.view(park.ada).state["b"]["a"]["selected_users"] == [park.ben, park.ada]
    assert park.slack.view(park.ada).fields == {"Name": "@Ben Ortiz, @Ada Lovelace"}


def test_conversations_are_those_that_the_person_sees_and_the_filter_lets_through(park: Park) -> None:
    lead = park.slack.add_channel("lead", [park.ben], private=True)
    direct = park.slack.direct(park.ada)
    menus: dict[str, Json] = {
        "all": {"type": "conversations_select"},
        "private": {"type": "multi_conversations_select", "filter": {"include": ["private"]}},
        "people": {"type": "conversations_select", "filter": {"exclude_bot_users": True}},
        "channels": {"type": "channels_select"},
    }
    opened(park, *[entry(menu, block_id=name) for name, menu in menus.items()])
    park.slack.fill(park.ada, "#phone-ops", block_id="channels")
    park.slack.fill(park.ada, direct, block_id="all")
    for block_id, given in (("all", lead), ("private", "phone-ops"), ("people", direct), ("channels", direct)):
        with pytest.raises(LookupError, match="is not offered"):
            park.slack.fill(park.ada, given, block_id=block_id)


def test_no_more_is_selected_than_allowed(park: Park) -> None:
    opened(park, entry({"type": "multi_static_select", "options": options(3), "max_selected_items": 2}))
    with pytest.raises(ValueError, match="no more than 2"):
        park.slack.fill(park.ada, ["0", "1", "2"], block_id="b")
    with pytest.raises(LookupError, match="'9' is not offered"):
        park.slack.fill(park.ada, "9", block_id="b")
    opened(park, entry({"type": "datepicker"}))
    with pytest.raises(ValueError, match="isoformat"):
        park.slack.fill(park.ada, "tomorrow", block_id="b")


def test_an_overflow_menu_and_a_select_are_clicked_by_their_options(park: Park) -> None:
    overflow = {"type": "overflow", "action_id": "more", "options": [SALES, SUPPORT]}
    menu = {"type": "static_select", "action_id": "pick", "options": [SALES, SUPPORT]}
    opened(park, section(accessory=overflow), actions(menu, button()))
    park.slack.click(park.ada, park.slack.view(park.ada), label="Support")
    assert payload(park)["actions"][0]["selected_option"] == SUPPORT
    assert payload(park)["actions"][0]["type"] == "overflow"
    park.slack.click(park.ada, park.slack.view(park.ada), action_id="pick", value="7")
    assert payload(park)["view"]["state"]["values"] == {
        "row": {"pick": {"type": "static_select", "selected_option": SALES}}
    }
    assert "Sales  [Go]" in park.slack.view(park.ada).plain


def test_a_menu_in_a_message_is_filled_as_well(park: Park) -> None:
    menu = {"type": "users_select", "action_id": "who"}
    park.bot.chat_postMessage(channel=park.ops, text="Who?", blocks=[section("Who?", accessory=menu)])
    [message] = park.slack.messages(park.ops)
    park.slack.fill(park.ben, "ada", label="Who?", where=message)
    sent = payload(park)
    assert (sent["actions"][0]["selected_user"], sent["container"]["message_ts"]) == (park.ada, message.ts)
    assert sent["state"]["values"]["s"]["who"]["selected_user"] == park.ada
    with pytest.raises(LookupError, match="nothing to click or fill in called “What”"):
        park.slack.fill(park.ben, "ada", label="What", where=message)
