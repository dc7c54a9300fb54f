"""Validation of blocks and views, with Slack's error texts and JSON pointers."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.sandbox.slack.elements import interactive_elements
from bot.sandbox.slack.kit.blocks import Home, MessageBlock, Modal
from bot.sandbox.slack.model import Json, SlackError

MESSAGE = TypeAdapter(Annotated[list[MessageBlock], Field(max_length=50)])

_ERROR_TEXTS = {
    "string_too_long": "must be less than {over} characters",
    "string_too_short": "must be more than {under} characters",
    "string_type": "must provide a string",
    "bool_type": "must provide a boolean",
    "int_type": "must provide an integer",
    "list_type": "must provide an array",
    "model_type": "must provide an object",
    "model_attributes_type": "must provide an object",
    "literal_error": "must be a valid enum value",
    "too_long": "no more than {max_length} items allowed",
    "too_short": "no fewer than {min_length} items allowed",
    "missing": "missing required field: {field}",
    "extra_forbidden": "invalid additional property: {field}",
    "union_tag_invalid": "unsupported type: {tag}",
    "union_tag_not_found": "missing required field: type",
    "value_error": "{error}",
}


def check_blocks(blocks: list[Json]) -> None:
    """Raises invalid_blocks with every error and its position."""
    found = [*find_errors(blocks, MESSAGE, "blocks"), *repeated_block_ids(blocks, "/blocks")]
    if found:
        raise SlackError("invalid_blocks", errors=found, response_metadata=response_metadata(found))
    if sum(block["type"] == "table" for block in blocks) > 1:
        one_only = ["only_one_table_allowed [json-pointer:/blocks]"]
        raise SlackError("invalid_attachments", errors=one_only, response_metadata=response_metadata(one_only))


def response_metadata(found: list[str]) -> Json:
    """Returns the `response_metadata` of an error response."""
    return {"messages": [f"[ERROR] {fault}" for fault in found]}


def find_errors(content: Any, surface: TypeAdapter[Any], root: str) -> Iterator[str]:
    """Yields the errors of the content; JSON pointers begin at the argument `root`."""
    try:
        surface.validate_python(content)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            yield _error_text(fault, content, root)
    yield from _null_errors(content, f"/{root}")


def _null_errors(content: Any, place: str) -> Iterator[str]:
    """Yields an error for every null, which Slack never treats as a missing value."""
    if content is None:
        yield f"must provide a value [json-pointer:{place}]"
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, value in inside:
        yield from _null_errors(value, f"{place}/{step}")


def _error_text(fault: ErrorDetails, content: Any, root: str) -> str:
    context = dict(fault.get("ctx", {}))
    context["over"] = context.get("max_length", 0) + 1
    context["under"] = context.get("min_length", 0) - 1
    context["field"] = fault["loc"][-1] if fault["loc"] else ""
    words = _ERROR_TEXTS.get(fault["type"], fault["msg"]).format(**context)
    place = fault["loc"][:-1] if fault["type"] in ("missing", "extra_forbidden") else fault["loc"]
    return f"{words} [json-pointer:{json_pointer(place, content, root)}]"


def json_pointer(place: tuple[int | str, ...], content: Any, root: str) -> str:
    """Returns the JSON pointer of an error, without the type names that pydantic inserts for unions."""
    steps, here, entered = ["", root], content, False
    for step in place:
        if isinstance(here, dict) and step == here.get("type") and not entered:
            entered = True
            continue
        here, entered = _child(here, step), False
        steps.append(str(step))
    return "/".join(steps)


def _child(here: Any, step: int | str) -> Any:
    if isinstance(here, dict):
        return here.get(step)
    return here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None


def repeated_block_ids(blocks: list[Json], place: str) -> Iterator[str]:
    """Yields an error for every block_id that occurs twice."""
    seen = Counter(str(block["block_id"]) for block in blocks if block.get("block_id"))
    for block_id, times in seen.items():
        if times > 1:
            yield f"`block_id` {block_id!r} already exists [json-pointer:{place}]"


MAX_VIEW_BYTES = 250_000
"""Bytes of a view as JSON: documented as 250 kB."""

_VIEW_TYPES: dict[str, TypeAdapter[Any]] = {"modal": TypeAdapter(Modal), "home": TypeAdapter(Home)}


def check_view(view: Json, kind: str) -> None:
    """Raises view_too_large, or invalid_arguments with every error and its position."""
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    if found := list(find_errors(view, _VIEW_TYPES[kind], "view")):
        raise invalid_arguments("failed to match all allowed schemas [json-pointer:/view]", *found)
    if found := list(_rule_errors(view)):
        raise invalid_arguments(*found)


def invalid_arguments(*found: str) -> SlackError:
    """Returns the error response to invalid arguments."""
    return SlackError("invalid_arguments", response_metadata=response_metadata(list(found)))


def _rule_errors(view: Json) -> Iterator[str]:
    yield from repeated_block_ids(view["blocks"], "/view/blocks")
    for number, block in enumerate(view["blocks"]):
        if block["type"] == "input" and view["type"] == "modal" and "submit" not in view:
            place = f"/view/blocks/{number}/input"
            yield f"must define `submit` to use an `input` block in modals [json-pointer:{place}]"
    if sum(bool(element.get("focus_on_load")) for _, element in interactive_elements(view["blocks"])) > 1:
        yield "only one element may be set to `focus_on_load` [json-pointer:/view/blocks]"
