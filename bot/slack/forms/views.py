"""The views a form goes through: wait, fill, review, said."""

from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.message import Message
from bot.operation import Operation
from bot.slack.blocks import render
from bot.slack.buttons import follow_button
from bot.slack.forms import destination
from bot.slack.forms.ids import names_in
from bot.slack.forms.inputs import Label, inputs
from bot.slack.forms.place import Place

FILL, APPLY = "park:fill", "park:apply"

Json = dict[str, Any]


def names(view: Json) -> set[str]:
    """Of the inputs that it has."""
    return names_in(block["block_id"] for block in view["blocks"] if block["type"] == "input")


def waiting(operation: type[Operation], text: str, name: str | None = None) -> Json:
    """Until the real one is there, which may know it by name."""
    blocks = [SectionBlock(text=text)]
    return View(type="modal", title=operation.title, close="Cancel", external_id=name, blocks=blocks).to_dict()


def fill(operation: type[Operation], place: Place, label: Label, *, said: Message | None = None) -> Json:
    """The inputs, under whatever has to be said first."""
    help_block: list[Any] = [SectionBlock(text=operation.help)]
    first = _blocks(said) if said else help_block
    asked = inputs(operation, place.arguments, label=label, turns=place.turns)
    drawn = (*asked, *destination.inputs(operation, place))
    blocks = [*first, *(block.to_dict() for block in drawn)]
    return _view(operation, FILL, place, blocks, submit="Show" if operation.asks_only() else "Review")


def review(operation: type[Operation], place: Place, said: Message) -> Json:
    """The diff, before the last click."""
    facts = (*said.facts, *(destination.said(operation, place) if said.offers else ()))
    without_button = replace(said, offers=(), facts=facts)  # the form's own submit does it
    submit = said.offers[0].label if said.offers else None
    return _view(operation, APPLY, place, _blocks(without_button), submit=submit)


def over(operation: type[Operation], said: Message, place: Place | None = None) -> Json:
    """All there is to say; nothing to submit."""
    packed = place.packed() if place else None
    return View(
        type="modal", title=operation.title, close="Close", blocks=_blocks(said), private_metadata=packed
    ).to_dict()


def _view(operation: type[Operation], callback: str, place: Place, blocks: list[Any], *, submit: str | None) -> Json:
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
