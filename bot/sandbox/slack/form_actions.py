"""What users do with modals: submit and close; client-side validation, and the app's response to a submission."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.sandbox.slack.element_actions import CONNECTION_ERROR, TargetLookup
from bot.sandbox.slack.elements import value_of
from bot.sandbox.slack.kit.validation import check_view
from bot.sandbox.slack.model import Ack, Json, SlackError
from bot.sandbox.slack.payloads import view_closed, view_submission
from bot.sandbox.slack.rendering import View, render_view
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.views import StoredView


def apply_submission_response(state: SlackState, sheet: StoredView, answer: Json | None) -> None:
    """Closes the view, or does what the app's response says; SlackError if it is invalid."""
    action = (answer or {}).get("response_action")
    if not answer:
        state.sheets.remove(sheet)
    elif action == "clear":
        state.sheets.remove(*state.sheets.stack(sheet.user))
    elif action == "errors":
        sheet.errors = _parse_errors(sheet, answer.get("errors"))
    elif action == "update":
        state.sheets.replace(sheet, _parse_view(answer))
    elif action == "push":
        state.sheets.push(sheet, _parse_view(answer))
    else:
        raise SlackError("invalid_response_action")


def _parse_errors(sheet: StoredView, errors: object) -> dict[str, str]:
    """Returns the errors by block_id; they are allowed for inputs only."""
    inputs = {block["block_id"] for block in sheet.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise SlackError("invalid_errors")
    return {str(block_id): str(words) for block_id, words in errors.items()}


def _parse_view(answer: Json) -> Json:
    view = answer.get("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_view")
    check_view(view, "modal")
    return view


def validate_form(sheet: StoredView) -> dict[str, str]:
    """Returns the client's own validation errors by block_id; a form that has any is not sent."""
    found: dict[str, str] = {}
    for block in sheet.blocks:
        if block["type"] == "input":
            element = block["element"]
            value = value_of(sheet.values[block["block_id"]][element["action_id"]])
            for words in _input_errors(block, element, value):
                found.setdefault(block["block_id"], words)
    return found


def _input_errors(block: Json, element: Json, value: Any) -> Iterator[str]:
    if value in (None, "", []):
        if not block.get("optional"):
            yield "Please complete this required field."
    elif element["type"] == "plain_text_input":
        yield from _length_errors(element, value)
    elif element["type"] == "number_input":
        yield from _number_errors(element, value)


def _length_errors(element: Json, value: str) -> Iterator[str]:
    if len(value) < (least := element.get("min_length", 0)):
        yield f"Please enter at least {least} characters."
    if len(value) > (most := element.get("max_length", 3000)):
        yield f"Please enter no more than {most} characters."


def _number_errors(element: Json, value: str) -> Iterator[str]:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        yield "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
        return
    if number < float(least := element.get("min_value", "-inf")):
        yield f"Please enter a number that is at least {least}."
    if number > float(most := element.get("max_value", "inf")):
        yield f"Please enter a number that is no more than {most}."


class ModalActions(TargetLookup):
    """A user's modal, of which only the top view can be used."""

    def views_of(self, user: str) -> list[View]:
        """Returns the views of the user's modal, the root first."""
        with self.state.changed:
            return [render_view(self.state, sheet) for sheet in self.state.sheets.stack(user)]

    def view(self, user: str) -> View:
        """Returns the top view; LookupError if no modal is open."""
        if not (views := self.views_of(user)):
            raise LookupError("no modal is open for them")
        return views[-1]

    def submit(self, user: str) -> Ack:
        """Submits the top view; error `not_submitted` is the client's own validation.

        Without a valid acknowledgement the view stays open with what was typed, and `View.trouble` is set.
        """
        sheet = self._open(user)
        if "submit" not in sheet.content:
            raise LookupError("that view has no button to submit it")
        with self.state.changed:
            sheet.errors, sheet.trouble = validate_form(sheet), None
            self.state.changed.notify_all()
        if sheet.errors:
            return Ack(ok=False, seconds=0.0, error="not_submitted")
        ack = self.deliveries.once("interactive", view_submission(self.state, sheet, self._urls(sheet)))
        return self._answered(sheet, ack)

    def _answered(self, sheet: StoredView, ack: Ack) -> Ack:
        with self.state.changed:
            if ack.ok:
                try:
                    apply_submission_response(self.state, sheet, ack.payload)
                except SlackError as refusal:
                    ack = replace(ack, ok=False, error=refusal.code)
            sheet.trouble = CONNECTION_ERROR if ack.error else None
            self.state.changed.notify_all()
        return ack

    def _urls(self, sheet: StoredView) -> list[Json]:
        """Returns a response_url for each conversation chosen in an input with `response_url_enabled`."""
        made = []
        for block in sheet.blocks:
            element = block.get("element", {})
            if element.get("response_url_enabled"):
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                if channel := value_of(sheet.values[ids["block_id"]][ids["action_id"]]):
                    url = self.urls.new(channel, sheet.user)
                    made.append({**ids, "channel_id": channel, "response_url": url})
        return made

    def close(self, user: str, *, everything: bool = False) -> list[Ack]:
        """Closes the top view, or with `everything` the modal; returns acknowledgements of view_closed."""
        sheet = self._open(user)
        everything = everything or bool(sheet.content.get("clear_on_close"))
        gone = self.state.sheets.stack(user)[::-1] if everything else [sheet]
        told = [view_closed(self.state, s, everything) for s in gone if s.content.get("notify_on_close")]
        self.state.sheets.remove(*gone)
        return [self.deliveries.once("interactive", payload) for payload in told]

    def _open(self, user: str) -> StoredView:
        sheet = self._sheet(user, None)
        if sheet is None:
            raise LookupError("no modal is open for them")
        return sheet
