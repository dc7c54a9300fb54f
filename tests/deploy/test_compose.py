"""The compose file with two replicas and PostgreSQL."""

from typing import Any

import pytest
import yaml

from bot import __version__
from bot.journal.address import POSTGRESQL
from tests.deploy.declared import DEPLOY, LONGEST_STOP, SECRETS, VARIABLES, is_command, parse_seconds

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PARK_SERVICES = ["park", "migrate"]


def test_there_are_two_replicas_which_begin_when_the_journal_is_up_to_date() -> None:
    assert SERVICES["park"]["deploy"]["replicas"] == 2
    assert SERVICES["park"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for name in PARK_SERVICES:
        assert SERVICES[name]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert "pg_isready" in SERVICES["database"]["healthcheck"]["test"]


@pytest.mark.parametrize("name", PARK_SERVICES)
def test_its_commands_are_parks_and_its_image_is_of_this_version(name: str) -> None:
    assert is_command(SERVICES[name]["command"])
    assert SERVICES[name]["image"] == f"park:{__version__}"
    build = SERVICES[name]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).exists()


def test_only_the_migration_ends_by_itself() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert {SERVICES[name]["restart"] for name in ("park", "database")} == {"unless-stopped"}


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root_or_could_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service.get("user") == (None if name in PARK_SERVICES else "postgres")  # None: the image's
    assert "ports" not in service


@pytest.mark.parametrize("name", PARK_SERVICES)
def test_a_park_has_a_file_system_to_read_and_a_process_1_that_passes_signals_on(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["init"] is True
    assert all(volume.endswith(":ro") for volume in SERVICES[name].get("volumes", ()))


def test_variables_are_parks_and_secrets_come_from_files() -> None:
    named = SERVICES["park"]["environment"]
    assert named.keys() <= VARIABLES - SECRETS - {"DATABASE_URL"}
    assert named["PARK_POLICY"].startswith("/etc/park/")
    assert "./etc:/etc/park:ro" in SERVICES["park"]["volumes"]
    assert SERVICES["park"]["env_file"] == ["park.env", "database.env"]
    assert SERVICES["migrate"]["env_file"] == SERVICES["database"]["env_file"] == ["database.env"]


def test_the_address_of_the_journal_is_that_of_the_database() -> None:
    database = SERVICES["database"]["environment"]
    address = f"DATABASE_URL={POSTGRESQL}://{database['POSTGRES_USER']}:...@database/{database['POSTGRES_DB']}"
    assert f"`{address}`" in (DEPLOY / "README.md").read_text(encoding="utf-8")


def test_who_stops_has_the_time_to_finish() -> None:
    assert parse_seconds(SERVICES["park"]["stop_grace_period"]) > LONGEST_STOP


def test_only_park_reaches_the_outside() -> None:
    assert [name for name, one in SERVICES.items() if "outside" in one["networks"]] == ["park"]
    assert COMPOSE["networks"]["journal"] == {"internal": True}
