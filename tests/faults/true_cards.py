"""Holds the cards that stand in Slack against what the journal says of their changes now."""

import html
from collections.abc import Iterator

from bot.journal.models import Entry
from bot.messages.message import Posted
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Post
from bot.worker.card_state import card_state
from bot.worker.outcome import Confirmation


def untrue_cards(sandbox: Sandbox, entries: list[Entry]) -> Iterator[str]:
    """Yields what is wrong with each card, and each copy of one, whose status or buttons are not those of now."""
    posts = {(post.channel, post.ts): post for post in sandbox.slack.state.posts}
    for entry in entries:
        card = Posted.model_validate(entry.card) if entry.card else None
        is_follow_up = entry.about is not None  # of these a card of their own says what was done then
        if card is None or is_follow_up or Confirmation.model_validate(entry.outcome or {}).card is None:
            continue
        state = card_state(sandbox.park.tenant.journal, entry)
        assert state is not None
        for one in (card, *card.copies):
            post = posts.get((one.channel or "", one.ts or ""))
            if post is None:  # it was told without a message that can be updated
                continue
            if state.status not in html.unescape(f"{post.text}{post.blocks}"):
                yield f"the card of change {entry.id} in {post.channel} says not “{state.status}”: {post.text}"
            if (shown := _buttons(post)) - {offer.label for offer in state.card.offers}:
                yield f"the card of change {entry.id} in {post.channel} has buttons of before: {shown}"


def _buttons(post: Post) -> set[str]:
    """Returns the labels of the buttons that stand for a line."""
    elements = [one for block in post.blocks for one in block.get("elements", ())]
    return {one["text"]["text"] for one in elements if one.get("type") == "button" and "value" in one}
