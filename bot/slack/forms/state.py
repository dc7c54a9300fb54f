"""FormState (private_metadata); submitted values."""

import re
from collections.abc import Iterable, Mapping
from secrets import token_urlsafe
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NOTHING, NotPossible
from bot.messages.text import Word, quote, split
from bot.operations.arguments.targets import Recall
from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.pbx.models import RecallTo
from bot.slack.text import entered

LIMIT = 3000
"""Characters of private_metadata; docs.slack.dev, views."""


class TooMuch(NotPossible):
    """More than a form can carry with it."""


class FormState(BaseModel):
    """A form's private metadata; the nonce is of its drawing, so that a second submission is known."""

    model_config = ConfigDict(frozen=True)

    operation: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    present: dict[str, Any] = Field(default_factory=dict)
    """What stood on the PBX when the form was filled."""
    groups: tuple[str, ...] = ()
    """Those that this person may do it to, of the groups that the form names: its pickers may go by their members."""
    turns: dict[str, int] = Field(default_factory=dict)
    """How often an input was given another value, by its name."""
    channel: str | None = None
    thread: str | None = None
    at_top: bool = False
    post_to: str | None = None
    """The channel chosen for the confirmation, where `channel` is none."""
    expects: str | None = None
    nonce: str = Field(default_factory=lambda: token_urlsafe(9))

    def redrawn(self, **changed: Any) -> "FormState":
        """The same form, drawn anew."""
        return self.model_copy(update={"nonce": token_urlsafe(9), **changed})

    def packed(self) -> str:
        """Raise TooMuch where it is more than a form can carry."""
        text = self.model_dump_json(exclude_none=True, exclude_defaults=True)
        if len(text) > LIMIT:
            raise TooMuch(f"That is more than one form can carry: name fewer at once. {NOTHING}")
        return text


PICK = "park:pick:"
"""Starts the action_id of every picker with typeahead; what it picks follows."""
NOBODY = "park:nobody"
"""The value of an option that only says something."""
RECALL_CHOICE = "park:recall"
FILES = "park:files"
RING_GROUP = ".ring_group"
"""Ends the name of the input for a recall target's ring group."""


KEPT = ".kept"
"""Ends the name of the input for the file that was chosen before: Slack forgets what a picker held."""


def block_id(name: str, turn: int = 0) -> str:
    """Slack keeps what an input holds while its block_id stays: the next turn shows another value."""
    return f"{name}~{turn}" if turn else name


def names_in(block_ids: Iterable[str]) -> set[str]:
    """The inputs' names, but for what only keeps what was chosen in others."""
    return {name for name in map(name_of, block_ids) if not name.endswith(KEPT)}


def name_of(block_id: str) -> str:
    """The input's name, in whatever turn."""
    return block_id.partition("~")[0]


SubmittedValues = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""view.state.values: block_id, action_id, what is filled in."""


class InvalidInput(Exception):
    """What is wrong, by the name of the input that it stands beside."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


def read(operation: type[Operation], state: SubmittedValues) -> dict[str, Any]:
    """The arguments that the form asks for; raise Misfilled."""
    arguments, faults = {}, {}
    for name, argument_type in operation.form().items():
        try:
            value = _value(argument_type, name, state)
        except (ValueError, NotPossible) as fault:
            faults[name] = str(fault)
            continue
        if value is not None:
            arguments[name] = value
        elif operation.model_fields[name].is_required():
            faults[name] = "This is needed."
    if faults:
        raise InvalidInput(faults)
    return arguments


def filled(operation: type[Operation], state: SubmittedValues) -> dict[str, Any]:
    """What stands in the form, right or wrong, so that it can be drawn again with nothing lost."""
    kept = {}
    for name, argument_type in operation.form().items():
        if argument_type.reference is Reference.RECALL:
            kept[name] = {"to": _picked(state, name), "ring_group": _picked(state, name + RING_GROUP)}
        else:
            kept[name] = _held(argument_type, state, name)
    return {name: value for name, value in kept.items() if value not in (None, [], {"to": None, "ring_group": None})}


def named(operation: type[Operation], arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups that a form names."""
    fields = (name for name, argument_type in operation.form().items() if argument_type.reference is Reference.GROUP)
    return tuple(arguments[name] for name in fields if arguments.get(name) not in (None, "", NOBODY))


def _value(argument_type: ArgumentType, name: str, state: SubmittedValues) -> Any:
    picked = _held(argument_type, state, name)
    if picked in (None, "", []):
        return None
    _refuse_what_only_says_something(picked)
    match argument_type.reference:
        case Reference.GROUP | Reference.NEW_GROUP | Reference.MEMBER:
            return argument_type.read((Word(picked, quoted=re.fullmatch(r"[0-9]+|<@\w+>", picked) is None),))
        case Reference.MEMBERS:
            return tuple(picked)
        case Reference.RECALL:
            ring_group = None if picked == RecallTo.USER else _picked(state, name + RING_GROUP)
            if picked != RecallTo.USER and not ring_group:
                raise ValueError("Choose the ring group below.")
            _refuse_what_only_says_something(ring_group or "")
            return Recall(to=RecallTo(picked), ring_group=ring_group)
    return argument_type.read((Word(picked, quoted=True),) if argument_type.say is quote else split(picked))


def _refuse_what_only_says_something(picked: str | list[str]) -> None:
    if NOBODY in picked:
        raise ValueError("That is no name: type its first characters again and pick one.")


def beside(state: SubmittedValues, faults: Mapping[str, str]) -> dict[str, str]:
    """The faults by the block_ids that the inputs have now; a recall target's stands beside its ring group."""
    blocks = {name_of(block_id): block_id for block_id in state}
    return {blocks.get(name + RING_GROUP) or blocks.get(name, name): fault for name, fault in faults.items()}


def _held(argument_type: ArgumentType, state: SubmittedValues, name: str) -> Any:
    """A file that is chosen now comes before the one that was chosen earlier."""
    if argument_type.reference is Reference.FILE:
        return next(iter(_picked(state, name) or _picked(state, name + KEPT) or ()), None)
    return _picked(state, name)


def _picked(state: SubmittedValues, name: str) -> Any:
    """Text, the value of the option that is chosen, or the values of all that are, or the ids of files."""
    entries = (entry for block_id, entry in state.items() if name_of(block_id) == name)
    for element in next(entries, {}).values():
        if element["type"] == "file_input":
            return [file["id"] for file in element["files"]]
        if "selected_options" in element:
            return [option["value"] for option in element["selected_options"]]
        if "selected_option" in element:
            return element["selected_option"] and element["selected_option"]["value"]
        return entered(element["value"] or "") or None
    return None
