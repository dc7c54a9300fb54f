"""The state that a form carries in its private_metadata, and the parsing of its submitted values."""

import re
from collections.abc import Iterable, Mapping
from secrets import token_urlsafe
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NOTHING_CHANGED, NotPossible
from bot.messages.text import Word, quote, split_words
from bot.operations.arguments.targets import Recall
from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.pbx.models import RecallTo
from bot.slack.text import form_text

SubmittedValues = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""view.state.values: block_id -> action_id -> value."""

MAX_METADATA = 3000
"""Characters of private_metadata; docs.slack.dev, views."""
PICK = "park:pick:"
"""Prefix of the action_id of a picker with typeahead; the kind of its options follows."""
NO_OPTION = "park:nobody"
"""The value of an option that is only a notice."""
RECALL_CHOICE = "park:recall"
"""The action_id of the choice of a recall target."""
FILES = "park:files"
"""The action_id of a file picker."""
RING_GROUP = ".ring_group"
"""Suffix of the name of the input for a recall target's ring group."""
KEPT_FILE = ".kept"
"""Suffix of the name of the checkbox that keeps a file chosen earlier: Slack does not restore file pickers."""


class FormTooLarge(NotPossible):
    """The form's state exceeds private_metadata."""


class InvalidInput(Exception):
    """Submitted values are invalid; `errors` are messages by the name of the input."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class FormState(BaseModel):
    """A form's private_metadata; the nonce identifies one rendering, to recognise a second submission."""

    model_config = ConfigDict(frozen=True)

    operation: str
    """The operation's id."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    current: dict[str, Any] = Field(default_factory=dict)
    """The settings on the PBX when the form was filled, by the name of the input."""
    permitted_groups: tuple[str, ...] = ()
    """The groups in the form that the user may use, so that pickers may reveal their members."""
    revisions: dict[str, int] = Field(default_factory=dict)
    """How often an input's value was replaced, by the name of the input."""
    channel: str | None = None
    thread: str | None = None
    on_thread_root: bool = False
    post_to: str | None = None
    """The channel chosen for the confirmation where `channel` is None."""
    expects: str | None = None
    ends_change: int | None = None
    """Number of the temporary change that the reviewed change ends, from the button that opened the review."""
    nonce: str = Field(default_factory=lambda: token_urlsafe(9))

    def updated(self, **changes: Any) -> "FormState":
        """Returns a copy with changes and a new nonce, for the next rendering."""
        return self.model_copy(update={"nonce": token_urlsafe(9), **changes})

    def encode(self) -> str:
        """Returns the private_metadata; raises FormTooLarge."""
        text = self.model_dump_json(exclude_none=True, exclude_defaults=True)
        if len(text) > MAX_METADATA:
            raise FormTooLarge(f"That is more than one form can carry: name fewer at once. {NOTHING_CHANGED}")
        return text


def block_id(name: str, revision: int = 0) -> str:
    """Returns the block_id of an input; Slack keeps an input's value until its block_id changes."""
    return f"{name}~{revision}" if revision else name


def input_name(block_id: str) -> str:
    """Returns the name of an input, whatever its revision."""
    return block_id.partition("~")[0]


def input_names(block_ids: Iterable[str]) -> set[str]:
    """Returns the names of the inputs, without the checkboxes that keep a file."""
    return {name for name in map(input_name, block_ids) if not name.endswith(KEPT_FILE)}


def named_groups(operation_type: type[Operation], arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the park groups that a form's arguments name."""
    fields = operation_type.form().items()
    groups = (arguments.get(name) for name, argument_type in fields if argument_type.reference is Reference.GROUP)
    return tuple(group for group in groups if group not in (None, "", NO_OPTION))


def parse_values(operation_type: type[Operation], values: SubmittedValues) -> dict[str, Any]:
    """Parses the submitted values as the operation's arguments; raises InvalidInput."""
    arguments, errors = {}, {}
    for name, argument_type in operation_type.form().items():
        try:
            value = _parse(argument_type, name, values)
        except (ValueError, NotPossible) as error:
            errors[name] = str(error)
            continue
        if value is not None:
            arguments[name] = value
        elif operation_type.model_fields[name].is_required():
            errors[name] = "This is needed."
    if errors:
        raise InvalidInput(errors)
    return arguments


def raw_values(operation_type: type[Operation], values: SubmittedValues) -> dict[str, Any]:
    """Returns the submitted values as they are, valid or not, to render the form with them again."""
    kept = {}
    for name, argument_type in operation_type.form().items():
        value = _raw_value(argument_type, values, name)
        if argument_type.reference is Reference.RECALL:
            ring_group = _element_value(values, name + RING_GROUP)
            value = {"to": value, "ring_group": ring_group} if value or ring_group else None
        if value not in (None, []):
            kept[name] = value
    return kept


def errors_by_block(values: SubmittedValues, errors: Mapping[str, str]) -> dict[str, str]:
    """Returns the errors by block_id; that of a recall target belongs to its ring group's input, if there is one."""
    blocks = {input_name(block_id): block_id for block_id in values}
    return {blocks.get(name + RING_GROUP) or blocks.get(name, name): error for name, error in errors.items()}


def _parse(argument_type: ArgumentType, name: str, values: SubmittedValues) -> Any:
    value = _raw_value(argument_type, values, name)
    if value in (None, "", []):
        return None
    _refuse_notices(value)
    match argument_type.reference:
        case Reference.GROUP | Reference.NEW_GROUP | Reference.MEMBER:
            return argument_type.read((Word(value, quoted=re.fullmatch(r"[0-9]+|<@\w+>", value) is None),))
        case Reference.MEMBERS:
            return tuple(value)
        case Reference.RECALL:
            ring_group = None if value == RecallTo.USER else _element_value(values, name + RING_GROUP)
            if value != RecallTo.USER and not ring_group:
                raise ValueError("Choose the ring group below.")
            _refuse_notices(ring_group or "")
            return Recall(to=RecallTo(value), ring_group=ring_group)
    return argument_type.read((Word(value, quoted=True),) if argument_type.say is quote else split_words(value))


def _refuse_notices(value: str | list[str]) -> None:
    if NO_OPTION in value:
        raise ValueError("That is no name: type its first characters again and pick one.")


def _raw_value(argument_type: ArgumentType, values: SubmittedValues, name: str) -> Any:
    """Returns the value of an input; a file chosen now takes precedence over one chosen earlier."""
    if argument_type.reference is Reference.FILE:
        return next(iter(_element_value(values, name) or _element_value(values, name + KEPT_FILE) or ()), None)
    return _element_value(values, name)


def _element_value(values: SubmittedValues, name: str) -> Any:
    """Returns the text, the value of the selected option, the values of all selected options, or the file ids."""
    blocks = (block for block_id, block in values.items() if input_name(block_id) == name)
    for element in next(blocks, {}).values():
        if element["type"] == "file_input":
            return [file["id"] for file in element["files"]]
        if "selected_options" in element:
            return [option["value"] for option in element["selected_options"]]
        if "selected_option" in element:
            return element["selected_option"] and element["selected_option"]["value"]
        return form_text(element["value"] or "") or None
    return None
