"""Settings for an app that is installed in several Slack workspaces; one workspace needs none of them."""

import base64
import binascii
import re
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KEY_BYTES = 32
"""Bytes of a key for Fernet; cryptography.io, Fernet."""
_WORKSPACE = re.compile(r"[TE][A-Z0-9]{2,}")
_TOGETHER = "SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, PARK_TOKEN_KEY and PARK_INSTALL_TEAMS belong together"


def _split(text: object) -> object:
    return tuple(filter(None, re.split(r"[\s,]+", text))) if isinstance(text, str) else text


class InstallationSettings(BaseSettings):
    """What OAuth needs, the key that encrypts the tokens, and who may install the app."""

    model_config = SettingsConfigDict(
        frozen=True, defer_build=True, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    slack_client_id: str | None = None
    """If set, the tokens are those of the installations in the journal's database, besides SLACK_BOT_TOKEN."""
    slack_client_secret: SecretStr | None = Field(default=None, validate_default=True)
    park_token_key: SecretStr | None = Field(default=None, validate_default=True)
    """Keys that encrypt the tokens, the newest first, separated by commas."""
    park_install_teams: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_split)] = Field(
        default=None, validate_default=True
    )
    """Ids of the workspaces (T...) and organizations (E...) that may install the app."""

    @property
    def token_keys(self) -> list[str]:
        """The keys of PARK_TOKEN_KEY, the newest first."""
        return split_keys(self.park_token_key) if self.park_token_key is not None else []

    @field_validator("slack_client_secret", "park_token_key", "park_install_teams")
    @classmethod
    def _is_set_with_the_client_id(cls, value: object, read: ValidationInfo) -> object:
        if bool(value) != (read.data.get("slack_client_id") is not None):
            raise ValueError(f"{'is needed' if not value else 'stands alone'}: {_TOGETHER}")
        return value

    @field_validator("park_token_key")
    @classmethod
    def _holds_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all(map(_is_key, split_keys(value))):
            raise ValueError("make a key with: python -m bot installations key")
        return value

    @field_validator("park_install_teams")
    @classmethod
    def _holds_ids(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if wrong := [one for one in value or () if not _WORKSPACE.fullmatch(one)]:
            raise ValueError(f"{wrong[0]} is no id: write those of workspaces (T...) or organizations (E...)")
        return value


def split_keys(keys: SecretStr) -> list[str]:
    """Returns the keys of PARK_TOKEN_KEY, the newest first."""
    return [one.strip() for one in keys.get_secret_value().split(",")]


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text.encode())) == KEY_BYTES
    except (binascii.Error, UnicodeEncodeError):
        return False
