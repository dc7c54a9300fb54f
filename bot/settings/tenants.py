"""The PBXs that Park serves: those that park.toml names, or the one that the environment names."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import AnyHttpUrl, BaseModel, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.settings.environment import (
    GivenCalendar,
    JournalSettings,
    Language,
    PBXSettings,
    Settings,
    SettingsT,
    problem_text,
    read_given,
)

DEFAULT_FILE = Path("park.toml")
"""The file that is read if PARK_CONFIG names none."""
MAX_NAME = 24
"""Characters of a PBX's name: it is part of each form's private_metadata and of each button's block_id."""
_NAME = re.compile(rf"[a-z](?:[a-z0-9-]{{0,{MAX_NAME - 2}}}[a-z0-9])?")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
_WORKSPACE = re.compile(r"[TE][A-Z0-9]{2,}")


@dataclass(frozen=True, kw_only=True)
class TenantSettings:
    """What is set for one PBX."""

    settings: Settings
    """All settings, with those of this PBX, of its policy and of its journal."""
    name: str = ""
    """Its name in park.toml; empty for the PBX of the environment."""
    title: str = ""
    """What people read instead of the name."""
    channels: frozenset[str] | None = None
    """Ids of the channels that belong to it; None: all, as it is the only one."""
    workspace: str | None = None
    """Id of the Slack workspace that it belongs to; None: the only one that Park is in."""
    inherits: bool = True
    """Whether its journal is the one from before there were several PBXs, as are messages that name no PBX."""
    read_again: Callable[[], PBXSettings] | None = None
    """Reads the settings of this PBX again, after it has rejected the credentials; raises SettingsError."""


class _ConfigSettings(BaseSettings):
    model_config = JournalSettings.model_config

    park_config: Path | None = None


class _Secrets(BaseSettings):
    """What the environment holds for one PBX of the file, under the prefix PBX_NAME_."""

    model_config = SettingsConfigDict(
        frozen=True, defer_build=True, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    token: SecretStr | None = None
    password: SecretStr | None = None


class _Table(BaseModel, extra="forbid", frozen=True, defer_build=True):
    """The table [pbx.NAME] of the file."""

    url: AnyHttpUrl
    channels: tuple[str, ...] | None = None
    title: str = Field(default="", max_length=60)
    username: str | None = None
    domain: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    token: SecretStr | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    verify_tls: bool = True
    deadline: float = Field(default=10.0, gt=0, le=30)
    policy: Path
    journal: Literal["default"] | None = None
    database_url: str | None = None
    workspace: str | None = None
    read_only: bool | None = None
    drift_interval: int | None = Field(default=None, ge=1, le=1440)
    holidays: GivenCalendar = None
    language: Language | None = None


class _File(BaseModel, extra="forbid", frozen=True, defer_build=True):
    pbx: dict[str, _Table] = Field(min_length=1)


def read_tenants() -> tuple[TenantSettings, ...]:
    """Reads the PBXs that Park serves, at least one, in the order of the file.

    Raises:
        SettingsError: The message names each place that is wrong, and says what to write.
    """
    file = config_file()
    if file is None:
        return (TenantSettings(settings=read_given(Settings), read_again=partial(read_given, PBXSettings)),)
    return _read_file(file)


def config_file() -> Path | None:
    """Returns the file that names the PBXs; None if the environment names the only one."""
    named = read_given(_ConfigSettings).park_config
    return named or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)


def read_for(kind: type[SettingsT], name: str | None) -> SettingsT:
    """Reads the settings that a command needs for one PBX.

    Args:
        kind: Which settings; others are not asked for.
        name: The name of the PBX; None if there is only one.

    Raises:
        SettingsError: The PBX has to be named, there is none of that name, or its settings are wrong.
    """
    file = config_file()
    if file is None:
        if name is not None:
            raise SettingsError(f"--pbx {name}: there is no park.toml that names PBXs. Leave --pbx out.")
        return read_given(kind)
    tables = _read_tables(file)
    if name is None and len(tables) > 1:
        raise SettingsError(f"Park serves several PBXs here. Say which with --pbx NAME: {', '.join(tables)}.")
    if name is not None and name not in tables:
        raise SettingsError(f"--pbx {name}: there is no PBX of that name. There are: {', '.join(tables)}.")
    chosen = next(iter(tables)) if name is None else name
    return _settings(kind, file, chosen, tables[chosen], alone=len(tables) == 1)


def names() -> tuple[str, ...]:
    """Returns the names of the PBXs, in the order of the file; none if the environment names the only one."""
    file = config_file()
    return () if file is None else tuple(_read_tables(file))


def channels_of(name: str) -> frozenset[str] | None:
    """Returns the ids of the channels of a PBX of the file; None: all."""
    file = config_file()
    channels = _read_tables(file)[name].channels if file is not None else None
    return None if channels is None else frozenset(channels)


def _read_tables(file: Path) -> dict[str, _Table]:
    try:
        tables = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).pbx
    except OSError as fault:
        raise SettingsError(f"PARK_CONFIG: {file} can't be read: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f'{file}: {fault}. Write tables like [pbx.berlin] with lines like url = "…".') from None
    except ValidationError as error:
        raise SettingsError("\n".join(_problem(file, one) for one in error.errors())) from None
    problems = [f"{file}, {place}: {text}" for place, text in _mistakes(tables)]
    if problems:
        raise SettingsError("\n".join(problems))
    return tables


def _read_file(file: Path) -> tuple[TenantSettings, ...]:
    tables = _read_tables(file)
    tenants = tuple(_tenant(file, name, table, alone=len(tables) == 1) for name, table in tables.items())
    owner = dict[str, str]()
    for one in tenants:  # here, as DATABASE_URL says where most of them are
        if (other := owner.setdefault(one.settings.database_url, one.name)) != one.name:
            raise SettingsError(f"{file}, [pbx.{one.name}]: its journal is that of [pbx.{other}]. Use another one.")
    return (replace(tenants[0], name="", title=""),) if serves_all(tenants) else tenants


def _read_again(file: Path, name: str) -> PBXSettings:
    tenants = _read_file(file)
    for one in tenants:
        if one.name == name or serves_all(tenants):
            return one.settings
    raise SettingsError(f"{file}: [pbx.{name}] is not there any more. Start Park again to serve what is there.")


def _problem(file: Path, problem: ErrorDetails) -> str:
    """Says where the file has a mistake, and what to write."""
    where = list(map(str, problem["loc"]))
    kind, key = problem["type"], where[2] if len(where) > 2 else ""
    if where == ["pbx"] or not where:
        return f"{file}: it names no PBX. Write a table for each, such as [pbx.berlin], with url, policy and channels."
    if len(where) == 1:
        return f"{file}: “{where[0]}” is unknown here. There are only tables like [pbx.berlin]."
    place = f"{file}, [pbx.{where[1]}]"
    if kind == "extra_forbidden":
        return f"{place}: “{key}” is unknown. There are: {', '.join(_Table.model_fields)}."
    if kind == "missing":
        return f"{place}: {key} is not set. Write {_EXAMPLES[key]}."
    if not key:
        return f"{place}: this is no table. Write {place.rpartition(' ')[2]} above the lines about it."
    remedy = _EXAMPLES.get(key) or ("a text in quotation marks" if kind in ("string_type", "path_type") else "")
    return f"{place}: {key}: {problem_text(problem)}" + (f". Write {remedy}." if remedy else "")


_EXAMPLES = {
    "url": 'url = "https://pbx.example.com:8887/api"',
    "policy": 'policy = "policy-berlin.toml"',
    "channels": 'channels = ["C0123ABCD"]',
    "journal": 'journal = "default"',
}


def _mistakes(tables: dict[str, _Table]) -> Iterator[tuple[str, str]]:
    """Yields what the tables must not say together, with the place of each."""
    owner = dict[str, str]()
    for name, table in tables.items():
        place = f"[pbx.{name}]"
        if not _NAME.fullmatch(name):
            rule = f"at most {MAX_NAME} small letters, digits and hyphens, beginning with a letter"
            yield place, f"this is no name for a PBX. Write {rule}, such as [pbx.berlin]."
        if table.channels is None and len(tables) > 1:
            yield place, 'channels is not set. Write the ids of its channels, such as channels = ["C0123ABCD"].'
        for channel in table.channels or ():
            if not _CHANNEL.fullmatch(channel):
                yield place, f"channels: “{channel}” is no id of a channel. Write one like C0123ABCD."
            elif owner.setdefault(channel, name) != name:
                text = f"channels: {channel} belongs to [pbx.{owner[channel]}] already. Name it once."
                yield place, text
        if table.workspace is not None and not _WORKSPACE.fullmatch(table.workspace):
            yield place, f"workspace: “{table.workspace}” is no id of a workspace. Write one like T0123ABCD."
        if table.journal is not None and table.database_url is not None:
            yield place, "it has journal and database_url. Remove one of them."
    defaults = [name for name, table in tables.items() if table.journal is not None]
    if len(defaults) > 1:
        yield f"[pbx.{defaults[1]}]", f'[pbx.{defaults[0]}] has journal = "default" already. Remove it here.'


def _tenant(file: Path, name: str, table: _Table, *, alone: bool) -> TenantSettings:
    return TenantSettings(
        settings=_settings(Settings, file, name, table, alone=alone),
        name=name,
        title=table.title or name,
        channels=None if table.channels is None else frozenset(table.channels),
        workspace=table.workspace,
        inherits=alone or table.journal is not None,
        read_again=partial(_read_again, file, name),
    )


def _settings(kind: type[SettingsT], file: Path, name: str, table: _Table, *, alone: bool) -> SettingsT:
    """Returns the settings of one PBX: those of the file first, and the environment's for the rest."""
    prefix = f"PBX_{name.upper().replace('-', '_')}_"
    place = f"{file}, [pbx.{name}]"
    secrets = _Secrets(_env_prefix=prefix)
    token = table.token or _secret_in(table.token_file, place, "token_file") or secrets.token
    password = table.password or _secret_in(table.password_file, place, "password_file") or secrets.password
    if token is None and (table.username is None or password is None):
        text = f"set username here and {prefix}PASSWORD in the environment, or {prefix}TOKEN"
        raise SettingsError(f"{place}: its account is not set: {text}.")
    given: dict[str, Any] = {
        "pbx_url": table.url,
        "pbx_token": token,
        "pbx_username": table.username,
        "pbx_password": password,
        "pbx_domain": table.domain,
        "pbx_ca_file": _beside(file, table.ca_file),
        "pbx_verify_tls": table.verify_tls,
        "pbx_deadline": table.deadline,
        "park_policy": _beside(file, table.policy),
    }
    replaced: dict[str, Any] = {
        "park_read_only": table.read_only,
        "park_drift_interval": table.drift_interval,
        "park_holidays": table.holidays,
        "park_language": table.language,
        "database_url": table.database_url,
    }
    settings = read_given(partial(kind, **given, **{key: one for key, one in replaced.items() if one is not None}))
    if isinstance(settings, JournalSettings) and table.database_url is None and table.journal is None and not alone:
        settings = settings.model_copy(update={"database_url": journal_of(settings.database_url, name)})
    return settings


def _beside(file: Path, path: Path | None) -> Path | None:
    """Returns a path of the file's, which counts from the file's folder."""
    return None if path is None else file.parent / path.expanduser()


def _secret_in(path: Path | None, place: str, key: str) -> SecretStr | None:
    if path is None:
        return None
    try:
        text = path.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{place}: {key}: {path} can't be read: {type(fault).__name__}") from None
    if not text:
        raise SettingsError(f"{place}: {key}: {path} is empty. Write the secret into it.")
    return SecretStr(text)


def journal_of(database_url: str, name: str) -> str:
    """Returns the address of a PBX's journal, beside the one at `database_url`.

    On SQLite it is a file of its own in the same folder; on PostgreSQL a schema of its own in the same database.
    """
    if database_url.startswith("sqlite"):
        stem, dot, suffix = database_url.rpartition(".")
        return f"{stem}-{name}.{suffix}" if dot and "/" not in suffix else f"{database_url}-{name}"
    return f"{database_url}{'&' if '?' in database_url else '?'}park_schema=park_{name.replace('-', '_')}"


def serves_all(tenants: Sequence[TenantSettings]) -> bool:
    """Returns whether all payloads are about the only PBX, so that nothing has to be chosen."""
    return len(tenants) == 1 and tenants[0].channels is None
