"""What a form would do: held against the PBX and shown as a diff, or why it can't be, with all that was typed."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.errors import NotUnderstood, PBXError, Refused, SlackFailure
from bot.grammar import parse
from bot.logs import following
from bot.message import Message
from bot.operation import Operation
from bot.operations import Help, Preview
from bot.request import Request
from bot.slack.buttons import FOLLOW_ACTION
from bot.slack.forms import views
from bot.slack.forms.asked import of_form
from bot.slack.forms.means import FAULT, Means, Outdated
from bot.slack.forms.place import Place
from bot.slack.forms.trouble import away, shifted

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

CHECKING = "Checking with the PBX ... nothing is changed yet."


class Reviewing:
    """In a thread of its own, while the person sees that it is checked."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(FOLLOW_ACTION)(self.follow)

    def follow(self, ack: Ack, body: Json, action: Json) -> None:
        """A button in a form that stands for a line: what it would do is shown in the form."""
        ack()
        self._means.later(self._follow, body, json.loads(action["value"])["line"])

    def review(self, body: Json, place: Place, asked: Operation) -> None:
        """The diff, or the form again with everything that was typed."""
        request = of_form(body, place, asked, self._means.me.team)
        with following(request):
            self._means.screen.replace(place.nonce, self._drawn(request, place, asked))

    def _drawn(self, request: Request, place: Place, asked: Operation) -> views.Json:
        kind = type(asked)
        try:
            self._means.destinations.check(request)
            present = self._means.clerk.opened(request, kind, asked.model_dump(mode="json"))
            return self._shifted(kind, place, present) or self._reviewed(request, place, asked)
        except Refused as refused:
            return self._again(kind, place, refused.message)
        except (PBXError, SlackFailure) as fault:
            return self._again(kind, place, away(fault))
        except Exception:  # whoever waits before "Checking ..." must hear of it
            log.exception("a form met a fault in Park")
            return self._again(kind, place, FAULT)

    def _follow(self, body: Json, line: str) -> None:
        view = body["view"]["id"]
        try:
            before, _ = self._means.placed(body)
            asked = _meant(line)
            kind = self._means.operation(asked.key())
        except (Outdated, NotUnderstood) as fault:
            self._means.screen.update(view, views.over(Help, fault.message))
            return
        place = Place(
            operation=kind.key(),
            arguments=asked.model_dump(mode="json", exclude_none=True),
            channel=before.channel,
            thread=before.thread,
            at_top=before.at_top,
            post_to=before.post_to,
        )
        if place.post_to is None:
            place, _ = self._means.destinations.usual(kind, place, of_form(body, place, asked, self._means.me.team))
        self._means.screen.update(view, views.waiting(kind, CHECKING, place.nonce))
        self.review(body, place, asked)

    def _again(self, kind: type[Operation], place: Place, said: Message) -> views.Json:
        """With the inputs as they were, if it has any."""
        return self._means.fill(kind, place, said=said) if kind.form() else views.over(kind, said, place)

    def _shifted(self, operation: type[Operation], place: Place, present: dict[str, Any]) -> views.Json | None:
        """The form again where the same group, or the server, no longer is as the form showed it."""
        if not place.present or present == place.present or present.get("group") != place.present.get("group"):
            return None
        return self._means.fill(operation, place.redrawn(present=present), said=shifted(operation, present))

    def _reviewed(self, request: Request, place: Place, asked: Operation) -> views.Json:
        kind, said = type(asked), self._means.clerk.reviewed(request, asked)
        if kind.asks_only():
            return views.over(kind, said, place)
        expects = said.offers[0].expects if said.offers else None
        shown = place.redrawn(arguments=asked.model_dump(mode="json"), expects=expects)
        return views.review(kind, shown, said)


def _meant(line: str) -> Operation:
    """The reading of a line that Park said itself; of a preview, what it is about. Raise NotUnderstood."""
    asked = parse(line)[0]
    return _meant(asked.line) if isinstance(asked, Preview) else asked
