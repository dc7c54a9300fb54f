"""Conversion of text that Slack sends to plain text, and of data to text that Slack displays."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.slack.text import (
    CommandText,
    command_text,
    displayable,
    escape,
    form_text,
    is_only_courtesy,
    mention_text,
    plain_text,
)

LITERAL = "\uff1c"  # the full-width less-than sign

SENT_AND_MEANT = {
    "a_phone_number_that_slack_made_a_link": ("add <tel:1001|1001> to Sales", "add 1001 to Sales"),
    "a_phone_number_without_a_label": ("add <tel:1001> to Sales", "add 1001 to Sales"),
    "an_address_that_slack_made_a_link": ("find <mailto:amy@example.com|amy@example.com>", "find amy@example.com"),
    "a_name_with_a_dot": ("group <http://sales.eu|sales.eu>", "group sales.eu"),
    "a_link_without_a_label": ("group <https://sales.eu/x>", "group https://sales.eu/x"),
    "a_user": ("add <@U12AB|amy> to Sales", "add <@U12AB> to Sales"),
    "a_user_without_a_name": ("add <@W12AB> to Sales", "add <@W12AB> to Sales"),
    "a_channel": ("group <#C12|sales>", "group <#C12>"),
    "a_private_channel": ("group <#C12|>", "group <#C12>"),
    "a_user_group": ("add <!subteam^S12|@lead> to Sales", "add <!subteam^S12> to Sales"),
    "here": ("add <!here> to Sales", "add <!here> to Sales"),
    "everyone_with_a_label": ("add <!everyone|everyone>", "add <!everyone>"),
    "a_date": ("at <!date^1392734382^{time}|6:39 AM>", "at 6:39 AM"),
    "entities": ("group R&amp;D", "group R&D"),
    "an_entity_typed_by_hand_is_decoded_once": ("group R&amp;amp;D", "group R&amp;D"),
    "less_and_greater": ("group a &lt; b &gt; c", "group a < b > c"),
    "curly_double_quotes": ("group “Night Desk”", 'group "Night Desk"'),
    "german_quotes": ("group „Night Desk“", 'group "Night Desk"'),
    "a_curly_apostrophe": ("group O’Brien’s", "group O'Brien's"),  # noqa: RUF001
    "an_en_dash": ("add 1005–1010 to Sales", "add 1005-1010 to Sales"),  # noqa: RUF001
    "an_em_dash_between_numbers": ("add 1005—1010 to Sales", "add 1005-1010 to Sales"),
    "an_option_under_smart_dashes": ("—help", "--help"),
    "non_breaking_and_narrow_spaces": ("add\u00a01001\u202fto\u2009Sales", "add 1001 to Sales"),
    "zero_width_marks": ("add\u200b 10\u200d01 to \ufeffSales", "add 1001 to Sales"),
    "bidi_marks": ("add \u202e1001\u202c to \u2066Sales\u2069", "add 1001 to Sales"),
    "control_characters": ("add 1001\x00 to\x07 Sales", "add 1001 to Sales"),
    "full_width_digits": ("add １００１ to Sales", "add 1001 to Sales"),  # noqa: RUF001
    "an_ideographic_space": ("add\u30001001", "add 1001"),
    "arabic_digits": ("add \u0661\u0660\u0660\u0661", "add 1001"),
    "lines_and_tabs": ("  add\n1001\tto  Sales ", "add 1001 to Sales"),
    "a_letter_in_two_parts": ("group Cafe\u0301", "group Café"),
    "half_a_character": ("group \ud83d", "group"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("sent", "meant"), SENT_AND_MEANT.values(), ids=SENT_AND_MEANT)
def test_what_slack_sends_becomes_what_the_person_meant(sent: str, meant: str) -> None:
    assert plain_text(sent) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "&lt;@U1&gt;",
        "&lt;@<http://x|U1>&gt;",
        "&lt;<http://x|@U1>&gt;",
        "&lt;<http://x|@U1>>",
        "&lt;\u200b@U1&gt;",
        "\ue000@U1\ue001",
        "<http://x|&lt;@U1&gt;>",
    ],
)
def test_a_mention_typed_letter_by_letter_is_a_name_and_no_mention(typed: str) -> None:
    assert "<@" not in plain_text(f"add {typed} to Sales")


def test_a_channel_wide_mention_typed_letter_by_letter_can_still_name_a_group() -> None:
    assert plain_text("group &lt;!channel&gt;") == f"group {LITERAL}!channel>"


@given(st.text())
@example("&lt;\u0338")
@example("&lt;&lt;a:&gt;")
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = plain_text(text.replace("&", ""))
    assert plain_text(once) == once


SLACK_PARTS = st.sampled_from(
    [
        "&lt;",
        "&gt;",
        "&amp;",
        "<",
        ">",
        "@U1",
        "<@U1>",
        "|",
        "http:",
        "<http://x|",
        "!here",
        "#C1",
        " ",
        "a",
        "\u200b",
        "\u0338",
    ]
)


@given(st.lists(SLACK_PARTS).map("".join))
def test_only_what_slack_sent_as_a_mention_is_one(sent: str) -> None:
    mentions = re.findall(r"<(?=[@#!])", plain_text(sent))
    assert len(mentions) <= len(re.findall(r"<[@#!]", re.sub("\u200b", "", sent)))


@given(st.text(), st.sampled_from(["<!channel>", "<@U1>", "<http://x|y>", "&lt;!here&gt;", ""]))
def test_data_is_never_active_on_its_way_back(text: str, hostile: str) -> None:
    said = escape(text + hostile)
    assert "<" not in said
    assert ">" not in said
    assert not re.search("[\n\r\u2028\u202a-\u202e\u2066-\u2069]", said)
    assert re.sub("&(amp|lt|gt);", "", said).count("&") == 0


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S"])))
def test_what_is_escaped_reads_as_it_was(name: str) -> None:
    decoded = escape(name).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert decoded == name


def test_joined_emoji_survive_and_broken_characters_are_shown_as_such() -> None:
    assert displayable("\U0001f469\u200d\U0001f4bb \ud800") == "\U0001f469\u200d\U0001f4bb \ufffd"


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ("<@UBOT> add <tel:1001|1001> to Sales", "add 1001 to Sales"),
        ("<@UBOT|park>: groups", "groups"),
        ("hey <@UBOT>, add 1001 to Sales", "add 1001 to Sales"),
        ("<@UBOT> add <@U1> to Sales", "add <@U1> to Sales"),
        ("please <@UBOT> groups", "groups"),
        ("<@UBOT> /park add 1001 to Sales", "add 1001 to Sales"),
        ("<@UBOT>\ngroups", "groups"),
        ("<@UBOT> `add 1001 to Sales`", "add 1001 to Sales"),
        ("<@UBOT>", ""),
    ],
)
def test_a_mention_asks_for_what_follows_it(sent: str, line: str) -> None:
    assert mention_text(sent, "UBOT") == CommandText(line)


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ("&lt;@UBOT&gt; groups <@UBOT> help", "help"),
        ("we should ask <@UBOT> to add 1001 to Sales", "to add 1001 to Sales"),
        ("add 1001 to Sales <@UBOT>", "add 1001 to Sales"),
        ("don't <@UBOT> delete Sales", "delete Sales"),
        ('she said "<@UBOT> groups', "groups"),
        ("wait for me\n<@UBOT> groups", "groups"),
    ],
)
def test_a_mention_inside_a_sentence_is_no_command(sent: str, line: str) -> None:
    assert mention_text(sent, "UBOT") == CommandText(line, addressed=False)


PASTED = {
    "> add 1001 to Sales": "add 1001 to Sales",
    "&gt; add 1001 to Sales": "add 1001 to Sales",
    "&gt;add 1001 to Sales": "add 1001 to Sales",
    "• add 1001 to Sales": "add 1001 to Sales",
    "- add 1001 to Sales": "add 1001 to Sales",
    "* add 1001 to Sales": "add 1001 to Sales",
    "1. add 1001 to Sales": "add 1001 to Sales",
    "/park add 1001 to Sales": "add 1001 to Sales",
    "`/park add 1001 to Sales`": "add 1001 to Sales",
    "```add 1001 to Sales```": "add 1001 to Sales",
    "```\nadd 1001 to Sales\n```": "add 1001 to Sales",
    "*add 1001 to Sales*": "add 1001 to Sales",
    "add *1001* to _Sales_": "add 1001 to Sales",
    "add `1001` to ~Sales~": "add 1001 to Sales",
    "*Sales*": "Sales",
    'group "*Sales*"': 'group "*Sales*"',
    "group a*b*c": "group a*b*c",
    "group snake_case_name": "group snake_case_name",
    "group :fire: Sales": "group \U0001f525 Sales",
    "group :warning: Sales": "group ⚠ Sales",
    "group :phone: :flag-de:": "group ☎ \U0001f1e9\U0001f1ea",
    "group :no_such_emoji:": "group :no_such_emoji:",
    "recall Sales to Night Desk until 18:00": "recall Sales to Night Desk until 18:00",
    "--help": "--help",
    "": "",
    "\n\n": "",
}


@pytest.mark.parametrize(("sent", "line"), PASTED.items())
def test_what_is_pasted_around_a_command_is_no_part_of_it(sent: str, line: str) -> None:
    assert command_text(sent) == CommandText(line)


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n", "\u2028"])
def test_further_lines_are_a_note(separator: str) -> None:
    sent = separator.join(("add 1001 to Sales", "thanks a lot", "see you"))
    assert command_text(sent) == CommandText("add 1001 to Sales", "thanks a lot see you")
    assert mention_text(f"<@UBOT> {sent}", "UBOT") == CommandText("add 1001 to Sales", "thanks a lot see you")


@pytest.mark.parametrize("greeting", ["Hello Park,", "please", "good morning!", "Hi\n\ncould you please"])
def test_a_line_of_courtesy_before_the_command_is_left_out(greeting: str) -> None:
    said = CommandText("add 1001 to Sales", "Ben is ill")
    assert command_text(f"{greeting}\nadd 1001 to Sales\nBen is ill") == said
    assert mention_text(f"<@UBOT> {greeting}\nadd 1001 to Sales\nBen is ill", "UBOT") == said


@pytest.mark.parametrize("text", ["please", "thanks", "Hello Park"])
def test_courtesy_alone_stays(text: str) -> None:
    assert command_text(text) == CommandText(text)


@given(st.text(max_size=80))
def test_the_command_and_its_note_hold_every_letter_and_digit(text: str) -> None:
    said = command_text(text)
    assume(not re.search(r":|/|^\s*\d{1,2}[.)]", text, re.MULTILINE))
    assume(not is_only_courtesy(command_text(text.splitlines()[0] if text else "").line))
    kept = [one for one in plain_text(text) if one.isascii() and one.isalnum()]
    assert [one for one in said.line + said.note if one.isascii() and one.isalnum()] == kept


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("“Sales”", '"Sales"'),
        ("\u200bNight\u00a0Desk ", "Night Desk"),
        ("\u202eSales\u202c", "Sales"),
        ("６６６", "666"),  # noqa: RUF001
        ("R&D", "R&D"),
        ("R&amp;D", "R&amp;D"),
        ("a < b", "a < b"),
        ("<@U1>", f"{LITERAL}@U1>"),
        ("<!channel>", f"{LITERAL}!channel>"),
        ("", ""),
    ],
)
def test_what_is_typed_into_a_form_is_meant_as_it_stands_there(typed: str, meant: str) -> None:
    assert form_text(typed) == meant
