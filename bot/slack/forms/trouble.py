"""What a form says where it can't go on as it is."""

from collections.abc import Mapping
from typing import Any

from bot.errors import PBXError
from bot.message import Fact, Message
from bot.operation import Operation
from bot.slack.forms import inputs


def shifted(operation: type[Operation], present: Mapping[str, Any]) -> Message:
    """What somebody else made of it while the form was open; what was typed still stands in it."""
    now = (inputs.shown(operation.form()[name], value) for name, value in present.items())
    return Message(
        title="Somebody changed this while the form was open. Nothing was changed by you yet.",
        facts=tuple(Fact(label=f"{label}, now", value=value) for label, value in now),
        notes=(
            "What you typed still stands below: look at it again, and submit it again if it still is what you want.",
        ),
    )


def away(fault: Exception) -> Message:
    """What a form says while it can't be filled or held against the PBX; nothing that was typed is lost."""
    whom = "The PBX" if isinstance(fault, PBXError) else "Slack"
    return Message(
        title=f"{whom} can't be asked just now. Nothing was changed. Try again in a minute.", notes=(str(fault),)
    )
