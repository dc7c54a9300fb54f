"""Operation, ReadOperation, ChangeOperation, ControlOperation."""

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from bot.changes.plan import Plan
from bot.journal.models import Entry, Reschedule
from bot.messages.message import Fact, Message
from bot.messages.text import fold, register_keywords
from bot.operations.arguments.times import END, START, Ends, Starts
from bot.operations.arguments.types import LINE, REASON, ArgumentType, ChangeNumber, Line, Reference, spellings
from bot.operations.context import OperationContext
from bot.operations.syntax import CommandPattern, Field, Matches, command_patterns
from bot.policy.model import NOTHING_LASTS, Permission
from bot.times.clauses import Times, no_end


class Operation(BaseModel):
    """Its fields are the arguments; the first phrase is how Park says it, `also` is understood and not advertised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: ClassVar[str]
    """Stable name in the journal and in buttons: it never changes once used."""
    title: ClassVar[str]
    """What a button or a form calls it: 24 characters are what Slack has room for."""
    phrase: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    bare_pattern: ClassVar[str] = ""
    """What a line without a verb must look like to mean this, as a pattern; for reads only."""
    permission: ClassVar[Permission | None]
    """None: anybody may ask."""
    help: ClassVar[str]
    examples: ClassVar[tuple[str, ...]] = ()
    advertised: ClassVar[bool] = True
    """Whether the short help names it; what the buttons of a card ask for is left to them."""
    joins: ClassVar[str] = ""
    """The field of the group that the members are put into: whoever is in it already is not offered."""
    leaves: ClassVar[str] = ""
    """The field of the group that the members are taken out of: nobody else is offered."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "phrase" in cls.__dict__:
            register_keywords(*(word for pattern in cls.patterns() for word in pattern.separators))

    @classmethod
    def requirement(cls) -> str:
        """What the policy has to grant, in a word."""
        return cls.permission.value if cls.permission else "nothing"

    def required_permission(self, context: OperationContext) -> Permission | None:
        """The permission that this very line needs."""
        return self.permission

    def about(self) -> int | None:
        """The change, by number, that it is about."""
        return None

    def groups(self, context: OperationContext) -> frozenset[str]:
        """The names of the groups it is about, as far as they are known without reading them."""
        return context.mentioned_groups

    @classmethod
    def verb(cls) -> str:
        """What the line starts with: `add`, `server recall time`."""
        return command_patterns(cls.phrase)[0].verb

    @classmethod
    @cache
    def patterns(cls) -> tuple[CommandPattern, ...]:
        """Every phrase it can be typed as."""
        return tuple(phrase for text in (cls.phrase, *cls.also) for phrase in command_patterns(text))

    @classmethod
    def usage(cls) -> str:
        """The phrase with a placeholder for each field."""
        first_spellings = re.sub(r"(\w+)\|\S+", r"\1", cls.phrase)
        return first_spellings.format_map(
            {name: argument_type.placeholder for name, argument_type in cls.argument_types().items()}
        )

    @classmethod
    @cache
    def argument_types(cls) -> dict[str, ArgumentType]:
        """The noun of each field that its phrases name, in the order of the declaration."""
        found = {name: _argument_type_of(field.metadata, field.annotation) for name, field in cls.model_fields.items()}
        return {name: argument_type for name, argument_type in found.items() if argument_type not in (None, START, END)}

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """The nouns of the times that may follow each of its phrases, by field."""
        return {}

    @classmethod
    def changes(cls) -> bool:
        """Whether it changes anything on the PBX."""
        return issubclass(cls, ChangeOperation)

    @classmethod
    def asks_only(cls) -> bool:
        """Whether all that it does is to answer."""
        return issubclass(cls, ReadOperation)

    @classmethod
    def takes_group(cls) -> bool:
        """Whether it can be asked for beside a group that is shown, in a form that holds the group already."""
        group = cls.form().get("group")
        return group is not None and group.reference is Reference.GROUP

    @classmethod
    def form(cls) -> dict[str, ArgumentType]:
        """The nouns of the fields that a form asks for; none where it could not ask for all that is needed."""
        required = [
            argument_type
            for name, argument_type in cls.argument_types().items()
            if cls.model_fields[name].is_required()
        ]
        if not all(argument_type.label for argument_type in required):
            return {}
        return {
            name: argument_type
            for name, argument_type in (cls.argument_types() | cls.times()).items()
            if argument_type.label
        }

    @classmethod
    def present(cls, context: OperationContext, known: dict[str, Any]) -> dict[str, Any]:
        """What stands on the PBX in the place of what the form asks for; by field, as JSON has it."""
        return {}

    @classmethod
    def from_matches(cls, matches: Matches, times: Times | None = None) -> Self:
        """Raise ValueError with what to type instead."""
        return cls(**{name: cls.argument_types()[name].read(words) for name, words in matches.items()}, **(times or {}))

    def text(self, *, settled: bool = False) -> str:
        """The line that asks for exactly this, in Park's own words; settled: its times can be read as times only."""
        said = {
            name: argument_type.say(value) for name, argument_type, value in self.said() if name not in self.times()
        }
        pattern = next(pattern for pattern in command_patterns(self.phrase) if _field_names(pattern) == said.keys())
        line = " ".join(said[part.name] if isinstance(part, Field) else part.spellings[0] for part in pattern.parts)
        return self.with_times(line, settled=settled)

    def with_times(self, line: str, *, settled: bool = False) -> str:
        """A line followed by the times of this operation."""
        times = [argument_type.say(value) for name, argument_type, value in self.said() if name in self.times()]
        comma = "," if settled and times else ""
        return " ".join((line + comma, *times))

    def said(self) -> Iterator[tuple[str, ArgumentType, Any]]:
        """Name, noun and value of each argument that was given."""
        for name, argument_type in (self.argument_types() | self.times()).items():
            if (value := getattr(self, name)) is not None:
                yield name, argument_type, value


def _argument_type_of(metadata: list[Any], annotation: Any) -> ArgumentType | None:
    """From `Annotated[..., noun]`, or from `Annotated[..., noun] | None`."""
    inner = (data for part in get_args(annotation) for data in getattr(part, "__metadata__", ()))
    return next((one for one in (*metadata, *inner) if isinstance(one, ArgumentType)), None)


def _field_names(pattern: CommandPattern) -> set[str]:
    return {part.name for part in pattern.parts if isinstance(part, Field)}


def footprint(operation: Operation) -> frozenset[str]:
    """The folded names and the numbers that it mentions, or the server: known without asking the PBX."""
    touched = {fold(text) for _, argument_type, value in operation.said() for text in _mentions(argument_type, value)}
    return frozenset(touched | ({"the server"} if operation.permission is Permission.SERVER else set()))


def _mentions(argument_type: ArgumentType, value: Any) -> Iterator[str]:
    match argument_type.reference:
        case Reference.GROUP:
            yield from spellings(value)
        case Reference.NEW_GROUP:
            yield value
        case Reference.MEMBER:
            yield value
        case Reference.MEMBERS:
            yield from value


class ChangeModifier(Operation):
    """Adds arguments to the change in its line; the parser replaces it by that change."""

    permission = None
    advertised = False
    modifies: ClassVar[str]
    """Ends the sentence "... is no change that", for a line without a change."""

    line: Line

    @abstractmethod
    def added(self) -> dict[str, Any]:
        """The arguments that the change gets, by field."""


class AboutChange(Operation):
    """Refers to an earlier change by its number."""

    permission = None
    advertised = False

    number: ChangeNumber

    def about(self) -> int | None:
        return self.number

    def reschedule(self, entry: Entry, run_at: datetime | None, due_at: datetime | None = None) -> Reschedule:
        """Moves the entry to `run_at`, or cancels it (None), provided that its time is still what was read."""
        return Reschedule(id=entry.id, seen=entry.run_at, run_at=run_at, due_at=due_at)


class ReadOperation(Operation):
    """Answered in private, never queued."""

    @abstractmethod
    def read(self, context: OperationContext) -> Message:
        """What the person sees."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEffect:
    """What becomes true in the journal, with the request's own end; and how that is told."""

    title: str
    facts: tuple[Fact, ...] = ()
    shifts: tuple[Reschedule, ...] = ()
    flags: dict[str, str | None] = field(default_factory=dict)
    """By name; None: it is taken down."""
    lasts: timedelta | None = NOTHING_LASTS
    """How long the change that it is about lasts then, from its beginning; None: it stays."""


class ControlOperation(Operation):
    """Journaled and confirmed for all to see like a change; it writes nothing to the PBX."""

    did: ClassVar[str]
    """What the card of the change that it is about says of it: Extended, Kept."""
    asks: ClassVar[bool] = False
    """Typed, it only shows what it is about, with a button."""

    @abstractmethod
    def effect(self, context: OperationContext) -> JournalEffect:
        """Raise Refused where it can't be, or no longer."""


class ChangeOperation(Operation):
    """Journaled, planned, applied by the worker and confirmed in the thread."""

    asks: ClassVar[bool] = False
    """Typed, it only shows what it would do, with a button: a click applies it."""
    button: ClassVar[str] = "Apply"
    """What that button says, and a preview's."""
    may_end: ClassVar[bool] = True
    """Whether it can be put back by itself, for it is no oddity to have it for a while only."""

    starts: Starts | None = None
    ends: Ends | None = None
    replaces: int | None = None
    """A temporary change in whose place this one comes."""
    approval: bool = False
    """Others may have to approve it first; without this it is refused then."""
    emergency: str | None = None
    """Why it is to be made at once, by a rule for emergencies."""

    def text(self, *, settled: bool = False) -> str:
        line = super().text(settled=settled)
        if self.replaces is not None:
            line = f"replace change {self.replaces} with {LINE.say(line)}"
        if self.emergency is not None:
            line = f"emergency {LINE.say(line)} because {REASON.say(self.emergency)}"
        return f"ask {LINE.say(line)}" if self.approval else line

    @classmethod
    def times(cls) -> dict[str, ArgumentType]:
        """When it begins, and when it ends by itself where it can."""
        return {"starts": START} | ({"ends": END} if cls.may_end else {})

    @model_validator(mode="after")
    def _ends_only_where_it_may(self) -> Self:
        if self.ends is not None and not self.may_end:
            raise ValueError(no_end(END.say(self.ends)))
        return self

    @abstractmethod
    def plan(self, context: OperationContext) -> Plan:
        """Read the PBX and say what would change; write nothing."""
