"""Blocks and views against their limits, with faults in Slack's words and JSON pointers."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.kit.blocks import MessageBlock
from bot.sandbox.slack.model import Json

MESSAGE = TypeAdapter(Annotated[list[MessageBlock], Field(max_length=50)])

_WORDS = {
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
    """Raise invalid_blocks naming every fault and its place."""
    found = [*faults(blocks, MESSAGE, "blocks"), *repeated_block_ids(blocks, "/blocks")]
    if found:
        raise SlackError("invalid_blocks", errors=found, response_metadata=messages(found))


def messages(found: list[str]) -> Json:
    """The `response_metadata` of a refusal."""
    return {"messages": [f"[ERROR] {fault}" for fault in found]}


def faults(content: Any, surface: TypeAdapter[Any], root: str) -> Iterator[str]:
    """What is wrong with the content, with pointers that begin at the argument `root`."""
    try:
        surface.validate_python(content)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            yield _worded(fault, content, root)
    yield from _nulls(content, f"/{root}")


def _nulls(content: Any, place: str) -> Iterator[str]:
    """To Slack null is a value of the wrong type, never one that was left out."""
    if content is None:
        yield f"must provide a value [json-pointer:{place}]"
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for step, value in inside:
        yield from _nulls(value, f"{place}/{step}")


def _worded(fault: ErrorDetails, content: Any, root: str) -> str:
    context = dict(fault.get("ctx", {}))
    context["over"] = context.get("max_length", 0) + 1
    context["under"] = context.get("min_length", 0) - 1
    context["field"] = fault["loc"][-1] if fault["loc"] else ""
    words = _WORDS.get(fault["type"], fault["msg"]).format(**context)
    place = fault["loc"][:-1] if fault["type"] in ("missing", "extra_forbidden") else fault["loc"]
    return f"{words} [json-pointer:{pointer(place, content, root)}]"


def pointer(place: tuple[int | str, ...], content: Any, root: str) -> str:
    """The JSON pointer of a fault: the validator names a part's type on the way, which is no step in the JSON."""
    steps, here, entered = ["", root], content, False
    for step in place:
        if isinstance(here, dict) and step == here.get("type") and not entered:
            entered = True
            continue
        here, entered = _inside(here, step), False
        steps.append(str(step))
    return "/".join(steps)


def _inside(here: Any, step: int | str) -> Any:
    if isinstance(here, dict):
        return here.get(step)
    return here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None


def repeated_block_ids(blocks: list[Json], place: str) -> Iterator[str]:
    seen = Counter(str(block["block_id"]) for block in blocks if block.get("block_id"))
    for block_id, times in seen.items():
        if times > 1:
            yield f"`block_id` {block_id!r} already exists [json-pointer:{place}]"
