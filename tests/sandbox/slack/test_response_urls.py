"""response_urls: their limits, and what they replace."""

import pytest
from slack_sdk.webhook import WebhookClient

from bot.sandbox.slack.model import Ack
from tests.sandbox.slack.conftest import Park

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


def answer_to(ack: Ack, park: Park) -> WebhookClient:
    """The response_url of the gesture that nobody was there to acknowledge."""
    assert ack.error == "dispatch_failed"
    return WebhookClient(park.slack.delivered[-1].envelope["payload"]["response_url"])


def clicked(park: Park) -> WebhookClient:
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    park.bot.chat_postMessage(channel=park.ops, text="Go?", blocks=blocks)
    return answer_to(park.slack.click(park.ada, park.slack.messages(park.ops)[-1], action_id="go"), park)


def test_it_answers_five_times_and_no_sixth(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    assert [hook.send(text=str(n)).status_code for n in range(6)] == [200, 200, 200, 200, 200, 404]
    assert "used_url" in hook.send(text="6").body


def test_it_expires_after_half_an_hour(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    park.slack.urls.expire()
    answer = hook.send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


def test_an_answer_that_slack_refuses_does_not_count(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    refused = hook.send(text="x", blocks=[{"type": "shout"}])
    assert (refused.status_code, "invalid_blocks" in refused.body) == (400, True)
    assert "no_text" in hook.send(text="").body
    assert [hook.send(text="x").status_code for _ in range(6)] == [200] * 5 + [404]


def test_it_answers_where_the_bot_is_not_a_member(park: Park) -> None:
    secret = park.slack.add_channel("secret", [park.ada], private=True, bot=False)
    hook = answer_to(park.slack.slash(park.ada, secret, ""), park)
    hook.send(text="for all", response_type="in_channel")
    hook.send(text="for ada")
    assert [m.text for m in park.slack.messages(secret)] == ["for all"]
    assert "for ada" in [m.text for m in park.slack.ephemerals(park.ada, secret)]


def test_an_answer_to_a_command_replaces_nothing(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    hook.send(text="one")
    hook.send(text="two", replace_original=True)
    assert [m.text for m in park.slack.ephemerals(park.ada)][-2:] == ["one", "two"]


def test_an_answer_to_a_click_replaces_or_deletes_what_was_clicked(park: Park) -> None:
    hook = clicked(park)
    hook.send(text="beside it", response_type="in_channel")
    hook.send(text="instead of it", replace_original=True)
    assert [m.plain for m in park.slack.messages(park.ops)] == ["instead of it", "beside it"]
    hook.send(delete_original=True)
    assert [m.plain for m in park.slack.messages(park.ops)] == ["beside it"]


def test_an_answer_joins_the_thread_it_names(park: Park) -> None:
    root = park.bot.chat_postMessage(channel=park.ops, text="root")["ts"]
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    hook.send_dict({"text": "reply", "response_type": "in_channel", "thread_ts": root})
    assert [m.text for m in park.slack.messages(park.ops, thread=root)] == ["root", "reply"]


def test_a_click_on_an_ephemeral_message_shows_no_message_and_can_replace_it(park: Park) -> None:
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    park.bot.chat_postEphemeral(channel=park.ops, user=park.ada, text="Go?", blocks=blocks)
    [message] = park.slack.ephemerals(park.ada)
    with pytest.raises(LookupError):
        park.slack.click(park.ben, message)
    hook = answer_to(park.slack.click(park.ada, message, label="Go"), park)
    payload = park.slack.delivered[-1].envelope["payload"]
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    hook.send(text="gone", replace_original=True)
    assert "gone" in [m.text for m in park.slack.ephemerals(park.ada)]


def test_its_faults_go_by_its_own_name(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    park.slack.faults.fail("response_url", 500)
    assert hook.send(text="x").status_code == 500
    assert hook.send(text="x").status_code == 200
    assert [call.method for call in park.slack.calls[-2:]] == ["response_url"] * 2


def test_what_is_no_answer_or_has_no_place_is_refused(park: Park) -> None:
    hook = answer_to(park.slack.slash(park.ada, park.ops, ""), park)
    assert "invalid_url" in WebhookClient(hook.url + "x").send(text="x").body
    assert "invalid_payload" in hook._perform_http_request(body=[], headers={}).body  # type: ignore[arg-type]
    park.slack.archive(park.ops)
    assert "is_archived" in hook.send(text="x").body
