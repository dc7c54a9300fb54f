"""DATABASE_URL: the choice between SQLite and PostgreSQL, and the options, each checked for its type."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

POSTGRESQL = "postgresql+psycopg"
SCHEMA = "park_schema"
"""Park's own option of PostgreSQL's address: the schema of the tables, for several journals in one database."""
_SQLITE = ("sqlite", "sqlite+pysqlite")
_EXAMPLES = f"sqlite:///park.sqlite3, or {POSTGRESQL}://park@host/park"


def parse_url(url: str) -> URL:
    """Parses a URL of SQLite or PostgreSQL and checks its options; raises SettingsError for any other."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise SettingsError(f"DATABASE_URL can't be read as a URL. Write {_EXAMPLES}.") from error
    if parsed.drivername != POSTGRESQL and parsed.drivername not in _SQLITE:
        raise SettingsError(f"DATABASE_URL: Park can't use “{parsed.drivername}”. Write {_EXAMPLES}.")
    if not is_sqlite(parsed):
        _check_options(parsed)
    elif parsed.query:
        names = ", ".join(parsed.query)
        raise SettingsError(f"DATABASE_URL: a SQLite address takes no options. Remove: {names}.")
    return parsed


def split_schema(url: URL) -> tuple[URL, str | None]:
    """Returns the address without Park's own option, and the schema that this names; None: the database's default."""
    schema = url.query.get(SCHEMA)
    return url.difference_update_query([SCHEMA]), str(schema) if schema is not None else None


def is_sqlite(url: URL) -> bool:
    """Returns whether the URL is one of SQLite; otherwise it is one of PostgreSQL."""
    return url.get_backend_name() == "sqlite"


def _check_options(url: URL) -> None:
    for name, given in url.query.items():
        if name not in _OPTIONS:
            raise SettingsError(f"DATABASE_URL: PostgreSQL has no option “{name}”. {_remedy(name)}")
        values = (given,) if isinstance(given, str) else given
        if len(values) > 1 and name != "host":
            raise SettingsError(f"DATABASE_URL: the option “{name}” is given {len(values)} times. Give it once.")
        for value in values:
            if (wanted := _OPTIONS[name](value)) is not None:
                raise SettingsError(f"DATABASE_URL: {name} can't be “{value}”. It has to be {wanted}.")


def _remedy(name: str) -> str:
    if name in ("autocommit", "prepare_threshold", "cursor_factory", "row_factory"):
        return "Remove it: Park sets it itself."
    similar = get_close_matches(name.lower(), _OPTIONS, n=1)
    return f"Did you mean “{similar[0]}”?" if similar else "Remove it."


def _any(value: str) -> str | None:
    return None


def _schema(value: str) -> str | None:
    valid = re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value)  # postgresql.org/docs, lexical structure: 63 bytes, unquoted
    return None if valid else "up to 63 small letters, digits and underscores"


def _number(lowest: int, highest: int = 2**31 - 1) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        valid = value.isascii() and value.isdigit() and lowest <= int(value) <= highest
        return None if valid else f"a whole number from {lowest} to {highest}"

    return check


def _ports(value: str) -> str | None:
    wrong = [one for one in value.split(",") if _number(1, 65535)(one)]
    return "a port from 1 to 65535" if wrong else None


def _one_of(*words: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        return None if value in words else f"{', '.join(words[:-1])} or {words[-1]}"

    return check


def _file(value: str) -> str | None:
    return None if Path(value).expanduser().is_file() else "a file that exists and that Park may read"


def _root_certificate(value: str) -> str | None:
    return None if value == "system" else _file(value)


_NEGOTIATED = _one_of("disable", "prefer", "require")
_TLS_VERSION = _one_of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SWITCH = _one_of("0", "1")
_OPTIONS: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(("host", "hostaddr", "user", "dbname", "options", "service", "passfile"), _any),
    **dict.fromkeys(("application_name", "fallback_application_name", "client_encoding", "requirepeer"), _any),
    **dict.fromkeys(("krbsrvname", "gsslib", "require_auth", "sslcrl", "sslcrldir"), _any),
    **dict.fromkeys(("password", "sslpassword"), _any),
    **dict.fromkeys(("sslcert", "sslkey"), _file),
    **dict.fromkeys(("keepalives", "sslcompression", "sslsni", "gssdelegation"), _SWITCH),
    **dict.fromkeys(("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"), _number(0)),
    **dict.fromkeys(("gssencmode", "channel_binding"), _NEGOTIATED),
    **dict.fromkeys(("ssl_min_protocol_version", "ssl_max_protocol_version"), _TLS_VERSION),
    SCHEMA: _schema,
    "port": _ports,
    "connect_timeout": _number(1, 60),
    "sslrootcert": _root_certificate,
    "sslmode": _one_of("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": _one_of("postgres", "direct"),
    "sslcertmode": _one_of("disable", "allow", "require"),
    "target_session_attrs": _one_of("any", "read-write", "primary"),
    "load_balance_hosts": _one_of("disable", "random"),
}
"""Options of libpq, and what checks a value: it returns what the value has to be, or None if it is valid."""
