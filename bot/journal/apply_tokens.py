"""Tokens with which pipelines run `parkbot apply` as a user: only their hashes are stored, and each expires."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.errors import SettingsError
from bot.journal.database import Database
from bot.journal.events import append
from bot.journal.slack_tables import apply_tokens

PREFIX = "park_"
"""Begins each token, so that scanners for secrets can recognize it."""
_BYTES = 32
"""Random bytes of a token. A hash of so many needs no salt and no slow function."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyToken:
    """A token without its secret."""

    name: str
    acts_as: str
    """Id of the Slack user whom the policy judges."""
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def obstacle(self, now: datetime) -> str | None:
        """Returns why it can't be used now; None if it can."""
        if self.revoked_at is not None:
            return f"was revoked on {self.revoked_at:%Y-%m-%d}"
        return f"has expired on {self.expires_at:%Y-%m-%d}" if self.expires_at <= now else None


class ApplyTokens:
    """Creates, finds and revokes tokens. Every method raises JournalUnavailable, which may be temporary."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, acts_as: str, lifetime: timedelta, *, by: str) -> str:
        """Creates a token and returns it, which can't be read again; raises SettingsError if the name is in use."""
        token = PREFIX + secrets.token_urlsafe(_BYTES)
        with self._database.writing() as connection:
            now = self._database.now(connection)
            if any(one.name == name and one.obstacle(now) is None for one in _read(connection)):
                raise SettingsError(f"There is a token {name} already. Choose another name, or revoke that one first.")
            known, end = {"name": name, "acts_as": acts_as}, now + lifetime
            values = {**known, "created_at": now, "created_by": by, "expires_at": end}
            connection.execute(insert(apply_tokens).values(hash=_hash(token), **values))
            data = {**known, "expires_at": end.isoformat()}
            append(connection, [{"entry_id": None, "at": now, "what": "token made", "by": by, "data": data}])
        return token

    def use(self, token: str) -> ApplyToken:
        """Returns the token's actor and records the use; raises SettingsError if it can't be used."""
        with self._database.writing() as connection:
            now, this = self._database.now(connection), apply_tokens.c.hash == _hash(token)
            row = connection.execute(select(apply_tokens).where(this)).mappings().one_or_none()
            if row is None:
                raise SettingsError("PARK_APPLY_TOKEN is not known here. Create one: python -m bot token create")
            found = _token(row)
            if (obstacle := found.obstacle(now)) is not None:
                text = (
                    f"The token {found.name} in PARK_APPLY_TOKEN {obstacle}. Create another: python -m bot token create"
                )
                raise SettingsError(text)
            connection.execute(update(apply_tokens).where(this).values(used_at=now))
        return found

    def revoke(self, name: str, *, by: str) -> bool:
        """Revokes the token of that name; returns whether there was one that could be used."""
        with self._database.writing() as connection:
            now = self._database.now(connection)
            usable = (apply_tokens.c.name == name, apply_tokens.c.revoked_at.is_(None), apply_tokens.c.expires_at > now)
            if not connection.execute(update(apply_tokens).where(*usable).values(revoked_at=now)).rowcount:
                return False
            data = {"name": name}
            append(connection, [{"entry_id": None, "at": now, "what": "token revoked", "by": by, "data": data}])
        return True

    def all(self) -> list[ApplyToken]:
        """Returns all tokens, those that were revoked or have expired too, by the time of their creation."""
        with self._database.reading() as connection:
            return _read(connection)


def _read(connection: Connection) -> list[ApplyToken]:
    rows = connection.execute(select(apply_tokens).order_by(apply_tokens.c.created_at)).mappings()
    return list(map(_token, rows))


def _token(row: Any) -> ApplyToken:
    return ApplyToken(**{name: row[name] for name in ApplyToken.__slots__})


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
