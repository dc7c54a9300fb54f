"""Settings, time zones, policy."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.errors import PolicyError, SettingsError
from bot.pbx.client import credentials_of
from bot.pbx.requests import base
from bot.policy.diagnostics import lint_policy
from bot.policy.loading import read_policy
from bot.settings import Settings

_STAND_INS: Mapping[str, Any] = {"pbx_url": "https://pbx.invalid/api"}
_REMEDY = "Set it in the environment, or in .env where Park is started; README, 'Connect', says what each variable is."


def settings(context: DoctorContext) -> Iterator[Finding]:
    """Pydantic tells of what several variables make together only once each of them is right: so it is asked again."""
    faults: dict[str, str] = {}
    standing_in: dict[str, Any] = {}
    left = {name: [*_stand_ins(name)] for name in Settings.model_fields}
    while told := {name: text for name, text in _read(context, standing_in) if left[name]}:
        faults = told | faults
        standing_in |= {name: left[name].pop(0) for name in told}
    context.faulty = frozenset(name.upper() for name in faults)
    yield from (
        error("settings.variable", f"{name.upper()}: {text}", _REMEDY, about=name.upper())
        for name, text in faults.items()
    )
    if not faults:
        yield ok("settings", "every variable is there and understood")


def _read(context: DoctorContext, standing_in: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each variable at fault, in lower case, with what is wrong; where none is, `settings` are there."""
    try:
        settings = Settings(**standing_in)
        base(str(settings.pbx_url))
        credentials_of(settings)
    except ValidationError as fault:
        for one in fault.errors():
            yield _name(str(one["loc"][0]) if one["loc"] else one["msg"]), _words(one)
    except SettingsError as fault:
        yield _name(str(fault)), str(fault)
    else:
        context.settings = settings


def read_only(context: DoctorContext) -> Iterator[Finding]:
    if context.settings.park_read_only:
        yield warning(
            "read_only.on",
            "PARK_READ_ONLY is set: questions and previews are answered, and nothing can be changed",
            "Remove it when Park is to make changes.",
        )
    else:
        yield ok("read_only", "Park may make changes")


def _name(text: str) -> str:
    """The variable that it is about: of what several make together, the first that is named."""
    known = (name for name in re.findall(r"[a-z]+_[a-z_]+", text.lower()) if name in Settings.model_fields)
    return str(next(known))


def _words(fault: ErrorDetails) -> str:
    return "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")


def _stand_ins(name: str) -> Iterator[Any]:
    """What may be right where the variable is not: something; else what it is when it is not set."""
    field = Settings.model_fields[name]
    usual = None if field.is_required() else field.get_default(call_default_factory=True)
    yield _STAND_INS.get(name, "stand-in" if usual is None else usual)
    yield usual


def time_zones(_: DoctorContext) -> Iterator[Finding]:
    """People write times in their own zone, and hours in the policy have one."""
    try:
        ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    except (ZoneInfoNotFoundError, OSError) as fault:
        yield error(
            "time_zones.missing",
            f"there is no time zone data: {fault}. Times that people write would be read as UTC",
            "Install the package tzdata into Park's environment: pip install tzdata",
        )
    else:
        yield ok("time_zones", "time zone data is there")


def policy(context: DoctorContext) -> Iterator[Finding]:
    file = context.settings.park_policy
    try:
        context.policy = read_policy(file)
    except PolicyError as mistake:
        for line, column, text in mistake.faults:
            place = ":".join(str(part) for part in (file, line, column) if part is not None)
            remedy = f"Set it right; `python -m bot policy check {file}` looks at the file alone."
            yield error("policy.mistake", f"{place}: {text}", remedy, about=place)
        return
    rules = len(context.policy.allow) + len(context.policy.deny)
    yield ok("policy", f"{file}: {rules} rules without a mistake; fingerprint {context.policy.fingerprint}")


def lint(context: DoctorContext) -> Iterator[Finding]:
    said = [
        warning("policy.lint.remark", f"the rule “{rule.name}” {text}", "Mean it, or change the rule.", about=rule.name)
        for rule, text in lint_policy(context.policy)
    ]
    if not context.policy.allow:
        said.append(
            warning("policy.lint.nothing", "no rule allows anything", "Write an [[allow]] rule: README, 'The policy'.")
        )
    yield from said or [ok("policy.lint", "each rule can do something")]
