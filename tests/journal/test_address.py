"""DATABASE_URL is checked before anything is opened: what is wrong with it is said, and never its password."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.journal.address import POSTGRESQL, parse_url

BASE = f"{POSTGRESQL}://park:secret@db.example:5432/park"


@pytest.mark.parametrize(
    "options",
    [
        "",
        "?sslmode=verify-full&sslrootcert=system",
        "?host=one.example&host=two.example&target_session_attrs=read-write",
        "?host=/var/run/postgresql&port=5433",
        "?connect_timeout=3&keepalives_idle=20&tcp_user_timeout=0&application_name=park-2",
        "?options=-c%20search_path%3Dpark",
    ],
)
def test_options_of_postgresql_are_taken(options: str) -> None:
    assert parse_url(f"{BASE}{options}").host == "db.example"


@pytest.mark.parametrize(
    ("options", "text"),
    {
        "sslmod=require": "no option “sslmod”. Did you mean “sslmode”",
        "SSLMODE=require": "no option “SSLMODE”. Did you mean “sslmode”",
        "sslmode=requre": "sslmode can't be “requre”. It has to be disable, allow, prefer, require, verify-ca or",
        "sslmode=require&sslmode=disable": "“sslmode” is given 2 times. Give it once",
        "sslrootcert=/no/such/file.pem": "sslrootcert can't be “/no/such/file.pem”. It has to be a file that exists",
        "connect_timeout=soon": "connect_timeout can't be “soon”. It has to be a whole number from 1 to 60",
        "connect_timeout=0": "a whole number from 1 to 60",
        "connect_timeout=2.5": "a whole number",
        "keepalives_idle=-1": "a whole number",
        "keepalives=yes": "keepalives can't be “yes”. It has to be 0 or 1",
        "port=54321x": "a port from 1 to 65535",
        "port=99999": "a port from 1 to 65535",
        "target_session_attrs=standby": "It has to be any, read-write or primary",
        "prepare_threshold=0": "Remove it: Park sets it itself",
        "pool_size=20": "no option “pool_size”. Remove it",
    }.items(),
)
def test_a_wrong_option_is_said_with_what_it_has_to_be(options: str, text: str) -> None:
    with pytest.raises(SettingsError) as fault:
        parse_url(f"{BASE}?{options}")
    assert text in str(fault.value)
    assert str(fault.value).startswith("DATABASE_URL")
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize(
    ("address", "text"),
    {
        "park": "can't be read as a URL. Write sqlite:///park.sqlite3, or",
        "": "can't be read as a URL",
        f"{POSTGRESQL}://park@host:port/park": "can't be read as a URL",
        "postgresql://park@host/park": "Park can't use “postgresql”",
        "postgresql+psycopg2://park@host/park": "Park can't use “postgresql+psycopg2”",
        "mysql://park@host/park": "Park can't use “mysql”",
        "sqlite+aiosqlite:///park.sqlite3": "Park can't use “sqlite+aiosqlite”",
        "sqlite:///park.sqlite3?timeout=5&mode=ro": "a SQLite address takes no options. Remove: timeout, mode",
    }.items(),
)
def test_an_address_of_another_database_is_refused(address: str, text: str) -> None:
    with pytest.raises(SettingsError) as fault:
        parse_url(address)
    assert text in str(fault.value)


def test_a_certificate_that_is_there_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    parse_url(f"{BASE}?sslrootcert={tmp_path / 'ca.pem'}")
