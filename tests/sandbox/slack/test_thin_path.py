"""A real Bolt app over Socket Mode and over HTTP: a command, its responses, a mention, a click."""

from slack_bolt import Ack, Respond, Say

from tests.sandbox.slack.conftest import Park, Reach, bolt


def test_a_slash_command_reaches_bolt_and_its_ack_is_shown_to_the_person_only(park: Park, reached: Reach) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack, command: dict[str, str]) -> None:
        ack(f"you said {command['text']}")

    with reached(park, app):
        ack = park.slack.slash(park.ada, park.ops, "groups & more")
    assert ack.ok
    assert [m.plain for m in park.slack.ephemerals(park.ada)] == ["you said groups & more"]
    assert park.slack.messages(park.ops) == []


def test_a_command_is_answered_through_its_response_url(park: Park, reached: Reach) -> None:
    app = bolt(park)

    @app.command("/park")
    def answer(ack: Ack, respond: Respond) -> None:
        ack()
        respond("for you")
        respond("for all", response_type="in_channel")

    with reached(park, app):
        park.slack.slash(park.ada, park.ops, "")
        assert [m.text for m in park.slack.ephemerals(park.ada)] == ["for you"]
        assert [m.text for m in park.slack.messages(park.ops)] == ["for all"]


def test_a_mention_is_answered_in_its_thread(park: Park, reached: Reach) -> None:
    app = bolt(park)

    @app.event("app_mention")
    def answer(event: dict[str, str], say: Say) -> None:
        say(f"heard {event['text']}", thread_ts=event["ts"])

    with reached(park, app):
        ts = park.slack.say(park.ada, park.ops, "@park add 1001")
        replies = park.slack.messages(park.ops, thread=ts)[1:]
    assert [m.text for m in replies] == [f"heard <@{park.slack.bot_user}> add 1001"]
    assert park.slack.messages(park.ops)[0].reply_count == 1


def test_a_click_reaches_bolt_and_replaces_the_message(park: Park, reached: Reach) -> None:
    app = bolt(park)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}
    park.bot.chat_postMessage(channel=park.ops, text="Go?", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("go")
    def go(ack: Ack, action: dict[str, str], respond: Respond) -> None:
        ack()
        respond(f"gone {action['value']}", replace_original=True)

    with reached(park, app):
        [message] = park.slack.messages(park.ops)
        assert park.slack.click(park.ben, message, label="Go").ok
    assert [m.plain for m in park.slack.messages(park.ops)] == ["gone 7"]
