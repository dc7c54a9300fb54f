"""Views against their limits."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.kit.check import faults, messages, repeated_block_ids
from bot.sandbox.slack.kit.views import Home, Modal
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import elements

LARGEST = 250_000
"""Bytes of JSON: documented as 250kb."""

_KINDS: dict[str, TypeAdapter[Any]] = {"modal": TypeAdapter(Modal), "home": TypeAdapter(Home)}


def check_view(view: Json, kind: str) -> None:
    """Raise view_too_large, or invalid_arguments naming every fault and its place."""
    if len(json.dumps(view).encode()) > LARGEST:
        raise SlackError("view_too_large")
    if found := list(faults(view, _KINDS[kind], "view")):
        raise invalid("failed to match all allowed schemas [json-pointer:/view]", *found)
    if found := list(_broken_rules(view)):
        raise invalid(*found)


def invalid(*found: str) -> SlackError:
    """What Slack answers to arguments that it can't use."""
    return SlackError("invalid_arguments", response_metadata=messages(list(found)))


def _broken_rules(view: Json) -> Iterator[str]:
    yield from repeated_block_ids(view["blocks"], "/view/blocks")
    for number, block in enumerate(view["blocks"]):
        if block["type"] == "input" and view["type"] == "modal" and "submit" not in view:
            place = f"/view/blocks/{number}/input"
            yield f"must define `submit` to use an `input` block in modals [json-pointer:{place}]"
    if sum(bool(element.get("focus_on_load")) for _, element in elements(view["blocks"])) > 1:
        yield "only one element may be set to `focus_on_load` [json-pointer:/view/blocks]"
