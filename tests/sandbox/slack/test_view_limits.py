"""The documented limits of views and elements, rejected with Slack's error texts and JSON pointers."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import Park
from tests.sandbox.slack.pieces import (
    Json,
    actions,
    button,
    entry,
    faults,
    home,
    modal,
    opened,
    option,
    options,
    plain,
    section,
    trigger,
)

GROUPS = [{"label": plain("x" * 75), "options": options(100)}]
MARKED = {"text": {"type": "mrkdwn", "text": "*x*"}, "value": "x"}


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "a", **more}


FITTING = [
    element("plain_text_input", multiline=True, min_length=0, max_length=3000, initial_value="x" * 3000),
    element("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_character_entered"]}),
    element("number_input", is_decimal_allowed=False, min_value="10", max_value="300", initial_value="20"),
    element("static_select", options=options(100), initial_option=options(1)[0], placeholder=plain("x" * 150)),
    element("static_select", option_groups=GROUPS * 10, initial_option=options(1)[0]),
    element("multi_static_select", options=options(3), initial_options=options(2), max_selected_items=2),
    element("external_select", min_query_length=0, initial_option=option("Sales")),
    element("multi_external_select", min_query_length=1, max_selected_items=5, initial_options=options(2)),
    element("users_select", initial_user="U1", focus_on_load=True),
    element("multi_users_select", initial_users=["U1"]),
    element("conversations_select", default_to_current_conversation=True, response_url_enabled=True),
    element("conversations_select", filter={"include": ["public", "private"], "exclude_bot_users": True}),
    element("multi_conversations_select", initial_conversations=["C1"]),
    element("channels_select", initial_channel="C1"),
    element("multi_channels_select", initial_channels=["C1"]),
    element("radio_buttons", options=[MARKED, *options(9)], initial_option=MARKED),
    element("checkboxes", options=options(10), initial_options=options(2)),
    element("datepicker", initial_date="2026-02-28"),
    element("timepicker", initial_time="23:59", timezone="Europe/Berlin"),
    element("datetimepicker", initial_date_time=1_700_000_000),
    element("file_input", filetypes=["csv"], max_files=10),
]

ELEMENTS: list[tuple[Json, str]] = [
    (element("plain_text_input", min_length=5, max_length=4), "`min_length` must not be more than `max_length` []"),
    (element("plain_text_input", max_length=3001), "[/max_length]"),
    (element("plain_text_input", initial_value=7), "must provide a string [/initial_value]"),
    (element("plain_text_input", initial_value=None), "must provide a value [/initial_value]"),
    (element("plain_text_input", placeholder=plain("x" * 151)), "less than 151 characters [/placeholder/text]"),
    (element("plain_text_input", confirm={}), "invalid additional property: confirm []"),
    (element("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_blur"]}), "trigger_actions_on/0]"),
    (element("number_input"), "missing required field: is_decimal_allowed []"),
    (element("number_input", is_decimal_allowed=True, min_value="ten"), "`min_value` must be a number []"),
    (element("static_select", options=[]), "no fewer than 1 items allowed [/options]"),
    (element("static_select", options=options(101)), "no more than 100 items allowed [/options]"),
    (element("static_select", options=options(1), initial_option=None), "[/initial_option]"),
    (element("static_select", options=options(1), option_groups=GROUPS), "must define either `options` or"),
    (element("static_select", options=[option("x" * 76)]), "less than 76 characters [/options/0/text/text]"),
    (element("static_select", options=[option("x", "y" * 151)]), "less than 151 characters [/options/0/value]"),
    (element("static_select", options=[option("x", "")]), "more than 0 characters [/options/0/value]"),
    (element("static_select", options=[MARKED]), "[/options/0/text/type]"),
    (element("static_select", option_groups=[{"label": plain("x"), "options": options(101)}]), "[/option_groups/0/op"),
    (element("static_select", option_groups=GROUPS, initial_option=option("No")), "`initial_option` must be one of"),
    (element("multi_static_select", options=options(1), initial_options=options(2)), "`initial_options` must be one"),
    (element("multi_static_select", options=options(1), max_selected_items=0), "[/max_selected_items]"),
    (element("external_select", options=options(1)), "invalid additional property: options []"),
    (element("external_select", min_query_length=-1), "[/min_query_length]"),
    (element("conversations_select", filter={"include": ["secret"]}), "must be a valid enum value [/filter/include/0]"),
    (element("users_select", response_url_enabled=True), "invalid additional property: response_url_enabled []"),
    (element("radio_buttons", options=options(11)), "no more than 10 items allowed [/options]"),
    (element("radio_buttons", options=options(1), initial_option=option("No")), "`initial_option` must be one of"),
    (element("checkboxes", options=options(2), initial_options=[]), "no fewer than 1 items allowed [/initial_options]"),
    (element("datepicker", initial_date="2026-02-30"), "[/initial_date]"),
    (element("timepicker", initial_time="24:00"), "[/initial_time]"),
    (element("datetimepicker", initial_date_time=1), "[/initial_date_time]"),
    (element("file_input", max_files=11), "[/max_files]"),
    (element("button", text=plain("Go")), "unsupported type: button []"),
    (element("overflow", options=options(1)), "unsupported type: overflow []"),
]

VIEWS: list[tuple[Json, str]] = [
    (modal(title=...), "missing required field: title [/view]"),
    (modal(title=plain("x" * 25)), "must be less than 25 characters [/view/title/text]"),
    (modal(title={"type": "mrkdwn", "text": "x"}), "[/view/title/type]"),
    (modal(submit=plain("x" * 25)), "must be less than 25 characters [/view/submit/text]"),
    (modal(close=plain("x" * 25)), "must be less than 25 characters [/view/close/text]"),
    (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [/view/blocks]"),
    (modal(private_metadata="x" * 3001), "must be less than 3001 characters [/view/private_metadata]"),
    (modal(callback_id="x" * 256), "must be less than 256 characters [/view/callback_id]"),
    (modal(external_id="x" * 256), "must be less than 256 characters [/view/external_id]"),
    (modal(submit_disabled=True), "invalid additional property: submit_disabled [/view]"),
    (modal(close=None), "must provide a value [/view/close]"),
    (home(), "[/view/type]"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [/view/blocks/0]"),
    (modal(entry(label="x" * 2001)), "must be less than 2001 characters [/view/blocks/0/label/text]"),
    (modal(entry(hint=plain("x" * 2001))), "must be less than 2001 characters [/view/blocks/0/hint/text]"),
    (modal(entry(optional="yes")), "must provide a boolean [/view/blocks/0/optional]"),
    (modal({"type": "input", "label": plain("x")}), "missing required field: element [/view/blocks/0]"),
    (modal(section(accessory=element("plain_text_input"))), "unsupported type: plain_text_input"),
    (modal(actions(element("multi_users_select"))), "unsupported type: multi_users_select"),
    (modal(entry(), section(), submit=...), "must define `submit` to use an `input` block in modals [/view/blocks/0/i"),
    (modal(section(), section()), "`block_id` 's' already exists [/view/blocks]"),
    (
        modal(*[entry(element("users_select", focus_on_load=True), block_id=f"b{n}") for n in range(2)]),
        "only one element may be set to `focus_on_load` [/view/blocks]",
    ),
]


@pytest.mark.parametrize("fitting", FITTING, ids=lambda e: str(e["type"]))
def test_an_element_within_its_limits_is_shown(park: Park, fitting: Json) -> None:
    opened(park, entry(fitting))
    assert park.slack.view(park.ada).blocks[0]["element"] == fitting


@pytest.mark.parametrize(("unfit", "fault"), ELEMENTS)
def test_an_element_beyond_its_limits_is_refused(park: Park, unfit: Json, fault: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
        park.bot.views_open(trigger_id=trigger(park), view=modal(entry(unfit)))
    general, *found = faults(caught.value)
    assert general == "[ERROR] failed to match all allowed schemas [json-pointer:/view]"
    assert fault in found[0].replace("json-pointer:/view/blocks/0/element", "")
    assert park.slack.views_of(park.ada) == []


@pytest.mark.parametrize(("view", "fault"), VIEWS)
def test_a_view_beyond_its_limits_is_refused(park: Park, view: Json, fault: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
        park.bot.views_open(trigger_id=trigger(park), view=view)
    assert fault in "\n".join(faults(caught.value)).replace("json-pointer:", "")
    assert park.slack.views_of(park.ada) == []


def test_a_view_of_the_largest_size_is_shown_and_no_larger_one(park: Park) -> None:
    opened(park, *[{"type": "divider"}] * 100, private_metadata="x" * 3000, title=plain("x" * 24))
    blocks = [section("x" * 2600, block_id=str(n)) for n in range(100)]
    with pytest.raises(SlackApiError, match="view_too_large"):
        opened(park, *blocks)


@pytest.mark.parametrize("view", ["{", "[]", "7"])
def test_what_is_no_view_is_refused(park: Park, view: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        park.bot.api_call("views.open", params={"trigger_id": trigger(park), "view": view})


def test_a_message_may_have_inputs_too(park: Park) -> None:
    park.bot.chat_postMessage(channel=park.ops, text="x", blocks=[entry(), actions(button())])
    assert park.slack.messages(park.ops)[0].blocks[0]["element"]["action_id"] == "a"
