"""Puts the language of whoever sent a payload in force while it is handled."""

from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from bot.slack.users import SlackUserDirectory
from bot.texts.languages import speaking


class ReaderLanguages:
    """Chooses the language of what one person reads in private: acknowledgements, answers, forms, the Home tab.

    An acknowledgement never waits for Slack. Where the person's locale is not known, it is in the language of the
    setting, and Slack is asked beside, in `pool`; what is said after the acknowledgement is in the right one.
    """

    def __init__(self, users: SlackUserDirectory, pool: Executor) -> None:
        self._users, self._pool = users, pool

    def speaking_to(self, body: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Returns the context in which a payload is handled."""
        user = user_of(body)
        if user is None:
            return speaking(self._users.default_language)
        known = self._users.known_language(user)
        if known is not None:
            return speaking(known)
        self._pool.submit(self._users.language, user)
        return speaking(self._users.default_language, unsettled=partial(self._users.language, user))


def user_of(body: Mapping[str, Any]) -> str | None:
    """Returns the id of whoever sent a payload: a command, an interaction, or a message; None for any other event."""
    found = body.get("user_id")
    if found is None:
        event = body.get("event") or {}
        sender = body.get("user") or event.get("user") or (event.get("message") or {}).get("user")
        found = sender.get("id") if isinstance(sender, Mapping) else sender
    return found if isinstance(found, str) else None
