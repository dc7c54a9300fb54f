"""A view as a person sees it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.sight import shown_block
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.reading import field_line, fields
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import Values
from bot.sandbox.slack.views.wire import wire_view


@dataclass(frozen=True, kw_only=True)
class View:
    """A copy that stays as it is when the view changes; `errors` stand beside fields, by block_id."""

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
    """Label -> its value in words, empty where there is none."""
    errors: dict[str, str]
    trouble: str | None
    """What the person is told above the whole view."""
    plain: str
    """The readable text: labels with values, buttons in brackets."""
    root_view_id: str
    previous_view_id: str | None


def seen(state: State, sheet: Sheet) -> View:
    sender = wire_view(state, sheet)
    plain = {key: (sender.get(key) or {}).get("text") for key in ("title", "submit", "close")}
    return View(
        **{key: sender[key] for key in ("id", "type", "hash", "callback_id", "external_id", "private_metadata")},
        user=sheet.user,
        title=plain["title"] or "",
        submit=plain["submit"],
        close=plain["close"],
        blocks=sender["blocks"],
        state=sender["state"]["values"],
        fields=dict(fields(state, sheet)),
        errors=dict(sheet.errors),
        trouble=sheet.trouble,
        plain="\n".join(line for line in _lines(state, sheet, plain) if line),
        root_view_id=sheet.root,
        previous_view_id=sheet.previous,
    )


def _lines(state: State, sheet: Sheet, plain: Json) -> Iterator[str]:
    """Title, trouble, a line or more a block, and the buttons below."""
    yield plain["title"] or ""
    yield sheet.trouble or ""
    for block in sheet.blocks:
        yield field_line(state, sheet, block) if block["type"] == "input" else shown_block(state, block, sheet.values)
    yield "  ".join(f"[{plain[key]}]" for key in ("submit", "close") if plain[key])
