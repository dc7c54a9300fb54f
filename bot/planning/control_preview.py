"""Previews of what concerns the journal alone, such as `skip 42`, and whether a click still does what one showed."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.changes.schedules import LOOK_AGAIN
from bot.errors import StalePlan
from bot.messages.message import Message, Offer
from bot.messages.request import Request
from bot.operations.base import ControlOperation, JournalEffect
from bot.recurrence.model import Recurrence
from bot.texts import outcomes, previews

_COMPUTED = timedelta(minutes=1)
"""How far an instant may be from `LOOK_AGAIN` that was counted from another reading of the clock."""


def preview_control(operation: ControlOperation, effect: JournalEffect, now: datetime) -> Message:
    """Returns what an operation would do, with a button that does exactly that."""
    offer = Offer(label=operation.title, line=operation.text(), style="primary", expects=effect_digest(effect, now))
    notes = (previews.afterwards(effect.title),)
    return Message(title=previews.question(operation.title), facts=effect.facts, notes=notes, offers=(offer,))


def check_as_shown(request: Request, operation: ControlOperation, effect: JournalEffect, now: datetime) -> None:
    """Raises StalePlan, with a new preview, if a click would do something else than what was shown with its button."""
    if request.expects in (None, effect_digest(effect, now)):
        return
    again = preview_control(operation, effect, now)
    stale = StalePlan(outcomes.STALE_EFFECT)
    stale.message = replace(again, title=f"{stale} {again.title}")
    raise stale


def effect_digest(effect: JournalEffect, now: datetime) -> str:
    """Returns a digest of what is moved, called off and stored, the same in every language.

    What is to happen at once is the same a minute later, and so is what is counted from the click, as a pause is.
    """
    shifts = [(one.id, one.expected_run_at.isoformat(), _moment(one.run_at, now)) for one in effect.shifts]
    stored = [(one.number, _stored(one.values, now)) for one in effect.schedules]
    text = json.dumps([shifts, stored, sorted(effect.flags)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _stored(values: dict[str, Any], now: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {name: values[name] for name in ("state", "request") if name in values}
    if "next_at" in values:
        said["next_at"] = _moment(values["next_at"], now)
    if "recurrence" in values:
        said["skipped_until"] = _moment(Recurrence.model_validate(values["recurrence"]).skipped_until, now)
    return said


def _moment(at: datetime | None, now: datetime) -> str | None:
    if at is None:
        return None
    if at <= now:
        return "now"
    return "later" if abs(at - now - LOOK_AGAIN) < _COMPUTED else at.isoformat()
