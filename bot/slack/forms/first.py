"""The first view of a form that somebody waits for: the form, filled; a question's answer; or why there is neither."""

import logging
from dataclasses import replace

from bot.errors import NotAllowed, PBXError, Refused, SlackFailure
from bot.message import FormOffer
from bot.operation import Operation
from bot.request import Request
from bot.slack.forms import views
from bot.slack.forms.means import FAULT, Means
from bot.slack.forms.place import Place
from bot.slack.forms.reading import named
from bot.slack.forms.trouble import away

log = logging.getLogger(__name__)


def place_of(operation: str, request: Request) -> Place:
    return Place(operation=operation, channel=request.channel, thread=request.thread, at_top=request.at_top)


def first_view(means: Means, operation: type[Operation], request: Request, offer: FormOffer) -> views.Json:
    place = place_of(offer.operation, request)
    again = (replace(offer, label="Try again"),)
    try:
        return _filled(means, operation, place.model_copy(update={"arguments": offer.arguments}), request)
    except Refused as refused:
        return views.over(operation, refused.message, place)
    except (PBXError, SlackFailure) as fault:
        return views.over(operation, replace(away(fault), forms=again), place)
    except Exception:  # whoever waits before the loading view must hear of it
        log.exception("a form met a fault in Park")
        return views.over(operation, FAULT, place)


def _filled(means: Means, operation: type[Operation], place: Place, request: Request) -> views.Json:
    """The form, with what stands there; a name that nothing has is said above it, and stays to be mended."""
    said = None
    try:
        present = means.clerk.opened(request, operation, place.arguments)
    except NotAllowed:
        raise
    except Refused as refused:
        said, present = refused.message, {}
    groups = named(operation, place.arguments)
    means.later(means.clerk.warm, request, operation, place.arguments)
    place = place.model_copy(update={"arguments": {**present, **place.arguments}, "present": present, "groups": groups})
    means.look(operation, place)
    if not operation.asks_only() or said or not _required(operation) <= place.arguments.keys():
        place, lost = means.destinations.usual(operation, place, request)
        return means.fill(operation, place, said=said or lost)
    answer = means.clerk.reviewed(request, operation.model_validate(place.arguments))
    return views.over(operation, answer, place)


def _required(operation: type[Operation]) -> set[str]:
    return {name for name in operation.form() if operation.model_fields[name].is_required()}
