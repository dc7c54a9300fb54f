"""Who changed it, where the PBX's audit log tells."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.changes import Change
from bot.names import fold
from bot.pbx.models import AuditLog

SKEW = timedelta(minutes=5)
"""By which the PBX's clock may be behind Park's."""


def blame(logs: Iterable[AuditLog], change: Change, since: datetime, own: str | None) -> str | None:
    """All who changed that target since, but for Park's `own` account; None where nobody is named."""
    fitting = (one for one in logs if _is_about(one, change) and one.at and one.at >= since - SKEW)
    others = (one for one in fitting if one.user_name and not _is(one.user_name, own))
    named = (f"{one.user_name} ({one.source})" if one.source else str(one.user_name) for one in others)
    return ", ".join(dict.fromkeys(named)) or None


def _is_about(log: AuditLog, change: Change) -> bool:
    if change.target.is_server:
        return log.object_type == "CALL_PARK_SERVER"
    return log.object_type == "CALL_PARK_GROUP" and log.object_name in change.names


def _is(user: str, own: str | None) -> bool:
    """Whether the log's name is that account's, with its domain or without."""
    return own is not None and fold(user).partition("@")[0] == fold(own).partition("@")[0]
