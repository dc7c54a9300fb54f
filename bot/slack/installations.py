"""The installations of the app in Slack workspaces and organizations, whose tokens are stored encrypted."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Connection, Dialect, String, TypeDecorator, select, update

from bot.errors import SettingsError
from bot.journal.database import Database

STATE_SECONDS = 600
"""Seconds between the start of an installation and its end; the same as the cookie of Bolt."""
_TOKENS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
"""Columns with secrets; Park asks for a bot token only, the others stay empty."""
_WRONG_KEY = (
    "PARK_TOKEN_KEY can't decrypt the stored Slack tokens. If the key was replaced, set both, the new one first "
    "(PARK_TOKEN_KEY=new,old), and run `python -m bot installations rotate`. If the old key is lost, remove the "
    "installations with `python -m bot installations remove` and install the app again."
)


def generate_key() -> str:
    """Returns a new key."""
    return Fernet.generate_key().decode()


class TokenCipher:
    """Encrypts with the first key, and decrypts with each."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str) -> str:
        """Returns the text encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str) -> str:
        """Returns the text decrypted; raises SettingsError if no key fits."""
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken as error:
            raise SettingsError(_WRONG_KEY) from error


class EncryptedText(TypeDecorator[str]):
    """A column whose texts are encrypted in the database."""

    impl = String
    cache_ok = True

    def __init__(self, cipher: TokenCipher) -> None:
        super().__init__()
        self.cipher = cipher

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypts a value."""
        return value and self.cipher.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypts a value."""
        return value and self.cipher.decrypt(value)


class _Transactions:
    """What the SDK's stores use of an engine, as the journal's transactions: they wait their turn to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self) -> AbstractContextManager[Connection]:
        return self._database.writing()

    def connect(self) -> AbstractContextManager[Connection]:
        return self._database.reading()


class EncryptedInstallationStore(SQLAlchemyInstallationStore):
    """The SDK's store in the journal's database; a workspace or organization has one installation, the newest."""

    def __init__(self, client_id: str, database: Database, cipher: TokenCipher) -> None:
        super().__init__(client_id, _Transactions(database))  # type: ignore[arg-type]
        for table in (self.bots, self.installations):
            for column in (table.c[name] for name in _TOKENS if name in table.c):
                column.type = EncryptedText(cipher)

    def save(self, installation: Installation) -> None:
        """Stores an installation in place of the one before it."""
        self.delete_all(enterprise_id=installation.enterprise_id, team_id=installation.team_id)
        super().save(installation)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledApp:
    """An installation, without its token."""

    id: str
    """Id of the workspace, or of the organization if the app is installed for all of it."""
    name: str
    enterprise: str | None
    team: str | None
    """None for an organization."""
    bot: str
    bot_user: str
    scopes: frozenset[str]
    installed_by: str
    installed_at: datetime


class Installations:
    """Stores, finds and removes installations. Every method raises JournalUnavailable, which may be temporary."""

    def __init__(self, database: Database, client_id: str, keys: Sequence[str]) -> None:
        """Prepares the stores.

        Args:
            keys: Keys for Fernet, the newest first.
        """
        self._database = database
        self.store = EncryptedInstallationStore(client_id, database, TokenCipher(keys))
        self.states = SQLAlchemyOAuthStateStore(STATE_SECONDS, _Transactions(database))  # type: ignore[arg-type]

    def all(self) -> list[InstalledApp]:
        """Returns all installations, by name."""
        table = self.store.installations
        columns = [column for column in table.c if column.name not in _TOKENS]
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(table.c.client_id == self.store.client_id)).mappings()
            return sorted(map(_installed_app, rows), key=lambda one: one.name)

    def find(self, id: str) -> InstalledApp | None:
        """Returns the installation of a workspace or an organization, by its id."""
        return next((one for one in self.all() if one.id == id), None)

    def token(self, id: str) -> str | None:
        """Returns the bot token for a workspace or an organization; None if the app is not installed there.

        Raises:
            SettingsError: No key of PARK_TOKEN_KEY fits.
        """
        found = self.find(id)
        bot = found and self.store.find_bot(enterprise_id=found.enterprise, team_id=found.team)
        return bot.bot_token if isinstance(bot, Bot) else None

    def remove(self, id: str) -> bool:
        """Deletes an installation with its token; returns whether there was one."""
        found = self.find(id)
        if found is None:
            return False
        self.store.delete_all(enterprise_id=found.enterprise, team_id=found.team)
        return True

    def rotate(self) -> int:
        """Encrypts all tokens with the newest key; returns how many; raises SettingsError if no key fits one."""
        count = 0
        with self._database.writing() as connection:
            for table in (self.store.bots, self.store.installations):
                columns = [table.c[name] for name in _TOKENS if name in table.c]
                for row in connection.execute(select(table.c.id, *columns)).mappings().all():
                    values = {column.name: row[column.name] for column in columns}
                    connection.execute(update(table).where(table.c.id == row["id"]).values(values))
                    count += sum(value is not None for value in values.values())
        return count


def _installed_app(row: Any) -> InstalledApp:
    org_wide = bool(row["is_enterprise_install"])
    enterprise, team = row["enterprise_id"], None if org_wide else row["team_id"]
    return InstalledApp(
        id=team or enterprise,
        name=(row["enterprise_name"] if org_wide else row["team_name"]) or team or enterprise,
        enterprise=enterprise,
        team=team,
        bot=row["bot_id"] or "",
        bot_user=row["bot_user_id"] or "",
        scopes=frozenset(filter(None, (row["bot_scopes"] or "").split(","))),
        installed_by=row["user_id"],
        installed_at=row["installed_at"].replace(tzinfo=UTC),
    )
