"""What the doors of the forms work with."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from bot.clerk import Clerk
from bot.errors import SlackFailure
from bot.operation import Operation
from bot.operations import OPERATIONS
from bot.slack.connection import Identity
from bot.slack.forms.place import Place
from bot.slack.inbox import Inbox
from bot.slack.screen import Screen

log = logging.getLogger(__name__)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Means:
    """Each gesture is acknowledged at once; what waits for the PBX or for Slack has threads of its own."""

    screen: Screen
    inbox: Inbox
    clerk: Clerk
    me: Identity
    pool: Executor

    def operation(self, key: str) -> type[Operation]:
        """By the name of its file."""
        return next(one for one in OPERATIONS if one.key() == key)

    def placed(self, body: Json) -> tuple[Place, type[Operation]]:
        """What the view of a gesture carries with it."""
        place = Place.model_validate_json(body["view"]["private_metadata"])
        return place, self.operation(place.operation)

    def later(self, work: Callable[..., object], *arguments: object) -> None:
        """As soon as a thread is free."""
        self.pool.submit(_logged, work, *arguments)


def _logged(work: Callable[..., object], *arguments: object) -> None:
    try:
        work(*arguments)
    except SlackFailure as failure:
        log.warning("a form could not be shown: %s", failure)
    except Exception:
        log.exception("a form met a fault in Park")
