"""The state that a form carries in its private_metadata, and the parsing of its submitted values."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2s
from secrets import token_urlsafe
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NotPossible
from bot.messages.text import Word, split_words
from bot.operations.arguments.targets import RECALL, Recall
from bot.operations.arguments.times import RECURS
from bot.operations.arguments.types import ArgumentType, Reference, input_value, input_words
from bot.operations.base import Operation
from bot.slack.forms.recurring import parse_recurrence, raw_recurrence
from bot.slack.forms.values import InvalidInput, SubmittedValues, element_value
from bot.texts import forms, wording
from bot.times.model import Instant

MAX_METADATA = 3000 - 40
"""Characters of private_metadata (docs.slack.dev, views), less the mark that `bot.slack.outgoing` adds."""
MAX_NOTE = 1000
"""Characters of a note that a form carries, so that its inputs have room in private_metadata; a longer one is cut."""
PICK = "park:pick:"
"""Prefix of the action_id of a picker with typeahead; the kind of its options follows."""
NO_OPTION = "park:nobody"
"""The value of an option that is only a notice."""
FILES = "park:files"
"""The action_id of a file picker."""
NO_TIME, PICKED_TIME = "park:no_time", "park:picked_time"
"""The values of the choice of a start or an end that are no words of a line."""
TIME_AT = ".at"
"""Suffix of the name of the input for the date and time of a start or an end."""
KEPT_FILE = ".kept"
"""Suffix of the name of the checkbox that keeps a file chosen earlier: Slack does not restore file pickers."""


class FormTooLarge(NotPossible):
    """The form's state exceeds private_metadata."""


class PickedTime(NamedTuple):
    """A start or an end at a date and time that is, or will be, picked."""

    timestamp: int | None = None


class FormState(BaseModel):
    """A form's private_metadata; the nonce identifies one rendering, to recognise a second submission."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    operation: str
    """The operation's id."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    current: dict[str, Any] = Field(default_factory=dict)
    """The settings on the PBX when the form was filled, by the name of the input."""
    permitted_groups: tuple[str, ...] = ()
    """The groups in the form that the user may use, so that pickers may reveal their members."""
    shown: str | None = None
    """Digest of the operation whose changes the form shows; its submit button then applies them."""
    channel: str | None = None
    thread: str | None = None
    on_thread_root: bool = False
    post_to: str | None = None
    """The channel chosen for the confirmation where `channel` is None."""
    expects: str | None = None
    ends_change: int | None = None
    """Number of the temporary change that the reviewed change ends, from the button that opened the review."""
    replaces: int | None = None
    """Number of the schedule that the form was filled from, and that its submission replaces."""
    note: str = ""
    """The further lines of the message that the form was opened for, for the card."""
    nonce: str = Field(default_factory=lambda: token_urlsafe(9))

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "FormState | None":
        """Returns the state that a view carries; None for one that is no form. Raises pydantic's ValidationError."""
        metadata = view.get("private_metadata") or "{}"
        return cls.model_validate_json(metadata) if '"operation"' in metadata else None

    def updated(self, **changes: Any) -> "FormState":
        """Returns a copy with changes and a new nonce, for the next rendering."""
        return self.model_copy(update={"nonce": token_urlsafe(9), **changes})

    def encode(self) -> str:
        """Returns the private_metadata; raises FormTooLarge."""
        text = self.model_dump_json(exclude_none=True, exclude_defaults=True)
        if len(text) > MAX_METADATA:
            raise FormTooLarge(forms.too_much(wording.NOTHING_CHANGED))
        return text


def picked_time(known: Any) -> PickedTime | None:
    """Returns the date and time of a start or an end, as `raw_values` keeps it; None for any other."""
    if not isinstance(known, str) or not known.startswith(PICKED_TIME):
        return None
    digits = known.removeprefix(PICKED_TIME).strip()
    return PickedTime(int(digits) if digits else None)


def operation_digest(operation: Operation) -> str:
    """Returns a short text that identifies an operation with its arguments."""
    return blake2s(operation.text(settled=True).encode(), digest_size=8).hexdigest()


def input_names(block_ids: Iterable[str]) -> set[str]:
    """Returns the names of the inputs, without the checkboxes that keep a file."""
    return {name for name in block_ids if not name.endswith(KEPT_FILE)}


def named_groups(operation_type: type[Operation], arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the park groups that a form's arguments name."""
    fields = operation_type.form().items()
    groups = (arguments.get(name) for name, argument_type in fields if argument_type.reference is Reference.GROUP)
    return tuple(group for group in groups if group not in (None, "", NO_OPTION))


def parse_values(operation_type: type[Operation], values: SubmittedValues) -> dict[str, Any]:
    """Parses the submitted values as the operation's arguments; raises InvalidInput."""
    arguments, errors = dict[str, Any](), dict[str, str]()
    once = not repeats(operation_type, values)
    for name, argument_type in operation_type.form().items():
        if not once and is_single_time(operation_type, name):
            continue
        try:
            value = _parse(argument_type, name, values)
        except InvalidInput as invalid:
            errors |= invalid.errors
            continue
        except (ValueError, NotPossible) as error:
            errors[name] = str(error)
            continue
        if value is not None:
            arguments[name] = value
        elif operation_type.model_fields[name].is_required():
            errors[name] = forms.NEEDED
    if errors := errors or operation_type.form_faults(arguments):
        raise InvalidInput(errors)
    return arguments


def repeats(operation_type: type[Operation], values: SubmittedValues) -> bool:
    """Returns whether the form says that the change repeats; it then has no single start and end."""
    return any(raw_recurrence(values, name) for name, one in operation_type.times().items() if one is RECURS)


def is_single_time(operation_type: type[Operation], name: str) -> bool:
    """Returns whether the input is for the start or the end of a change that is made once."""
    argument_type = operation_type.times().get(name)
    return argument_type is not None and argument_type is not RECURS


def raw_values(operation_type: type[Operation], values: SubmittedValues) -> dict[str, Any]:
    """Returns the submitted values, which stay as they are where they can't be read, to render the form again."""
    kept = {}
    once = not repeats(operation_type, values)
    for name, argument_type in operation_type.form().items():
        if not once and is_single_time(operation_type, name):
            continue
        value = _raw_value(argument_type, values, name)
        if argument_type.reference is Reference.RECALL:
            value = _read_recall(value)
        elif argument_type.reference is Reference.SCOPE and value is not None:
            value = None if value == NO_OPTION else argument_type.read(split_words(value))
        elif argument_type.is_choice:
            value = None if value == NO_TIME else value
        elif argument_type.time is not None:
            at = element_value(values, name + TIME_AT) if value == PICKED_TIME else None
            value = None if value == NO_TIME else value if at is None else f"{value} {at}"
        elif isinstance(value, str):
            value = input_value(argument_type, value)
        if value not in (None, []):
            kept[name] = value
    return kept


def errors_by_block(values: SubmittedValues, errors: Mapping[str, str]) -> dict[str, str]:
    """Returns the errors by block_id; that of a time belongs to the input of its date and time, if there is one."""
    return {name + TIME_AT if name + TIME_AT in values else name: error for name, error in errors.items()}


def _read_recall(value: str | None) -> dict[str, Any] | None:
    """Returns a recall target as an operation's arguments hold it; None for a notice."""
    if value is None or value == NO_OPTION:
        return None
    recall: Recall = RECALL.read(split_words(value))
    return recall.model_dump(mode="json")


def _parse(argument_type: ArgumentType, name: str, values: SubmittedValues) -> Any:
    if argument_type is RECURS:
        return parse_recurrence(values, name)
    value = _raw_value(argument_type, values, name)
    if value in (None, "", [], NO_TIME):
        return None
    _refuse_notices(value)
    if value == PICKED_TIME and argument_type.time is not None:
        at = element_value(values, name + TIME_AT)
        if at is None:
            raise ValueError(forms.CHOOSE_TIME)
        return argument_type.time(when=Instant(at=datetime.fromtimestamp(at, UTC)))
    match argument_type.reference:
        case Reference.GROUP | Reference.NEW_GROUP | Reference.MEMBER:
            return argument_type.read((Word(value, quoted=re.fullmatch(r"[0-9]+|<@\w+>", value) is None),))
        case Reference.MEMBERS:
            return tuple(value)
    return argument_type.read(input_words(argument_type, value))


def _refuse_notices(value: str | list[str]) -> None:
    if NO_OPTION in value:
        raise ValueError(forms.NO_NAME)


def _raw_value(argument_type: ArgumentType, values: SubmittedValues, name: str) -> Any:
    """Returns the value of an input; a file chosen now takes precedence over one chosen earlier."""
    if argument_type is RECURS:
        return raw_recurrence(values, name)
    if argument_type.reference is Reference.FILE:
        return next(iter(element_value(values, name) or element_value(values, name + KEPT_FILE) or ()), None)
    return element_value(values, name)
