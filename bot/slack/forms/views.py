"""The modal views of forms, and the choice of the channel where a confirmation is posted."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    ConversationFilter,
    ConversationSelectElement,
    DividerBlock,
    InputBlock,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.errors import JournalUnavailable, NotPossible, SlackFailure
from bot.journal.storage import DestinationStore
from bot.messages.message import Fact, Message, Row
from bot.messages.request import Request
from bot.operations.base import ChangeOperation, Operation
from bot.slack.blocks import render, row_blocks
from bot.slack.buttons import follow_button
from bot.slack.forms.inputs import LabelLookup, input_blocks
from bot.slack.forms.state import FormState, input_names
from bot.slack.forms.values import SubmittedValues
from bot.slack.users import SlackUserDirectory, TTLCache
from bot.slack.web_api import Json
from bot.texts import forms, previews, wording

log = logging.getLogger(__name__)

FILL, REVIEW = "park:fill", "park:apply"
"""The callback_ids of the form and of its review."""
LATE_INPUTS = ("starts", "park:post_to")
"""The block_ids of the inputs below what would change."""
FIRST_POSITION = 100
"""Position of the first button about what is temporary, so that its action_id differs from all others."""
DESTINATION_BLOCK, DESTINATION_ACTION = "park:post_to", "park:pick:channel"


def loading_view(operation_type: type[Operation], text: str, external_id: str | None = None) -> Json:
    """Returns a view to show until the real one is ready, which may then find it by `external_id`."""
    title, blocks = operation_type.title, [SectionBlock(text=text)]
    return View(type="modal", title=title, close=forms.CANCEL, external_id=external_id, blocks=blocks).to_dict()


def fill_view(
    operation_type: type[Operation],
    state: FormState,
    label: LabelLookup,
    *,
    notice: Message | None = None,
    changes: Message | None = None,
    temporary: tuple[Row, ...] = (),
    calendars: Sequence[str] = (),
    focus: bool = False,
) -> Json:
    """Returns the form, under a notice or the operation's help text.

    Args:
        temporary: What is temporary in the form's groups, with buttons to end it.
        calendars: Names of the holiday calendars on whose days a change may repeat.
        changes: What the form would change as it is filled in, or why that is not possible.
        focus: Whether the keyboard goes to the first input that has to be filled.
    """
    top = _blocks(notice) if notice else [SectionBlock(text=operation_type.help).to_dict()]
    fields = input_blocks(
        operation_type,
        state.arguments,
        label=label,
        current=state.current,
        calendars=calendars,
        replaces_schedule=state.replaces is not None,
        focus=focus,
    )
    blocks = [*top, *(block.to_dict() for block in (*fields, *_destination_input(operation_type, state)))]
    if operation_type.changes():
        rows = () if changes and changes.offers else temporary  # a conflict has its own buttons for it
        ends = row_blocks(rows, count(FIRST_POSITION), follow_button)
        shown = _blocks(changes) if changes else [_hint().to_dict()]
        # Above the inputs that are seldom used, so that it is in sight, and below the others, which it must not move.
        at = next((n for n, block in enumerate(blocks) if block.get("block_id") in LATE_INPUTS), len(blocks))
        blocks[at:at] = [DividerBlock().to_dict(), *(block.to_dict() for block in ends), *shown]
    return _view(operation_type, FILL, state, blocks, submit=_submit_label(operation_type))


def asks_first(operation_type: type[Operation]) -> bool:
    """Returns whether a form's changes are reviewed in a second step: those that destroy something."""
    return not issubclass(operation_type, ChangeOperation) or bool(operation_type.needs_confirmation)


def _submit_label(operation_type: type[Operation]) -> str:
    if operation_type.is_read_only():
        return forms.SHOW
    if not issubclass(operation_type, ChangeOperation) or asks_first(operation_type):
        return forms.REVIEW
    return operation_type.button


def _hint() -> Block:
    return ContextBlock(elements=[PlainTextObject(text=forms.SHOWN_HERE)])


def review_view(operation_type: type[Operation], state: FormState, preview: Message) -> Json:
    """Returns the preview of a change; its first offer becomes the submit button."""
    submit = preview.offers[0].label if preview.offers else None
    facts = (*preview.facts, *_destination_facts(operation_type, state)) if preview.offers else preview.facts
    return _view(operation_type, REVIEW, state, _blocks(replace(preview, offers=(), facts=facts)), submit=submit)


def accepted_view(operation_type: type[Operation], state: FormState, preview: Message) -> Json:
    """Returns the view of a change that was accepted after its form was acknowledged: Park can't close a view."""
    facts = (*preview.facts, *_destination_facts(operation_type, state))
    title = forms.accepted(preview.title.removesuffix(previews.question("")))
    message = Message(title=title, facts=facts, notes=(*preview.notes, forms.ACCEPTED_NOTE))
    return message_view(operation_type, message)


def message_view(operation_type: type[Operation], message: Message, state: FormState | None = None) -> Json:
    """Returns a view with a message and nothing to submit."""
    metadata, blocks = state.encode() if state else None, _blocks(message)
    title = operation_type.title
    return View(type="modal", title=title, close=forms.CLOSE, blocks=blocks, private_metadata=metadata).to_dict()


def view_input_names(view: Json) -> set[str]:
    """Returns the names of a view's inputs."""
    return input_names(block["block_id"] for block in view["blocks"] if block["type"] == "input")


def _view(
    operation_type: type[Operation], callback_id: str, state: FormState, blocks: list[Any], *, submit: str | None
) -> Json:
    return View(
        type="modal",
        callback_id=callback_id,
        title=operation_type.title,
        submit=submit,
        close=forms.CANCEL if submit else forms.CLOSE,
        private_metadata=state.encode(),
        blocks=blocks,
    ).to_dict()


def _blocks(message: Message) -> list[Json]:
    """Returns the first page of a message, and a note where there are more; its buttons preview their lines."""
    first, *rest = render(message, make_button=follow_button, tables=False)
    note = SectionBlock(text=forms.MORE_THAN_FITS)
    return [*first["blocks"], *([note.to_dict()] if rest else [])]


def asks_for_destination(operation_type: type[Operation], state: FormState) -> bool:
    """Returns whether the form asks where to post the confirmation; one opened in a channel posts it there."""
    return operation_type.changes() and state.channel is None


def chosen_destination(values: SubmittedValues) -> str | None:
    """Returns the id of the channel chosen for the confirmation, or None for a direct message."""
    return next((element["selected_conversation"] for element in values.get(DESTINATION_BLOCK, {}).values()), None)


def _destination_input(operation_type: type[Operation], state: FormState) -> Iterator[Block]:
    """Yields Slack's channel picker, which also offers channels that `Destinations.check` then refuses."""
    if asks_for_destination(operation_type, state):
        yield InputBlock(
            block_id=DESTINATION_BLOCK,
            label=forms.POST_IN,
            hint=forms.POST_IN_HINT,
            element=ConversationSelectElement(
                action_id=DESTINATION_ACTION,
                placeholder=forms.DIRECT_MESSAGE,
                initial_conversation=state.post_to,
                filter=ConversationFilter(include=["public", "private"], exclude_external_shared_channels=True),
            ),
            optional=True,
        )


def _destination_facts(operation_type: type[Operation], state: FormState) -> tuple[Fact, ...]:
    if not asks_for_destination(operation_type, state):
        return ()
    value, ids = ("", (state.post_to,)) if state.post_to else (wording.inside(forms.DIRECT_MESSAGE), ())
    return (Fact(label=forms.CONFIRMATION_IN, value=value, ids=ids),)


_RECENT = 15.0
"""Seconds for which a channel counts as checked while a form is filled in; users.conversations takes 50 a minute."""


class Destinations:
    """Remembers the channel that each user chose last for confirmations, and checks that it can be used."""

    def __init__(self, users: SlackUserDirectory, store: DestinationStore) -> None:
        self._users, self._store = users, store
        self._recent = TTLCache[tuple[str, str], str | None](lambda key: users.posting_obstacle(*key), seconds=_RECENT)

    def restore(
        self, operation_type: type[Operation], state: FormState, request: Request
    ) -> tuple[FormState, Message | None]:
        """Returns the state with the channel chosen last, or unchanged with a notice where that can't be used."""
        if not asks_for_destination(operation_type, state):
            return state, None
        try:
            channel = self._store.of(request.team, request.user)
            obstacle = channel and self._users.posting_obstacle(request.user, channel)
        except (JournalUnavailable, SlackFailure) as fault:  # the form opens without it
            log.warning("where somebody posts confirmations is not known: %s", fault)
            return state, None
        if obstacle:
            return state, Message(title=forms.destination_gone(obstacle))
        return state.model_copy(update={"post_to": channel}), None

    def check(self, request: Request, *, is_typing: bool = False) -> None:
        """Raises NotPossible where the chosen channel can't be used, and SlackFailure where it can't be checked.

        Args:
            is_typing: What was found in the last `_RECENT` seconds will do, as each character may ask.
        """
        if request.channel is None and request.post_to is not None:
            user, channel = request.user, request.post_to
            obstacle = self._recent((user, channel)) if is_typing else self._users.posting_obstacle(user, channel)
            if obstacle is not None:
                raise NotPossible(forms.destination_refused(obstacle), notes=(forms.CHOOSE_ANOTHER,))

    def remember(self, request: Request) -> None:
        """Stores the channel of a submitted form; only logs a failure."""
        try:
            self._store.keep(request.team, request.user, request.post_to)
        except JournalUnavailable as fault:
            log.warning("where somebody posts confirmations was not kept: %s", fault)
