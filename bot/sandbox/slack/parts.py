"""The interactive parts of blocks, and their ids."""

from collections.abc import Iterator, Sequence

from bot.sandbox.slack.ids import new_id
from bot.sandbox.slack.model import Json


def named(block: Json) -> Json:
    """The block with the ids that were left out: Slack makes them up anew each time."""
    made = {"block_id": new_id("", 5), **block}
    if block["type"] == "actions":
        made["elements"] = [_named(element) for element in block["elements"]]
    for key in ("accessory", "element"):
        if block.get(key, {}).get("type", "image") != "image":
            made[key] = _named(block[key])
    return made


def _named(element: Json) -> Json:
    return {"action_id": new_id("", 5), **element}


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that a person can do something with, in the order of reading, each with its block."""
    for block in blocks:
        if block["type"] == "actions":
            yield from ((block, element) for element in block["elements"])
        for key in ("accessory", "element"):
            if block.get(key, {}).get("type", "image") != "image":
                yield block, block[key]
