"""Environment variables as one frozen object; listen addresses."""

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError


def address_of(listen: str) -> tuple[str, int]:
    """Raise ValueError with what to write."""
    try:
        parts = urlsplit(f"//{listen}")
        if parts.hostname and parts.port is not None and parts.netloc == listen and parts.username is None:
            return parts.hostname, parts.port
    except ValueError:  # a port that is none
        pass
    raise ValueError("write an address and a port, as in 127.0.0.1:3000, or 0.0.0.0:3000 for all of this machine's")


def _listen(text: str) -> str:
    address_of(text)
    return text


Listen = Annotated[str, AfterValidator(_listen)]


Some = TypeVar("Some", bound=BaseSettings)


class JournalSettings(BaseSettings):
    """Names are those of the environment variables, in lower case; .env in the working directory is read too."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = "sqlite:///park.sqlite3"
    park_retention_days: int | None = Field(default=None, ge=30)
    """After which what has ended is pruned; None is never."""


class PBXSettings(BaseSettings):
    """The way to the PBX."""

    model_config = JournalSettings.model_config

    pbx_url: AnyHttpUrl
    """Up to and with /api, as in https://pbx.example.com:8887/api."""
    pbx_token: SecretStr | None = None
    pbx_username: str | None = None
    pbx_password: SecretStr | None = None
    pbx_domain: str | None = None
    pbx_ca_file: Path | None = None
    pbx_verify_tls: bool = True
    pbx_deadline: float = Field(default=10.0, gt=0, le=30)
    """Seconds that one call to the PBX may take, answer read; half a worker's lease of 60 must outlast it."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.pbx_token is None and (self.pbx_username is None or self.pbx_password is None):
            raise ValueError("set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)")
        return self


class Settings(JournalSettings, PBXSettings):
    """All that Park needs to run."""

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    """Given, Slack comes in over Socket Mode."""
    slack_signing_secret: SecretStr | None = Field(default=None, validate_default=True)
    """Given in its place, Slack comes in over HTTP."""
    slack_api_url: str = "https://slack.com/api/"

    park_http_listen: Listen = "127.0.0.1:3000"
    """Behind the proxy that ends TLS; host:port, or [host]:port for IPv6."""
    park_http_trusted_proxy: str | None = None
    """The address whose X-Forwarded headers are believed, or * for anybody's."""

    park_drift_interval: int | None = Field(default=None, ge=1, le=1440)
    """Minutes between two looks for what was changed outside Park; None is never."""
    park_drift_requests: int = Field(default=50, ge=10, le=500)
    """The most that one look asks of the PBX: a hundredth of the 5,000 that PortSIP takes a minute; 500 are a tenth."""

    park_policy: Path = Path("policy.toml")
    park_read_only: bool = False
    """Questions and previews are answered, and nothing is changed."""

    park_health_listen: Listen | None = None
    """Where health and metrics are told."""
    park_log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"

    @property
    def secrets(self) -> frozenset[str]:
        """What may stand in no log."""
        given = (getattr(self, name) for name in type(self).model_fields)
        hidden = {one.get_secret_value() for one in given if isinstance(one, SecretStr)}
        return frozenset(hidden | {urlsplit(self.database_url).password or ""})

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("slack_signing_secret")
    @classmethod
    def _one_way_for_slack(cls, secret: SecretStr | None, read: ValidationInfo) -> SecretStr | None:
        if (secret is None) == (read.data.get("slack_app_token") is None):
            raise ValueError("set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP: one, not both")
        return secret


def plain(secret: SecretStr | None) -> str | None:
    """For who has to show it to somebody else."""
    return None if secret is None else secret.get_secret_value()


def read_settings() -> Settings:
    """Raise SettingsError naming every variable at fault."""
    return _read(Settings)


def read_journal_settings() -> JournalSettings:
    """For who only looks at the journal; likewise."""
    return _read(JournalSettings)


def read_pbx_settings() -> PBXSettings:
    """For who only looks at the PBX; likewise."""
    return _read(PBXSettings)


def _read(kind: type[Some]) -> Some:
    try:
        return kind()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])).upper() or 'PBX'}: {e['msg']}" for e in error.errors())
        raise SettingsError("\n".join(faults)) from None
