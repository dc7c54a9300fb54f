"""Where the confirmation goes of a form opened outside of any channel: chosen, remembered, granting nothing."""

import logging
from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ConversationFilter, ConversationSelectElement, InputBlock

from bot.errors import JournalUnavailable, NotPossible, SlackFailure
from bot.journal.destinations import Destinations as Kept
from bot.message import Fact, Message
from bot.operation import Operation
from bot.request import Request
from bot.slack.forms.place import Place
from bot.slack.forms.reading import State
from bot.slack.people import People

log = logging.getLogger(__name__)
BLOCK, PICK = "park:post_to", "park:pick:channel"
DIRECT = "A direct message from Park"


def is_asked(operation: type[Operation], place: Place) -> bool:
    """Where the form has a channel, that is where its confirmation goes."""
    return operation.changes() and place.channel is None


def inputs(operation: type[Operation], place: Place) -> Iterator[Block]:
    """Slack's own picker. It also offers public channels that the person is not in: `Destinations.check` does not."""
    if is_asked(operation, place):
        picker = ConversationSelectElement(
            action_id=PICK,
            placeholder=DIRECT,
            initial_conversation=place.post_to,
            filter=ConversationFilter(include=["public", "private"]),
        )
        hint = "A channel that you are in. It decides nothing about what you may do."
        yield InputBlock(block_id=BLOCK, label="Post the confirmation in", hint=hint, element=picker, optional=True)


def picked(state: State) -> str | None:
    """The channel's id; None for a direct message."""
    return next((entry["selected_conversation"] for entry in state.get(BLOCK, {}).values()), None)


def said(operation: type[Operation], place: Place) -> tuple[Fact, ...]:
    """What a review says of it."""
    if not is_asked(operation, place):
        return ()
    where = Fact(label="Confirmation in", value="", ids=(place.post_to,)) if place.post_to else None
    return (where or Fact(label="Confirmation in", value=DIRECT.lower()),)


class Destinations:
    """What people chose last, and whether they may still have something posted there."""

    def __init__(self, people: People, kept: Kept) -> None:
        self._people, self._kept = people, kept

    def usual(self, operation: type[Operation], place: Place, request: Request) -> tuple[Place, Message | None]:
        """The form with what was chosen last; or without, and what to say, where that is no longer to be had."""
        if not is_asked(operation, place):
            return place, None
        try:
            kept = self._kept.of(request.team, request.user)
            why = kept and self._people.why_not_in(request.user, kept)
        except (JournalUnavailable, SlackFailure) as fault:  # no reason not to open the form
            log.warning("where somebody posts confirmations is not known: %s", fault)
            return place, None
        if why:
            return place, Message(
                title=f"The channel that your confirmations went to last is no longer offered: {why}."
            )
        return place.model_copy(update={"post_to": kept}), None

    def check(self, request: Request) -> None:
        """Raise NotPossible where the asker can't have anything posted; SlackFailure where Slack can't be asked."""
        if request.channel is None and request.post_to is not None:
            why = self._people.why_not_in(request.user, request.post_to)
            if why is not None:
                raise NotPossible(
                    f"The confirmation can't be posted in the channel you chose: {why}. Nothing was changed yet.",
                    notes=("Choose another channel below, or none for a direct message.",),
                )

    def remember(self, request: Request) -> None:
        """Once it was submitted; what can't be kept is asked for again."""
        try:
            self._kept.keep(request.team, request.user, request.post_to)
        except JournalUnavailable as fault:
            log.warning("where somebody posts confirmations was not kept: %s", fault)
