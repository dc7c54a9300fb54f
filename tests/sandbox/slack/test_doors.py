"""Shortcuts and the Home tab, received by a real Bolt app."""

from typing import Any

import pytest
from slack_bolt import Ack, Respond

from tests.sandbox.slack.conftest import SCOPES, Park, a_park, bolt, connected
from tests.sandbox.slack.pieces import Json, actions, button, home, modal, option, payload, section

SHORTCUTS = {"panel": "global", "change": "message"}


def test_a_global_shortcut_opens_a_form_and_knows_no_conversation() -> None:
    with a_park(shortcuts=SHORTCUTS) as park:
        app = bolt(park)

        @app.global_shortcut("panel")
        def panel(ack: Ack, shortcut: Json, client: Any) -> None:
            client.views_open(trigger_id=shortcut["trigger_id"], view=modal())
            ack()

        with connected(park, app):
            assert park.slack.shortcut(park.ada, "panel").ok
        assert park.slack.view(park.ada).title == "Add"
        assert not {"response_url", "channel", "message"} & set(payload(park))


def test_a_message_shortcut_carries_the_message_and_answers_where_it_is() -> None:
    with a_park(shortcuts=SHORTCUTS) as park:
        app = bolt(park)
        root = park.slack.say(park.ada, park.ops, "Sales needs a longer recall")

        @app.message_shortcut("change")
        def change(ack: Ack, shortcut: Json, client: Any, respond: Respond) -> None:
            client.views_open(trigger_id=shortcut["trigger_id"], view=modal())
            ack()
            respond("done", response_type="in_channel")

        with connected(park, app):
            assert park.slack.message_shortcut(park.ben, park.slack.messages(park.ops)[0], "change").ok
            park.slack.wait_for(lambda: len(park.slack.messages(park.ops)) > 1)
        sent = payload(park)
        assert (sent["type"], sent["message_ts"], sent["message"]["user"]) == ("message_action", root, park.ada)
        assert (sent["channel"], sent["user"]["id"]) == ({"id": park.ops, "name": "phone-ops"}, park.ben)
        assert park.slack.views_of(park.ben)


def test_shortcuts_are_there_as_declared_and_for_messages_that_last(park: Park) -> None:
    with pytest.raises(LookupError, match="no global shortcut"):
        park.slack.shortcut(park.ada, "panel")
    with a_park(shortcuts=SHORTCUTS) as there:
        there.bot.chat_postEphemeral(channel=there.ops, user=there.ada, text="psst")
        [message] = there.slack.ephemerals(there.ada)
        with pytest.raises(LookupError, match="no menu"):
            there.slack.message_shortcut(there.ada, message, "change")
        with pytest.raises(LookupError, match="no message shortcut"):
            there.slack.message_shortcut(there.ada, message, "panel")
    with a_park(shortcuts=SHORTCUTS, scopes=SCOPES - {"commands"}) as without, pytest.raises(LookupError):
        without.slack.shortcut(without.ada, "panel")


def test_the_person_is_told_beside_the_message_of_a_shortcut_that_failed() -> None:
    with a_park(shortcuts=SHORTCUTS) as park:
        park.slack.say(park.ada, park.ops, "hello")
        assert park.slack.message_shortcut(park.ada, park.slack.messages(park.ops)[0], "change").error
        assert ["dispatch_failed" in m.text for m in park.slack.ephemerals(park.ada)] == [True]
        assert len(park.slack.delivered) == 1


def test_a_home_tab_is_published_when_opened_and_its_buttons_and_menus_act() -> None:
    with a_park(events={"app_home_opened"}) as park:
        app = bolt(park)
        heard: list[Json] = []

        @app.event("app_home_opened")
        def opened(event: Json, client: Any) -> None:
            heard.append(event)
            menu = {"type": "static_select", "action_id": "menu", "options": [option("Add"), option("Rename")]}
            client.views_publish(user_id=event["user"], view=home(section("Sales", accessory=menu), actions(button())))

        @app.action("go")
        def go(ack: Ack, body: Json, client: Any) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=modal())
            ack()

        with connected(park, app):
            for _ in range(2):
                ack = park.slack.open_home(park.ada)
                assert ack
                assert ack.ok
            view = park.slack.home(park.ada)
            assert view is not None
            assert park.slack.click(park.ada, view, label="Go").ok
            assert park.slack.view(park.ada).title == "Add"
        assert [event["tab"] for event in heard] == ["home", "home"]
        assert ["view" in event for event in heard] == [False, True]
        assert heard[0]["channel"] == park.slack.direct(park.ada)
        park.slack.click(park.ada, view, label="Rename")
        assert payload(park)["actions"][0]["selected_option"] == option("Rename")
        assert payload(park)["container"] == {"type": "view", "view_id": view.id}
        with pytest.raises(LookupError):
            park.slack.click(park.ben, view, label="Go")


def test_an_app_that_did_not_subscribe_hears_nothing_of_its_home(park: Park) -> None:
    assert park.slack.open_home(park.ada) is None
    assert park.slack.home(park.ada) is None


def test_an_unheard_home_event_is_delivered_again() -> None:
    with a_park(events={"app_home_opened"}) as park:
        park.slack.open_home(park.ada, tab="messages")
        park.slack.wait_for(lambda: len(park.slack.delivered) == 4)
        assert {d.envelope["payload"]["event"]["tab"] for d in park.slack.delivered} == {"messages"}
