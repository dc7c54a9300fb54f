"""Socket Mode under stress: time-outs, redelivery, several connections, disconnects."""

import json
import threading
from contextlib import ExitStack
from typing import Any

import pytest
from slack_bolt import Ack
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.sandbox.slack.conftest import SCOPES, Park, Reach, a_park, bolt, connected
from tests.waiting import PATIENCE


def test_a_command_without_a_bot_fails_and_the_person_is_told(park: Park) -> None:
    assert park.slack.slash(park.ada, park.ops, "groups").error == "dispatch_failed"
    [told] = park.slack.ephemerals(park.ada)
    assert told.user == "USLACKBOT"
    assert told.text == '/park failed with the error "dispatch_failed"'


def test_a_command_of_an_app_without_commands_is_none() -> None:
    with a_park(scopes=SCOPES - {"commands"}) as park:
        assert park.slack.slash(park.ada, park.ops, "groups").error == "not_a_valid_command"


def test_a_command_acknowledged_too_late_has_failed_and_is_not_delivered_again(reached: Reach) -> None:
    freed = threading.Event()
    with a_park(ack_timeout=0.2) as park:
        app = bolt(park)

        @app.command("/park")
        def late(ack: Ack) -> None:
            freed.wait(PATIENCE)
            ack("too late")

        with reached(park, app):
            ack = park.slack.slash(park.ada, park.ops, "")
            freed.set()
        assert (ack.ok, ack.error) == (False, "operation_timeout")
        assert len(park.slack.delivered) == 1
        assert ["operation_timeout" in m.text for m in park.slack.ephemerals(park.ada)] == [True]


def test_an_ack_that_slack_cannot_show_fails_the_command(park: Park) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack) -> None:
        ack(text="", blocks=[{"type": "shout"}])

    with connected(park, app):
        assert park.slack.slash(park.ada, park.ops, "").error == "invalid_command_response"


def test_an_ack_in_channel_is_shown_to_all(park: Park) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack) -> None:
        ack("for all", response_type="in_channel")

    with connected(park, app):
        park.slack.slash(park.ada, park.ops, "")
    assert [m.text for m in park.slack.messages(park.ops)] == ["for all"]


def test_an_event_that_is_not_acknowledged_is_delivered_again_with_the_same_id() -> None:
    seen: list[tuple[str, str]] = []
    with a_park(ack_timeout=0.3, retry_after=[0.0] * 20) as park:
        app = bolt(park)

        @app.event("app_mention")
        def heard(body: dict[str, str], request: Any) -> None:
            seen.append((body["event_id"], request.headers["x-slack-retry-num"][0]))
            if len(seen) < 3:
                raise RuntimeError("the first two are lost")

        with connected(park, app):
            park.slack.say(park.ada, park.ops, "@Park groups")
            park.slack.wait_for(lambda: park.slack.delivered[-1].ack.ok)
        assert [number for _, number in seen[:3]] == ["0", "1", "2"]
        assert len({event_id for event_id, _ in seen}) == 1
        envelopes = [delivery.envelope["envelope_id"] for delivery in park.slack.delivered]
        assert len(set(envelopes)) == len(envelopes) >= 3


def test_an_event_is_given_up_after_its_last_attempt(park: Park) -> None:
    park.slack.say(park.ada, park.ops, "@park groups")
    park.slack.wait_for(lambda: len(park.slack.delivered) == 4)
    attempts = [(d.envelope["retry_attempt"], d.envelope["retry_reason"]) for d in park.slack.delivered]
    assert attempts == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]


def test_anything_can_be_delivered_a_second_time(park: Park) -> None:
    app = bolt(park)
    keys: list[str] = []

    @app.command("/park")
    def command(ack: Ack, body: dict[str, str]) -> None:
        keys.append(body["trigger_id"])
        ack()

    @app.event("app_mention")
    def mention(event: dict[str, str]) -> None:
        keys.append(event["ts"])

    with connected(park, app):
        park.slack.slash(park.ada, park.ops, "", trigger_id="1.2.abc")
        assert park.slack.deliver_again().ok
        ts = park.slack.say(park.ada, park.ops, "@park groups")
        assert park.slack.deliver_again("events_api").ok
    assert keys == ["1.2.abc", "1.2.abc", ts, ts]


def test_a_bot_that_is_told_to_reconnect_does_and_hears_again(park: Park) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack) -> None:
        ack()

    with connected(park, app):
        for reason in ("warning", "refresh_requested"):
            before = park.slack.link.lines
            park.slack.link.disconnect(reason)
            park.slack.wait_for(lambda before=before: set(park.slack.link.lines) - set(before))  # type: ignore[misc]
            park.slack.wait_for(lambda before=before: not set(park.slack.link.lines) & set(before))  # type: ignore[misc]
            assert park.slack.slash(park.ada, park.ops, "").ok


def test_a_bot_whose_connection_was_cut_comes_back(park: Park) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack) -> None:
        ack()

    with connected(park, app) as handler:
        park.slack.link.drop()
        park.slack.wait_for(lambda: not park.slack.connections)
        handler.client.connect_to_new_endpoint(force=True)  # its own monitor looks every 10 s only
        park.slack.wait_for(lambda: park.slack.connections)
        assert park.slack.slash(park.ada, park.ops, "").ok


def test_envelopes_go_to_the_connections_in_turn_and_each_to_one_only(park: Park) -> None:
    heard: list[str] = []

    def one(name: str) -> Any:
        app = bolt(park)

        @app.command("/park")
        def answer(ack: Ack) -> None:
            heard.append(name)
            ack()

        return app

    with connected(park, one("a")), connected(park, one("b")):
        for _ in range(4):
            assert park.slack.slash(park.ada, park.ops, "").ok
    assert sorted(heard) == ["a", "a", "b", "b"]


def test_a_stalled_connection_swallows_what_it_is_given() -> None:
    with a_park(ack_timeout=0.2) as park:
        app = bolt(park)

        @app.command("/park")
        def answer(ack: Ack) -> None:
            ack()

        with connected(park, app):
            park.slack.link.stall()
            assert park.slack.slash(park.ada, park.ops, "").error == "operation_timeout"
            park.slack.link.stall(False)


def test_a_stalled_connection_answers_no_ping(park: Park) -> None:
    with connect(park.slack.link.new_url()) as line:
        line.recv(5)
        assert line.ping().wait(PATIENCE)
        park.slack.link.stall()
        assert not line.ping().wait(0.1)
        park.slack.link.stall(False)


def test_a_connection_says_hello_and_a_ticket_lets_one_in(park: Park) -> None:
    url = park.slack.link.new_url()
    with connect(url) as line:
        hello = json.loads(line.recv(5))
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(InvalidStatus), connect(url):
            pass


def test_no_more_than_ten_connections_are_let_in(park: Park) -> None:
    with ExitStack() as lines:
        for _ in range(10):
            lines.enter_context(connect(park.slack.link.new_url()))
        park.slack.wait_for(lambda: park.slack.connections == 10)
        with pytest.raises(InvalidStatus), connect(park.slack.link.new_url()):
            pass


def test_a_stopped_workspace_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with a_park(ack_timeout=0.1) as park, connect(park.slack.link.new_url()) as line:
        line.recv(5)
        park.slack.say(park.ada, park.ops, "@park groups")
        park.slack.faults.latency("auth.test", 60)
        caller = threading.Thread(target=lambda: park.bot.auth_test())
        caller.start()
    caller.join()
    line.recv_events_thread.join()
    assert {thread for thread in threading.enumerate() if thread.name.startswith("slack-")} <= before
