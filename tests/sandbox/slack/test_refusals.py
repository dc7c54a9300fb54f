"""Slack's error responses, seen through slack_sdk's client."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.faults import Drop
from tests.sandbox.slack.conftest import SCOPES, Park, a_park

Args = dict[str, Any]


def refused(call: Callable[[], object]) -> Any:
    """The body of the refusal."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return caught.value.response


def error(call: Callable[[], object]) -> str:
    return str(refused(call)["error"])


def test_a_call_without_a_token_is_not_authed(park: Park) -> None:
    assert error(WebClient(base_url=park.slack.api_url).auth_test) == "not_authed"


def test_a_wrong_token_is_invalid(park: Park) -> None:
    assert error(WebClient("xoxb-wrong", base_url=park.slack.api_url).auth_test) == "invalid_auth"


def test_an_app_token_opens_connections_and_nothing_else(park: Park) -> None:
    app = WebClient(park.slack.app_token, base_url=park.slack.api_url)
    assert error(app.auth_test) == "not_allowed_token_type"
    assert error(lambda: park.bot.apps_connections_open(app_token=park.slack.bot_token)) == "not_allowed_token_type"


def test_an_unknown_method_is_none(park: Park) -> None:
    assert error(lambda: park.bot.api_call("chat.shout")) == "unknown_method"


def test_a_missing_scope_says_what_is_needed_and_what_is_provided() -> None:
    with a_park(scopes={"commands", "im:write"}) as park:
        answer = refused(lambda: park.bot.chat_postMessage(channel=park.ops, text="hello"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert answer["provided"] == "commands,im:write"


def test_broken_json_is_refused(park: Park) -> None:
    for body, expected in ((b"{", "invalid_json"), (b"[]", "json_not_object")):
        headers = {"Authorization": f"Bearer {park.slack.bot_token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{park.slack.api_url}chat.postMessage", body, headers)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["error"] == expected


def test_forms_are_taken_as_well_as_json(park: Park) -> None:
    blocks = json.dumps([{"type": "divider"}])
    park.bot.api_call("chat.postMessage", params={"channel": park.ops, "text": "hi", "blocks": blocks})
    assert park.slack.messages(park.ops)[0].blocks[0]["type"] == "divider"


def test_a_message_needs_text_or_blocks_and_has_a_longest_length(park: Park) -> None:
    assert error(lambda: park.bot.api_call("chat.postMessage", json={"channel": park.ops})) == "no_text"
    assert error(lambda: park.bot.chat_postMessage(channel=park.ops, text="x" * 40_001)) == "msg_too_long"
    park.bot.chat_postMessage(channel=park.ops, text="x" * 40_000)


def test_a_channel_that_is_not_there_is_not_found(park: Park) -> None:
    assert error(lambda: park.bot.chat_postMessage(channel="C0NOTHERE", text="x")) == "channel_not_found"


def test_a_private_channel_without_the_bot_is_not_there_for_it(park: Park) -> None:
    secret = park.slack.add_channel("secret", [park.ada], private=True, bot=False)
    assert error(lambda: park.bot.chat_postMessage(channel=secret, text="x")) == "channel_not_found"
    assert error(lambda: park.bot.conversations_info(channel=secret)) == "channel_not_found"
    park.slack.invite(secret, park.slack.bot_user)
    assert park.bot.conversations_info(channel=secret)["channel"]["is_private"]


def test_a_public_channel_without_the_bot_takes_messages_by_its_scope_but_no_ephemeral_ones(park: Park) -> None:
    lounge = park.slack.add_channel("lounge", [park.ada], bot=False)
    park.bot.chat_postMessage(channel=lounge, text="x")
    assert error(lambda: park.bot.chat_postEphemeral(channel=lounge, user=park.ada, text="x")) == "not_in_channel"


def test_without_the_public_scope_the_bot_posts_only_where_it_is() -> None:
    with a_park(scopes=SCOPES - {"chat:write.public"}) as park:
        lounge = park.slack.add_channel("lounge", [park.ada], bot=False)
        assert error(lambda: park.bot.chat_postMessage(channel=lounge, text="x")) == "not_in_channel"


def test_an_archived_channel_takes_no_messages(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="x")["ts"]
    park.slack.archive(park.ops)
    assert error(lambda: park.bot.chat_postMessage(channel=park.ops, text="x")) == "is_archived"
    assert error(lambda: park.bot.chat_update(channel=park.ops, ts=ts, text="y")) == "is_archived"


def test_an_ephemeral_message_needs_a_person_who_is_there(park: Park) -> None:
    zoe = park.slack.add_person("zoe", real_name="Zoe Quist")
    assert error(lambda: park.bot.chat_postEphemeral(channel=park.ops, user=zoe, text="x")) == "user_not_in_channel"
    assert error(lambda: park.bot.chat_postEphemeral(channel=park.ops, user="U0", text="x")) == "user_not_found"
    park.bot.chat_postEphemeral(channel=park.ops, user=park.ada, text="psst")
    assert [m.plain for m in park.slack.seen_by(park.ada, park.ops)] == ["psst"]
    assert park.slack.seen_by(park.ben, park.ops) == []


def test_only_the_bots_own_lasting_messages_can_be_updated(park: Park) -> None:
    theirs = park.slack.say(park.ada, park.ops, "mine")
    private = park.bot.chat_postEphemeral(channel=park.ops, user=park.ada, text="psst")["message_ts"]
    assert error(lambda: park.bot.chat_update(channel=park.ops, ts=theirs, text="x")) == "cant_update_message"
    assert error(lambda: park.bot.chat_delete(channel=park.ops, ts=theirs)) == "cant_delete_message"
    assert error(lambda: park.bot.chat_update(channel=park.ops, ts=private, text="x")) == "message_not_found"
    assert error(lambda: park.bot.chat_update(channel=park.ops, ts="1.0", text="x")) == "message_not_found"


def test_an_update_of_text_alone_takes_the_blocks_away_and_marks_it_edited(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="x", blocks=[{"type": "divider"}])["ts"]
    park.bot.chat_update(channel=park.ops, ts=ts, text="y")
    [message] = park.slack.messages(park.ops)
    assert (message.text, message.blocks, message.edited) == ("y", [], True)
    park.bot.chat_update(channel=park.ops, ts=ts, text="z", blocks=[{"type": "divider"}])
    assert park.slack.messages(park.ops)[0].blocks[0]["type"] == "divider"


def test_a_deleted_message_is_gone(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="x")["ts"]
    park.bot.chat_delete(channel=park.ops, ts=ts)
    assert park.slack.messages(park.ops) == []


def test_an_update_has_a_shorter_longest_length(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="x")["ts"]
    assert error(lambda: park.bot.chat_update(channel=park.ops, ts=ts, text="x" * 4001)) == "msg_too_long"


def test_an_update_of_blocks_alone_keeps_the_text(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="kept")["ts"]
    park.bot.api_call("chat.update", json={"channel": park.ops, "ts": ts, "blocks": [{"type": "divider"}]})
    assert park.slack.messages(park.ops)[0].text == "kept"


def test_a_reply_to_a_reply_joins_its_thread(park: Park) -> None:
    root = park.bot.chat_postMessage(channel=park.ops, text="root")["ts"]
    first = park.bot.chat_postMessage(channel=park.ops, text="one", thread_ts=root)["ts"]
    park.bot.chat_postMessage(channel=park.ops, text="two", thread_ts=first, reply_broadcast=True)
    assert [m.text for m in park.slack.messages(park.ops, thread=root)] == ["root", "one", "two"]
    assert [m.text for m in park.slack.messages(park.ops)] == ["root", "two"]


def test_a_reply_to_a_thread_that_is_gone_lands_in_the_channel(park: Park) -> None:
    answer = park.bot.chat_postMessage(channel=park.ops, text="lost", thread_ts="1700000000.000100")
    assert "thread_ts" not in answer["message"]
    assert [m.text for m in park.slack.messages(park.ops)] == ["lost"]


def test_a_persons_id_stands_for_the_direct_conversation(park: Park) -> None:
    sent = park.bot.chat_postMessage(channel=park.ada, text="hello")["channel"]
    assert sent == park.bot.conversations_open(users=park.ada)["channel"]["id"] == park.slack.direct(park.ada)
    assert sent.startswith("D")
    assert error(lambda: park.bot.conversations_open(users="U0")) == "user_not_found"
    assert error(lambda: park.bot.conversations_open(users="")) == "users_list_not_supplied"
    assert error(lambda: park.bot.conversations_open(users=park.slack.bot_user)) == "cannot_dm_bot"
    assert park.bot.conversations_info(channel=sent)["channel"]["user"] == park.ada


def test_a_permalink_names_the_message_and_its_thread(park: Park) -> None:
    root = park.bot.chat_postMessage(channel=park.ops, text="root")["ts"]
    reply = park.bot.chat_postMessage(channel=park.ops, text="reply", thread_ts=root)["ts"]
    link = park.bot.chat_getPermalink(channel=park.ops, message_ts=reply)["permalink"]
    assert link.endswith(f"/{park.ops}/p{reply.replace('.', '')}?thread_ts={root}&cid={park.ops}")
    assert error(lambda: park.bot.chat_getPermalink(channel=park.ops, message_ts="1.0")) == "message_not_found"


def test_a_rate_limit_is_429_with_retry_after_and_passes(park: Park) -> None:
    park.slack.faults.fail("chat.postMessage", retry_after=7)
    answer = refused(lambda: park.bot.chat_postMessage(channel=park.ops, text="x"))
    assert (answer.status_code, answer.headers["Retry-After"], answer["error"]) == (429, "7", "ratelimited")
    park.bot.chat_postMessage(channel=park.ops, text="x")


def test_faults_are_slacks_codes_and_http_statuses(park: Park) -> None:
    park.slack.faults.fail("*", "fatal_error")
    assert error(park.bot.auth_test) == "fatal_error"
    park.slack.faults.fail("auth.test", 500)
    assert refused(park.bot.auth_test).status_code == 500


@pytest.mark.parametrize(("drop", "posted"), [(Drop.BEFORE, 0), (Drop.AFTER, 1)])
def test_a_dropped_connection_hides_whether_the_message_was_posted(park: Park, drop: Drop, posted: int) -> None:
    park.bot.retry_handlers.clear()
    park.slack.faults.fail("chat.postMessage", drop)
    with pytest.raises(ConnectionError):
        park.bot.chat_postMessage(channel=park.ops, text="x")
    assert len(park.slack.messages(park.ops)) == posted
    assert park.slack.calls[-1].answer is None


def test_every_call_is_recorded_with_its_answer(park: Park) -> None:
    park.slack.faults.latency("chat.postMessage", 0.01)
    park.bot.chat_postMessage(channel=park.ops, text="hi")
    call = park.slack.calls[-1]
    assert (call.method, call.token, call.args["text"]) == ("chat.postMessage", "bot", "hi")
    assert call.answer is not None
    assert call.answer["ok"]
