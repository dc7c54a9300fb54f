"""Buttons of offers and forms, and the values that they carry."""

import json
import re
from secrets import token_urlsafe
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.models.blocks import ButtonElement

from bot.messages.message import FormOffer, Offer
from bot.messages.request import proposal_nonce
from bot.messages.text import shorten
from bot.slack.text import displayable
from bot.texts import lines

ACTION = re.compile(r"park:offer:\d+")
"""The action_id of a button that runs a line."""
FORM_ACTION = re.compile(r"park:form:\d+")
"""The action_id of a button that opens a form."""
FOLLOW_ACTION = re.compile(r"park:follow:\d+")
"""The action_id of a button in a form that shows a line's preview before it runs."""
_MAX_LABEL = 75
"""Characters; docs.slack.dev, Block Kit, button element."""
_MAX_VALUE = 2000
"""Characters; docs.slack.dev, Block Kit, button element."""
_SHORTEST_NOTE = 10
"""Characters of a note that is not cut any more, but left out."""
_JSON_ESCAPES = str.maketrans({"&": r"\u0026", "<": r"\u003c", ">": r"\u003e"})  # Slack may turn these into entities


class Click(BaseModel):
    """The value of a button that runs a line; the nonce identifies the button, to recognise a second click."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    line: str
    nonce: str
    expects: str | None = None
    ends_change: int | None = None
    note: str = ""
    post_to: str | None = None
    proposal: int | None = None
    meant: int | None = None


def offer_button(offer: Offer, position: int) -> ButtonElement | None:
    """Returns the button of an offer, or None when its line is too long for a button.

    Args:
        position: Its index in the message, which makes the action_id unique there.
    """
    click = Click(
        line=offer.line,
        nonce=(proposal_nonce(offer.proposal) if offer.proposal is not None else "") + token_urlsafe(9),
        expects=offer.expects,
        ends_change=offer.ends_change,
        post_to=offer.post_to,
        proposal=offer.proposal,
        meant=offer.meant,
    )
    value = _value_with_note(click.model_dump(exclude_none=True, exclude_defaults=True), offer.note)
    return _element(offer.label, offer.line, f"park:offer:{position}", value, style=offer.style)


def follow_button(offer: Offer, position: int) -> ButtonElement | None:
    """Returns the button of an offer inside a form, which previews the line there; None when the line is too long."""
    ends = {} if offer.ends_change is None else {"ends_change": offer.ends_change}
    return _element(offer.label, offer.line, f"park:follow:{position}", encode_value({"line": offer.line, **ends}))


def form_button(offer: FormOffer, position: int) -> ButtonElement | None:
    """Returns the button that opens a form, or None when the known arguments are too long for a button."""
    data: dict[str, Any] = {"operation": offer.operation, "arguments": offer.arguments}
    data |= {} if offer.replaces is None else {"replaces": offer.replaces}
    value = _value_with_note(data, offer.note)
    texts = (argument for argument in offer.arguments.values() if isinstance(argument, str))
    subject = " ".join((offer.operation.replace("_", " "), *texts))
    return _element(offer.label, subject, f"park:form:{position}", value)


def parse_click(value: str) -> Click:
    """Parses the value of a button that runs a line; raises pydantic's ValidationError for any other value."""
    return Click.model_validate_json(value)


def button_line(value: str) -> str | None:
    """Returns the line that a button runs; None for other buttons."""
    try:
        return parse_click(value).line
    except ValidationError:
        return None


def encode_value(data: dict[str, Any]) -> str:
    """Returns data as JSON that Slack does not change."""
    return json.dumps(data).translate(_JSON_ESCAPES)


def _value_with_note(data: dict[str, Any], note: str) -> str:
    """Returns the value of a button with as much of a note as fits: without the button, its line could not be done."""
    while note and len(value := encode_value(data | {"note": note})) > _MAX_VALUE:
        kept = note.removesuffix("…")
        note = f"{kept[: len(kept) * 3 // 4].rstrip()}…" if len(kept) > _SHORTEST_NOTE else ""
    return value if note else encode_value(data)


def _element(label: str, subject: str, action_id: str, value: str, style: str | None = None) -> ButtonElement | None:
    """Adds the subject to the accessibility label where the visible label does not contain it."""
    if len(value) > _MAX_VALUE:
        return None
    spoken = None if subject in label else _label(f"{label}: {subject}")
    return ButtonElement(text=_label(label), action_id=action_id, value=value, style=style, accessibility_label=spoken)


def _label(label: str) -> str:
    return shorten(displayable(label).strip() or lines.DO_IT_NOW, _MAX_LABEL)
