"""Messages are rendered within Slack's documented limits, complete, and without active markup from data."""

import json
import re
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.message import Fact, FormOffer, Message, Offer, Row
from bot.slack.blocks import Payload, render, render_card, row_blocks, sections
from bot.slack.buttons import ACTION, parse_click
from bot.slack.text import escape

NAMES = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda name: f"{name}<!channel>&")
MESSAGES = st.builds(
    Message,
    title=NAMES,
    facts=st.lists(st.builds(Fact, label=NAMES, value=NAMES, before=st.none() | NAMES), max_size=4).map(tuple),
    items=st.lists(NAMES, max_size=5).flatmap(lambda names: st.integers(0, 300).map(lambda n: tuple(names * n))),
    notes=st.lists(NAMES, max_size=3).map(tuple),
    lines=st.lists(NAMES, max_size=3).map(tuple),
    offers=st.lists(st.builds(Offer, label=st.text(max_size=200), line=NAMES), max_size=30).map(tuple),
)


def words(payloads: list[Payload]) -> str:
    """All mrkdwn of all pages."""
    return "\n".join(text["text"] for payload in payloads for text in texts(payload["blocks"]))


def texts(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sections = [block["text"] for block in blocks if block["type"] == "section"]
    return sections + [element for block in blocks if block["type"] == "context" for element in block["elements"]]


def buttons(payload: Payload) -> list[dict[str, Any]]:
    return [element for block in payload["blocks"] if block["type"] == "actions" for element in block["elements"]]


def within_limits(payload: Payload) -> None:
    assert 0 < len(payload["text"]) <= 4000
    assert 0 < len(payload["blocks"]) <= 50
    assert all(0 < len(text["text"]) <= 3000 and text["verbatim"] for text in texts(payload["blocks"]))
    assert all(len(block["elements"]) <= 25 for block in payload["blocks"] if block["type"] == "actions")
    drawn = buttons(payload)
    assert len({each["action_id"] for each in drawn}) == len(drawn)
    assert all(0 < len(each["text"]["text"]) <= 75 and len(each["value"]) <= 2000 for each in drawn)


@given(MESSAGES)
def test_any_message_is_within_slacks_limits_and_all_there(message: Message) -> None:
    payloads = render(message)
    for payload in payloads:
        within_limits(payload)
    assert words(payloads).count("• ") >= len(message.items)
    assert sum(len(buttons(payload)) for payload in payloads) == len(message.offers)


@given(MESSAGES.map(lambda message: replace(message, offers=message.offers[:10])))
def test_any_card_is_within_slacks_limits_and_has_all_its_buttons_at_the_root(message: Message) -> None:
    payloads = render_card(message, "by <@U1> · change 42")
    for payload in payloads:
        within_limits(payload)
    assert words(payloads).count("• ") >= len(message.items)
    assert len(buttons(payloads[0])) == len(message.offers)
    assert payloads[0]["blocks"][-1]["type"] == "context"


@given(MESSAGES)
def test_no_datum_is_active(message: Message) -> None:
    payloads = render(message, to="U1")
    active = re.findall("<[^>]*>", words(payloads) + "".join(payload["text"] for payload in payloads))
    assert set(active) == {"<@U1>"}


def test_a_change_shows_its_before_and_after_in_the_blocks_and_in_the_text() -> None:
    message = Message(title="Recall of Sales", facts=(Fact(label="Recall to", value="Night Desk", before="user"),))
    assert render(message) == [
        {
            "text": "Recall of Sales\nRecall to: user → Night Desk",
            "blocks": [
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "*Recall of Sales*\n*Recall to:* user → Night Desk",
                        "verbatim": True,
                    },
                }
            ],
        }
    ]


def test_commands_are_shown_as_code_with_the_slash_command() -> None:
    assert "`/park add 1001 to R&amp;D`" in words(render(Message(title="Try", lines=("add 1001 to R&D",))))


def test_a_command_that_holds_a_backtick_is_not_broken_out_of_its_code() -> None:
    assert words(render(Message(title="Try", lines=("group `x",)))).endswith("\n/park group `x")


def test_a_button_carries_its_line_and_what_it_expects_past_any_escaping_of_slacks() -> None:
    offer = Offer(label="Add to R&D", line="add <@U1> to R&D", style="danger", expects="abc")
    [drawn] = buttons(render(Message(title="Which?", offers=(offer,)))[0])
    assert drawn["text"]["text"] == "Add to R&D"
    assert drawn["style"] == "danger"
    assert ACTION.fullmatch(drawn["action_id"])
    assert not set("<>&") & set(drawn["value"])
    click = parse_click(drawn["value"])
    assert (click.line, click.expects) == ("add <@U1> to R&D", "abc")


def test_each_drawing_of_each_button_has_its_own_nonce() -> None:
    message = Message(title="Which?", offers=(Offer(label="A", line="a"), Offer(label="B", line="a")))
    drawn = [*buttons(render(message)[0]), *buttons(render(message)[0])]
    assert len({json.loads(each["value"])["nonce"] for each in drawn}) == 4


def test_a_long_label_ends_in_an_ellipsis() -> None:
    [drawn] = buttons(render(Message(title="Which?", offers=(Offer(label="x" * 76, line="a"),)))[0])
    assert drawn["text"]["text"] == "x" * 74 + "…"


def test_a_line_too_long_for_a_button_is_shown_to_be_typed() -> None:
    line = "group " + "x" * 2000
    [payload] = render(Message(title="Which?", offers=(Offer(label="This one", line=line),)))
    assert buttons(payload) == []
    assert f"This one: `/park {line}`" in words([payload])


@pytest.mark.parametrize("letter", ["x", "ü", "<", "🙂"])
@pytest.mark.parametrize("length", [1, 500, 5000])
def test_a_button_stays_however_long_the_note_is(letter: str, length: int) -> None:
    note = letter * length
    offer = Offer(label="recall Sales to user", line="recall Sales to user", note=note)
    form = FormOffer(label="Open the form", operation="recall", arguments={"group": "Sales"}, note=note)
    (payload,) = render(Message(title="Which?", offers=(offer,), forms=(form,)))
    elements = [one for block in payload["blocks"] if block["type"] == "actions" for one in block["elements"]]
    notes = [json.loads(one["value"])["note"] for one in elements]
    assert len(notes) == 2
    assert all(len(one["value"]) <= 2000 for one in elements)
    assert all(one == note or (one.endswith("…") and note.startswith(one[:-1]) and len(one) > 10) for one in notes)


def test_a_list_longer_than_a_message_goes_on_in_the_next_which_says_so() -> None:
    names = tuple(f"Group {number:04}" for number in range(2000))
    payloads = render(Message(title="Park groups", items=names))
    assert len(payloads) > 1
    assert re.findall(r"Group \d{4}", words(payloads)) == list(names)
    assert payloads[1]["text"] == f"Park groups (2 of {len(payloads)})"


def test_a_card_says_that_its_list_goes_on() -> None:
    names = tuple(f"Member {number:04}" for number in range(2000))
    payloads = render_card(Message(title="Added", items=names), "by <@U1>")
    assert "The list continues in the thread" in words(payloads[:1])
    assert re.findall(r"Member \d{4}", words(payloads)) == list(names)


def test_an_entity_is_not_torn_apart_by_a_long_name() -> None:
    payloads = render(Message(title="&" * 1500))
    assert words(payloads).replace("\n", "") == "*" + "&amp;" * 1500 + "*"


@given(st.text(min_size=1, max_size=200).filter(escape), st.none() | st.text(min_size=1, max_size=20))
def test_a_row_with_its_button_is_what_the_sdk_makes_of_it(text: str, label: str | None) -> None:
    row = Row(text=text, offers=(Offer(label=label, line="groups"),) if label else ())
    (payload,) = render(Message(title=text, rows=(row,)))
    made = [*sections([f"*{escape(text)}*"]), *row_blocks((row,), count())]
    assert without_values(payload["blocks"]) == without_values([block.to_dict() for block in made])


def without_values(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks without what each button holds, which differs each time that it is made."""
    return [
        {**block, "accessory": {**block["accessory"], "value": ""}} if "accessory" in block else block
        for block in blocks
    ]
