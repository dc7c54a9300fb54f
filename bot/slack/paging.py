"""Slack's limits on a message: mrkdwn lines packed into sections, and blocks into messages."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from slack_sdk.models.blocks import Block, MarkdownTextObject, SectionBlock

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
