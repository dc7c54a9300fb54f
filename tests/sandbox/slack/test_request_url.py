"""HTTP mode under stress: time-outs, redelivery, and apps that answer badly or not at all."""

from typing import Any

import pytest
from slack_bolt import Ack, App

from tests.sandbox.slack.conftest import Park, bolt, served


def test_an_app_that_knows_another_secret_is_not_reached(park: Park) -> None:
    quiet = bolt(park).logger
    stranger = App(token=park.slack.bot_token, client=park.bot, signing_secret="another", logger=quiet)
    with pytest.raises(ValueError, match="HTTP 401"), served(park, stranger):
        pass


def test_nobody_at_the_address_and_a_bad_answer_are_told_apart(park: Park) -> None:
    app = bolt(park)

    @app.command("/park")
    def fail(command: dict[str, str]) -> None:
        raise RuntimeError("no")

    with served(park, app):
        assert park.slack.slash(park.ada, park.ops, "").error == "http_service_error"
        assert park.slack.slash(park.ada, park.ops, "", command="/unknown").error == "not_a_valid_command"
    with served(park, bolt(park)):  # which has no listener for the command, so Bolt answers 404
        assert park.slack.slash(park.ada, park.ops, "").error == "http_client_error"
    assert park.slack.slash(park.ada, park.ops, "").error == "dispatch_failed"


def test_an_event_is_delivered_again_with_its_number_and_reason(park: Park) -> None:
    app, heard = bolt(park), list[tuple[str, ...]]()

    @app.event("app_mention")
    def fail_twice(request: Any) -> None:
        heard.append(tuple(request.headers.get(f"x-slack-retry-{name}", [""])[0] for name in ("num", "reason")))
        if len(heard) < 3:
            raise RuntimeError("no")

    with served(park, app):
        park.slack.say(park.ada, park.ops, "@park groups")
        park.slack.wait_for(lambda: park.slack.delivered[-1].ack.ok)
    assert heard == [("", ""), ("1", "http_error"), ("2", "http_error")]


def test_an_event_that_nobody_takes_is_given_up_after_its_last_attempt(park: Park) -> None:
    with served(park, bolt(park)):
        pass
    park.slack.say(park.ada, park.ops, "@park groups")
    park.slack.wait_for(lambda: len(park.slack.delivered) == 4)
    assert {delivery.ack.error for delivery in park.slack.delivered} == {"dispatch_failed"}


def test_what_a_view_and_a_menu_are_answered_with_comes_through(park: Park) -> None:
    app = bolt(park)

    @app.options("names")
    def suggest(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": payload["value"]}, "value": "1"}])

    menu = {"type": "external_select", "action_id": "names", "min_query_length": 1}
    menu |= {"placeholder": {"type": "plain_text", "text": "Name"}}
    park.bot.chat_postMessage(channel=park.ops, text="Who?", blocks=[{"type": "actions", "elements": [menu]}])
    with served(park, app):
        [message] = park.slack.messages(park.ops)
        assert [one["text"]["text"] for one in park.slack.suggest(park.ada, "Sales", where=message)] == ["Sales"]
