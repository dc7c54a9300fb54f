"""Every block and element that the workspace accepts is rendered, and its text is escaped."""

import json
from typing import Any, get_args

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.page.rendering import Renderer, Viewpoint, load_templates
from bot.sandbox.slack.kit.blocks import AnyElement, Common, Markdown
from bot.sandbox.slack.kit.elements import Accessory, InputElement
from bot.sandbox.slack.model import Message
from tests.sandbox.page.test_mrkdwn import read

EVIL = "<script>alert('x')</script> & \"more\""
PLAIN = {"type": "plain_text", "text": EVIL}
OPTION = {"text": PLAIN, "value": "v", "description": PLAIN}
MENUS: dict[str, dict[str, Any]] = {
    "button": {"text": PLAIN, "value": EVIL, "style": "danger"},
    "overflow": {"options": [OPTION]},
    "static_select": {"options": [OPTION], "initial_option": OPTION},
    "multi_static_select": {"option_groups": [{"label": PLAIN, "options": [OPTION]}], "initial_options": [OPTION]},
    "external_select": {"initial_option": OPTION, "placeholder": PLAIN},
    "multi_external_select": {"initial_options": [OPTION], "min_query_length": 0},
    "radio_buttons": {"options": [OPTION]},
    "checkboxes": {"options": [OPTION], "initial_options": [OPTION]},
    "plain_text_input": {"initial_value": EVIL, "multiline": True, "max_length": 3000},
    "number_input": {"initial_value": "5", "is_decimal_allowed": False},
    "datepicker": {"initial_date": "2026-11-25"},
    "timepicker": {"initial_time": "09:30"},
    "datetimepicker": {"initial_date_time": 1712318709},
    "image": {"image_url": "https://elsewhere.example/x.png", "alt_text": EVIL},
}


def kinds(union: Any) -> set[str]:
    """The `type` of each member of a union, whatever it is wrapped in."""
    if hasattr(union, "model_fields"):
        return set(get_args(union.model_fields["type"].annotation))
    return set().union(*(kinds(one) for one in get_args(union) if hasattr(one, "model_fields") or get_args(one)))


def element(kind: str) -> dict[str, Any]:
    return {"type": kind, "action_id": EVIL} | MENUS.get(kind, {})


def block(kind: str) -> dict[str, Any]:
    more: dict[str, Any] = {
        "section": {"text": {"type": "mrkdwn", "text": "*a* &lt;script&gt;"}, "fields": [PLAIN]},
        "header": {"text": PLAIN},
        "context": {"elements": [PLAIN, {"type": "image", "alt_text": EVIL}]},
        "actions": {"elements": [element("button")]},
        "image": {"image_url": "https://elsewhere.example/x.png", "alt_text": EVIL, "title": PLAIN},
        "markdown": {"text": EVIL},
        "rich_text": {"elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": EVIL}]}]},
        "input": {"label": PLAIN, "element": element("plain_text_input"), "hint": PLAIN, "optional": True},
    }
    return {"type": kind, "block_id": EVIL, **more.get(kind, {})}


def drawn(sandbox: Sandbox, *blocks: dict[str, Any]) -> str:
    ana = sandbox.people["ana"]
    message = Message(
        channel="C1", ts="1712318709.000100", user=ana, text="", blocks=list(blocks), thread_ts=None, edited=False,
        reply_count=0, plain="",
    )  # fmt: skip
    made = load_templates()
    return str(Renderer(sandbox, made, Viewpoint())("thread.html", messages=[message], shortcuts=[]))


def harmless(html: str) -> str:
    """Its text; nothing in it is a script, a handler, a style or another place's picture."""
    reader = read(html)
    for tag, attributes in reader.tags:
        assert tag not in ("script", "img", "style", "iframe")
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
    return reader.text


@pytest.mark.parametrize("kind", sorted(kinds(Common) | kinds(Markdown)))
def test_every_block_is_drawn(sandbox: Sandbox, kind: str) -> None:
    text = harmless(drawn(sandbox, block(kind)))
    assert "can't draw" not in text
    assert kind == "divider" or "<script>" in text


@pytest.mark.parametrize("kind", sorted(kinds(InputElement)))
def test_every_element_of_a_form_is_drawn_under_its_label(sandbox: Sandbox, kind: str) -> None:
    assert EVIL in harmless(drawn(sandbox, block("input") | {"element": element(kind)}))


@pytest.mark.parametrize("kind", sorted(kinds(Accessory)))
def test_every_accessory_is_drawn_beside_its_section(sandbox: Sandbox, kind: str) -> None:
    html = drawn(sandbox, block("section") | {"accessory": element(kind)})
    assert harmless(html)
    assert 'class="accessory"' in html


@pytest.mark.parametrize("kind", sorted(kinds(AnyElement)))
def test_every_piece_of_rich_text_is_drawn(sandbox: Sandbox, kind: str) -> None:
    more = {"text": EVIL, "url": "https://a.example", "user_id": "U1", "channel_id": "C1", "usergroup_id": "S1"}
    more |= {"range": "here", "timestamp": "1712318709", "format": "{date}", "name": "wave"}
    piece = {"type": kind, "style": {"bold": True}, **more}
    section = {"type": "rich_text_section", "elements": [piece]}
    html = drawn(sandbox, block("rich_text") | {"elements": [section]})
    assert "<strong></strong>" not in html
    harmless(html)


@pytest.mark.parametrize("kind", ["rich_text_quote", "rich_text_preformatted", "rich_text_list"])
def test_rich_text_has_quotes_lists_and_preformatted_text(sandbox: Sandbox, kind: str) -> None:
    text = {"type": "text", "text": EVIL}
    inner = [{"type": "rich_text_section", "elements": [text]}] if kind == "rich_text_list" else [text]
    html = drawn(
        sandbox, block("rich_text") | {"elements": [{"type": kind, "style": "ordered", "offset": 2, "elements": inner}]}
    )
    assert EVIL in harmless(html)


def test_a_question_before_an_action_is_kept_as_it_was_asked(sandbox: Sandbox) -> None:
    confirm = {"title": PLAIN, "text": PLAIN, "confirm": PLAIN, "deny": PLAIN}
    html = drawn(sandbox, block("actions") | {"elements": [element("button") | {"confirm": confirm}]})
    (question,) = [attributes["data-confirm"] for _, attributes in read(html).tags if "data-confirm" in attributes]
    assert json.loads(str(question)) == confirm
