"""Base classes of operations: Operation, ReadOperation, ChangeOperation and ControlOperation."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.journal.models import Reschedule, ScheduleUpdate
from bot.messages.message import Fact, Message, Offer
from bot.messages.text import register_keywords, register_verbs
from bot.operations.arguments.times import END, RECURS, START, Ends, Recurs, Starts
from bot.operations.arguments.types import LINE, ME, REASON, ArgumentType, Line, Reference
from bot.operations.context import OperationContext
from bot.operations.operation_text import OperationText
from bot.operations.syntax import CommandPattern, Field, Matches, command_patterns, with_placeholders
from bot.policy.model import NO_DURATION, Permission
from bot.texts import recurrences
from bot.texts import times as time_texts
from bot.times.clauses import Times

_TIMES = (None, START, END, RECURS)
"""What is no argument in a pattern: time clauses follow it."""


class Operation(BaseModel):
    """An operation and its arguments, which are the model's fields.

    `phrase` is the canonical command; the patterns in `also` are understood but not shown in help.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    operation_id: ClassVar[str]
    """Stable name in the journal and in buttons: it never changes once used."""
    title: ClassVar[OperationText] = OperationText("title")
    """Name on buttons and forms, from the catalogue of texts like `help`."""
    phrase: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    bare_pattern: ClassVar[str] = ""
    """Regular expression for lines without a verb that mean this operation; for reads only."""
    permission: ClassVar[Permission | None]
    """The required permission; None if anybody may use it, or if `required_permission` computes it."""
    requirement: ClassVar[str] = ""
    """What the table in docs/commands.md says that it requires, where that is not `permission`."""
    help: ClassVar[OperationText] = OperationText("help")
    examples: ClassVar[tuple[str, ...]] = ()
    advertised: ClassVar[bool] = True
    """Whether the short help lists it; operations of a card's buttons are left out."""
    joined_group_field: ClassVar[str] = ""
    """Name of the field with the group that members are added to; its members are not offered."""
    left_group_field: ClassVar[str] = ""
    """Name of the field with the group that members are removed from; only its members are offered."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "phrase" in cls.__dict__:
            register_keywords(*(word for pattern in cls.patterns() for word in pattern.separators))
            register_verbs(*(pattern.verb for pattern in cls.patterns()))

    def required_permission(self, context: OperationContext) -> Permission | None:
        """The permission that these arguments require."""
        return self.permission

    def permissions_for(self, context: OperationContext, change: Change) -> tuple[Permission, ...]:
        """The permissions that one of its changes requires."""
        permission = self.required_permission(context)
        assert permission is not None  # noqa: S101 - every change has one; a test holds all to it
        return (permission,)

    def about(self) -> int | None:
        """Number of the earlier change that the operation refers to."""
        return None

    def groups(self, context: OperationContext) -> frozenset[str]:
        """Names of the groups it affects, as far as known without reading them from the PBX."""
        return context.mentioned_groups

    @classmethod
    def verb(cls) -> str:
        """The words that the command starts with: `add`, `server recall time`."""
        return command_patterns(cls.phrase)[0].verb

    @classmethod
    @cache
    def patterns(cls) -> tuple[CommandPattern, ...]:
        """All patterns that the operation can be typed as."""
        return tuple(phrase for text in (cls.phrase, *cls.also) for phrase in command_patterns(text))

    @classmethod
    def usage(cls) -> str:
        """The canonical command with a placeholder for each argument."""
        return cls.usage_of(cls.phrase)

    @classmethod
    def usage_of(cls, text: str) -> str:
        """One of its ways to be typed, with placeholders."""
        return with_placeholders(text, {name: one.placeholder for name, one in cls.argument_types().items()})

    @classmethod
    @cache
    def argument_types(cls) -> dict[str, ArgumentType]:
        """The type of each argument in the patterns, in the order of the fields."""
        found = {name: _argument_type_of(field.metadata, field.annotation) for name, field in cls.model_fields.items()}
        return {name: argument_type for name, argument_type in found.items() if argument_type not in _TIMES}

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """The types of the time clauses that may follow each pattern, by field."""
        return {}

    @classmethod
    def is_available(cls, context: OperationContext) -> bool:
        """Whether the PBX has what it changes, so that it is offered."""
        return True

    @classmethod
    def changes(cls) -> bool:
        """Whether it changes the PBX."""
        return issubclass(cls, ChangeOperation)

    @classmethod
    def is_read_only(cls) -> bool:
        """Whether it only reads."""
        return issubclass(cls, ReadOperation)

    @classmethod
    def takes_group(cls) -> bool:
        """Whether its form has the field `group`, so that a group's card can offer it prefilled."""
        group = cls.form().get("group")
        return group is not None and group.reference is Reference.GROUP

    @classmethod
    def form(cls) -> dict[str, ArgumentType]:
        """The types of a form's fields; empty if a required argument can't be asked for in a form."""
        types = cls.argument_types()
        if not all(types[name].name for name in types if cls.model_fields[name].is_required()):
            return {}
        times = dict(reversed(cls.times().items()))  # the end first, which is asked for more often
        return {name: argument_type for name, argument_type in (types | times).items() if argument_type.name}

    @classmethod
    def form_faults(cls, arguments: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with a form's arguments together, by the field to correct; none for most operations."""
        return {}

    @classmethod
    def present(cls, context: OperationContext, known: dict[str, Any]) -> dict[str, Any]:
        """Current values on the PBX to prefill a form with.

        Args:
            known: the form's arguments so far, by field.

        Returns:
            Values by field, as JSON.
        """
        return {}

    @classmethod
    def from_matches(cls, matches: Matches, times: Times | None = None) -> Self:
        """Builds the operation from matched words; raises ValueError or NotPossible with what to type."""
        return cls(**{name: cls.argument_types()[name].read(words) for name, words in matches.items()}, **(times or {}))

    def text(self, *, settled: bool = False) -> str:
        """The canonical line that requests exactly this operation.

        Args:
            settled: put a comma before the time clauses, so that they can't be read as part of a name.
        """
        texts = {
            name: argument_type.say(value) for name, argument_type, value in self.said() if name not in self.times()
        }
        pattern = next(pattern for pattern in command_patterns(self.phrase) if pattern.fields == texts.keys())
        line = " ".join(texts[part.name] if isinstance(part, Field) else part.spellings[0] for part in pattern.parts)
        return self.with_times(line, settled=settled)

    def with_times(self, line: str, *, settled: bool = False) -> str:
        """The line followed by this operation's time clauses."""
        times = [argument_type.say(value) for name, argument_type, value in self.said() if name in self.times()]
        comma = "," if settled and times else ""
        return " ".join((line + comma, *times))

    def with_asker(self, user: str) -> Self:
        """The operation with a mention of the Slack user in place of the member "me"."""
        update = {
            name: _replace_me(value, f"<@{user}>")
            for name, argument_type, value in self.said()
            if argument_type.reference in (Reference.MEMBER, Reference.MEMBERS)
        }
        return self.model_copy(update=update) if update else self

    def references(self, *kinds: Reference) -> list[Any]:
        """Values of the given arguments that refer to objects of these kinds, in the order of the fields."""
        return [value for _, argument_type, value in self.said() if argument_type.reference in kinds]

    def said(self) -> Iterator[tuple[str, ArgumentType, Any]]:
        """Name, type and value of each argument that was given."""
        for name, argument_type in (self.argument_types() | self.times()).items():
            if (value := getattr(self, name)) is not None:
                yield name, argument_type, value


def _replace_me(members: Any, mention: str) -> Any:
    if isinstance(members, str):
        return mention if members == ME else members
    return tuple(dict.fromkeys(_replace_me(one, mention) for one in members))


def _argument_type_of(metadata: list[Any], annotation: Any) -> ArgumentType | None:
    """Finds the type in `Annotated[..., type]` or `Annotated[..., type] | None`."""
    inner = (data for part in get_args(annotation) for data in getattr(part, "__metadata__", ()))
    return next((one for one in (*metadata, *inner) if isinstance(one, ArgumentType)), None)


class ChangeModifier(Operation):
    """Adds arguments to the change in its line; the parser replaces it with that change."""

    permission = None
    advertised = False
    modifies: ClassVar[OperationText] = OperationText("modifies")
    """Ends the message "... isn't a change, so", for a line that holds no change."""

    line: Line

    @abstractmethod
    def added(self) -> dict[str, Any]:
        """The arguments that the change gets, by field."""


class ReadOperation(Operation):
    """An operation that is answered in private and never queued."""

    @abstractmethod
    def read(self, context: OperationContext) -> Message:
        """Reads the PBX or the journal and returns the answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEffect:
    """What a control operation changes in the journal, in the commit that ends its own entry."""

    title: str
    facts: tuple[Fact, ...] = ()
    shifts: tuple[Reschedule, ...] = ()
    flags: dict[str, str | None] = field(default_factory=dict)
    """New text of each flag, by name; None removes the flag."""
    duration: timedelta | None = NO_DURATION
    """The new duration of the change it is about, from that change's start; None if it is permanent."""
    offers: tuple[Offer, ...] = ()
    """Buttons on its card."""
    until: datetime | None = None
    """When it is over by itself, as a pause can be."""
    schedules: tuple[ScheduleUpdate, ...] = ()
    """New values of the schedule that it is about."""
    recurring: timedelta | None = NO_DURATION
    """How long the schedule runs on that it is about; None if it has no end."""


class ControlOperation(Operation):
    """An operation that is journaled and confirmed like a change but writes only to the journal."""

    card_label: ClassVar[OperationText] = OperationText("card_label")
    """Label of its fact on the card of the change that it is about: Extended, Kept."""
    needs_confirmation: ClassVar[bool] = False
    """Whether a typed line only shows a preview, with a button to confirm."""

    @abstractmethod
    def effect(self, context: OperationContext) -> JournalEffect:
        """Computes the effect on the journal; raises Refused where it is not, or no longer, possible."""


class ChangeOperation(Operation):
    """An operation that is journaled, planned, applied by the worker and confirmed in the thread."""

    needs_confirmation: ClassVar[bool] = False
    """Whether a typed line only shows a preview, with a button to confirm."""
    button: ClassVar[OperationText] = OperationText("button")
    """Label of the button that applies a preview."""
    may_end: ClassVar[bool] = True
    """Whether it can be temporary."""

    starts: Starts | None = None
    ends: Ends | None = None
    recurs: Recurs | None = None
    """When it is in effect, again and again; then it has neither a start nor an end."""
    approval: bool = False
    """Whether it may wait for an approval; without this it is denied where one is required."""
    emergency: str | None = None
    """The reason for an emergency; None if it is none."""

    def text(self, *, settled: bool = False) -> str:
        line = super().text(settled=settled)
        if self.emergency is not None:
            line = f"emergency {LINE.say(line)} because {REASON.say(self.emergency)}"
        return f"ask {LINE.say(line)}" if self.approval else line

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """The start, and the end and the repetition if the change can be temporary."""
        return {"starts": START} | ({"ends": END, "recurs": RECURS} if cls.may_end else {})

    @model_validator(mode="after")
    def _ends_only_where_it_may(self) -> Self:
        if self.ends is not None and not self.may_end:
            raise ValueError(time_texts.cannot_be_temporary())
        if self.recurs is not None and "recurs" not in self.times():
            raise ValueError(recurrences.CANNOT_REPEAT)
        if self.recurs is not None and (self.starts is not None or self.ends is not None):
            raise ValueError(recurrences.REPEATS_OR_ONCE)
        return self

    @abstractmethod
    def plan(self, context: OperationContext) -> Plan:
        """Reads the PBX and computes what would change; writes nothing. Raises Refused or PBXError."""
