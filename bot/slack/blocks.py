"""Rendering of a `Message` as Block Kit payloads within Slack's size limits."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, count
from typing import Any, TypeAlias, TypedDict

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, MarkdownTextObject, SectionBlock

from bot.messages import slash_command
from bot.messages.message import ActivityItem, Fact, Message, Offer, Row
from bot.slack.buttons import button_line, form_button, offer_button
from bot.slack.tables import TABLE, table_blocks, table_lines
from bot.slack.text import escape, mrkdwn_date, mrkdwn_reference
from bot.texts import cards, delivery, history, wording

MAX_ACK = 20_000
"""Bytes of JSON in an acknowledgement: a Socket Mode frame holds 20,480, with the envelope."""
_MAX_SECTION = 3000
"""Characters; docs.slack.dev, Block Kit, section block."""
_MAX_BLOCKS = 48
"""Blocks in a page: a message holds 50 (docs.slack.dev, Block Kit), and a title and a footer may be added."""
_MAX_PAGE = 9000
"""Characters of JSON in a page: the undocumented msg_blocks_too_long comes somewhere above 11,000."""
_MAX_TEXT = 3900
"""Characters; chat.postMessage recommends at most 4,000."""
_MAX_TITLE = 200
"""Characters of the title that following pages repeat."""
_MAX_BUTTONS = 25
"""Elements; docs.slack.dev, Block Kit, actions block."""
_INDIVISIBLE = re.compile(r"&\w+;|<[^<>]*>|.", re.DOTALL)  # an entity, a reference or a character

ButtonFactory = Callable[[Offer, int], ButtonElement | None]
"""Makes the button of an offer from its position; None where the offer is too long for a button."""


BuiltBlock: TypeAlias = dict[str, Any]
"""A block as Slack is sent it."""


class Payload(TypedDict):
    """The content of a message, as chat.postMessage, response_urls and acknowledgements accept it."""

    text: str
    blocks: list[BuiltBlock]


def render(
    message: Message, *, to: str | None = None, make_button: ButtonFactory = offer_button, tables: bool = True
) -> list[Payload]:
    """Renders a message as one or more payloads.

    Args:
        to: Id of a user to mention in the title.
        tables: Whether a list may be a table, which only a message can hold.
    """
    listed = table_blocks(message.table) if tables and message.table else []
    shown = _beside_table(message) if listed else message
    blocks: list[Block] = [
        *sections(_head(shown, to)),
        *(listed or sections(_items(message))),
        *row_blocks(shown.rows, count(len(message.offers) + len(message.forms)), make_button),
        *_activity_blocks(shown, make_button),
        *_tail(message, make_button),
    ]
    return _payloads(message, _pages(_built(blocks)), to)


def _beside_table(message: Message) -> Message:
    """The message without the list that its table shows."""
    return replace(message, facts=message.facts if message.items or message.rows else (), items=(), rows=())


def render_card(message: Message, footer: str) -> list[Payload]:
    """Renders a change's card: the first payload has the buttons, the others continue its list.

    Args:
        footer: mrkdwn with the user, the change id and its status.
    """
    head, items = _built(sections(_head(message, None))), _built(sections(_items(message)))
    continued = _built(sections([f"_{cards.LIST_CONTINUES}_"]))
    tail = _built([*_tail(message, offer_button), _footer(footer)])
    first, *rest = _pages(items, reserved=[*head, *continued, *tail])
    root = [*head, *first, *(continued if rest else []), *tail]
    return _payloads(message, [*_pages(root), *rest], None)


def with_footer(payload: Payload, footer: str) -> Payload:
    """Returns the payload with a line of mrkdwn added below it."""
    return Payload(text=payload["text"], blocks=[*payload["blocks"], _footer(footer).to_dict()])


def plain(payload: Payload) -> Payload:
    """Returns all text of a payload without blocks, with the lines of its buttons to be typed."""
    lines: list[str] = []
    for block in payload["blocks"]:
        lines += table_lines(block) if block["type"] == TABLE else ()
        parts = [block["text"]] if "text" in block else block.get("elements", [])
        for part in parts:
            text = part.get("text", "")
            label = text.get("text", "") if isinstance(text, dict) else ""
            line = button_line(part.get("value", ""))
            lines += [f"{escape(label)}: {_command(line)}"] if line else [text] if isinstance(text, str) else []
    text = ""
    for line in (*lines, delivery.AS_PLAIN_TEXT):
        if len(text) + len(line) >= _MAX_TEXT:
            text += "\n…"
            break
        text += f"\n{line}"
    return Payload(text=text.strip() or payload["text"][:_MAX_TEXT], blocks=[])


def sections(lines: Iterable[str]) -> list[Block]:
    """Packs lines of mrkdwn into as few section blocks as possible; a longer line continues in the next one."""
    packed: list[str] = []
    for piece in chain.from_iterable(_split(line, _MAX_SECTION) for line in lines):
        if packed and len(packed[-1]) + 1 + len(piece) <= _MAX_SECTION:
            packed[-1] += "\n" + piece
        else:
            packed.append(piece)
    return [SectionBlock(text=MarkdownTextObject(text=text, verbatim=True)) for text in packed]


def fits_in_ack(payload: object) -> bool:
    """Returns whether an acknowledgement can contain the payload."""
    return _json_size(payload) <= MAX_ACK


def first_options(options: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns as many of the first options as an acknowledgement can contain."""
    room, kept = MAX_ACK - _json_size({"options": []}), []
    for option in options:
        room -= _json_size(option) + len(", ")
        if room < 0:
            break
        kept.append(option)
    return kept


def _json_size(payload: object) -> int:
    return len(json.dumps(payload))


def _split(line: str, limit: int) -> Iterator[str]:
    """Yields pieces of at most `limit` characters, without cutting an entity or a `<...>`."""
    piece = ""
    for part in _INDIVISIBLE.findall(line) if len(line) > limit else [line]:
        if len(piece) + len(part) > limit:
            yield piece
            piece = ""
        piece += part
    yield piece


def _built(blocks: Iterable[Block]) -> list[BuiltBlock]:
    """Returns the blocks as JSON objects: building one takes so long that it is done once."""
    return [_built_section(block) if type(block) is SectionBlock else block.to_dict() for block in blocks]


def _built_section(block: SectionBlock) -> BuiltBlock:
    """Returns a section as JSON: the SDK takes ten times as long, as it looks at each attribute and checks lengths."""
    if not isinstance(block.text, MarkdownTextObject) or not block.text.verbatim or block.fields or block.block_id:
        return block.to_dict()
    text = {"type": "mrkdwn", "text": block.text.text, "verbatim": True}
    accessory = {"accessory": block.accessory.to_dict()} if block.accessory else {}
    return {"type": "section", "text": text, **accessory}


def _pages(blocks: Iterable[BuiltBlock], reserved: Iterable[BuiltBlock] = ()) -> list[list[BuiltBlock]]:
    """Distributes blocks over messages; the first one has room for the `reserved` blocks too."""
    blocks, reserved = list(blocks), list(reserved)
    if len(blocks) + len(reserved) <= _MAX_BLOCKS and _size([*blocks, *reserved]) <= _MAX_PAGE:
        return [blocks]
    full: list[list[BuiltBlock]] = []
    page: list[BuiltBlock] = []
    sizes = [_size(block) for block in reserved]
    for block in blocks:
        size = _size(block)
        if sizes and (len(sizes) == _MAX_BLOCKS or sum(sizes) + size > _MAX_PAGE):
            full.append(page)
            page, sizes = [], []
        page.append(block)
        sizes.append(size)
    return [*full, page]


def _size(content: BuiltBlock | list[BuiltBlock]) -> int:
    return len(json.dumps(content, ensure_ascii=False))


def _head(message: Message, to: str | None, bold: str = "*") -> Iterator[str]:
    title = f"{bold}{escape(message.title)}{bold}"
    yield f"<@{to}> {title}" if to else title
    yield from (f"{bold}{escape(fact.label)}:{bold} {_value(fact)}" for fact in message.facts)


def _value(fact: Fact) -> str:
    at = (mrkdwn_date(fact.at),) if fact.at else ()
    value = " ".join((escape(fact.value), *map(mrkdwn_reference, fact.ids), *at)).strip()
    return value if fact.before is None else wording.from_to(escape(fact.before), value)


def _items(message: Message) -> Iterator[str]:
    return (f"• {escape(item)}" for item in message.items if isinstance(item, str))


def _activities(message: Message) -> list[ActivityItem]:
    return [item for item in message.items if isinstance(item, ActivityItem)]


def _activity(item: ActivityItem, bold: str = "*") -> str:
    """Returns an entry of the history: what and its state; who, when, where and the link; from what to what."""
    user = mrkdwn_reference(item.by) if re.fullmatch("[UW][A-Z0-9]{5,}", item.by) else escape(item.by)
    about = [user, mrkdwn_date(item.at), *([mrkdwn_reference(item.channel)] if item.channel else [])]
    about += [escape(item.source)] if item.source else []
    about += [f"<{item.link}|{history.OPEN}>"] if item.link else []
    lines = (
        f"{bold}{escape(item.number)} {escape(item.what)}{bold} · {escape(item.state)}",
        " · ".join(about),
        escape(item.detail),
    )
    return "\n".join(filter(None, lines))


def _activity_blocks(message: Message, make_button: ButtonFactory) -> Iterator[Block]:
    """Yields each entry of the history with its button beside it."""
    positions = count(len(message.offers) + len(message.forms) + sum(len(row.offers) for row in message.rows))
    for item in _activities(message):
        first, *rest = sections([_activity(item)])
        buttons = [element for offer in item.offers if (element := make_button(offer, next(positions)))]
        if buttons and isinstance(first, SectionBlock):
            first.accessory = buttons[0]
        yield from (first, *rest)


def _row(row: Row) -> str:
    link = (f"<{row.link}|{history.OPEN}>",) if row.link else ()
    return " ".join((escape(row.text), *map(mrkdwn_reference, row.ids), *link))


def row_blocks(
    rows: Iterable[Row], positions: Iterator[int], make_button: ButtonFactory = offer_button
) -> Iterator[Block]:
    """Yields each row with its buttons; a single one stands beside the text.

    Args:
        positions: Positions of the buttons, which differ from those of other buttons in the message.
    """
    for row in rows:
        texts = sections([_row(row)])
        buttons = [
            *(make_button(offer, next(positions)) for offer in row.offers),
            *(form_button(offer, next(positions)) for offer in row.forms),
        ]
        match list(filter(None, buttons)), texts:
            case [only], [SectionBlock() as section]:
                section.accessory = only
                yield section
            case several, _:
                yield from (*texts, *_actions(several))


def _tail(message: Message, make_button: ButtonFactory) -> list[Block]:
    """Returns lines, notes and buttons; an offer that is too long for a button becomes a line to type."""
    buttons = [make_button(offer, position) for position, offer in enumerate(message.offers)]
    forms = [form_button(offer, position) for position, offer in enumerate(message.forms)]
    to_type = [
        f"{escape(offer.label)}: {_command(offer.line)}"
        for offer, element in zip(message.offers, buttons, strict=True)
        if element is None
    ]
    return [
        *sections([*map(_command, message.lines), *map(escape, message.notes), *_snippet(message), *to_type]),
        *_actions([*buttons, *forms]),
    ]


def _snippet(message: Message) -> Iterator[str]:
    """Yields the text to copy as a block of code, which nothing in it can end."""
    if message.snippet:
        text = "\n".join(escape(line).replace("`", "'") for line in message.snippet)
        yield f"```{text}```"


def _command(line: str) -> str:
    """Returns the slash command in a code span, or without one where a backtick would end it."""
    command = escape(slash_command.typed(line))
    return command if "`" in command else f"`{command}`"


def _actions(buttons: Iterable[ButtonElement | None]) -> list[Block]:
    elements = [element for element in buttons if element]
    return [ActionsBlock(elements=elements[at : at + _MAX_BUTTONS]) for at in range(0, len(elements), _MAX_BUTTONS)]


def _footer(text: str) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=text, verbatim=True)])


def _payloads(message: Message, pages: list[list[BuiltBlock]], to: str | None) -> list[Payload]:
    payloads = [Payload(text=_text(message, to), blocks=pages[0])]
    for number, page in enumerate(pages[1:], start=2):
        title = delivery.part(next(_split(escape(message.title), _MAX_TITLE)), number, len(pages))
        payloads.append(Payload(text=title, blocks=[*_built(sections([f"*{title}*"])), *page]))
    return payloads


def _text(message: Message, to: str | None) -> str:
    """Returns the text for notifications and screen readers: as many whole lines as fit."""
    title, *facts = _head(message, to, bold="")
    text = next(_split(title, _MAX_TEXT))
    activities = (f"• {_activity(item, bold='')}" for item in _activities(message))
    lists = (*_items(message), *activities, *map(_row, message.rows), *map(_command, message.lines))
    for line in (*facts, *lists, *map(escape, message.notes)):
        if len(text) + len(line) > _MAX_TEXT:
            return text + "\n…"
        text += "\n" + line
    return text
