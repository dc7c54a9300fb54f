"""Inputs of a form for when a change repeats: days, times of day and a last day, or the words of a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

from pydantic import ValidationError
from slack_sdk.models.blocks import (
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    TimePickerElement,
)

from bot.errors import NotPossible
from bot.messages.text import split_words
from bot.operations.arguments.times import RECURS
from bot.recurrence.model import EVERY_DAY, Recurrence
from bot.recurrence.model import WEEKDAY_CODES as WEEKDAYS
from bot.slack.forms.values import AS_IT_IS_TYPED, CHOICE, InvalidInput, SubmittedValues, element_value
from bot.texts import forms

ONCE, ON_DAYS, ON_HOLIDAYS, IN_WORDS = "park:once", "park:days", "park:holidays", "park:words"
"""The values of the first choice, as `_choice` writes them."""
DAYS, FROM, TO, UNTIL, WORDS = ".days", ".from", ".to", ".until", ".words"
"""Suffixes of the names of the further inputs."""
BY_DAY = "FREQ=WEEKLY;BYDAY="
"""What a rule begins with that checkboxes can say."""


def recurrence_blocks(
    name: str, known: Any, calendars: Sequence[str] = (), *, may_be_once: bool = True
) -> Iterator[InputBlock]:
    """Yields the choice between once and repeating, and the inputs that this choice needs.

    Args:
        known: The recurrence as JSON, as words, or as `raw_recurrence` keeps it.
        calendars: Names of the holiday calendars that can be chosen.
        may_be_once: Whether the change may also happen once.
    """
    fields = _fields(known)
    choice = fields.get("choice", ONCE)
    kind, zone, calendar = _parts(choice)
    names = dict.fromkeys((*calendars, *([calendar] if calendar else ())))
    options = [
        *([_option(ONCE, forms.ONCE)] if may_be_once else ()),
        _option(_choice(ON_DAYS, zone), forms.ON_DAYS),
        *(_option(_choice(ON_HOLIDAYS, zone, one), forms.on_holidays(one, alone=len(names) < 2)) for one in names),
        _option(IN_WORDS, forms.IN_WORDS),
    ]
    chosen = next((one for one in options if one.value == choice), options[0])
    radio = RadioButtonsElement(action_id=f"{CHOICE}repeats", options=options, initial_option=chosen)
    yield _input(name, forms.HOW_OFTEN, radio)
    if kind == ON_DAYS:
        yield _input(name + DAYS, forms.DAYS, _days(fields.get("days", ())))
    if kind in (ON_DAYS, ON_HOLIDAYS):
        yield from _times(name, fields, forms.in_zone(zone) if zone else forms.IN_YOUR_ZONE)
    if kind == IN_WORDS:
        words = PlainTextInputElement(
            action_id=f"{CHOICE}text",
            initial_value=fields.get("words"),
            max_length=150,
            dispatch_action_config=AS_IT_IS_TYPED,
        )
        yield _input(name + WORDS, forms.WORDS, words, hint=forms.WORDS_HINT)


def raw_recurrence(values: SubmittedValues, name: str) -> dict[str, Any] | None:
    """Returns what was entered, valid or not; None for once."""
    choice = element_value(values, name)
    if choice in (None, ONCE):
        return None
    entered = {suffix.removeprefix("."): element_value(values, name + suffix) for suffix in _SUFFIXES}
    return {"choice": choice, **{key: value for key, value in entered.items() if value not in (None, [])}}


def parse_recurrence(values: SubmittedValues, name: str) -> Recurrence | None:
    """Returns the recurrence that was entered; None for once. Raises InvalidInput."""
    raw = raw_recurrence(values, name)
    if raw is None:
        return None
    kind, *_ = _parts(raw["choice"])
    if kind == IN_WORDS:
        return _parse_words(raw.get("words"), name)
    begins, ends = raw.get("from"), raw.get("to")
    errors = {}
    if kind == ON_DAYS and "days" not in raw:
        errors[name + DAYS] = forms.CHOOSE_DAYS
    if (begins is None) != (ends is None):
        errors[name + (TO if ends is None else FROM)] = forms.CHOOSE_BOTH_TIMES
    if errors:
        raise InvalidInput(errors)
    return _recurrence(raw)


_BOUNDS = {"begins": "from", "ends": "to"}
_SUFFIXES = (DAYS, FROM, TO, UNTIL, WORDS)


def _recurrence(entered: Mapping[str, Any]) -> Recurrence:
    """Returns the recurrence of complete entries."""
    kind, zone, calendar = _parts(entered["choice"])
    clocks = {bound: time.fromisoformat(entered[key]) for bound, key in _BOUNDS.items() if key in entered}
    until = date.fromisoformat(entered["until"]) if "until" in entered else None
    rule = _rule(entered["days"]) if kind == ON_DAYS else ""
    return Recurrence(rule=rule, calendar=calendar, zone=zone, until=until, **clocks)


def _choice(kind: str, zone: str | None, calendar: str | None = None) -> str:
    """Returns a choice with the zone of its clocks, if that is not the one of whoever fills in the form."""
    return " ".join((kind, zone or "-", *([calendar] if calendar else ())))


def _parts(choice: str) -> tuple[str, str | None, str | None]:
    kind, zone, calendar = (*choice.split(" ", 2), "", "")[:3]
    return kind, None if zone in ("", "-") else zone, calendar or None


def _parse_words(words: str | None, name: str) -> Recurrence:
    try:
        found: Recurrence = RECURS.read(split_words(words or ""))
    except (ValueError, NotPossible) as fault:
        raise InvalidInput({name + WORDS: str(fault)}) from fault
    return found


def _rule(days: Sequence[str]) -> str:
    """Returns the rule as a line would say it, with the days in the order of the week."""
    if len(days) == len(WEEKDAYS):
        return EVERY_DAY
    return BY_DAY + ",".join(day for day in WEEKDAYS if day in days)


def _fields(known: Any) -> Mapping[str, Any]:
    """Returns the entries of the inputs for what is known; in words what they can't say."""
    if known is None:
        return {}
    if isinstance(known, str):
        try:
            return _fields_of(RECURS.read(split_words(known)))
        except (ValueError, NotPossible):
            return {"choice": IN_WORDS, "words": known}
    if "choice" in known:
        return dict(known)
    try:
        recurrence = Recurrence.model_validate(known)
    except ValidationError:  # a button of another version
        return {"choice": IN_WORDS}
    return _fields_of(recurrence)


def _fields_of(recurrence: Recurrence) -> dict[str, Any]:
    days = _days_of(recurrence.rule)
    choice = _choice(ON_DAYS if days else ON_HOLIDAYS, recurrence.zone, recurrence.calendar)
    entered = {"days": days, "from": _clock(recurrence.begins), "to": _clock(recurrence.ends)}
    entered["until"] = recurrence.until.isoformat() if isinstance(recurrence.until, date) else None
    fields = {"choice": choice, **{key: value for key, value in entered.items() if value is not None}}
    sayable = (days is not None or recurrence.calendar is not None) and ("from" in fields) == ("to" in fields)
    if sayable and _recurrence(fields) == recurrence:
        return fields
    return {"choice": IN_WORDS, "words": RECURS.say(recurrence)}


def _days_of(rule: str) -> list[str] | None:
    """Returns the weekdays of a rule; None where it says something else than weekdays."""
    if rule == EVERY_DAY:
        return list(WEEKDAYS)
    days = rule.removeprefix(BY_DAY).split(",") if rule.startswith(BY_DAY) else []
    return days if days and set(days) <= set(WEEKDAYS) else None


def _clock(at: object) -> str | None:
    return f"{at:%H:%M}" if isinstance(at, time) else None


def _days(chosen: Sequence[str]) -> CheckboxesElement:
    options = [_option(day, label) for day, label in zip(WEEKDAYS, forms.WEEKDAYS, strict=True)]
    initial = [one for one in options if one.value in chosen] or None
    return CheckboxesElement(action_id=f"{CHOICE}days", options=options, initial_options=initial)


def _times(name: str, fields: Mapping[str, Any], hint: str) -> Iterator[InputBlock]:
    begins = TimePickerElement(action_id=f"{CHOICE}from", initial_time=fields.get("from"))
    yield _input(name + FROM, forms.FROM, begins, hint=forms.FROM_HINT, optional=True)
    ends = TimePickerElement(action_id=f"{CHOICE}to", initial_time=fields.get("to"))
    yield _input(name + TO, forms.TO, ends, hint=hint, optional=True)
    until = DatePickerElement(action_id=f"{CHOICE}until", initial_date=fields.get("until"))
    yield _input(name + UNTIL, forms.LAST_DAY, until, hint=forms.LAST_DAY_HINT, optional=True)


def _input(
    name: str, label: str, element: InputInteractiveElement, *, hint: str = "", optional: bool = False
) -> InputBlock:
    return InputBlock(
        block_id=name, label=label, hint=hint or None, element=element, optional=optional, dispatch_action=True
    )


def _option(value: str, label: str) -> Option:
    return Option(value=value, label=label)
