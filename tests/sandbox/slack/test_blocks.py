"""Block Kit's documented limits, rejected with Slack's error texts and JSON pointers."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import Park

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(count: int, **more: Any) -> list[Json]:
    return [{"text": plain(f"Option {n}"), "value": str(n), **more} for n in range(count)]


def confirm(**changes: Json) -> Json:
    return {"title": plain("Sure?"), "text": plain("Yes?"), "confirm": plain("Yes"), "deny": plain("No"), **changes}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


LONGEST = [
    [{"type": "divider"}] * 50,
    [section("x" * 3000)],
    [{"type": "section", "fields": [plain("x" * 2000)] * 10}],
    [{"type": "header", "text": plain("x" * 150)}],
    [actions(*[button(action_id=f"a{n}") for n in range(25)])],
    [actions(button(text=plain("x" * 75), value="x" * 2000, action_id="x" * 255, style="danger"))],
    [actions(button(confirm=confirm(title=plain("x" * 100), text=plain("x" * 300), confirm=plain("x" * 30))))],
    [{"type": "context", "elements": [plain("x")] * 10}],
    [section(block_id="x" * 255, accessory={"type": "overflow", "options": options(5)})],
    [section(accessory={"type": "static_select", "options": options(100), "placeholder": plain("x" * 150)})],
    [section(accessory={"type": "static_select", "option_groups": [{"label": plain("x"), "options": options(1)}]})],
    [section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"})],
    [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", "title": plain("b")}],
    [rich({"type": "text", "text": "a", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})],
    [{"type": "markdown", "text": "**a**"}],
    [actions(button(action_id="same")), actions(button(action_id="same"))],
]

REFUSED: list[tuple[list[Json], str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed []"),
    ([section("")], "must be more than 0 characters [/0/text/text]"),
    ([section("x" * 3001)], "must be less than 3001 characters [/0/text/text]"),
    ([{"type": "section"}], "must define either `text` or `fields` [/0]"),
    (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [/0/fields]",
    ),
    (
        [{"type": "section", "fields": [plain("x" * 2001)]}],
        "must be less than 2001 characters [/0/fields/0/text]",
    ),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [/0/text/text]",
    ),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "[/0/text/type]"),
    ([{"type": "divider"}, {"type": "shout"}], "unsupported type: shout [/1]"),
    ([{"text": "x"}], "missing required field: type [/0]"),
    ([section(colour="red")], "invalid additional property: colour [/0]"),
    ([actions(button(disabled=True))], "invalid additional property: disabled [/0/elements/0]"),
    ([actions()], "no fewer than 1 items allowed [/0/elements]"),
    ([actions(*[button()] * 26)], "no more than 25 items allowed [/0/elements]"),
    (
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters [/0/elements/0/text/text]",
    ),
    (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [/0/elements/0/value]",
    ),
    ([actions(button(value=7))], "[/0/elements/0/value]"),
    ([actions(button(style="loud"))], "[/0/elements/0/style]"),
    ([actions(button(action_id="a"), button(action_id="a"))], "already exists for another action"),
    (
        [actions(button(action_id="x" * 256))],
        "must be less than 256 characters [/0/elements/0/action_id]",
    ),
    (
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        "must be less than 101 characters [/0/elements/0/confirm/title/text]",
    ),
    (
        [{"type": "context", "elements": [plain("x")] * 11}],
        "no more than 10 items allowed [/0/elements]",
    ),
    ([{"type": "context", "elements": []}], "no fewer than 1 items allowed [/0/elements]"),
    ([section(block_id="a"), section(block_id="a")], "`block_id` 'a' already exists"),
    ([section(block_id="x" * 256)], "must be less than 256 characters [/0/block_id]"),
    (
        [section(accessory={"type": "static_select", "options": []})],
        "no fewer than 1 items allowed [/0/accessory/options]",
    ),
    (
        [section(accessory={"type": "static_select", "options": options(101)})],
        "no more than 100 items allowed [/0/accessory/options]",
    ),
    ([section(accessory={"type": "static_select"})], "must define either `options` or `option_groups`"),
    (
        [section(accessory={"type": "static_select", "options": options(1), "initial_option": options(2)[1]})],
        "`initial_option` must be one of the options",
    ),
    (
        [section(accessory={"type": "overflow", "options": options(1, value="x" * 151)})],
        "must be less than 151 characters [/0/accessory/options/0/value]",
    ),
    ([section(accessory={"type": "overflow", "options": options(6)})], "no more than 5 items allowed"),
    (
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "missing required field: alt_text [/0]",
    ),
    ([rich({"type": "text", "text": ""})], "[/0/elements/0/elements/0/text]"),
    ([rich({"type": "shout"})], "unsupported type: shout [/0/elements/0/elements/0]"),
]


@pytest.mark.parametrize("blocks", LONGEST)
def test_what_is_just_within_its_limits_is_posted(park: Park, blocks: list[Json]) -> None:
    park.bot.chat_postMessage(channel=park.ops, text="fallback", blocks=blocks)
    [message] = park.slack.messages(park.ops)
    assert len({block["block_id"] for block in message.blocks}) == len(blocks)


@pytest.mark.parametrize(("blocks", "fault"), REFUSED)
def test_what_slack_refuses_is_refused_and_nothing_is_posted(park: Park, blocks: list[Json], fault: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        park.bot.chat_postMessage(channel=park.ops, text="fallback", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    [message] = caught.value.response["response_metadata"]["messages"]
    assert message.startswith("[ERROR] ")
    assert fault in message.replace("json-pointer:/blocks", "")
    assert park.slack.messages(park.ops) == []


@pytest.mark.parametrize("blocks", ["{", "7", '"text"', "[1]"])
def test_what_is_no_list_of_blocks_is_refused_as_badly_formed(park: Park, blocks: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        park.bot.chat_postMessage(channel=park.ops, text="fallback", blocks=blocks)


def test_updates_and_ephemeral_messages_are_held_to_the_same_limits(park: Park) -> None:
    ts = park.bot.chat_postMessage(channel=park.ops, text="x")["ts"]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        park.bot.chat_update(channel=park.ops, ts=ts, text="x", blocks=[section("")])
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        park.bot.chat_postEphemeral(channel=park.ops, user=park.ada, text="x", blocks=[section("")])
