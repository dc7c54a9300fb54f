"""Texts about holiday calendars: what is wrong with one, in the policy, in the health report and on cards."""

from collections.abc import Sequence

from bot.texts.english.wording import count, listed

SUBDIVISION_ALONE = 'subdivision needs a country: write country = "DE" above it'
TOO_LARGE = "the file is larger than 2 MB"
NO_CALENDAR_FILE = "it is no .ics file that Park can read"
HEALTHY = "calendars are read"


def bad_name(name: str) -> str:
    """A name that can't be typed in a line."""
    return f"“{name}” can't be typed after “on”: write a name of lower-case letters, digits and dashes, like holidays"


def one_source(given: Sequence[str]) -> str:
    """A calendar with no source, or with more than one."""
    if not given:
        return 'this calendar has no days: write country = "DE", or file = "holidays.ics", or url = "https://..."'
    return f"this calendar has {listed(list(given))}: write one of them"


def unknown_country(country: str) -> str:
    """A country without holidays."""
    return f"country: “{country}” is no code of a country that Park knows: write two capital letters, like DE or US"


def unknown_subdivision(subdivision: str, country: str, known: Sequence[str]) -> str:
    """A part of a country without holidays of its own."""
    codes = f"use one of {', '.join(known)}" if known else "leave it out"
    return f"subdivision: {country} has no “{subdivision}”: {codes}"


def not_https(url: str) -> str:
    """An address that is not read."""
    return f"url: “{url}” is not read: write an address that begins with https://"


def host_not_allowed(name: str, host: str) -> str:
    """An address on a host that is not on the list."""
    return f'calendars.{name}: {host} is not on the list of hosts: write calendar_hosts = ["{host}"] at the top'


def host_not_listed(host: str) -> str:
    """An address of the environment on a host that the policy does not list."""
    return f"{host} is not on the policy's list calendar_hosts"


def no_file(path: str, why: str) -> str:
    """A file that can't be opened."""
    return f"{path} can't be opened: {why}"


def no_answer(host: str, why: str) -> str:
    """An address that does not answer."""
    return f"{host} does not answer: {why}"


def wrong_answer(host: str, status: int) -> str:
    """An address that answers with something else than a file."""
    return f"{host} answers with status {status}"


def faulty(name: str, fault: str, days: int) -> str:
    """A calendar that can't be read now."""
    known = f"Park goes on with the {count(days, 'day')} that it knows" if days else "Park knows none of its days"
    return f"The calendar “{name}” can't be read: {fault}. {known}."


NO_CALENDAR = "no holiday calendar is named, so schedules can't say “on holidays”"


def computed(name: str, source: str) -> str:
    """A calendar whose days Park computes."""
    return f"the calendar “{name}” has the public holidays of {source}"


def was_read(name: str, days: int) -> str:
    """A calendar that was read."""
    return f"the calendar “{name}” has {count(days, 'day')} from today on"
