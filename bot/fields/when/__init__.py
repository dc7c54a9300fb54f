"""Times that people type: what begins a change, and what ends it."""

from typing import Annotated, Any

from bot.fields.noun import Noun
from bot.fields.when.reading import ENDS, STARTS, read_end, read_start
from bot.fields.when.resolving import resolve
from bot.fields.when.saying import exactly, say, say_dated, say_duration, say_moment
from bot.fields.when.values import LONGEST, Elapsed, End, Start, Wall


def _say_start(value: Any) -> str:
    """Of a value, or of its JSON, which is what a form is filled with."""
    return say(Start.model_validate(value))


def _say_end(value: Any) -> str:
    return say(End.model_validate(value))


START = Noun(
    placeholder="<start>",
    label="Begins",
    hint=f"{STARTS}; empty: at once",
    read=read_start,
    say=_say_start,
)
END = Noun(
    placeholder="<end>",
    label="Ends",
    hint=f"{ENDS}; empty: it stays until somebody changes it",
    read=read_end,
    say=_say_end,
)

Starts = Annotated[Start, START]
Ends = Annotated[End, END]

__all__ = [
    "END",
    "ENDS",
    "LONGEST",
    "START",
    "STARTS",
    "Elapsed",
    "End",
    "Ends",
    "Start",
    "Starts",
    "Wall",
    "exactly",
    "resolve",
    "say",
    "say_dated",
    "say_duration",
    "say_moment",
]
