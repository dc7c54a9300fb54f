"""Typed text, and the text that the bot gets."""

from typing import Any

import pytest

from tests.sandbox.slack.conftest import SCOPES, Park, a_park


def payload(park: Park) -> Any:
    return park.slack.delivered[-1].envelope["payload"]


def commanded(park: Park, text: str) -> str:
    park.slack.slash(park.ada, park.ops, text)
    return str(payload(park)["text"])


def said(park: Park, text: str) -> str:
    ts = park.slack.say(park.ada, park.ops, text)
    return next(m.text for m in park.slack.messages(park.ops) if m.ts == ts)


def test_the_three_characters_are_escaped_and_no_others(park: Park) -> None:
    assert commanded(park, 'add 1001 to "R&D <x>" it\'s') == 'add 1001 to "R&amp;D &lt;x&gt;" it\'s'
    assert said(park, "R&D <x>") == "R&amp;D &lt;x&gt;"


def test_names_become_entities_with_labels_in_commands_and_without_in_messages(park: Park) -> None:
    group = park.slack.add_user_group("leads", [park.ada])
    assert commanded(park, "add @ben in #phone-ops") == f"add <@{park.ben}|ben> in <#{park.ops}|phone-ops>"
    assert commanded(park, "ask @leads @here") == f"ask <!subteam^{group}|@leads> <!here|@here>"
    assert said(park, "ask @Ben Ortiz, @bento and me@ben") == f"ask <@{park.ben}>, @bento and me@ben"


def test_an_entity_typed_out_is_one_only_if_it_is_known(park: Park) -> None:
    assert said(park, f"<@{park.ben}> <@U0>") == f"<@{park.ben}> &lt;@U0&gt;"


def test_addresses_become_links(park: Park) -> None:
    assert said(park, "see https://example.com/?a=1&b=2 now") == "see <https://example.com/?a=1&amp;b=2> now"


def test_a_command_carries_slacks_fields(park: Park) -> None:
    commanded(park, "groups")
    sent = payload(park)
    assert sent["response_url"].startswith("http://127.0.0.1:")
    assert sent["trigger_id"].count(".") == 2
    assert {
        "team_id": park.slack.team,
        "user_id": park.ada,
        "user_name": "ada",
        "command": "/park",
    }.items() <= sent.items()
    lead = park.slack.add_channel("lead", [park.ada], private=True)
    park.slack.slash(park.ada, lead, "")
    assert payload(park)["channel_name"] == "privategroup"
    park.slack.slash(park.ada, park.slack.direct(park.ada), "")
    assert payload(park)["channel_name"] == "directmessage"


def test_a_mention_carries_the_message_its_thread_and_the_persons_team(park: Park) -> None:
    kim = park.slack.add_person("kim", real_name="Kim", team="T0PARTNER")
    park.slack.invite(park.ops, kim)
    root = park.slack.say(park.ada, park.ops, "hello")
    ts = park.slack.say(kim, park.ops, "@park groups", thread=root)
    sent = payload(park)
    assert sent["is_ext_shared_channel"]
    expected = {"type": "app_mention", "ts": ts, "thread_ts": root, "user": kim, "team": "T0PARTNER"}
    assert expected.items() <= sent["event"].items()
    assert sent["event"]["parent_user_id"] == park.ada
    assert sent["event"]["blocks"][0]["elements"][0]["elements"][0] == {"type": "user", "user_id": park.slack.bot_user}


def test_an_edit_sends_its_mention_again_with_the_same_timestamp(park: Park) -> None:
    ts = park.slack.say(park.ada, park.ops, "hello")
    assert park.slack.delivered == []
    park.slack.edit(park.ada, park.ops, ts, "@park groups")
    event = payload(park)["event"]
    assert (event["type"], event["ts"], event["edited"]["user"]) == ("app_mention", ts, park.ada)
    assert park.slack.messages(park.ops)[0].edited
    with pytest.raises(ValueError, match="their own"):
        park.slack.edit(park.ben, park.ops, ts, "x")


def test_the_bot_hears_nothing_where_it_is_not_or_may_not(park: Park) -> None:
    lounge = park.slack.add_channel("lounge", [park.ada], bot=False)
    park.slack.say(park.ada, lounge, "@park groups")
    park.slack.say(park.ada, park.slack.direct(park.ada), "@park groups")
    assert park.slack.delivered == []
    with a_park(scopes=SCOPES - {"app_mentions:read"}) as deaf:
        deaf.slack.say(deaf.ada, deaf.ops, "@park groups")
        assert deaf.slack.delivered == []


def test_messages_are_heard_when_subscribed_and_allowed() -> None:
    scopes, events = SCOPES | {"im:history", "channels:history"}, {"message.im", "message.channels", "app_mention"}
    with a_park(scopes=scopes, events=events, retry_after=()) as park:
        park.slack.say(park.ada, park.slack.direct(park.ada), "groups")
        park.slack.say(park.ada, park.ops, "@park groups")
        kinds = [(d.envelope["payload"]["event"]["type"]) for d in park.slack.delivered]
        assert kinds == ["message", "message", "app_mention"]


def test_a_click_carries_message_container_and_state(park: Park) -> None:
    menu = {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": {"type": "plain_text", "text": "Sales"}, "value": "7"}],
    }
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Which?"}, "accessory": menu}]
    park.bot.chat_postMessage(channel=park.ops, text="Which?", blocks=blocks)
    [message] = park.slack.messages(park.ops)
    park.slack.click(park.ben, message, label="Sales", values={"b": {"a": {"type": "plain_text_input", "value": "x"}}})
    sent = payload(park)
    assert sent["actions"][0]["selected_option"]["value"] == "7"
    container = {"type": "message", "message_ts": message.ts, "channel_id": park.ops, "is_ephemeral": False}
    assert sent["container"] == container
    assert (sent["message"]["ts"], sent["user"]["id"]) == (message.ts, park.ben)
    assert sent["state"]["values"]["b"]["a"]["value"] == "x"
    with pytest.raises(LookupError, match="nothing to click"):
        park.slack.click(park.ben, message, label="Support")


def test_people_act_only_where_they_are(park: Park) -> None:
    lead = park.slack.add_channel("lead", [park.ada], private=True)
    with pytest.raises(ValueError, match="not in lead"):
        park.slack.slash(park.ben, lead, "groups")
    park.slack.archive(lead)
    with pytest.raises(ValueError, match="archived"):
        park.slack.say(park.ada, lead, "hello")


def test_plain_shows_what_people_read(park: Park) -> None:
    go = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Sales"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"by <@{park.ada}> &amp; <#{park.ops}>"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://example.com|more>"}]},
        {"type": "actions", "elements": [go, go]},
    ]
    park.bot.chat_postMessage(channel=park.ops, text="fallback", blocks=blocks)
    [message] = park.slack.messages(park.ops)
    assert message.plain == "Sales\nby @Ada Lovelace & #phone-ops\nmore\n[Go]  [Go]"
    assert park.slack.seen_by(park.ben, park.ops) == [message]


def test_waiting_for_what_never_comes_times_out(park: Park) -> None:
    with pytest.raises(TimeoutError):
        park.slack.wait_for(lambda: park.slack.messages(park.ops), timeout=0.01)
