"""What a menu shows and holds."""

from typing import Any

from bot.slack.text import shown
from bot.typeahead import Choice

LABEL, VALUE = 75, 150
"""Characters; docs.slack.dev, Block Kit, option object."""


def option(one: Choice) -> dict[str, Any]:
    """A label that is too long ends in an ellipsis."""
    label = shown(one.label).strip() or one.value
    text = label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"
    return {"text": {"type": "plain_text", "text": text}, "value": one.value}


def fits(one: Choice) -> bool:
    """Whether Slack lets it be picked: a value that was cut would be another."""
    return len(one.value) <= VALUE
