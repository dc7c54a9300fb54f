"""The policy file's JSON Schema: what an editor completes and underlines from."""

import json

from bot.policy.rules import Policy


def schema() -> str:
    """As `policy.schema.json` holds it."""
    return json.dumps(Policy.model_json_schema(), indent=1, sort_keys=True) + "\n"
