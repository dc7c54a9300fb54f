"""Checks of the settings, the time zone data and the policy file."""

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.cli.invocation import command_line
from bot.cli.policy import mistakes_with_positions, summarize
from bot.errors import CalendarUnreadable, PolicyError, SettingsError
from bot.messages import slash_command
from bot.pbx.client import build_credentials
from bot.pbx.requests import parse_base_url
from bot.policy.diagnostics import lint_policy
from bot.policy.loading import read_policy
from bot.recurrence.calendars import with_environment
from bot.settings.environment import Settings, problem_text
from bot.settings.tenants import channels_of, read_for
from bot.slack.workspace import channel_uses
from bot.texts import calendars as texts
from bot.worker.calendars import read_calendar

_PLACEHOLDERS: Mapping[str, Any] = {"pbx_url": "https://pbx.invalid/api", "slack_bot_token": "stand-in"}
_REMEDY = (
    "Set it in the environment, or in .env in the folder where Park is started; docs/setup.md explains each variable."
    f" To set Park up, run: {command_line('init')}"
)


def check_settings(context: DoctorContext) -> Iterator[Finding]:
    """Reports every variable that is missing or invalid.

    Pydantic validates combinations of variables only once each variable alone is valid. So the settings are read
    again with placeholders for invalid variables, until no new problem appears.
    """
    if context.pbx_name is not None:
        yield from _check_settings_of_file(context, context.pbx_name)
        return
    problems: dict[str, str] = {}
    placeholders: dict[str, Any] = {}
    untried = {name: _placeholders_for(name) for name in Settings.model_fields}
    while found := {name: text for name, text in _read_settings(context, placeholders) if untried[name]}:
        problems = found | problems
        placeholders |= {name: untried[name].pop(0) for name in found}
    context.invalid_variables = frozenset(name.upper() for name in problems)
    for name, text in problems.items():
        yield error("settings.variable", f"{name.upper()}: {text}", _REMEDY, about=name.upper())
    if not problems:
        yield ok("settings", "all variables are set and valid")


def _check_settings_of_file(context: DoctorContext, name: str) -> Iterator[Finding]:
    """Reports what is wrong with the settings of a PBX of park.toml."""
    try:
        context.settings = read_for(Settings, name)
        parse_base_url(str(context.settings.pbx_url))
        build_credentials(context.settings)
    except SettingsError as failure:
        remedy = "Set it there, or in the environment; docs/tenants.md explains the file, docs/setup.md each variable."
        for text in str(failure).splitlines():
            yield error("settings.variable", text, remedy, about=text.partition(":")[0])
        return
    context.invalid_variables = frozenset()
    slash_command.use(context.settings.park_command)
    yield ok("settings", "the settings in park.toml and in the environment are valid")


def _read_settings(context: DoctorContext, placeholders: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields each invalid variable in lower case, with the problem; sets `context.settings` if there is none."""
    try:
        settings = Settings(**placeholders)
        parse_base_url(str(settings.pbx_url))
        build_credentials(settings)
    except ValidationError as failure:
        for one in failure.errors():
            yield _variable_in(str(one["loc"][0]) if one["loc"] else one["msg"]), problem_text(one)
    except SettingsError as failure:
        yield _variable_in(str(failure)), str(failure)
    else:
        context.settings = settings
        slash_command.use(settings.park_command)


def _variable_in(text: str) -> str:
    """The first variable that a message names."""
    words: list[str] = re.findall(r"[a-z]+_[a-z_]+", text.lower())
    return next(word for word in words if word in Settings.model_fields)


def _placeholders_for(name: str) -> list[Any]:
    """A value that may be valid where the variable's own is not, then the variable's default."""
    field = Settings.model_fields[name]
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return [_PLACEHOLDERS.get(name, "stand-in" if default is None else default), default]


def check_read_only(context: DoctorContext) -> Iterator[Finding]:
    """Says whether Park is configured to make changes; both are somebody's decision."""
    if context.settings.park_read_only:
        yield ok("read_only", "Park is read-only, as PARK_READ_ONLY=true says; write false to let it make changes")
    else:
        yield ok("read_only", "Park may make changes")


def check_time_zones(_: DoctorContext) -> Iterator[Finding]:
    """Checks for time zone data, which users' times and the policy's hours need."""
    try:
        ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    except (ZoneInfoNotFoundError, OSError):
        text = "this machine has no time zone data, so all times would be read as UTC"
        remedy = "Install it: pip install tzdata, in Park's virtual environment"
        yield error("time_zones.missing", text, remedy)
    else:
        yield ok("time_zones", "time zone data is installed")


def check_policy(context: DoctorContext) -> Iterator[Finding]:
    """Reads the policy file; each mistake in it is a finding of its own."""
    file = context.settings.park_policy
    try:
        context.policy = read_policy(file)
    except PolicyError as failure:
        remedy = f"Correct it, then check the file alone: {command_line(f'policy check {shlex.quote(str(file))}')}"
        for position, text in mistakes_with_positions(file, failure):
            yield error("policy.mistake", f"{position}: {text}", remedy, about=position)
        return
    yield ok("policy", summarize(file, context.policy))


def check_policy_channels(context: DoctorContext) -> Iterator[Finding]:
    """Checks that Park posts only in channels that belong to the PBX, where there are several."""
    own = channels_of(context.pbx_name) if context.pbx_name is not None else None
    if own is None:
        yield ok("policy.channels", "all channels belong to the only PBX")
        return
    uses = [(id, use) for id, (use, posted_to) in channel_uses(context.policy).items() if posted_to and id not in own]
    for id, use in uses:
        text = f"{id} ({use}) doesn't belong to this PBX, so Park posts nothing there"
        remedy = f"Add {id} to the channels of [pbx.{context.pbx_name}] in park.toml, or name another channel."
        yield error("policy.channels.foreign", text, remedy, about=id)
    if not uses:
        yield ok("policy.channels", "the channels in which Park posts belong to this PBX")


def check_calendars(context: DoctorContext) -> Iterator[Finding]:
    """Reads each holiday calendar that the policy and the environment name."""
    policy, settings = context.policy, context.settings
    today, folder = datetime.now(UTC).date(), settings.park_policy.parent
    named = with_environment(policy.calendars, settings.park_holidays)
    if not named:
        yield ok("calendars", texts.NO_CALENDAR)
    for name, source in named.items():
        if source.is_computed:
            yield ok("calendars", texts.computed(name, str(source)))
            continue
        try:
            days = read_calendar(source, folder, policy.calendar_hosts, today)
        except CalendarUnreadable as fault:
            remedy = "Correct the calendar in the policy file or PARK_HOLIDAYS. Until then Park uses the days it knows."
            yield warning("calendars.unread", f"the calendar “{name}” can't be read: {fault}", remedy, about=name)
            continue
        yield ok("calendars", texts.was_read(name, sum(day >= today for day in days)))


def check_policy_lint(context: DoctorContext) -> Iterator[Finding]:
    """Warns of rules without any effect."""
    remarks = [*lint_policy(context.policy)]
    for rule, text in remarks:
        text = f"the rule “{rule.name}” {text}"
        yield warning("policy.lint.remark", text, "If that is not what you mean, change the rule.", about=rule.name)
    if not remarks:
        yield ok("policy.lint", "every rule has an effect")
