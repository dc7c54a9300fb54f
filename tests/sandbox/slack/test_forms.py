"""Modals with a real Bolt app: filled in, submitted, answered, closed."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk.webhook import WebhookClient

from tests.sandbox.slack.conftest import Park, a_park, bolt, connected
from tests.sandbox.slack.pieces import (
    Json,
    actions,
    button,
    entry,
    modal,
    opened,
    option,
    options,
    payload,
    plain,
    section,
)
from tests.waiting import PATIENCE

Answer = Callable[[Ack], object]


def answering(park: Park, answer: Answer) -> tuple[App, list[Json]]:
    """An app that answers the form `add` so, and the views that it was sent."""
    app = bolt(park)
    heard: list[Json] = []

    @app.view("add")
    def submitted(ack: Ack, view: Json) -> None:
        heard.append(view)
        answer(ack)

    return app, heard


def test_a_command_opens_a_form_that_is_filled_and_sent(park: Park) -> None:
    app, heard = answering(park, lambda ack: ack())

    @app.command("/park")
    def command(ack: Ack, client: Any, body: Json) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(entry(), private_metadata="m"))

    with connected(park, app):
        park.slack.slash(park.ada, park.ops, "add")
        park.slack.wait_for(lambda: park.slack.views_of(park.ada))
        assert park.slack.fill(park.ada, "Sales", label="Name") is None
        assert park.slack.submit(park.ada).ok
    assert park.slack.views_of(park.ada) == []
    [view] = heard
    assert view["state"]["values"] == {"b": {"a": {"type": "plain_text_input", "value": "Sales"}}}
    assert (view["private_metadata"], view["callback_id"]) == ("m", "add")
    assert payload(park)["user"]["id"] == park.ada
    assert payload(park)["response_urls"] == []
    assert park.slack.delivered[-1].envelope["accepts_response_payload"]


def test_errors_stand_beside_their_fields_until_these_are_changed(park: Park) -> None:
    app, _ = answering(park, lambda ack: ack(response_action="errors", errors={"b": "No such group"}))
    opened(park, entry(hint=plain("As people call it")))
    park.slack.fill(park.ada, "Sals", label="Name")
    with connected(park, app):
        assert park.slack.submit(park.ada).ok
    view = park.slack.view(park.ada)
    assert (view.errors, view.trouble, view.fields) == ({"b": "No such group"}, None, {"Name": "Sals"})
    assert view.plain == "Add\nName: Sals\n  As people call it\n  ! No such group\n[Send]  [Cancel]"
    park.slack.fill(park.ada, "Sales", block_id="b")
    assert park.slack.view(park.ada).errors == {}


def test_an_answer_can_update_the_form_and_what_was_typed_stays(park: Park) -> None:
    again = modal(section("It moved: look again"), entry())
    app, _ = answering(park, lambda ack: ack(response_action="update", view=again))
    before = opened(park, entry())
    park.slack.fill(park.ada, "Sales", block_id="b")
    with connected(park, app):
        park.slack.submit(park.ada)
    view = park.slack.view(park.ada)
    assert (view.id, view.hash != before["hash"], view.fields) == (before["id"], True, {"Name": "Sales"})
    assert "It moved" in view.plain


def test_an_answer_can_push_a_view_and_closing_that_returns_to_the_form(park: Park) -> None:
    app, _ = answering(park, lambda ack: ack(response_action="push", view=modal(section("Sure?"), callback_id="sure")))
    opened(park, entry(optional=True))
    with connected(park, app):
        park.slack.submit(park.ada)
    assert [v.callback_id for v in park.slack.views_of(park.ada)] == ["add", "sure"]
    park.slack.close(park.ada)
    assert park.slack.view(park.ada).callback_id == "add"


def test_an_empty_answer_closes_the_view_on_top_and_clear_closes_them_all(park: Park) -> None:
    for answer, left in ((lambda ack: ack(), ["first"]), (lambda ack: ack(response_action="clear"), [])):
        app, _ = answering(park, answer)
        opened(park, actions(button()), callback_id="first")
        park.slack.click(park.ada, park.slack.view(park.ada), label="Go")
        park.bot.views_push(trigger_id=payload(park)["trigger_id"], view=modal())
        with connected(park, app):
            park.slack.submit(park.ada)
        assert [view.callback_id for view in park.slack.views_of(park.ada)] == left


BAD: list[tuple[Json, str]] = [
    ({"response_action": "errors", "errors": {"nowhere": "x"}}, "invalid_errors"),
    ({"response_action": "errors", "errors": {"s": "beside no input"}}, "invalid_errors"),
    ({"response_action": "errors"}, "invalid_errors"),
    ({"response_action": "update", "view": modal(title=plain("x" * 25))}, "invalid_arguments"),
    ({"response_action": "push"}, "invalid_view"),
    ({"response_action": "dance"}, "invalid_response_action"),
    ({"text": "x"}, "invalid_response_action"),
]


@pytest.mark.parametrize(("answer", "error"), BAD)
def test_an_answer_that_slack_cannot_use_leaves_the_form_as_it_was_with_a_word_of_trouble(
    park: Park, answer: Json, error: str
) -> None:
    app, _ = answering(park, lambda ack: ack(answer))
    opened(park, entry(), section())
    park.slack.fill(park.ada, "Sales", label="Name")
    with connected(park, app):
        assert park.slack.submit(park.ada).error == error
    view = park.slack.view(park.ada)
    assert (view.fields, view.errors) == ({"Name": "Sales"}, {})
    assert view.trouble == "We had some trouble connecting. Try again?"
    assert view.trouble in view.plain


def test_a_form_without_an_answer_in_three_seconds_stays_open_and_is_not_sent_again() -> None:
    freed = threading.Event()
    with a_park(ack_timeout=0.2) as park:
        app, heard = answering(park, lambda ack: (freed.wait(PATIENCE), ack()))
        opened(park, entry())
        park.slack.fill(park.ada, "Sales", label="Name")
        sent = len(park.slack.delivered)
        with connected(park, app):
            assert park.slack.submit(park.ada).error == "operation_timeout"
            freed.set()
        view = park.slack.view(park.ada)
        assert (view.fields, bool(view.trouble)) == ({"Name": "Sales"}, True)
        assert len(park.slack.delivered) == sent + 1
        assert len(heard) == 1


def test_an_answer_of_more_than_twenty_kilobytes_ends_the_connection() -> None:
    large = modal(*[section("x" * 3000, block_id=str(n)) for n in range(8)])
    with a_park(ack_timeout=0.5) as park:
        app, _ = answering(park, lambda ack: ack(response_action="update", view=large))
        opened(park, entry(optional=True))
        with connected(park, app):
            assert park.slack.submit(park.ada).error == "operation_timeout"
            park.slack.wait_for(lambda: not park.slack.connections)


CLIENT: list[tuple[Json, Any, str]] = [
    ({"type": "plain_text_input"}, None, "Please complete this required field."),
    ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter no more than 3 characters."),
    ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
    ({"type": "number_input", "is_decimal_allowed": True}, "ten", "Please enter a number."),
    ({"type": "number_input", "is_decimal_allowed": False, "min_value": "10"}, 9, "Please enter a number that is at"),
    (
        {"type": "number_input", "is_decimal_allowed": False, "max_value": "300"},
        301,
        "Please enter a number that is no",
    ),
    ({"type": "static_select", "options": options(2)}, None, "Please complete this required field."),
    ({"type": "multi_static_select", "options": options(2)}, [], "Please complete this required field."),
]


@pytest.mark.parametrize(("element", "value", "words"), CLIENT)
def test_the_client_itself_refuses_to_send_what_does_not_fit(park: Park, element: Json, value: Any, words: str) -> None:
    opened(park, entry(element))
    before = len(park.slack.delivered)
    park.slack.fill(park.ada, value, block_id="b")
    assert park.slack.submit(park.ada).error == "not_submitted"
    assert park.slack.view(park.ada).errors["b"].startswith(words)
    assert len(park.slack.delivered) == before


def test_an_optional_field_may_be_empty_and_a_view_without_submit_is_not_sent(park: Park) -> None:
    opened(park, entry(optional=True))
    assert "Name (optional): []" in park.slack.view(park.ada).plain
    assert park.slack.submit(park.ada).error == "dispatch_failed"
    opened(park, submit=...)
    with pytest.raises(LookupError, match="no button"):
        park.slack.submit(park.ada)


def test_closing_is_told_where_it_was_asked_for(park: Park) -> None:
    closed: list[tuple[str, bool]] = []
    app = bolt(park)

    @app.view_closed("add")
    def heard(ack: Ack, body: Json) -> None:
        closed.append((body["view"]["id"], body["is_cleared"]))
        ack()

    with connected(park, app):
        view = opened(park, notify_on_close=True)
        assert [ack.ok for ack in park.slack.close(park.ada)] == [True]
        opened(park)
        assert park.slack.close(park.ada) == []
        other = opened(park, notify_on_close=True, clear_on_close=True)
        park.slack.close(park.ada)
    assert closed == [(view["id"], False), (other["id"], True)]
    with pytest.raises(LookupError, match="no modal is open"):
        park.slack.close(park.ada)


def test_a_chosen_conversation_brings_a_response_url(park: Park) -> None:
    menu = {"type": "conversations_select", "default_to_current_conversation": True, "response_url_enabled": True}
    opened(park, entry(menu, label="Post to"))
    assert park.slack.view(park.ada).fields == {"Post to": "#phone-ops"}
    park.slack.submit(park.ada)
    [given] = payload(park)["response_urls"]
    assert (given["block_id"], given["action_id"], given["channel_id"]) == ("b", "a", park.ops)
    assert WebhookClient(given["response_url"]).send(text="done", response_type="in_channel").status_code == 200
    assert [m.text for m in park.slack.messages(park.ops)] == ["done"]


def test_a_button_in_a_view_carries_the_view_and_everything_entered(park: Park) -> None:
    opened(park, entry(), actions(button(value="7")))
    park.slack.fill(park.ada, "Sales", label="Name")
    park.slack.click(park.ada, park.slack.view(park.ada), label="Go")
    sent = payload(park)
    view = park.slack.view(park.ada)
    assert sent["container"] == {"type": "view", "view_id": view.id}
    assert (sent["actions"][0]["value"], sent["actions"][0]["block_id"]) == ("7", "row")
    assert sent["view"]["state"]["values"]["b"]["a"]["value"] == "Sales"
    assert not {"response_url", "channel", "message"} & set(sent)
    assert view.trouble
    with pytest.raises(LookupError):
        park.slack.click(park.ben, view, label="Go")


def test_a_choice_outside_of_inputs_is_an_action_and_inside_only_when_asked_for(park: Park) -> None:
    menu = {"type": "radio_buttons", "action_id": "to", "options": [option("Default"), option("Ring group")]}
    opened(
        park,
        section("Recall to", accessory=menu),
        entry({"type": "users_select"}, label="Quiet", block_id="quiet"),
        entry({"type": "users_select"}, label="Loud", block_id="loud", dispatch_action=True),
    )
    assert park.slack.fill(park.ada, "Ring group", label="Recall to")
    assert payload(park)["actions"][0]["selected_option"] == option("Ring group")
    assert park.slack.fill(park.ada, "ben", label="Quiet") is None
    assert park.slack.fill(park.ada, "ben", label="Loud")
    assert payload(park)["actions"][0] | {"action_ts": ""} == {
        "type": "users_select",
        "selected_user": park.ben,
        "block_id": "loud",
        "action_id": "a",
        "action_ts": "",
    }
    assert set(payload(park)["view"]["state"]["values"]) == {"s", "quiet", "loud"}
    assert "( ) Default  (x) Ring group" in park.slack.view(park.ada).plain


def test_a_view_can_grow_while_it_is_filled_in(park: Park) -> None:
    menu = {"type": "static_select", "options": [option("Default"), option("Ring group")]}
    to = entry(menu, label="Recall to", block_id="to", dispatch_action=True)
    app = bolt(park)

    @app.action("a")
    def chosen(ack: Ack, body: Json, client: Any) -> None:
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=modal(to, entry()))
        ack()

    opened(park, to)
    with connected(park, app):
        park.slack.fill(park.ada, "Ring group", label="Recall to")
    assert park.slack.view(park.ada).fields == {"Recall to": "Ring group", "Name": ""}


def test_a_dangerous_button_asks_first_and_no_means_nothing_is_sent(park: Park) -> None:
    confirm = {"title": plain("Delete?"), "text": plain("2 members"), "confirm": plain("Delete"), "deny": plain("Keep")}
    opened(park, actions(button("Delete", confirm=confirm), button("Go")))
    view = park.slack.view(park.ada)
    assert park.slack.question(park.ada, view, label="Delete") == "Delete?\n2 members\n[Delete]  [Keep]"
    assert park.slack.question(park.ada, view, label="Go") is None
    before = len(park.slack.delivered)
    assert park.slack.click(park.ada, view, label="Delete", sure=False).error == "cancelled"
    assert len(park.slack.delivered) == before
    park.slack.click(park.ada, view, label="Delete")
    assert len(park.slack.delivered) == before + 1


def test_a_person_uses_the_view_on_top_only(park: Park) -> None:
    opened(park, actions(button()))
    below = park.slack.view(park.ada)
    park.slack.click(park.ada, below, label="Go")
    park.bot.views_push(trigger_id=payload(park)["trigger_id"], view=modal())
    with pytest.raises(LookupError, match="not there for them"):
        park.slack.click(park.ada, below, label="Go")


def test_a_form_that_was_sent_can_be_delivered_a_second_time(park: Park) -> None:
    app, heard = answering(park, lambda ack: ack())
    opened(park, entry(optional=True))
    with connected(park, app):
        park.slack.submit(park.ada)
        assert park.slack.deliver_again("interactive").ok
    assert heard[0] == heard[1]
