"""What becomes of what a person types or picks."""

from datetime import date, datetime, time
from typing import Any

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.views.choices import Choices
from bot.sandbox.slack.views.values import SLOTS

_TYPED = ("plain_text_input", "number_input")


def entered(element: Json, value: Any, there: Choices) -> Any:
    """What the state holds then; None or an empty list takes everything out again. LookupError lists what is there."""
    kind, slot = element["type"], SLOTS[element["type"]]
    if value in (None, "", [], ()):
        return slot.empty
    if kind in _TYPED:
        return str(value)
    if kind in _CLOCKS:
        return _CLOCKS[kind](value)
    if not slot.many:
        return _pick(there, value)
    return _several(element, [value] if isinstance(value, str | dict) else value, there)


def _several(element: Json, wanted: Any, there: Choices) -> list[Any]:
    most = element.get("max_files", 10) if element["type"] == "file_input" else element.get("max_selected_items", 100)
    if len(wanted) > most:
        raise ValueError(f"no more than {most} can be selected")
    return [_pick(there, one) for one in wanted]


def _pick(there: Choices, wanted: Any) -> Any:
    name = wanted["value"] if isinstance(wanted, dict) else str(wanted)
    if name not in there:
        raise LookupError(f"{name!r} is not offered: {sorted(there)}")
    return there[name]


def _moment(value: datetime | int) -> int:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value)


_CLOCKS: dict[str, Any] = {
    "datepicker": lambda value: date.fromisoformat(str(value)).isoformat(),
    "timepicker": lambda value: time.fromisoformat(str(value)).strftime("%H:%M"),
    "datetimepicker": _moment,
}
