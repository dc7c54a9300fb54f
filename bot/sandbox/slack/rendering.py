"""Messages and views as users see them, as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.slack.elements import VALUE_SLOTS, Values, interactive_elements, label_of, value_of
from bot.sandbox.slack.model import Json, Message, Post
from bot.sandbox.slack.payloads import view_object
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import display_text
from bot.sandbox.slack.views import StoredView


def entry_text(state: SlackState, entry: Json) -> str:
    """Returns the value of an entry as text; empty if there is none."""
    value = value_of(entry)
    every = value if isinstance(value, list) else [] if value is None else [value]
    return ", ".join(_value_text(state, entry["type"], one) for one in every)


def _value_text(state: SlackState, kind: str, value: Any) -> str:
    if isinstance(value, dict):
        return display_text(state, value["text"]["text"]) if "text" in value else str(value.get("name", ""))
    if "users" in kind:
        return display_text(state, f"<@{value}>")
    if "channels" in kind or "conversations" in kind:
        return display_text(state, f"<#{value}>")
    return datetime.fromtimestamp(value, UTC).isoformat(" ", "minutes") if kind == "datetimepicker" else str(value)


def render_entry(state: SlackState, element: Json, entry: Json) -> str:
    """Renders radio buttons and checkboxes with all options, other elements by value or placeholder."""
    if element["type"] in ("radio_buttons", "checkboxes"):
        value = value_of(entry)
        chosen = value if isinstance(value, list) else [value]
        return "  ".join(
            f"({'x' if o in chosen else ' '}) {display_text(state, o['text']['text'])}" for o in element["options"]
        )
    return entry_text(state, entry) or f"[{element.get('placeholder', {}).get('text', '')}]"


def visible_messages(state: SlackState, channel: str, thread: str | None, viewer: str | None) -> list[Message]:
    """Returns the messages of a channel, or of a thread; `viewer` adds the user's ephemeral ones."""
    with state.changed:
        return [
            render_message(state, p)
            for p in state.posts
            if _is_in_thread(p, channel, thread) and p.only_for in (None, viewer)
        ]


def _is_in_thread(post: Post, channel: str, thread: str | None) -> bool:
    if post.channel != channel:
        return False
    if thread is None:
        return post.thread_ts is None or post.broadcast
    return thread in (post.ts, post.thread_ts)


def render_message(state: SlackState, post: Post) -> Message:
    """Returns a copy that stays the same when the message changes."""
    return Message(
        channel=post.channel,
        ts=post.ts,
        user=post.user,
        text=post.text,
        blocks=list(post.blocks),
        thread_ts=post.thread_ts,
        edited=post.edited is not None,
        reply_count=len(state.thread(post)),
        plain="\n".join(_message_lines(state, post)),
        only_for=post.only_for,
    )


def _message_lines(state: SlackState, post: Post) -> Iterator[str]:
    """Yields a line per block with buttons in brackets, or else the text."""
    if not post.blocks:
        yield display_text(state, post.text)
    yield from (line for block in post.blocks if (line := render_block(state, block)))


def render_block(state: SlackState, block: Json, values: Values | None = None) -> str:
    """Returns the block's text; `values` are the entries of a view."""
    if block["type"] == "table":
        return "\n".join(_table_rows(state, block))
    held = (values or {}).get(block.get("block_id", ""), {})
    shown = [_render_element(state, part, held) or _render_part(state, part) for part in _readable_parts(block)]
    return ("  " if block["type"] == "actions" else "\n").join(shown)


def _table_rows(state: SlackState, block: Json) -> Iterator[str]:
    """Yields the header, and each row as `Sales: Night Desk (6001), 4 members`."""
    header, *rows = block["rows"]
    yield " | ".join(_render_part(state, cell) for cell in header)
    for first, *rest in rows:
        others = ", ".join(text for text in (_render_part(state, cell) for cell in rest) if text not in ("", "–"))  # noqa: RUF001
        yield f"{_render_part(state, first)}: {others}"


def _render_element(state: SlackState, part: Json, held: dict[str, Json]) -> str:
    entry = held.get(part.get("action_id", ""))
    return render_entry(state, part, entry) if entry else ""


def _readable_parts(block: Json) -> Iterator[Json]:
    """Yields the texts and elements of a block in reading order."""
    yield from (block[key] for key in ("text", "title") if isinstance(block.get(key), dict))
    yield from block.get("fields", [])
    yield from block.get("elements", [])
    if "accessory" in block:
        yield block["accessory"]


def _render_part(state: SlackState, part: Json) -> str:
    kind = part.get("type", "")
    if kind == "mrkdwn":
        return display_text(state, part["text"])
    if kind == "plain_text":
        return str(part["text"])
    if kind == "button":
        return f"[{part['text']['text']}]"
    if kind == "image":
        return str(part["alt_text"])
    if "elements" in part:
        return "".join(_render_part(state, inner) for inner in part["elements"])
    return _render_leaf(state, part)


def _render_leaf(state: SlackState, part: Json) -> str:
    """Renders a menu, or an element of rich text."""
    if "options" in part:
        return "[" + " | ".join(o["text"]["text"] for o in part["options"]) + "]"
    if "user_id" in part:
        return display_text(state, f"<@{part['user_id']}>")
    if "channel_id" in part:
        return display_text(state, f"<#{part['channel_id']}>")
    if "usergroup_id" in part:
        return display_text(state, f"<!subteam^{part['usergroup_id']}>")
    if part.get("type") == "date":
        return display_text(state, f"<!date^{part['timestamp']}^{part['format']}|{part.get('fallback', '')}>")
    return str(part.get("text", part.get("url", "")))


def field_texts(state: SlackState, stored_view: StoredView) -> Iterator[tuple[str, str]]:
    """Yields the label and the value of each field."""
    for block, element in interactive_elements(stored_view.blocks):
        if element["type"] in VALUE_SLOTS:
            entry = stored_view.values[block["block_id"]][element["action_id"]]
            yield label_of(block, element), entry_text(state, entry)


def render_input(state: SlackState, stored_view: StoredView, block: Json) -> str:
    """Renders an input: `Label (optional): value`, below it hint and error."""
    element = block["element"]
    entry = stored_view.values[block["block_id"]][element["action_id"]]
    name = block["label"]["text"] + (" (optional)" if block.get("optional") else "")
    hint, wrong = block.get("hint", {}).get("text"), stored_view.errors.get(block["block_id"])
    lines = [
        f"{name}: {render_entry(state, element, entry)}",
        f"  {hint}" if hint else "",
        f"  ! {wrong}" if wrong else "",
    ]
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, kw_only=True)
class View:
    """A copy that stays the same when the view changes; `errors` are by block_id."""

    id: str
    user: str
    type: str
    hash: str
    callback_id: str
    external_id: str
    private_metadata: str
    title: str
    submit: str | None
    close: str | None
    blocks: list[Json]
    state: Values
    """block_id -> action_id -> entry."""
    fields: dict[str, str]
    """Value as text by label; empty if there is none."""
    errors: dict[str, str]
    trouble: str | None
    """Error text above the whole view."""
    plain: str
    """Readable text: labels with values, buttons in brackets."""
    root_view_id: str
    previous_view_id: str | None


def render_view(state: SlackState, stored_view: StoredView) -> View:
    """Returns a copy of the view as its user sees it."""
    sender = view_object(state, stored_view)
    plain = {key: (sender.get(key) or {}).get("text") for key in ("title", "submit", "close")}
    return View(
        **{key: sender[key] for key in ("id", "type", "hash", "callback_id", "external_id", "private_metadata")},
        user=stored_view.user,
        title=plain["title"] or "",
        submit=plain["submit"],
        close=plain["close"],
        blocks=sender["blocks"],
        state=sender["state"]["values"],
        fields=dict(field_texts(state, stored_view)),
        errors=dict(stored_view.errors),
        trouble=stored_view.trouble,
        plain="\n".join(line for line in _view_lines(state, stored_view, plain) if line),
        root_view_id=stored_view.root,
        previous_view_id=stored_view.previous,
    )


def _view_lines(state: SlackState, stored_view: StoredView, plain: Json) -> Iterator[str]:
    """Yields title, error text, the blocks, and the buttons."""
    yield plain["title"] or ""
    yield stored_view.trouble or ""
    for block in stored_view.blocks:
        yield (
            render_input(state, stored_view, block)
            if block["type"] == "input"
            else render_block(state, block, stored_view.values)
        )
    yield "  ".join(f"[{plain[key]}]" for key in ("submit", "close") if plain[key])
