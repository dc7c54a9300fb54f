"""Requests that come out of a form."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.operation import Operation
from bot.request import Door, Request
from bot.slack.forms.place import Place
from bot.slack.requests import where

Payload = Mapping[str, Any]


def of_opening(body: Payload, team: str) -> Request:
    """Whoever opens a form, and from where: it decides what they may, and where the confirmation goes."""
    return Request(
        key=f"{team}:{body['trigger_id']}",
        team=team,
        user=body["user"]["id"],
        door=Door.FORM,
        line="",
        **where(body)._asdict(),
        response_url=body.get("response_url"),
        asked_at=datetime.now(UTC),
    )


def of_typing(body: Payload, place: Place, team: str) -> Request:
    """Whoever types in a picker: it is for deciding only, and comes to nothing that is recorded."""
    return Request(
        key=f"{team}:{body['view']['id']}",
        team=team,
        user=body["user"]["id"],
        door=Door.FORM,
        line="",
        channel=place.channel,
        asked_at=datetime.now(UTC),
    )


def of_form(body: Payload, place: Place, asked: Operation, team: str) -> Request:
    """A form that is submitted twice is the same request: its view and the nonce of its drawing are its key."""
    return Request(
        key=f"{team}:{body['view']['id']}:{place.nonce}",
        team=team,
        user=body["user"]["id"],
        door=Door.FORM,
        line=asked.text(),
        channel=place.channel,
        thread=place.thread,
        at_top=place.at_top,
        post_to=place.post_to,
        asked_at=datetime.now(UTC),
        expects=place.expects,
    )
