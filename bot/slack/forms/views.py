"""The modal views; where the confirmation goes."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import Block, ConversationFilter, ConversationSelectElement, InputBlock, SectionBlock
from slack_sdk.models.views import View

from bot.errors import JournalUnavailable, NotPossible, SlackFailure
from bot.journal.storage import DestinationStore as Kept
from bot.messages.message import Fact, Message
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.slack.blocks import render
from bot.slack.buttons import follow_button
from bot.slack.forms.inputs import Label, inputs
from bot.slack.forms.state import FormState, SubmittedValues, names_in
from bot.slack.users import SlackUserDirectory

log = logging.getLogger(__name__)
BLOCK, PICK = "park:post_to", "park:pick:channel"
DIRECT = "A direct message from Park"


def is_asked(operation: type[Operation], place: FormState) -> bool:
    """Where the form has a channel, that is where its confirmation goes."""
    return operation.changes() and place.channel is None


def destination_inputs(operation: type[Operation], place: FormState) -> Iterator[Block]:
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


def picked(state: SubmittedValues) -> str | None:
    """The channel's id; None for a direct message."""
    return next((entry["selected_conversation"] for entry in state.get(BLOCK, {}).values()), None)


def destination_facts(operation: type[Operation], place: FormState) -> tuple[Fact, ...]:
    """What a review says of it."""
    if not is_asked(operation, place):
        return ()
    where = Fact(label="Confirmation in", value="", ids=(place.post_to,)) if place.post_to else None
    return (where or Fact(label="Confirmation in", value=DIRECT.lower()),)


class Destinations:
    """What people chose last, and whether they may still have something posted there."""

    def __init__(self, people: SlackUserDirectory, kept: Kept) -> None:
        self._people, self._kept = people, kept

    def usual(self, operation: type[Operation], place: FormState, request: Request) -> tuple[FormState, Message | None]:
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


FILL, APPLY = "park:fill", "park:apply"

Json = dict[str, Any]


def names(view: Json) -> set[str]:
    """Of the inputs that it has."""
    return names_in(block["block_id"] for block in view["blocks"] if block["type"] == "input")


def waiting(operation: type[Operation], text: str, name: str | None = None) -> Json:
    """Until the real one is there, which may know it by name."""
    blocks = [SectionBlock(text=text)]
    return View(type="modal", title=operation.title, close="Cancel", external_id=name, blocks=blocks).to_dict()


def fill(operation: type[Operation], place: FormState, label: Label, *, said: Message | None = None) -> Json:
    """The inputs, under whatever has to be said first."""
    help_block: list[Any] = [SectionBlock(text=operation.help)]
    first = _blocks(said) if said else help_block
    asked = inputs(operation, place.arguments, label=label, turns=place.turns)
    drawn = (*asked, *destination_inputs(operation, place))
    blocks = [*first, *(block.to_dict() for block in drawn)]
    return _view(operation, FILL, place, blocks, submit="Show" if operation.asks_only() else "Review")


def review(operation: type[Operation], place: FormState, said: Message) -> Json:
    """The diff, before the last click."""
    facts = (*said.facts, *(destination_facts(operation, place) if said.offers else ()))
    without_button = replace(said, offers=(), facts=facts)  # the form's own submit does it
    submit = said.offers[0].label if said.offers else None
    return _view(operation, APPLY, place, _blocks(without_button), submit=submit)


def over(operation: type[Operation], said: Message, place: FormState | None = None) -> Json:
    """All there is to say; nothing to submit."""
    packed = place.packed() if place else None
    return View(
        type="modal", title=operation.title, close="Close", blocks=_blocks(said), private_metadata=packed
    ).to_dict()


def _view(
    operation: type[Operation], callback: str, place: FormState, blocks: list[Any], *, submit: str | None
) -> Json:
    return View(
        type="modal",
        callback_id=callback,
        title=operation.title,
        submit=submit,
        close="Cancel" if submit else "Close",
        private_metadata=place.packed(),
        blocks=blocks,
    ).to_dict()


def _blocks(said: Message) -> list[Block | Json]:
    """The first page: a form has no second; what is longer says so. What is offered is shown here before it is done."""
    first, *rest = render(said, draw=follow_button)
    more: list[Block | Json] = (
        [SectionBlock(text="There is more than fits here: type the line to see all of it.")] if rest else []
    )
    return [*first["blocks"], *more]
