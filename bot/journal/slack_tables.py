"""SQL tables of the app's installations in Slack, and of the tokens for `parkbot apply`.

The columns of `slack_bots`, `slack_installations` and `slack_oauth_states` are those of slack_sdk's SQLAlchemy stores,
which read and write them. Columns with secrets have no limit here, because what they hold is encrypted.
"""

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, String, Table

from bot.journal.tables import UtcDateTime
from bot.journal.tables import metadata as metadata


def _app() -> list[Column[Any]]:
    """Returns the columns, in the order of the migration, with which an installation and its bot begin."""
    return [
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("client_id", String(32), nullable=False),
        Column("app_id", String(32), nullable=False),
        Column("enterprise_id", String(32)),
        Column("enterprise_name", String(200)),
    ]


def _bot() -> list[Column[Any]]:
    """Returns the columns of a workspace and of the bot in it."""
    return [
        Column("team_id", String(32)),
        Column("team_name", String(200)),
        Column("bot_token", String),
        Column("bot_id", String(32)),
        Column("bot_user_id", String(32)),
        Column("bot_scopes", String(1000)),
        Column("bot_refresh_token", String),
        Column("bot_token_expires_at", DateTime),
    ]


slack_bots = Table(
    "slack_bots",
    metadata,
    *_app(),
    *_bot(),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
)

slack_installations = Table(
    "slack_installations",
    metadata,
    *_app(),
    Column("enterprise_url", String(200)),
    *_bot(),
    Column("user_id", String(32), nullable=False),
    Column("user_token", String),
    Column("user_scopes", String(1000)),
    Column("user_refresh_token", String),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", String),
    Column("incoming_webhook_channel", String(200)),
    Column("incoming_webhook_channel_id", String(200)),
    Column("incoming_webhook_configuration_url", String(200)),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("token_type", String(32)),
    Column("installed_at", DateTime, nullable=False),
)

slack_oauth_states = Table(
    "slack_oauth_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)

# Tokens of pipelines for `parkbot apply`: their hashes, and as whom they act.
apply_tokens = Table(
    "apply_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("acts_as", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)
