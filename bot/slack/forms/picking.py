"""What happens while a form is filled in: names are suggested, and inputs come and go with what is chosen."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.slack.forms import views
from bot.slack.forms.ids import NOBODY, PICK, RECALL_CHOICE
from bot.slack.forms.means import Means
from bot.slack.forms.reading import filled
from bot.slack.frame import as_many_as_fit
from bot.typeahead import Choice

Json = Mapping[str, Any]


class Picking:
    """Suggests from memory alone."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(RECALL_CHOICE)(self.choose_recall)
        for kind in ("group", "ring_group", "user"):
            app.options(PICK + kind)(self.suggest)

    def choose_recall(self, ack: Ack, body: Json) -> None:
        """The ring group's picker comes and goes with the choice."""
        ack()
        place, operation = self._means.placed(body)
        drawn = views.fill(operation, place.redrawn(arguments=filled(operation, body["view"]["state"]["values"])))
        self._means.later(self._means.screen.update, body["view"]["id"], drawn, body["view"]["hash"])

    def suggest(self, ack: Ack, payload: Json) -> None:
        """From memory; says so where there is none yet."""
        kind = payload["action_id"].removeprefix(PICK)
        found = self._means.clerk.choices(kind, payload["value"])
        if not found and (silence := self._means.clerk.silence(kind)):
            self._means.later(self._means.clerk.warm)
            found = [Choice(NOBODY, silence)]
        ack(options=as_many_as_fit(map(_option, found)))


def _option(one: Choice) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": one.label[:75]}, "value": one.value[:150]}
