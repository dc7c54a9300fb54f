"""What a rule sets bounds to, as its file writes it."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from bot.fields.when import Elapsed
from bot.fields.when.reading import read_end
from bot.policy.hours import SCHEMA_PATTERN, hours
from bot.words import Word


def _read_duration(value: object) -> object:
    """Raise ValueError: what else is raised pydantic takes for a fault of Park's own."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value} is no length of time: write it as in "10m" or "4h"')  # noqa: TRY004
    fault = f'"{value}" is no length of time: write it as in "10m", "4h" or "3 days", a year at most'
    try:
        end = read_end(tuple(map(Word, ("for", *value.split()))))
    except ValueError:
        raise ValueError(fault) from None
    if not isinstance(end.when, Elapsed):
        raise ValueError(fault)  # noqa: TRY004
    return end.when.elapsed


def _check_hours(text: str) -> str:
    hours(text)
    return text


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    WithJsonSchema({"type": "string", "examples": ["10m", "4h", "3 days"]}),
]
HoursText = Annotated[str, AfterValidator(_check_hours), Field(json_schema_extra={"pattern": SCHEMA_PATTERN})]
