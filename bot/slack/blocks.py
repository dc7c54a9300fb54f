"""Message -> Block Kit; size limits."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from typing import Any, TypedDict

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, MarkdownTextObject, SectionBlock

from bot.messages.message import ActivityItem, Fact, Message, Offer, Row
from bot.slack.buttons import button, form_button
from bot.slack.text import dated, escape, linked

_SECTION = 3000  # characters; docs.slack.dev, Block Kit, section block
_BLOCKS = 48  # of the 50 of a message (docs.slack.dev, Block Kit): a title and a foot may come on top
_CHARACTERS = 9000  # of JSON; msg_blocks_too_long comes somewhere above 11,000 and is documented nowhere
_WHOLE = re.compile(r"&\w+;|<[^<>]*>|.", re.DOTALL)  # what a cut may not go through


def sections(lines: Iterable[str]) -> list[Block]:
    """As few sections as hold these lines of mrkdwn; a line too long for one goes on in the next."""
    packed: list[str] = []
    for piece in chain.from_iterable(cut(line, _SECTION) for line in lines):
        if packed and len(packed[-1]) + 1 + len(piece) <= _SECTION:
            packed[-1] += "\n" + piece
        else:
            packed.append(piece)
    return [SectionBlock(text=MarkdownTextObject(text=text, verbatim=True)) for text in packed]


def cut(line: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` characters, no entity and no `<...>` torn apart."""
    piece = ""
    for part in _WHOLE.findall(line) if len(line) > limit else [line]:
        if len(piece) + len(part) > limit:
            yield piece
            piece = ""
        piece += part
    yield piece


def pages(blocks: Iterable[Block], beside: Iterable[Block] = ()) -> list[list[Block]]:
    """The blocks in as many messages as it takes; the first leaves room for those `beside` it."""
    full: list[list[Block]] = []
    page: list[Block] = []
    taken = [_size(block) for block in beside]
    for block in blocks:
        size = _size(block)
        if taken and (len(taken) == _BLOCKS or sum(taken) + size > _CHARACTERS):
            full.append(page)
            page, taken = [], []
        page.append(block)
        taken.append(size)
    return [*full, page]


def _size(block: Block) -> int:
    return len(json.dumps(block.to_dict(), ensure_ascii=False))


COMMAND = "/park"
_TEXT = 3900  # characters; chat.postMessage asks for at most 4,000
_BUTTONS = 25  # a block; docs.slack.dev, Block Kit, actions block


Draw = Callable[[Offer, int], ButtonElement | None]
"""Makes the button of an offer at its place; None where it is too much for one."""


class Payload(TypedDict):
    """What chat.postMessage, response_url and an ack take."""

    text: str
    blocks: list[dict[str, Any]]


def render(message: Message, *, to: str | None = None, draw: Draw = button) -> list[Payload]:
    """The message in as few payloads as hold it, at least one; `to` is a user id to mention, `draw` makes buttons."""
    parts = [*sections(_head(message, to)), *sections(_items(message)), *_rows(message, draw), *_tail(message, draw)]
    return _numbered(message, pages(parts), to)


def card(message: Message, about: str) -> list[Payload]:
    """The first payload is a change's root message and has the buttons; others hold what is left of a long list.

    `about` is mrkdwn: who asked, which change, how it stands.
    """
    head, items, tail = sections(_head(message, None)), sections(_items(message)), _tail(message)
    goes_on, foot = sections(["_The list goes on in the thread._"]), _foot(about)
    first, *rest = pages(items, beside=[*head, *goes_on, *tail, foot])
    more = goes_on if rest else []
    return _numbered(message, [*pages([*head, *first, *more, *tail, foot]), *rest], None)


def footed(payload: Payload, about: str) -> Payload:
    """With one more line of mrkdwn below."""
    return Payload(text=payload["text"], blocks=[*payload["blocks"], _foot(about).to_dict()])


def _foot(about: str) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=about, verbatim=True)])


def _head(message: Message, to: str | None, bold: str = "*") -> Iterator[str]:
    title = f"{bold}{escape(message.title)}{bold}"
    yield f"<@{to}> {title}" if to else title
    yield from (f"{bold}{escape(fact.label)}:{bold} {_value(fact)}" for fact in message.facts)


def _value(fact: Fact) -> str:
    value = " ".join((escape(fact.value), *map(linked, fact.ids))).strip()
    return value if fact.before is None else f"{escape(fact.before)} -&gt; {value}"


def _items(message: Message) -> Iterator[str]:
    return (f"• {_deed(item) if isinstance(item, ActivityItem) else escape(item)}" for item in message.items)


def _deed(attributes: ActivityItem) -> str:
    by = linked(attributes.by) if re.fullmatch("[UW][A-Z0-9]{5,}", attributes.by) else escape(attributes.by)
    where = f" in {linked(attributes.channel)}" if attributes.channel else ""
    return f"{dated(attributes.at)} {by}: {escape(attributes.what)} ({escape(attributes.how)}{where})"


def _row(row: Row) -> str:
    return " ".join((escape(row.text), *map(linked, row.ids)))


def _rows(message: Message, draw: Draw) -> Iterator[Block]:
    """Each with its own buttons, numbered on from those of the message."""
    places = count(len(message.offers) + len(message.forms))
    for row in message.rows:
        yield from sections([_row(row)])
        yield from _actions([drawn for offer in row.offers if (drawn := draw(offer, next(places)))])


def _tail(message: Message, draw: Draw = button) -> list[Block]:
    buttons = [(offer, draw(offer, place)) for place, offer in enumerate(message.offers)]
    typed = [_typed(offer) for offer, drawn in buttons if drawn is None]
    words = sections([*map(_code, message.lines), *map(escape, message.notes), *typed])
    forms = [form_button(offer, place) for place, offer in enumerate(message.forms)]
    return [*words, *_actions([drawn for drawn in (*(drawn for _, drawn in buttons), *forms) if drawn])]


def _typed(offer: Offer) -> str:
    return f"{escape(offer.label)}: {_code(offer.line)}"


def _code(line: str) -> str:
    command = escape(f"{COMMAND} {line}".rstrip())
    return command if "`" in command else f"`{command}`"


def _actions(buttons: list[ButtonElement]) -> list[Block]:
    return [ActionsBlock(elements=buttons[at : at + _BUTTONS]) for at in range(0, len(buttons), _BUTTONS)]


def _numbered(message: Message, paged: list[list[Block]], to: str | None) -> list[Payload]:
    first = Payload(text=_text(message, to), blocks=_drawn(paged[0]))
    return [first, *(_continued(message, place, paged) for place in range(1, len(paged)))]


def _continued(message: Message, place: int, paged: list[list[Block]]) -> Payload:
    title = next(cut(escape(message.title), 200)) + f" ({place + 1} of {len(paged)})"
    return Payload(text=title, blocks=_drawn([*sections([f"*{title}*"]), *paged[place]]))


def _drawn(blocks: list[Block]) -> list[dict[str, Any]]:
    return [block.to_dict() for block in blocks]


def _text(message: Message, to: str | None) -> str:
    """What notifications and screen readers say: as much as fits, whole lines."""
    title, *facts = _head(message, to, bold="")
    said = next(cut(title, _TEXT))
    lists = (*_items(message), *map(_row, message.rows), *map(_code, message.lines))
    for line in (*facts, *lists, *map(escape, message.notes)):
        if len(said) + len(line) > _TEXT:
            return said + "\n…"
        said += "\n" + line
    return said


MOST = 20_000
"""Bytes of 20,480, beside what an acknowledgement is wrapped in. Whatever is not ASCII takes six or twelve each."""
_BETWEEN = 2


def fits(payload: object) -> bool:
    """Whether an acknowledgement can carry it."""
    return _json_size(payload) <= MOST


def as_many_as_fit(options: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of them, which are the best."""
    room, kept = MOST - _json_size({"options": []}), []
    for option in options:
        room -= _json_size(option) + _BETWEEN
        if room < 0:
            break
        kept.append(option)
    return kept


def _json_size(payload: object) -> int:
    return len(json.dumps(payload))
