"""Settings from environment variables and `.env`."""

from collections.abc import Callable
from datetime import time
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
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.messages import slash_command
from bot.recurrence.calendars import CalendarSource, parse_source
from bot.settings.installation import InstallationSettings
from bot.texts.languages import ENGLISH, PACKAGES


def parse_listen_address(listen: str) -> tuple[str, int]:
    """Parses host and port to listen on.

    Raises:
        ValueError: the text is invalid; the message says what to write.
    """
    try:
        parts = urlsplit(f"//{listen}")
        if parts.hostname and parts.port is not None and parts.netloc == listen and parts.username is None:
            return parts.hostname, parts.port
    except ValueError:  # an invalid port
        pass
    raise ValueError("write an address and a port like 127.0.0.1:3000, or 0.0.0.0:3000 for every address here")


def _check_address(text: str) -> str:
    parse_listen_address(text)
    return text


def _check_language(code: str) -> str:
    if code not in PACKAGES:
        raise ValueError(f"write the code of a language that Park speaks: {' or '.join(PACKAGES)}")
    return code


def _read_calendar(text: object) -> object:
    return parse_source(text) if isinstance(text, str) else text


ListenAddress = Annotated[str, AfterValidator(_check_address)]
Language = Annotated[str, AfterValidator(_check_language)]
GivenCalendar = Annotated[CalendarSource | None, BeforeValidator(_read_calendar)]


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class JournalSettings(BaseSettings):
    """Settings of the journal; fields are named like their environment variables, in lower case."""

    model_config = SettingsConfigDict(
        frozen=True, defer_build=True, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    database_url: str = "sqlite:///park.sqlite3"
    park_retention_days: int | None = Field(default=None, ge=30)
    """Age at which ended changes are pruned; None keeps them for ever."""
    park_snapshot_days: int = Field(default=90, ge=7)
    """Age of daily snapshots of the set-up from which one a week is kept."""


class PBXSettings(BaseSettings):
    """Settings of the connection to the PBX."""

    model_config = JournalSettings.model_config

    pbx_url: AnyHttpUrl
    """Base address including /api, as in https://pbx.example.com:8887/api."""
    pbx_token: SecretStr | None = None
    pbx_username: str | None = None
    pbx_password: SecretStr | None = None
    pbx_domain: str | None = None
    pbx_ca_file: Path | None = None
    pbx_verify_tls: bool = True
    pbx_deadline: float = Field(default=10.0, gt=0, le=30)
    """Seconds for one call to the PBX, answer included; at most half the 60 seconds of a worker's lease."""

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if self.pbx_token is None and (self.pbx_username is None or self.pbx_password is None):
            raise ValueError("set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD (and PBX_DOMAIN)")
        return self


class CommandSettings(BaseSettings):
    """The name of the slash command."""

    model_config = JournalSettings.model_config

    park_command: Annotated[str, AfterValidator(slash_command.check_name)] = slash_command.DEFAULT
    """The slash command that the Slack app declares, with its slash."""


class Settings(JournalSettings, PBXSettings, CommandSettings, InstallationSettings):
    """All settings that Park needs to run."""

    slack_bot_token: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Empty where the tokens are those of installations."""
    slack_app_token: SecretStr | None = None
    """If set, Slack is connected over Socket Mode."""
    slack_signing_secret: SecretStr | None = Field(default=None, validate_default=True)
    """If set instead of the app token, Slack is connected over HTTP."""
    slack_api_url: str = "https://slack.com/api/"

    park_http_listen: ListenAddress = "127.0.0.1:3000"
    """Address behind the proxy that terminates TLS: host:port, or [host]:port for IPv6."""
    park_http_trusted_proxy: str | None = None
    """Address whose X-Forwarded headers are trusted, or * for any."""

    park_drift_interval: int | None = Field(default=None, ge=1, le=1440)
    """Minutes between two scans for changes made outside Park; None disables them."""
    park_drift_requests: int = Field(default=50, ge=10, le=500)
    """Most PBX requests of one scan; PortSIP accepts 5,000 a minute, so that the limit of 500 is a tenth."""

    park_morning: time = time(8)
    """What "until tomorrow morning" means, in each user's time zone."""
    park_end_of_day: time = time(18)
    """What "until EOD" means: the end of the working day, in each user's time zone."""

    park_holidays: GivenCalendar = None
    """The calendar that "on holidays" means, unless the policy names one: DE, DE-BY, holidays.ics or an address."""
    park_schedules: int = Field(default=1000, ge=0, le=100_000)
    """Most recurring schedules in all."""
    park_schedules_per_group: int = Field(default=20, ge=1, le=1000)
    """Most recurring schedules of one park group, or of the call park server."""

    park_language: Language = ENGLISH
    """The language of cards and of whatever else many people read, and of private answers to people whose own Park
    lacks: en or de."""

    park_policy: Path = Path("policy.toml")
    park_read_only: bool = False
    """Whether changes are refused; questions and previews are still answered."""

    park_health_listen: ListenAddress | None = None
    """Address for health checks and metrics; None disables them."""
    park_log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"

    @property
    def secrets(self) -> frozenset[str]:
        """Values that must not appear in logs."""
        return frozenset(secrets_of(self) | {urlsplit(self.database_url).password or ""})

    @field_validator("park_morning", "park_end_of_day")
    @classmethod
    def _is_a_local_time_in_whole_minutes(cls, clock: time) -> time:
        if clock != time(clock.hour, clock.minute):
            raise ValueError("write hours and minutes without a time zone, like 08:00")
        return clock

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("slack_bot_token")
    @classmethod
    def _is_set_without_installations(cls, token: SecretStr, read: ValidationInfo) -> SecretStr:
        if not token.get_secret_value() and read.data.get("slack_client_id") is None:
            raise PydanticCustomError("missing", "is not set")
        if token.get_secret_value() and read.data.get("slack_client_id") is not None:
            raise ValueError("remove it, as SLACK_CLIENT_ID is set: install the app there at /slack/install instead")
        return token

    @field_validator("slack_signing_secret")
    @classmethod
    def _has_one_slack_connection(cls, secret: SecretStr | None, read: ValidationInfo) -> SecretStr | None:
        if (secret is None) == (read.data.get("slack_app_token") is None):
            raise ValueError("set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP: one, not both")
        return secret


class SlackTokens(BaseSettings):
    """The tokens of the Slack app, as they are configured now."""

    model_config = JournalSettings.model_config

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr | None = None


_PROBLEMS = {
    "missing": "is not set",
    "url_": "is not an address; write it like https://pbx.example.com:8887/api",
    "bool_": "write true or false",
    "int_": "write a whole number",
    "float_": "write a number",
    "finite_number": "write a number",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "time_": "write a time of day like 08:00",
    "literal_error": "write {expected}",
    "path_": "is not a path",
}
"""What to say of a value, by the beginning of pydantic's name for the problem."""


def secret_text(secret: SecretStr | None) -> str | None:
    """The text of a secret, for passing it to another system."""
    return None if secret is None else secret.get_secret_value()


def read_settings() -> Settings:
    """Reads all settings.

    Raises:
        SettingsError: the message names every invalid variable.
    """
    return read_given(Settings)


def read_command_settings() -> CommandSettings:
    """Reads the name of the slash command only; raises like `read_settings`."""
    return read_given(CommandSettings)


def read_slack_tokens() -> SlackTokens:
    """Reads the tokens of the Slack app only; raises like `read_settings`."""
    return read_given(SlackTokens)


def secrets_of(settings: BaseSettings) -> frozenset[str]:
    """The secret values of settings, which must not appear in logs."""
    given = (getattr(settings, name) for name in type(settings).model_fields)
    return frozenset(one.get_secret_value() for one in given if isinstance(one, SecretStr))


def read_given(read: Callable[[], SettingsT]) -> SettingsT:
    """Reads settings; raises SettingsError with the name of each invalid variable."""
    try:
        return read()
    except ValidationError as error:
        problems = (f"{_variable(one)}: {problem_text(one)}" for one in error.errors())
        raise SettingsError("\n".join(problems)) from None


def problem_text(problem: ErrorDetails) -> str:
    """What is wrong with one variable, without pydantic's own words."""
    kind = problem["type"]
    if kind == "value_error":
        return problem["msg"].removeprefix("Value error, ")
    text = next((text for start, text in _PROBLEMS.items() if kind.startswith(start)), "this value can't be used")
    return text.format_map(problem.get("ctx", {}))


def _variable(problem: ErrorDetails) -> str:
    return ".".join(map(str, problem["loc"])).upper() or "PBX"
