"""Buttons and their values."""

import json
import re
from secrets import token_urlsafe
from typing import Any

from pydantic import BaseModel, ConfigDict
from slack_sdk.models.blocks import ButtonElement

from bot.messages.message import FormOffer, Offer
from bot.slack.text import shown

ACTION = re.compile(r"park:offer:\d+")
FORM_ACTION = re.compile(r"park:form:\d+")
FOLLOW_ACTION = re.compile(r"park:follow:\d+")
"""In a form: what the line would do is shown there first."""
_LABEL_LIMIT = 75  # docs.slack.dev, Block Kit, button element
_VALUE_LIMIT = 2000  # as above
_HARMLESS = str.maketrans({"&": r"\u0026", "<": r"\u003c", ">": r"\u003e"})  # Slack may escape these on their way


class Click(BaseModel):
    """What a button carries: the line it asks for, and a nonce of its drawing, so that a second click is known."""

    model_config = ConfigDict(frozen=True)

    line: str
    nonce: str
    expects: str | None = None


def button(offer: Offer, place: int) -> ButtonElement | None:
    """The offer's button, numbered by its place in the message; None when its line is too long for one."""
    value = _value(offer)
    if len(value) > _VALUE_LIMIT:
        return None
    return _drawn(offer.label, offer.line, f"park:offer:{place}", value, style=offer.style)


def follow_button(offer: Offer, place: int) -> ButtonElement | None:
    """The same in a form, where nothing is done before it was shown there."""
    value = json.dumps({"line": offer.line}).translate(_HARMLESS)
    if len(value) > _VALUE_LIMIT:
        return None
    return _drawn(offer.label, offer.line, f"park:follow:{place}", value)


def form_button(offer: FormOffer, place: int) -> ButtonElement | None:
    """Opens a form; None where what was understood is too much for a button."""
    value = packed({"operation": offer.operation, "arguments": offer.arguments})
    if len(value) > _VALUE_LIMIT:
        return None
    named = (one for one in offer.arguments.values() if isinstance(one, str))
    about = " ".join((offer.operation.replace("_", " "), *named))
    return _drawn(offer.label, about, f"park:form:{place}", value)


def read(value: str) -> Click:
    """Raise pydantic's ValidationError for a value that no button of Park's carries."""
    return Click.model_validate_json(value)


def _value(offer: Offer) -> str:
    click = Click(line=offer.line, nonce=token_urlsafe(9), expects=offer.expects)
    return packed(click.model_dump(exclude_none=True))


def packed(data: dict[str, Any]) -> str:
    """As a button's value: JSON that comes back as it was sent."""
    return json.dumps(data).translate(_HARMLESS)


def _drawn(label: str, about: str, action_id: str, value: str, style: str | None = None) -> ButtonElement:
    """A screen reader says too what it is about, where its label alone does not."""
    spoken = None if about in label else _label(f"{label}: {about}")
    return ButtonElement(text=_label(label), action_id=action_id, value=value, style=style, accessibility_label=spoken)


def _label(label: str) -> str:
    label = shown(label).strip() or "Do it"
    return label if len(label) <= _LABEL_LIMIT else label[: _LABEL_LIMIT - 1].rstrip() + "…"
