"""The App Home tab: what one person sees of the phone system, and may do with it."""

import re

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.message import FormOffer, Message
from bot.overview import Overview, Row
from bot.slack.blocks import render
from bot.slack.buttons import form_button
from bot.slack.forms.views import Json
from bot.slack.paging import sections
from bot.slack.text import escape

MENU, PAGE = "park:menu", "park:page"
PAGES = re.compile(f"{PAGE}:\\d+")
ROWS = 40
"""Groups on a page: a view holds 100 blocks (docs.slack.dev, views)."""


def home(seen: Overview, page: int = 0) -> Json:
    """The tab; pages from 0."""
    rows = seen.groups[page * ROWS : (page + 1) * ROWS]
    blocks: list[Block] = [
        HeaderBlock(text="Call park"),
        *sections([f"*{escape(fact.label)}:* {escape(fact.value)}" for fact in seen.server] or [NOTHING_HERE]),
        *_actions(seen),
        DividerBlock(),
        HeaderBlock(text=f"{len(seen.groups)} park groups"),
        *map(_row, rows),
        *_pager(len(seen.groups), page),
        DividerBlock(),
        HeaderBlock(text="Lately"),
        *sections([f"• {escape(line)}" for line in seen.recent] or ["Nothing yet."]),
    ]
    return View(type="home", blocks=blocks).to_dict()


NOTHING_HERE = "Park shows you nothing here: your rights hold in channels. Type `/park` where your team works with it."


def said(message: Message) -> Json:
    """The tab while there is nothing to show."""
    return View(type="home", blocks=render(message)[0]["blocks"]).to_dict()


def _row(row: Row) -> Block:
    text = MarkdownTextObject(text=f"*{escape(row.name)}*\n{escape(row.said)}", verbatim=True)
    options = [Option(value=f"{one.key()}:{row.name}", text=one.title) for one in row.operations][:5]
    menu = OverflowMenuElement(action_id=MENU, options=options) if options else None
    return SectionBlock(text=text, accessory=menu)


def _actions(seen: Overview) -> list[Block]:
    """What they may do that is about no one group."""
    offers = [FormOffer(label=one.title, operation=one.key()) for one in seen.rights if one.form()]
    buttons = [button for place, offer in enumerate(offers[:25]) if (button := form_button(offer, place))]
    return [ActionsBlock(elements=buttons)] if buttons else []


def _pager(count: int, page: int) -> list[Block]:
    places = [(page - 1, "Earlier groups"), (page + 1, "More groups")]
    there = [(number, label) for number, label in places if 0 <= number * ROWS < count]
    buttons = [ButtonElement(text=label, action_id=f"{PAGE}:{number}", value=str(number)) for number, label in there]
    return [ActionsBlock(elements=buttons)] if buttons else []
