"""What an app may answer to a form, and to what was typed into a menu."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.kit.check import faults
from bot.sandbox.slack.kit.check_view import check_view
from bot.sandbox.slack.kit.objects import Option, OptionGroup
from bot.sandbox.slack.kit.part import Part
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views.choices import options_of
from bot.sandbox.slack.views.sheet import Sheet


def take_answer(state: State, sheet: Sheet, answer: Json | None) -> None:
    """Close the view, or do what the answer to its submission says; raise SlackError where that can't be done."""
    action = (answer or {}).get("response_action")
    if not answer:
        state.sheets.remove(sheet)
    elif action == "clear":
        state.sheets.remove(*state.sheets.stack(sheet.user))
    elif action == "errors":
        sheet.errors = _errors(sheet, answer.get("errors"))
    elif action == "update":
        state.sheets.replace(sheet, _view(answer))
    elif action == "push":
        state.sheets.push(sheet, _view(answer))
    else:
        raise SlackError("invalid_response_action")


def _errors(sheet: Sheet, errors: object) -> dict[str, str]:
    """They can stand beside inputs only."""
    inputs = {block["block_id"] for block in sheet.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise SlackError("invalid_errors")
    return {str(block_id): str(words) for block_id, words in errors.items()}


def _view(answer: Json) -> Json:
    view = answer.get("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_view")
    check_view(view, "modal")
    return view


class _Suggested(Part):
    options: Annotated[list[Option], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None


_SUGGESTED: TypeAdapter[_Suggested] = TypeAdapter(_Suggested)


def suggested(answer: Json | None) -> list[Json]:
    """The options that the person sees; raise invalid_options where Slack can't show them."""
    found = list(faults(answer, _SUGGESTED, "payload"))
    if not isinstance(answer, dict) or found or ("options" in answer) == ("option_groups" in answer):
        raise SlackError("invalid_options", errors=found)
    return options_of(answer)
