"""The views a form goes through: wait, fill, review, said."""

from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.message import Message
from bot.operation import Operation, ReadOperation
from bot.slack.blocks import render
from bot.slack.forms.inputs import inputs
from bot.slack.forms.place import Place

FILL, APPLY, READ = "park:fill", "park:apply", "park:read"

Json = dict[str, Any]


def waiting(operation: type[Operation], text: str, name: str | None = None) -> Json:
    """Until the real one is there, which may know it by name."""
    blocks = [SectionBlock(text=text)]
    return View(type="modal", title=operation.title, close="Cancel", external_id=name, blocks=blocks).to_dict()


def fill(operation: type[Operation], place: Place, *, said: Message | None = None) -> Json:
    """The inputs, under whatever has to be said first."""
    help_block: list[Any] = [SectionBlock(text=operation.help)]
    first = _blocks(said) if said else help_block
    blocks = [*first, *(block.to_dict() for block in inputs(operation, place.arguments))]
    return _view(operation, FILL, place, blocks, submit=_submit(operation))


def _submit(operation: type[Operation]) -> str:
    """A change is shown before it is made; what is only written into the journal can be taken back by a line."""
    return "Review" if operation.changes() else "Show" if issubclass(operation, ReadOperation) else "Apply"


def review(operation: type[Operation], place: Place, said: Message) -> Json:
    """The diff, before the last click."""
    without_button = replace(said, offers=())  # the form's own submit does it
    return _view(
        operation, APPLY, place, _blocks(without_button), submit=said.offers[0].label if place.expects else None
    )


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
        close="Cancel",
        private_metadata=place.packed(),
        blocks=blocks,
    ).to_dict()


def _blocks(said: Message) -> list[Block | Json]:
    """The first page: a form has no second; what is longer says so."""
    first, *rest = render(said)
    more: list[Block | Json] = (
        [SectionBlock(text="There is more than fits here: type the line to see all of it.")] if rest else []
    )
    return [*first["blocks"], *more]
