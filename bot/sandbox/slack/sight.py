"""What people see."""

from collections.abc import Iterator

from bot.sandbox.slack.entries import shown_entry
from bot.sandbox.slack.model import Json, Message, Post
from bot.sandbox.slack.state import State
from bot.sandbox.slack.text import display
from bot.sandbox.slack.views.values import Values


def in_channel(state: State, channel: str, thread: str | None, viewer: str | None) -> list[Message]:
    """The channel's own messages, or with `thread` its first message and the replies; `viewer` adds what is theirs."""
    with state.changed:
        return [look(state, p) for p in state.posts if _is_there(p, channel, thread) and p.only_for in (None, viewer)]


def _is_there(post: Post, channel: str, thread: str | None) -> bool:
    if post.channel != channel:
        return False
    if thread is None:
        return post.thread_ts is None or post.broadcast
    return thread in (post.ts, post.thread_ts)


def look(state: State, post: Post) -> Message:
    """A copy that stays as it is when the message changes."""
    return Message(
        channel=post.channel,
        ts=post.ts,
        user=post.user,
        text=post.text,
        blocks=list(post.blocks),
        thread_ts=post.thread_ts,
        edited=post.edited is not None,
        reply_count=len(state.thread(post)),
        plain="\n".join(_lines(state, post)),
        only_for=post.only_for,
    )


def _lines(state: State, post: Post) -> Iterator[str]:
    """One line a block; buttons in brackets; the text itself where there are no blocks."""
    if not post.blocks:
        yield display(state, post.text)
    yield from (line for block in post.blocks if (line := shown_block(state, block)))


def shown_block(state: State, block: Json, values: Values | None = None) -> str:
    """The block's text, empty where it has none; `values` are what its elements hold, in views."""
    held = (values or {}).get(block.get("block_id", ""), {})
    shown = [_element(state, part, held) or _shown(state, part) for part in _parts(block)]
    return ("  " if block["type"] == "actions" else "\n").join(shown)


def _element(state: State, part: Json, held: dict[str, Json]) -> str:
    entry = held.get(part.get("action_id", ""))
    return shown_entry(state, part, entry) if entry else ""


def _parts(block: Json) -> Iterator[Json]:
    """The texts and elements of a block, in the order they are read."""
    yield from (block[key] for key in ("text", "title") if isinstance(block.get(key), dict))
    yield from block.get("fields", [])
    yield from block.get("elements", [])
    if "accessory" in block:
        yield block["accessory"]


def _shown(state: State, part: Json) -> str:
    kind = part.get("type", "")
    if kind == "mrkdwn":
        return display(state, part["text"])
    if kind == "plain_text":
        return str(part["text"])
    if kind == "button":
        return f"[{part['text']['text']}]"
    if kind == "image":
        return str(part["alt_text"])
    if "elements" in part:
        return "".join(_shown(state, inner) for inner in part["elements"])
    return _leaf(state, part)


def _leaf(state: State, part: Json) -> str:
    """A menu, or the smallest piece of rich text."""
    if "options" in part:
        return "[" + " | ".join(o["text"]["text"] for o in part["options"]) + "]"
    if "user_id" in part:
        return display(state, f"<@{part['user_id']}>")
    if "channel_id" in part:
        return display(state, f"<#{part['channel_id']}>")
    return str(part.get("text", part.get("url", "")))
