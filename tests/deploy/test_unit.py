"""The systemd unit."""

from collections import defaultdict
from configparser import ConfigParser
from pathlib import Path

import pytest

from bot.settings.environment import JournalSettings, parse_listen_address
from tests.deploy.declared import DEPLOY, LONGEST_STOP, OF_THE_C_LIBRARY, SECRETS, VARIABLES, is_command, parse_seconds

TEXT = (DEPLOY / "park.service").read_text(encoding="utf-8")


def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(TEXT)
    return parser


SERVICE = unit()["Service"]


def values_of(name: str) -> list[str]:
    """All values of a key, of which the parser keeps only the last."""
    found = defaultdict[str, list[str]](list)
    for line in TEXT.splitlines():
        key, _, value = line.partition("=")
        found[key].append(value)
    return found[name]


def test_it_runs_a_command_of_parks_as_a_user_of_its_own() -> None:
    program, *words = SERVICE["ExecStart"].split()
    assert Path(program).name == "parkbot"
    assert is_command(words)
    assert SERVICE["User"] not in ("root", "0")
    assert SERVICE["StateDirectory"] == Path(SERVICE["WorkingDirectory"]).name


def test_its_variables_are_parks_and_secrets_come_from_a_file() -> None:
    named = dict(one.split("=", 1) for one in values_of("Environment"))
    assert named.items() >= OF_THE_C_LIBRARY.items()
    assert named.keys() - OF_THE_C_LIBRARY.keys() <= VARIABLES - SECRETS
    assert Path(SERVICE["EnvironmentFile"]).parent == Path(named["PARK_POLICY"]).parent
    parse_listen_address(named["PARK_HEALTH_LISTEN"])
    kept = JournalSettings(database_url=named["DATABASE_URL"]).database_url.removeprefix("sqlite:///")
    assert Path(kept).parent == Path(SERVICE["WorkingDirectory"])


def test_a_reload_and_a_stop_are_what_park_listens_for() -> None:
    assert SERVICE["ExecReload"].endswith("-HUP $MAINPID")
    assert SERVICE["KillSignal"] == "SIGTERM"
    assert SERVICE["Restart"] == "on-failure"
    assert parse_seconds(SERVICE["TimeoutStopSec"]) > LONGEST_STOP


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ProtectSystem", "strict"),
        ("ProtectHome", "true"),
        ("PrivateTmp", "true"),
        ("PrivateDevices", "true"),
        ("NoNewPrivileges", "true"),
        ("CapabilityBoundingSet", ""),
        ("MemoryDenyWriteExecute", "true"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ],
)
def test_it_is_locked_up(name: str, value: str) -> None:
    assert values_of(name) == [value]


def test_it_may_make_the_calls_of_an_ordinary_service_and_no_others() -> None:
    assert values_of("SystemCallFilter") == ["@system-service", "~@privileged @resources"]
