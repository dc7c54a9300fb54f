"""Message content: parsed from the arguments of an API call, validated, and returned as message objects."""

import json
from typing import Any

from bot.sandbox.slack.elements import with_ids
from bot.sandbox.slack.kit.validation import check_blocks
from bot.sandbox.slack.model import Json, Post, SlackError
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import escape_stray

TEXT_LIMIT = 40_000
"""Characters of a new message's text, as documented for chat.postMessage."""
UPDATE_LIMIT = 4_000
"""Characters of an updated message's text, as documented for chat.update."""


def parse_content(state: SlackState, args: Json, channel: str, *, update: bool = False) -> Json:
    """Returns text, blocks, attachments, thread_ts and reply_broadcast.

    Raises:
        SlackError: With the code that Slack answers to invalid content.
    """
    text = str(args.get("text") or "")
    blocks = parse_list(args.get("blocks"), "invalid_blocks_format")
    attachments = parse_list(args.get("attachments"), "invalid_attachments")
    if not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    if len(text) > (UPDATE_LIMIT if update else TEXT_LIMIT):
        raise SlackError("msg_too_long")
    check_blocks(blocks)
    return {
        "text": escape_stray(text),
        "blocks": [with_ids(block) for block in blocks],
        "attachments": attachments,
        "thread_ts": thread_root(state, channel, args.get("thread_ts")),
        "reply_broadcast": parse_boolean(args.get("reply_broadcast")),
    }


def parse_list(given: Any, otherwise: str) -> list[Json]:
    """Returns a list of objects, given as JSON text or as a list; SlackError with code `otherwise`."""
    if isinstance(given, str) and given:
        try:
            given = json.loads(given)
        except json.JSONDecodeError:
            raise SlackError(otherwise) from None
    if given and not (isinstance(given, list) and all(isinstance(item, dict) for item in given)):
        raise SlackError(otherwise)
    return given or []


def parse_boolean(given: Any) -> bool:
    """Parses booleans in JSON and form encoding."""
    return given in (True, 1, "1", "true", "True")


def thread_root(state: SlackState, channel: str, given: Any) -> str | None:
    """Returns the `ts` of the thread's first message, or None if there is no such thread."""
    parent = state.find(channel, str(given)) if given else None
    return (parent.thread_ts or parent.ts) if parent else None


def message_object(state: SlackState, post: Post) -> Json:
    """Returns the message object of API responses and payloads."""
    shown: Json = {"type": "message", "user": post.user, "ts": post.ts, "text": post.text, "team": state.team}
    if post.bot_id:
        shown |= {"bot_id": post.bot_id, "app_id": state.app}
    for key in ("blocks", "attachments", "edited", "thread_ts"):
        if value := getattr(post, key):
            shown[key] = value
    if replies := state.thread(post):
        shown |= {"thread_ts": post.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    return shown


def permalink(state: SlackState, post: Post) -> str:
    """Returns the address of the message in Slack."""
    link = f"https://{state.domain}.slack.com/archives/{post.channel}/p{post.ts.replace('.', '')}"
    return f"{link}?thread_ts={post.thread_ts}&cid={post.channel}" if post.thread_ts else link
