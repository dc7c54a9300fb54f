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


def apply_submission_response(state: SlackState, stored_view: StoredView, answer: Json | None) -> None:
    """Closes the view, or does what the app's response says; SlackError if it is invalid."""
    action = (answer or {}).get("response_action")
    if not answer:
        state.views.remove(stored_view)
    elif action == "clear":
        state.views.remove(*state.views.stack(stored_view.user))
    elif action == "errors":
        stored_view.errors = _parse_errors(stored_view, answer.get("errors"))
    elif action == "update":
        state.views.replace(stored_view, _parse_view(answer))
    elif action == "push":
        state.views.push(stored_view, _parse_view(answer))
    else:
        raise SlackError("invalid_response_action")


def _parse_errors(stored_view: StoredView, errors: object) -> dict[str, str]:
    """Returns the errors by block_id; they are allowed for inputs only."""
    inputs = {block["block_id"] for block in stored_view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise SlackError("invalid_errors")
    return {str(block_id): str(words) for block_id, words in errors.items()}


def _parse_view(answer: Json) -> Json:
    view = answer.get("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_view")
    check_view(view, "modal")
    return view


def validate_form(stored_view: StoredView) -> dict[str, str]:
    """Returns the client's own validation errors by block_id; a form that has any is not sent."""
    found: dict[str, str] = {}
    for block in stored_view.blocks:
        if block["type"] == "input":
            element = block["element"]
            value = value_of(stored_view.values[block["block_id"]][element["action_id"]])
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
            return [render_view(self.state, stored_view) for stored_view in self.state.views.stack(user)]

    def view(self, user: str) -> View:
        """Returns the top view; LookupError if no modal is open."""
        if not (views := self.views_of(user)):
            raise LookupError("no modal is open for them")
        return views[-1]

    def submit(self, user: str) -> Ack:
        """Submits the top view; error `not_submitted` is the client's own validation.

        Without a valid acknowledgement the view stays open with what was typed, and `View.trouble` is set.
        """
        stored_view = self._open(user)
        if "submit" not in stored_view.content:
            raise LookupError("that view has no button to submit it")
        with self.state.changed:
            stored_view.errors, stored_view.trouble = validate_form(stored_view), None
            self.state.changed.notify_all()
        if stored_view.errors:
            return Ack(ok=False, seconds=0.0, error="not_submitted")
        ack = self.deliveries.deliver("interactive", view_submission(self.state, stored_view, self._urls(stored_view)))
        return self._answered(stored_view, ack)

    def _answered(self, stored_view: StoredView, ack: Ack) -> Ack:
        with self.state.changed:
            if ack.ok:
                try:
                    apply_submission_response(self.state, stored_view, ack.payload)
                except SlackError as refusal:
                    ack = replace(ack, ok=False, error=refusal.code)
            stored_view.trouble = CONNECTION_ERROR if ack.error else None
            self.state.changed.notify_all()
        return ack

    def _urls(self, stored_view: StoredView) -> list[Json]:
        """Returns a response_url for each conversation chosen in an input with `response_url_enabled`."""
        made = []
        for block in stored_view.blocks:
            element = block.get("element", {})
            if element.get("response_url_enabled"):
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                if channel := value_of(stored_view.values[ids["block_id"]][ids["action_id"]]):
                    url = self.urls.new(channel, stored_view.user)
                    made.append({**ids, "channel_id": channel, "response_url": url})
        return made

    def close(self, user: str, *, everything: bool = False) -> list[Ack]:
        """Closes the top view, or with `everything` the modal; returns acknowledgements of view_closed."""
        stored_view = self._open(user)
        everything = everything or bool(stored_view.content.get("clear_on_close"))
        closed = self.state.views.stack(user)[::-1] if everything else [stored_view]
        payloads = [view_closed(self.state, s, everything) for s in closed if s.content.get("notify_on_close")]
        self.state.views.remove(*closed)
        return [self.deliveries.deliver("interactive", payload) for payload in payloads]

    def _open(self, user: str) -> StoredView:
        stored_view = self._find_view(user, None)
        if stored_view is None:
            raise LookupError("no modal is open for them")
        return stored_view
