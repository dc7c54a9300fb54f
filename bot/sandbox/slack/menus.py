"""Values that users can enter or choose in an element, and the options that the app suggests."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from bot.sandbox.slack.elements import VALUE_SLOTS, options_of
from bot.sandbox.slack.files import file_object
from bot.sandbox.slack.kit.objects import KitModel, Option, OptionGroup
from bot.sandbox.slack.kit.validation import find_errors
from bot.sandbox.slack.model import Channel, Json, SlackError
from bot.sandbox.slack.payloads import channel_type, is_shared
from bot.sandbox.slack.state import SlackState

Choices = dict[str, Any]
"""Name -> value in the view's state: an option, an id, or a file."""

_KINDS = {"im": "im", "mpim": "mpim", "group": "private", "channel": "public"}


def available_choices(state: SlackState, user: str, element: Json, offered: Sequence[Json]) -> Choices:
    """Returns what can be chosen in a menu; `offered` are the options suggested last, for external menus."""
    kind = element["type"].removeprefix("multi_")
    if kind == "file_input":
        theirs = [file for file in state.files.values() if file.user == user]
        return {name: file_object(state, file) for file in theirs for name in (file.name, file.id)}
    if kind == "users_select":
        return {name: p.id for p in state.people.values() for name in (p.id, p.name, p.real_name)}
    if kind == "channels_select":
        return _channel_choices(c for c in state.channels.values() if channel_type(c) == "channel" and not c.archived)
    if kind == "conversations_select":
        return _channel_choices(_listed_conversations(state, user, element.get("filter", {})))
    return options_by_name(offered if kind == "external_select" else options_of(element))


def options_by_name(options: Sequence[Json]) -> Choices:
    """Returns the options by text and value; the text has precedence."""
    values = {option["value"]: option for option in options}
    return {**values, **{option["text"]["text"]: option for option in reversed(options)}}


def _channel_choices(channels: Iterator[Channel]) -> Choices:
    return {name: c.id for c in channels for name in ((c.id,) if c.direct else (c.id, c.name, f"#{c.name}"))}


def _listed_conversations(state: SlackState, user: str, only: Json) -> Iterator[Channel]:
    """Yields the conversations that the user can see and the menu's filter admits."""
    for channel in state.channels.values():
        kind = _KINDS[channel_type(channel)]
        seen = user in channel.members or kind == "public"
        wanted = kind in only.get("include", _KINDS.values())
        shared = only.get("exclude_external_shared_channels") and is_shared(state, channel)
        bots = only.get("exclude_bot_users") and kind == "im" and state.bot.id in channel.members
        if seen and wanted and not (channel.archived or shared or bots):
            yield channel


_TEXT_INPUTS = ("plain_text_input", "number_input")


def parse_entered_value(element: Json, value: Any, there: Choices) -> Any:
    """Returns the new value of an element; None or an empty list clears it.

    Raises:
        LookupError: The value cannot be chosen; the message lists what can.
    """
    kind, slot = element["type"], VALUE_SLOTS[element["type"]]
    if value in (None, "", [], ()):
        return slot.empty
    if kind in _TEXT_INPUTS:
        return str(value)
    if kind in _DATE_INPUTS:
        return _DATE_INPUTS[kind](value)
    if not slot.many:
        return _choose(there, value)
    return _choose_several(element, [value] if isinstance(value, str | dict) else value, there)


def _choose_several(element: Json, wanted: Any, there: Choices) -> list[Any]:
    most = element.get("max_files", 10) if element["type"] == "file_input" else element.get("max_selected_items", 100)
    if len(wanted) > most:
        raise ValueError(f"no more than {most} can be selected")
    return [_choose(there, one) for one in wanted]


def _choose(there: Choices, wanted: Any) -> Any:
    name = wanted["value"] if isinstance(wanted, dict) else str(wanted)
    if name not in there:
        raise LookupError(f"{name!r} is not offered: {sorted(there)}")
    return there[name]


def _unix_time(value: datetime | int) -> int:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value)


_DATE_INPUTS: dict[str, Any] = {
    "datepicker": lambda value: date.fromisoformat(str(value)).isoformat(),
    "timepicker": lambda value: time.fromisoformat(str(value)).strftime("%H:%M"),
    "datetimepicker": _unix_time,
}


class _SuggestionResponse(KitModel):
    options: Annotated[list[Option], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None


_SUGGESTED: TypeAdapter[_SuggestionResponse] = TypeAdapter(_SuggestionResponse)


def parse_suggestions(answer: Json | None) -> list[Json]:
    """Returns the options of a block_suggestion response; SlackError invalid_options if Slack can't show them."""
    found = list(find_errors(answer, _SUGGESTED, "payload"))
    if not isinstance(answer, dict) or found or ("options" in answer) == ("option_groups" in answer):
        raise SlackError("invalid_options", errors=found)
    return options_of(answer)
